"""The `pilot` command. `--version` answers before anything else is imported."""

import atexit
import gc
import os
import sys

_STOPPED = 130
_RUNNING = ("init", "run", "resume", "refine", "rerun", "check")


def main() -> None:
    """Run pilot and exit with its code; Ctrl-C counts from the first moment."""
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(_STOPPED)


def _run() -> int:
    if sys.argv[1:] in (["--version"], ["-V"]):
        from pilot import __version__

        print(f"pilot {__version__}")
        return 0
    # what gets imported stays: looking for garbage in it takes a tenth of the start, and again at the end
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    if _will_run(sys.argv[1:]):
        from pilot.run.warm import begin_ahead

        begin_ahead()
    from pilot.cli import run

    return run()


def _will_run(words: list[str]) -> bool:
    """Whether a command will most likely want dlt, from pilot's own Python."""
    return words[:1] != [] and words[0] in _RUNNING and not {"-h", "--help"} & {*words}


if __name__ == "__main__":
    if sys.path[0] in ("", os.getcwd()):  # noqa: PTH109  (pathlib is an import)
        # `python -m` looks where one stands first, and what a script left in its project is no part of pilot
        del sys.path[0]
    main()
