"""The warm parent: an interpreter that has imported dlt, and forks for each job.

Pilot is at the other end of a socket. It sends a request a line, with the descriptors that the job gets: its
output, its errors, its end of the line, and a pipe on which pilot says go. The job is orphaned at once, so
that pilot, which takes orphans in while a run is active, becomes its parent. When pilot is gone, whatever
happened, so is the warm parent: the socket ends.

dlt reads no configuration and keeps no context before a script uses it, so a fork begins where a fresh
interpreter stands right after `import dlt`. Where that could be untrue, the fork becomes a fresh interpreter.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from .fresh import Base, as_fresh, become_fresh, doubt, traces
from .job import Job

_FIRST = ("dlt._workspace._plugins",)
"""What every job imports, which `import dlt` leaves for later."""
_AHEAD = (
    "dlt.sources.rest_api",
    "dlt.sources.helpers.requests",
    "dlt.sources.helpers.rest_client.paginators",
    "encodings.idna",
)
"""What a preview imports beside that: while the first job, mostly `dlt init`, is carried out."""
_UNFROZEN = ("duckdb", "dlt.destinations.impl.duckdb.duck", "dlt.destinations.impl.duckdb.sql_client")
"""The same for DuckDB, whose library complains in the end about objects that were not collected."""
_DESCRIPTORS = 4


class Request(NamedTuple):
    """What pilot asks for: a job and its environment, or nothing but a sign of life."""

    job: Job | None
    environment: dict[str, str]
    descriptors: list[int]


def warm(descriptor: int) -> Job:
    """Import, say that all is ready, and fork for each job; returns in each fork, with its job."""
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    base = Base(dict(os.environ), trouble=_trouble_with(_import_first))
    _say(control, base)
    complete = False
    while True:
        request = _hear(control)
        if request.job is None:
            _say(control, base)
            continue
        reader, writer = os.pipe()
        if _forked(writer):
            control.close()
            os.close(reader)
            return _begun(request, base)
        os.close(writer)
        for given in request.descriptors:
            os.close(given)
        with open(reader, "rb") as told:  # noqa: PTH123  (a descriptor is no path)
            control.sendall(json.dumps({"pid": int(told.read() or 0)}).encode() + b"\n")
        if not complete:
            complete, base = True, replace(base, trouble=base.trouble or _trouble_with(_import_ahead))


def _import_first() -> None:
    gc.disable()  # a fifth of the time would go into looking for garbage in what stays
    importlib.import_module("dlt")
    _import(_FIRST)
    gc.freeze()
    gc.enable()
    os.chdir("/")  # nobody's folder is held; the import path is absolute by now


def _import_ahead() -> None:
    _import(_AHEAD)
    gc.unfreeze()
    gc.collect()
    gc.freeze()  # no fork looks for garbage among modules
    _import(_UNFROZEN)


def _trouble_with(imports: Callable[[], None]) -> str:
    """Import what jobs will want; why the result can't be forked, where it can't."""
    # what an import says, a fresh interpreter would say in every run
    said, null = os.memfd_create("said"), os.dup(1)
    os.dup2(said, 1), os.dup2(said, 2)
    try:
        imports()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    finally:
        os.dup2(null, 1), os.dup2(null, 2)
        os.close(null)
    spoke = os.fstat(said).st_size
    os.close(said)
    if spoke:
        return "importing dlt printed something"
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208  (pathlib is not needed for this)
        return "importing dlt started a thread"
    return ""


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(ImportError):  # this dlt has it elsewhere: the job imports it
            importlib.import_module(name)


def _say(control: socket.socket, base: Base) -> None:
    """Ready, or why not."""
    trouble = base.trouble or ("" if traces() == base.traces else "what is installed has changed")
    control.sendall(json.dumps({"trouble": trouble}).encode() + b"\n")


def _hear(control: socket.socket) -> Request:
    """The next request; without pilot this process ends."""
    data = b""
    descriptors: list[int] = []
    while not data.endswith(b"\n"):
        try:
            piece, given, *_ = socket.recv_fds(control, 1 << 16, _DESCRIPTORS)
        except OSError:
            piece, given = b"", []
        if not piece:
            os._exit(0)
        data += piece
        descriptors += given
    told = json.loads(data)
    job = Job(**told["job"]) if told["job"] else None
    return Request(job, told["environment"], descriptors)


def _forked(writer: int) -> bool:
    """Fork twice, so that the job is nobody's child here; whether this is the job."""
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        return False
    try:
        if os.fork():
            os._exit(0)
    except OSError:
        os._exit(1)
    os.setsid()
    os.write(writer, str(os.getpid()).encode())
    os.close(writer)
    return True


def _begun(request: Request, base: Base) -> Job:
    """In the fork: take the descriptors over, wait for pilot's go, and be as a fresh interpreter would."""
    assert request.job is not None
    output, errors, go, *line = request.descriptors
    os.dup2(output, 1), os.dup2(errors, 2)
    said = os.read(go, 1)
    for given in (output, errors, go):
        os.close(given)
    if said != b"g":
        os._exit(0)
    job = request.job._replace(line=line[0] if line else None)
    os.chdir(job.folder)
    if doubt(job, request.environment, base):
        become_fresh(job, request.environment)
    as_fresh(job, request.environment)
    return job
