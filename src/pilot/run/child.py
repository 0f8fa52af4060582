"""Runs one script as `python script.py` would, and leaves a record of the exception that ends it.

Started by its file path, with the project's own Python: it uses the standard library only and knows
nothing of pilot. `child.py REPORT SCRIPT [ARGUMENT...]` writes a JSON object into REPORT when there is
something to report. Whatever goes wrong in here, the script runs. Python compiles this file at every
start, so what only a failure needs is in `child_record.py`.
"""

from __future__ import annotations

import os
import sys

# ruff: noqa: PTH100, PTH120, PTH123  (pathlib would cost every run its import)


def main() -> None:
    """Run the script in this process, as `__main__`."""
    report, script = sys.argv[1:3]
    sys.argv[:] = sys.argv[2:]
    try:
        with open(script, "rb") as file:
            source = file.read()
    except OSError as missing:
        sys.exit(f"can't open {script!r}: {missing.strerror}")
    path = os.path.abspath(script)
    error: BaseException | None = None
    names = become_main(script, path)
    limit = os.environ.pop("PILOT_LARGEST_MEMORY_MB", "")
    if limit:
        watch_memory(report, int(limit))
    try:
        exec(compile(source, path, "exec", dont_inherit=True), names)
    except BaseException as raised:
        error = raised
    if error is not None or "dlt" in sys.modules:
        record(report, error)
    if error is not None:
        end_as_python_would(error)


def become_main(script: str, path: str) -> dict[str, object]:
    """The names of a fresh `__main__`, and the import path that goes with the script."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    module = type(sys)("__main__")
    module.__file__ = path
    names = module.__dict__
    names.update(__builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = module
    return names


def watch_memory(report: str, limit: int) -> None:
    """End the script once it holds more than this many megabytes, where the system tells how many it does."""
    try:
        import resource
    except ImportError:
        return
    from _thread import start_new_thread
    from time import sleep

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024

    def watch() -> None:
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit < limit * 1_000_000:
            sleep(0.1)
        error = MemoryError(
            f"the script took more than {limit:,} MB; the API's answer has no end, or all is kept"
        )
        record(report, error)
        print(f"MemoryError: {error}", file=sys.stderr, flush=True)
        os._exit(1)

    start_new_thread(watch, ())


def record(report: str, error: BaseException | None) -> None:
    """Write down what happened. The script's own ending must not suffer from a failure in here."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    try:
        import child_record  # type: ignore[import-not-found]  # found beside this file at run time

        child_record.write(report, error)
    except Exception:
        return
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def end_as_python_would(error: BaseException) -> None:
    """Show the traceback without this file's frame, and leave with Python's exit code."""
    outer = error.__traceback__
    error.__traceback__ = outer.tb_next if outer is not None else None
    if not isinstance(error, Exception):
        raise error  # SystemExit and KeyboardInterrupt have endings of their own
    sys.excepthook(type(error), error, error.__traceback__)
    sys.exit(1)


if __name__ == "__main__":
    main()
