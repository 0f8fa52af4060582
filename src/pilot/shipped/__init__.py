"""Where the built-in steps, policies and prompts lie: in the wheel, or at the top of a checkout."""

from pathlib import Path

_here = Path(__file__).parent
ROOT: Path = _here if (_here / "steps").is_dir() else _here.parents[2]
"""The folder that holds `steps/`, `policies/` and `prompts/`."""

__path__ = [str(ROOT)]
