"""Load the same rows with the built-in writer's script and with dlt's defaults: time, memory, equality.

    python benchmarks/load/compare.py 10000 100000

Both scripts read the same local server, in child processes, one after the other in one run. What counts is
the ratio. The generated script is exactly what the built-in writer writes for this API: a big table is read
in columns where pyarrow is installed, as it is with the `bench` extra.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import duckdb

from pilot.api.fields import fields_of
from pilot.api.profile import ApiProfile, Endpoint, Paging, PagingKind, Records, Shape
from pilot.finding import Json
from pilot.names import ProjectNames
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import Brief

PAGE = 1000

DEFAULTS = """\
import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source(
    {{
        "client": {{"base_url": "{base_url}"}},
        "resource_defaults": {{"write_disposition": "replace"}},
        "resources": [
            {{
                "name": "events",
                "endpoint": {{
                    "path": "events",
                    "params": {{"limit": {page}}},
                    "data_selector": "events",
                    "paginator": {{"type": "json_link", "next_url_path": "next"}},
                }},
            }}
        ],
    }}
)
dlt.pipeline("sample", destination="duckdb", dataset_name="sample_data").run(source)
"""


def row(number: int) -> dict[str, Json]:
    """One small flat record."""
    return {
        "id": number,
        "name": f"event number {number}",
        "kind": "abcdef"[number % 6],
        "amount": number / 8,
        "paid": number % 3 == 0,
        "created_at": f"2026-01-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
    }


@contextmanager
def served(rows: int) -> Iterator[str]:
    """Serve that many rows in pages; gives the base URL."""

    class Pages(BaseHTTPRequestHandler):
        """Answers with one page."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Answer."""
            first = int(parse_qs(urlsplit(self.path).query).get("from", ["0"])[0])
            last = min(first + PAGE, rows)
            following = f"/events?from={last}" if last < rows else None
            page = {"events": [row(number) for number in range(first, last)], "next": following}
            body = json.dumps(page).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def generated(base_url: str, rows: int) -> str:
    """What the built-in writer writes for this API."""
    fields = fields_of([row(number) for number in range(100)])
    events = Endpoint(
        "events",
        "events",
        status=200,
        records=Records(Shape.LIST, "events", PAGE, fields),
        paging=Paging(PagingKind.JSON_LINK, True, {"next_url_path": "next"}, PAGE, "limit"),
        primary_key=("id",),
        total=rows,
    )
    brief = Brief("", ProjectNames("sample"), ApiProfile(base_url, (events,)), preview_removed=True)
    return BuiltinWriter().write(brief).text


def measured(folder: Path, script: str) -> tuple[float, float]:
    """Seconds and megabytes at most of one run in a folder of its own."""
    folder.mkdir()
    (folder / "sample_pipeline.py").write_text(script, encoding="utf-8")
    settings = {
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "NO_PROXY": "127.0.0.1",
    }
    started = time.perf_counter()
    process = os.fork()
    if process == 0:
        os.chdir(folder)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.execve(sys.executable, [sys.executable, "sample_pipeline.py"], {**os.environ, **settings})
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{folder.name} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def differences(one: Path, other: Path) -> int:
    """Rows that are in one database only; -1 where a column is, or has another type."""
    with duckdb.connect() as connection:
        for name, folder in (("a", one), ("b", other)):
            connection.execute(f"ATTACH '{folder / 'sample.duckdb'}' AS {name} (READ_ONLY)")
        kinds = [_columns(connection, name) for name in "ab"]
        if kinds[0] != kinds[1]:
            return -1
        columns = ", ".join(kinds[0])
        rows = [f"SELECT {columns} FROM {name}.sample_data.events" for name in "ab"]
        both = f"(({rows[0]}) EXCEPT ALL ({rows[1]})) UNION ALL (({rows[1]}) EXCEPT ALL ({rows[0]}))"
        found = connection.execute(f"SELECT count(*) FROM ({both})").fetchone()
    return int(found[0]) if found else -1


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """The types of the table's columns, without dlt's own."""
    described = connection.execute(f"DESCRIBE {database}.sample_data.events").fetchall()
    return {name: kind for name, kind, *_ in sorted(described) if not name.startswith("_dlt_")}


def main() -> None:
    """Compare for each number of rows that was named."""
    print("rows     defaults        generated       faster  different rows")
    for rows in [int(argument) for argument in sys.argv[1:]] or [10_000]:
        with served(rows) as base_url, tempfile.TemporaryDirectory() as folder:
            fast, slow = Path(folder) / "generated", Path(folder) / "defaults"
            slow_seconds, slow_memory = measured(slow, DEFAULTS.format(base_url=base_url, page=PAGE))
            seconds, memory = measured(fast, generated(base_url, rows))
            print(
                f"{rows:<8} {slow_seconds:5.1f} s {slow_memory:5.0f} MB  {seconds:5.1f} s {memory:5.0f} MB  "
                f"{slow_seconds / seconds:5.1f}x  {differences(fast, slow)}"
            )


if __name__ == "__main__":
    main()
