"""Runs pilot, and dlt's bare source, against one API, and judges what each of them loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.apis.case import Case, Rows
from benchmarks.apis.compare import columns_of, loaded_rows, renamed, true_rows
from tests.support.api_server import ApiServer

COMPLETE, SAID, FAILED, WRONG = "complete", "said", "failed", "WRONG"
_SAYING = ("not proven", "only the first page", "only its beginning")
_PILOT_SECONDS, _DLT_SECONDS = 120, 20

BARE = """\
import dlt
from dlt.sources.rest_api import rest_api_source

client = {{"base_url": {base!r}}}
rows = {{"name": "rows", "endpoint": {{"path": {path!r}}}}}
source = rest_api_source({{"client": client, "resources": [rows]}})
dlt.pipeline("case", destination="duckdb", dataset_name="case_data").run(source, write_disposition="replace")
"""


@dataclass(frozen=True)
class Score:
    """How one tool did at one API."""

    verdict: str
    detail: str = ""
    probes: int = 0
    """Requests that looked at the API before any code was written."""
    requests: int = 0
    """All requests."""
    seconds: float = 0.0


def score_pilot(case: Case) -> Score:
    """The real command, unattended."""
    with TemporaryDirectory(prefix="pilot-case-") as folder, ApiServer(case.routes()) as server:
        root = Path(folder)
        words = case.words.replace("{base}", server.url)
        command = [sys.executable, "-m", "pilot", "init", "case", "duckdb", "--dir", str(root / "project")]
        command += ["--api", f"Load {server.url}{case.path} {words}", "--model", "builtin"]
        command += ["--yes", "--no-input", "--json"]
        command += ["--docs", f"{server.url}{case.docs}"] if case.docs else []
        command += [part for endpoint in case.endpoints for part in ("--endpoint", endpoint)]
        for name in case.secrets:
            command += ["--secret", f"{name}=env:CASE_{name.upper()}"]
        given = {f"CASE_{name.upper()}": value for name, value in case.secrets.items()}
        started = time.monotonic()
        run = _run(command, root, given, _PILOT_SECONDS)
        seconds = time.monotonic() - started
        verdict, detail = _judged(case.rows, root / "project" / "case.duckdb", _told(run), run.returncode)
        if case.later is not None and verdict == COMPLETE:
            server.routes[case.plain_path] = case.later()
            again = [sys.executable, "-m", "pilot", "run", "--dir", str(root / "project")]
            run = _run([*again, "--yes", "--no-input", "--json"], root, given, _PILOT_SECONDS)
            rows = case.later_rows
            verdict, detail = _judged(rows, root / "project" / "case.duckdb", _told(run), run.returncode)
        probes = sum(1 for r in server.requests if r.headers.get("user-agent") == "dlt-pilot")
        return Score(verdict, detail, probes, len(server.requests), seconds)


def score_dlt(case: Case) -> Score:
    """dlt's own source, given only the URL and the path."""
    with TemporaryDirectory(prefix="dlt-case-") as folder, ApiServer(case.routes()) as server:
        script = BARE.format(base=server.url, path=case.path.lstrip("/"))
        Path(folder, "case.py").write_text(script, encoding="utf-8")
        started = time.monotonic()
        run = _run([sys.executable, "case.py"], Path(folder), {}, _DLT_SECONDS)
        seconds = time.monotonic() - started
        rows = renamed(case.rows, case.renamed)
        said = run.stderr if run.returncode else ""
        verdict, detail = _judged(rows, Path(folder, "case.duckdb"), said[-300:], run.returncode)
        verdict = FAILED if verdict == SAID else verdict
        return Score(verdict, detail, 0, len(server.requests), seconds)


def _run(
    command: list[str], folder: Path, more: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    settings = {
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **settings, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no end within {seconds:g} s")


def _told(run: subprocess.CompletedProcess[str]) -> str:
    """How pilot says that something is missing: its failure, or a plain line on the way."""
    try:
        told: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        return f"no JSON: {run.stderr[-300:]}"
    failure = told.get("failure")
    if failure:
        return f"{failure['step']}: {failure['message']}"
    line = next((line for line in run.stderr.splitlines() if any(s in line for s in _SAYING)), "")
    return " ".join(line.split())


def _judged(rows: Rows, database: Path, told: str, code: int) -> tuple[str, str]:
    columns = columns_of(rows)
    found = loaded_rows(database, "case_data", columns)
    truth = true_rows(rows, columns)
    if found == truth:
        return COMPLETE, ""
    if not found:
        return (SAID if code and told else WRONG), told[-160:] or "nothing was loaded"
    extra, missing = sum((found - truth).values()), sum((truth - found).values())
    detail = f"{found.total()} of {truth.total()} rows, {missing} missing, {extra} too many or different"
    return (SAID if told and (code or not extra) else WRONG), f"{detail}; {told[:120]}"
