"""What the script's own process does to itself before the script begins: standard library only.

The harness puts the folder above on its import path and imports this as `inside`; pilot knows it as
`pilot.run.fence.inside`. So modules in here import each other relatively, and nothing of pilot.
"""

from .hold import HELD_BACK, hold

__all__ = ["HELD_BACK", "hold"]
