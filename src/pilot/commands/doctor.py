"""`pilot doctor`: what is set up here."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import replace
from pathlib import Path

from pilot import __version__
from pilot.commands.look import show_or_print
from pilot.errors import AnswerMissing, PilotError
from pilot.finding import Json
from pilot.options import Options
from pilot.run.fence.here import fence_here
from pilot.screen import Line, Table
from pilot.workshop import Ground, open_ground

_VERSIONS = """
import importlib.metadata as metadata, json
found = {d.metadata["Name"].lower(): d.version for d in metadata.distributions()}
print(json.dumps([found.get(name) for name in ("dlt", "duckdb", "sqlglot")]))
"""
_SECONDS = 30
_MISSING = "missing"


def doctor(options: Options) -> int:
    """Show what is set up; exit code 1 when no pipeline could be made here."""
    with open_ground(replace(options, no_input=True)) as ground:
        rows = [
            ("pilot", f"{__version__}, Python {platform.python_version()}"),
            ("folder", str(options.root)),
            *_python(ground),
            ("fence", fence_here(ground.project.interpreter(), options.fence)),
            ("writer", _writer(ground)),
        ]
        fine = not any(found.startswith(_MISSING) for _, found in rows)
        verdict = Line("Ready.", "good") if fine else Line("Not ready: something is missing.", "bad")
        checks: dict[str, Json] = {what: found for what, found in rows}
        blocks = (Table(("what", "found"), tuple(rows), wraps=True), verdict)
        show_or_print(ground, options, blocks, {"version": 1, "fine": fine, "checks": checks})
    return 0 if fine else 1


def _python(ground: Ground) -> list[tuple[str, str]]:
    """The Python that runs scripts, and what is installed there."""
    interpreter = ground.project.interpreter()
    note = ground.project.interpreter_note()
    found = _versions(interpreter)
    rows = [("runs scripts", f"{interpreter}{f' ({note})' if note else ''}")]
    for name, version in zip(("dlt", "duckdb"), found, strict=False):
        rows.append((name, version or f"{_MISSING}: install it into that Python"))
    return rows


def _versions(interpreter: Path) -> list[str | None]:
    try:
        done = subprocess.run(
            [interpreter, "-I", "-c", _VERSIONS],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return [None, None]
    versions: list[str | None] = json.loads(done.stdout)
    return versions


def _writer(ground: Ground) -> str:
    """The writer that would be used, without asking anybody."""
    try:
        _, says = ground.writers.set_up(ground.options.model)
    except AnswerMissing as error:
        return f"a model's key is there but was not agreed to yet ({error.flag} answers)"
    except PilotError as error:
        return f"{_MISSING}: {error.message}"
    return says
