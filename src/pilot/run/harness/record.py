"""What the harness writes down about an ended script; `pilot.run.report` reads it."""

from __future__ import annotations

import json
import linecache
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

LONGEST_MESSAGE = 6000
LONGEST_BODY = 2000
LONGEST_CHAIN = 20


def write(report: str, error: BaseException | None, began: float) -> None:
    """Write the report file, when there is something to report. The run began at `began`, by the clock."""
    facts: dict[str, Any] = {}
    loads = finished_loads()
    if loads:
        facts["loads"] = loads
    if any(made_before(load, began) for load in [*loads, *failed_loads(error)]):
        facts["left_behind"] = True
    if isinstance(error, SystemExit):
        # `except Exception: sys.exit(1)` leaves the real cause in the context
        error = error.__context__ if error.code not in (None, 0) else None
    if error is not None:
        facts["error"] = describe(error)
    if facts:
        Path(report).write_text(json.dumps(facts), encoding="utf-8", errors="backslashreplace")


def describe(error: BaseException) -> dict[str, Any]:
    """Everything about an exception that the runner wants to know."""
    links = chain(error)
    facts: dict[str, Any] = {
        "chain": [{"type": qualified_name(link), "message": message(link)} for link in links],
        "frames": own_frames(links),
        "raised_in": raised_in(links[-1]),
    }
    for link in links:
        if type(link).__name__ == "PipelineStepFailed":
            facts["dlt_step"] = str(getattr(link, "step", "")) or None
        if type(link).__name__ == "ConfigFieldMissingException":
            facts["fields"] = missing_fields(getattr(link, "traces", {}))
        facts.update(answer(link))
    return facts


def failed_loads(error: BaseException | None) -> list[str]:
    """The load ids of the packages that dlt failed at."""
    links = [] if error is None else chain(error)
    return [str(load) for link in links if (load := getattr(link, "load_id", None))]


def made_before(load: str, began: float) -> bool:
    """Whether dlt made a package before this run: a load id is the time of its making."""
    try:
        return float(load) < began
    except ValueError:
        return False


def raised_in(error: BaseException) -> str:
    """The module whose code raised an exception; empty for the person's own."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or own_file(traceback.tb_frame.f_code.co_filename) is not None:
        return ""
    return str(traceback.tb_frame.f_globals.get("__name__", ""))


def chain(error: BaseException) -> list[BaseException]:
    """The exception and what caused it, outermost first."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and all(link is not known for known in links) and len(links) < LONGEST_CHAIN:
        links.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return links


def qualified_name(error: BaseException) -> str:
    """The class as tracebacks name it."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def message(error: BaseException) -> str:
    """The exception's text; an exception of the script may be unable to give one."""
    try:
        return str(error)[:LONGEST_MESSAGE]
    except Exception:
        return ""


def own_frames(links: list[BaseException]) -> list[dict[str, Any]]:
    """The frames in the project's own files, the outermost exception's first, without repeats."""
    frames: list[dict[str, Any]] = []
    for error in links:
        for path, line, function in [*places(error.__traceback__), *syntax_place(error)]:
            file = own_file(path)
            if file is None:
                continue
            code = linecache.getline(path, line).strip()[:300]
            frame = {"file": file, "line": line, "function": function, "code": code}
            if frame not in frames:
                frames.append(frame)
    return frames


def places(traceback: TracebackType | None) -> list[tuple[str, int, str]]:
    """File, line and function of each frame."""
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append((code.co_filename, traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    return found


def syntax_place(error: BaseException) -> list[tuple[str, int, str]]:
    """Where a file can't be compiled: no frame says so."""
    if isinstance(error, SyntaxError) and error.filename:
        return [(error.filename, error.lineno or 1, "<module>")]
    return []


def own_file(path: str) -> str | None:
    """A path relative to the project, or None for a file that isn't the person's."""
    file, project = Path(path).resolve(), Path.cwd().resolve()
    if project not in file.parents or not file.is_file():
        return None
    if Path(sys.prefix).resolve() in file.parents or "site-packages" in file.parts:
        return None
    return file.relative_to(project).as_posix()


def missing_fields(traces: dict[str, list[Any]]) -> list[str]:
    """The dotted paths that the fields would have in secrets.toml, from dlt's record of its search."""
    paths: list[str] = []
    for field, lookups in traces.items():
        nested = [lookup for lookup in lookups if hasattr(lookup, "traces")]
        if nested:
            paths += missing_fields(nested[0].traces)
        else:
            tried = [list(lookup.sections) for lookup in lookups]
            paths.append(".".join([*section(tried), field.rpartition(".")[2]]))
    return paths


def section(tried: list[list[str]]) -> list[str]:
    """The most specific section; for a source the short form, without the script's name."""
    if not tried:
        return []
    first = tried[0]
    short = [first[0], first[-1]] if len(first) == 3 and first[0] == "sources" else first
    return short if short in tried else first


def answer(error: BaseException) -> dict[str, Any]:
    """What the API answered, from the exceptions of requests, httpx and urllib."""
    facts: dict[str, Any] = {}
    document = getattr(error, "doc", None)
    if isinstance(document, (str, bytes)):  # a JSONDecodeError keeps what it could not read
        facts["body"] = beginning(document)
    response = error if type(error).__module__ == "urllib.error" else getattr(error, "response", None)
    url = getattr(request_of(error) if response is None else response, "url", None)
    if url is not None:
        facts["url"] = without_query(str(url))
    status = getattr(response, "status_code", getattr(response, "code", None))
    if isinstance(status, int):
        facts["status"] = status
        facts["retry_after"] = retry_after(getattr(response, "headers", None))
        content = getattr(response, "__dict__", {}).get("_content")  # .content could start to read
        if isinstance(content, (str, bytes)):
            facts["body"] = beginning(content)
    return facts


def request_of(error: BaseException) -> object:
    """The request of an exception; httpx raises where there is none."""
    try:
        return getattr(error, "request", None)
    except Exception:
        return None


def beginning(content: str | bytes) -> str:
    """The first characters of a body."""
    start = content[: LONGEST_BODY * 4]
    return (start if isinstance(start, str) else start.decode("utf-8", "replace"))[:LONGEST_BODY]


def without_query(url: str) -> str:
    """A URL as far as it can't hold a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def retry_after(headers: Any) -> float | None:
    """Seconds that the API asks to wait."""
    value = headers.get("Retry-After") if headers is not None else None
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        from email.utils import parsedate_to_datetime

    try:
        return max(0.0, round(parsedate_to_datetime(value).timestamp() - time.time()))
    except ValueError:
        return None


def finished_loads() -> list[str]:
    """The load ids that dlt's active pipeline finished in this process."""
    container = sys.modules.get("dlt.common.configuration.container")
    pipelines = sys.modules.get("dlt.common.pipeline")
    if container is None or pipelines is None:
        return []
    context = container.Container()[pipelines.PipelineContext]
    # the public property would read an earlier run's trace from disk
    trace = getattr(context.pipeline(), "_last_trace", None) if context.is_active() else None
    info = getattr(trace, "last_load_info", None)
    return [] if info is None else [p.load_id for p in info.load_packages if p.state == "loaded"]
