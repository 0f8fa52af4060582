"""Makes a fork of the warm parent what a fresh interpreter would be, and tells where that is in doubt."""

from __future__ import annotations

import importlib
import linecache
import os
import random
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from locale import getpreferredencoding
from typing import NoReturn

from .job import Job, written

# ruff: noqa: PTH100, PTH110, PTH116, PTH118, PTH120, PTH204, PTH208  (every fork would pay for pathlib)

START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.py")

_READ_AT_START = ("PYTHON", "LD_", "DYLD_", "LC_", "LANG", "DLT_", "PENDULUM", "FSSPEC", "MALLOC", "OMP_")
"""Beginnings of variables that Python, or what is imported, reads once."""
_READ_LATE = ("PYTHONWARNINGS", "DLT_DATA_DIR", "DLT_PROJECT_DIR", "DLT_LOCAL_DIR")
"""Those of them that a fork can still follow."""
_CUSTOMS = ("sitecustomize", "usercustomize")


def traces() -> dict[str, float]:
    """When the places that modules come from last changed."""
    files = [getattr(sys.modules.get(name), "__file__", None) for name in _CUSTOMS]
    return {path: os.stat(path).st_mtime for path in (*sys.path, *files) if path and os.path.exists(path)}


@dataclass(frozen=True)
class Base:
    """How the warm parent began."""

    environment: dict[str, str]
    trouble: str = ""
    """Why it can't be forked."""
    traces: dict[str, float] = field(default_factory=traces)


def doubt(job: Job, environment: Mapping[str, str], base: Base) -> bool:
    """Whether a fresh interpreter might import other modules, or the same ones otherwise."""
    early = {
        name
        for name in {*environment, *base.environment}
        if name.startswith(_READ_AT_START) and name not in _READ_LATE
    }
    if getpreferredencoding(False).lower() in ("utf-8", "utf8"):
        early.discard("PYTHONUTF8")
    if any(environment.get(name) != base.environment.get(name) for name in early):
        return True
    return any(name in sys.modules for name in _own_modules(os.path.dirname(os.path.realpath(job.script))))


def _own_modules(folder: str) -> set[str]:
    """The modules beside the script: a fresh interpreter would find them before any other of the name."""
    try:
        entries = os.listdir(folder)
    except OSError:
        return set()
    files = {entry.partition(".")[0] for entry in entries if entry.endswith((".py", ".so", ".pyc", ".pyd"))}
    packages = {entry for entry in entries if os.path.exists(os.path.join(folder, entry, "__init__.py"))}
    return (files | packages) - {"__main__"}


def become_fresh(job: Job, environment: Mapping[str, str]) -> NoReturn:
    """Be a fresh interpreter from here on."""
    if job.line is not None:
        os.set_inheritable(job.line, True)
    os.execve(sys.executable, [sys.executable, START, written(job)], environment)


def as_fresh(job: Job, environment: Mapping[str, str]) -> None:
    """Take up what a fresh interpreter takes from its environment, and forget what it would not know."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    sys.orig_argv[:] = [sys.executable, START, written(job)]
    sys.warnoptions[:] = [option for option in environment.get("PYTHONWARNINGS", "").split(",") if option]
    getattr(warnings, "_processoptions", list)(sys.warnoptions)
    linecache.clearcache()
    importlib.invalidate_caches()
