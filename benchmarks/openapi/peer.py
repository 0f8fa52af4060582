"""`dlt-init-openapi` over the same documents: the projects that it makes, run against the same servers.

It is frozen at a dlt of 2024, so it is installed for the occasion in an environment of its own:
`python -m venv V; V/bin/pip install dlt-init-openapi "setuptools<80" "click<8.2"`, as it does not start
without these pins; then `python -m benchmarks.openapi --peer V/bin/dlt-init-openapi`. What it makes runs
with today's dlt, whose `rest_api` is the successor of the source that it would fetch from GitHub.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.openapi.mock import KEY, USER

_SECONDS = 60
_REST_API = "from dlt.sources.rest_api import *\nfrom dlt.sources.rest_api import rest_api_source\n"
_TYPING = "from dlt.sources.rest_api.typing import *\n"


def peer_database(command: Path, document: Path, base: str, folder: Path) -> tuple[Path, str]:
    """The database that its project loaded, and the line that it ended with where it failed."""
    named = ["bench", "--path", str(document), "--no-interactive", "--allow-openapi-2"]
    made = _ended([str(command), *named], folder, {})
    project = folder / "bench_pipeline"
    if not (project / "bench_pipeline.py").exists():
        return project / "none.duckdb", _last_line(made)
    (project / "rest_api").mkdir(exist_ok=True)
    (project / "rest_api" / "__init__.py").write_text(_REST_API, encoding="utf-8")
    (project / "rest_api" / "typing.py").write_text(_TYPING, encoding="utf-8")
    known = {"BASE_URL": base, "TOKEN": KEY, "API_KEY": KEY, "USERNAME": USER, "PASSWORD": KEY}
    given = {f"SOURCES__BENCH__{name}": value for name, value in known.items()}
    given |= {"DLT_DATA_DIR": str(folder / "dlt"), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    run = _ended([sys.executable, "bench_pipeline.py"], project, given)
    return project / "bench_pipeline.duckdb", "" if not run.returncode else _last_line(run)


def _ended(command: list[str], folder: Path, more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    local = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    try:
        return subprocess.run(
            command, cwd=folder, env={**os.environ, **local, **more}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 124, "", f"Error: {type(error).__name__}")


def _last_line(run: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in f"{run.stdout}\n{run.stderr}".splitlines() if "Error" in line]
    return lines[-1][:40] if lines else f"exit code {run.returncode}"
