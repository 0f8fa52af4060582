"""The `pilot` command. `--version` answers before anything else is imported."""

import sys


def main() -> None:
    """Run pilot and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from pilot import __version__

        print(f"pilot {__version__}")
        return
    from pilot.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
