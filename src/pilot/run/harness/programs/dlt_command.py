"""What the `dlt` script does, without the project folder's modules in the way.

`python -m dlt` will not do: it ends with 0 whatever happened. A command is over in half a second, a third of
which would go into looking for garbage among the modules.
"""

from __future__ import annotations

import atexit
import gc
import sys
from importlib.metadata import distribution


def main() -> None:
    """Run the command that the arguments name."""
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    del sys.path[0]
    sys.argv[0] = "dlt"
    points = distribution("dlt").entry_points
    command = next(p for p in points if (p.group, p.name) == ("console_scripts", "dlt")).load()
    sys.exit(command())


if __name__ == "__main__":
    main()
