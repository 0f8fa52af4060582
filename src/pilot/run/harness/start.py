"""Carries out one job in a fresh interpreter: `python start.py JOB`, the job as JSON.

`python start.py warm DESCRIPTOR` is the warm parent, which carries out many, each in a fork.

Python compiles this file at every start, so it does nothing but load the harness.
"""

from __future__ import annotations

import os
import sys

# ruff: noqa: PTH100, PTH118, PTH120  (pathlib would cost every run its import)


def load_harness() -> None:
    """Make this folder the package `_pilot_harness`, and no place for imports of the script's.

    In it is `inside`, the fence's part.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    package = type(sys)("_pilot_harness")
    package.__path__ = [folder, os.path.join(os.path.dirname(folder), "fence")]
    sys.modules["_pilot_harness"] = package


def main() -> None:
    """Carry out the job; the warm parent's forks return from `warm` with theirs."""
    load_harness()
    from _pilot_harness import job, script  # type: ignore[import-not-found]  # made just now

    if sys.argv[1] == "warm":
        from _pilot_harness.warm import warm  # type: ignore[import-not-found]

        given = warm(int(sys.argv[2]))
    else:
        given = job.read(sys.argv[1])
    script.run(given)


if __name__ == "__main__":
    main()
