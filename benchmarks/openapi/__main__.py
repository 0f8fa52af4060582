"""`python -m benchmarks.openapi [NAME_OR_FILE…]`: real commands over OpenAPI documents, a line per endpoint.

For each document a server answers as it says; `pilot init --docs SPEC --endpoint …` loads its lists,
unattended and without a model. A table is filled when it holds exactly the records that the server has.
Each is run a second time as a bare document, which says "ok" of every answer and no more.
`--peer PATH/TO/dlt-init-openapi` sets that beside it: lists filled of all. Ends with 1 when something is
missing that was not said to be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.openapi.mock import KEY, USER, Mock  # noqa: E402
from benchmarks.openapi.peer import peer_database  # noqa: E402
from benchmarks.openapi.schema import Document  # noqa: E402
from tests.support.api_server import ApiServer  # noqa: E402

_SPECS = Path(__file__).parent / "specs"
_SECONDS = 180
_FILLS = {
    "forge_links": {"org": "login", "repo": "name"},
    "guild_links": {"maker": "mark", "house": "seal"},
    "kennel_swagger2": {"ownerId": "ownerId"},
}
FILLED, SAID, WRONG = "filled", "said", "WRONG"


@dataclass(frozen=True)
class Score:
    """How one list endpoint ended."""

    path: str
    verdict: str
    detail: str = ""


@dataclass(frozen=True)
class Run:
    """One command over one document."""

    name: str
    scores: tuple[Score, ...]
    probes: int
    requests: int
    seconds: float


def main() -> int:
    """Score every document that was named, or all."""
    named, peer = _arguments(sys.argv[1:])
    files = [f for f in sorted(_SPECS.iterdir()) if not named or any(name in f.stem for name in named)]
    files += [Path(name).resolve() for name in named if Path(name).is_file()]
    beside = f"{'dlt-init-openapi':<49}" if peer else ""
    print(
        f"{'document':<26} {'endpoint':<38} {'table':<7} {'probe':>5} {'all':>5} {'sec':>5}  "
        f"{beside}what was said"
    )
    scores: list[Score] = []
    tasks = [(file, bare) for file in files for bare in (False, True)]
    with ThreadPoolExecutor(2) as pool:
        for (file, bare), run in zip(tasks, pool.map(lambda task: _run(*task), tasks), strict=True):
            scores += run.scores
            other = _beside(peer, file) if peer and not bare else ""
            counts = f"{run.probes:>5} {run.requests:>5} {run.seconds:>5.1f}"
            for number, score in enumerate(run.scores):
                head = run.name if not number else ""
                cost = "" if number else counts
                ended = (f"{'' if number else other:<48} ") if peer else ""
                print(f"{head:<26} {score.path:<38} {score.verdict:<7} {cost:>17}  {ended}{score.detail}")
            sys.stdout.flush()
    totals = {verdict: sum(1 for s in scores if s.verdict == verdict) for verdict in (FILLED, SAID, WRONG)}
    print(
        f"{len(scores)} list endpoints: "
        + ", ".join(f"{count} {verdict}" for verdict, count in totals.items())
    )
    return 1 if totals[WRONG] else 0


def _arguments(given: list[str]) -> tuple[list[str], Path | None]:
    """The documents that are named, and the command to set beside, after `--peer`."""
    if "--peer" not in given:
        return given, None
    at = given.index("--peer")
    return [*given[:at], *given[at + 2 :]], Path(given[at + 1]).absolute()


def _run(file: Path, bare: bool) -> Run:
    mock = Mock(Document.read(file), _FILLS.get(file.stem, {}))
    with TemporaryDirectory(prefix="pilot-spec-") as folder, ApiServer(mock.routes) as server:
        given = file
        if bare:
            given = Path(folder, f"{file.stem}.json")
            given.write_text(json.dumps(mock.document.bare()), encoding="utf-8")
        command = [sys.executable, "-m", "pilot", "init", "bench", "duckdb", "--dir", f"{folder}/project"]
        command += ["--api", f"Load from {server.url}", "--docs", str(given), "--model", "builtin"]
        command += ["--yes", "--no-input", "--json"]
        for path in mock.truth:
            command += ["--endpoint", path]
        for scheme in mock.document.security():
            basic = "basic" in (scheme["type"], scheme.get("scheme"))
            names = (("username", "USER"), ("password", "KEY")) if basic else (("api_key", "KEY"),)
            for name, variable in names:
                command += ["--secret", f"{name}=env:BENCH_{variable}"]
        started = time.monotonic()
        done = _ended(command, Path(folder))
        seconds = time.monotonic() - started
        told = _told(done)
        tables = _keys_by_table(Path(folder, "project", "bench.duckdb"))
        scores = tuple(_judged(path, keys, tables, told) for path, keys in mock.truth.items())
        probes = sum(1 for request in server.requests if request.headers.get("user-agent") == "dlt-pilot")
        name = f"{file.stem}, bare" if bare else file.stem
        return Run(name, scores, probes, len(server.requests), seconds)


def _beside(peer: Path, file: Path) -> str:
    """How many of the lists the peer's project fills."""
    mock = Mock(Document.read(file), _FILLS.get(file.stem, {}))
    with TemporaryDirectory(prefix="peer-spec-") as folder, ApiServer(mock.routes) as server:
        database, said = peer_database(peer, file, f"{server.url}{mock.document.base}", Path(folder))
        tables = _keys_by_table(database)
        scores = [_judged(path, keys, tables, []).verdict for path, keys in mock.truth.items()]
        return f"{scores.count(FILLED)} of {len(scores)} {said}".strip()


def _ended(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "BENCH_KEY": KEY,
        "BENCH_USER": USER,
    }
    try:
        return subprocess.run(
            command, cwd=folder, env={**os.environ, **settings}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no end within {_SECONDS} s")


def _told(run: subprocess.CompletedProcess[str]) -> list[str]:
    """What pilot said: its failure, and the lines that say what is not read."""
    try:
        failure = json.loads(run.stdout).get("failure")
    except ValueError:
        return [f"no JSON: {run.stderr[-300:]}"]
    lines = [f"{failure['step']}: {failure['message']}"] if failure else []
    marks = ("not proven", "only the first page", "left out", "not seen")
    return lines + [line.strip() for line in run.stderr.splitlines() if any(mark in line for mark in marks)]


def _keys_by_table(database: Path) -> dict[str, list[list[str]]]:
    """For each table the values of each of its columns, and nothing of dlt's own."""
    import duckdb

    if not database.exists():
        return {}
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'bench_data'"
            " AND table_name NOT LIKE '\\_dlt%' ESCAPE '\\'"
        ).fetchall()
        tables = {}
        for (name,) in names:
            rows = connection.execute(f'SELECT * FROM bench_data."{name}"')
            # what begins with an underscore dlt put there, the parent's key among it
            own = [not column[0].startswith("_") for column in rows.description]
            columns = zip(own, zip(*rows.fetchall(), strict=True), strict=True)
            tables[name] = [[str(value) for value in column] for is_own, column in columns if is_own]
    return tables


def _judged(path: str, keys: list[str], tables: dict[str, list[list[str]]], told: list[str]) -> Score:
    wanted = set(keys)
    best: tuple[int, list[str]] = (0, [])
    for columns in tables.values():
        for column in columns:
            if set(column) <= wanted:
                best = max(best, (len(column), column))
    found = best[1]
    if sorted(found) == sorted(keys):
        return Score(path, FILLED)
    last = [part for part in path.split("/") if part and not part.startswith("{")][-1].lower()
    said = next((line for line in told if last in line.lower()), told[0] if told and not found else "")
    detail = f"{len(found)} of {len(keys)} rows; {said}"[:150]
    return Score(path, SAID if said and len(found) <= len(keys) else WRONG, detail)


if __name__ == "__main__":
    sys.exit(main())
