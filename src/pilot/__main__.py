"""The `pilot` command. `--version` answers before anything else is imported."""

import atexit
import gc
import sys


def main() -> None:
    """Run pilot and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from pilot import __version__

        print(f"pilot {__version__}")
        return
    # what gets imported stays: looking for garbage in it takes a tenth of the start, and again at the end
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    from pilot.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
