"""Carries out one job in a fresh interpreter: `python start.py JOB`, the job as JSON.

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


if __name__ == "__main__":
    load_harness()
    from _pilot_harness import job, script  # type: ignore[import-not-found]  # made just now

    script.run(job.read(sys.argv[1]))
