"""Runs one script as `python script.py` would, and leaves a record of the exception that ends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import time

from .job import Job
from .line import Line

# ruff: noqa: PTH100, PTH109, PTH120, PTH123  (pathlib would cost every run its import)


def run(job: Job) -> None:
    """Run the script in this process, as `__main__`."""
    began = time()
    sys.argv[:] = [job.script, *job.arguments]
    line = Line(job.line)
    if job.fence is not None:
        from .inside import hold  # type: ignore[import-not-found]  # of `pilot.run.fence`: see `start`

        hold(job.fence)
        find_the_way_out()
    try:
        with open(job.script, "rb") as file:
            source = file.read()
    except OSError as missing:
        sys.exit(f"can't open {job.script!r}: {missing.strerror}")
    path = os.path.abspath(job.script)
    names = become_main(job.script, path)
    settle = keep_ledger(line, job.answers) if line.open else None
    if job.memory_mb:
        watch_memory(job.report, job.memory_mb, began)
    if folder := os.environ.pop("PILOT_REHEARSAL", ""):
        from .rehearsal import install

        install(folder)
    error: BaseException | None = None
    try:
        exec(compile(source, path, "exec", dont_inherit=True), names)
    except BaseException as raised:
        error = raised
    if settle is not None:
        settle()
    if error is not None or "dlt" in sys.modules:
        record(job.report, error, began)
    if error is not None:
        end_as_python_would(error)


def find_the_way_out() -> None:
    """Lead aiohttp through the fence's proxy; a script that can't be led fails, and says so."""
    from .on_import import on_import
    from .through_aiohttp import use_proxies

    on_import({"aiohttp.client": use_proxies})


def become_main(script: str, path: str) -> dict[str, object]:
    """The names of a fresh `__main__`, and the import path that goes with the script."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.path.dirname(os.path.realpath(script)))
    module = type(sys)("__main__")
    module.__file__ = path
    names = module.__dict__
    names.update(__builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = module
    return names


def keep_ledger(line: Line, answers: bool) -> Callable[[], None] | None:
    """Tell pilot of the script's traffic; what is to be done in the end. The script needs none of it."""
    try:
        from .ledger import install

        return install(line, answers).settle
    except Exception as error:
        line.say("trouble", f"{type(error).__name__}: {error}"[:300])
        return None


def watch_memory(report: str, limit: int, began: float) -> None:
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
        record(report, error, began)
        print(f"MemoryError: {error}", file=sys.stderr, flush=True)
        os._exit(1)

    start_new_thread(watch, ())


def record(report: str, error: BaseException | None, began: float) -> None:
    """Write down what happened since `began`; a failure in here must not harm the script's own ending."""
    try:
        from .record import write  # only here: most of what it takes is for failures

        write(report, error, began)
    except Exception:
        return


def end_as_python_would(error: BaseException) -> None:
    """Show the traceback without this file's frame, and leave with Python's exit code."""
    outer = error.__traceback__
    error.__traceback__ = outer.tb_next if outer is not None else None
    if not isinstance(error, Exception):
        raise error  # SystemExit and KeyboardInterrupt have endings of their own
    sys.excepthook(type(error), error, error.__traceback__)
    sys.exit(1)
