"""The examples in the system prompt are run: what a model copies must be right."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from pilot.shipped import ROOT

KEY = "key-of-the-shop"
SHOPS = [{"id": number, "name": f"shop {number}"} for number in range(1, 26)]
PROMPT = (ROOT / "prompts" / "system.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PROMPT, re.S)


class ShopServer(ThreadingHTTPServer):
    """Shops in pages of ten, two orders for each shop in pages of one, and a columnar forecast."""

    daemon_threads = True
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    """Answers like the APIs that the examples describe."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ShopServer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.asked.append(self.path)
        status, answer = 200, self.answer(url.path, query)
        if url.path.startswith("/v1/") and self.headers.get("Authorization") != f"Bearer {KEY}":
            status, answer = 401, {"error": "no key"}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self, path: str, query: dict[str, str]) -> object:
        if path == "/v1/shops":
            page = int(query.get("page", 1))
            return {"data": SHOPS[page * 10 - 10 : page * 10], "pages": 3}
        if path == "/forecast":
            return {"hourly": {"time": ["2026-01-01T00:00", "2026-01-01T01:00"], "temperature": [3.5, None]}}
        shop, second = int(path.split("/")[3]), "after" in query
        order = {"id": shop * 10 + second, "total": "9.90"}
        return {"data": [order], "next": None if second else "more"}


@pytest.fixture
def server() -> Iterator[ShopServer]:
    with ShopServer(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def run(script: str, server: ShopServer, folder: Path) -> str:
    """Run an example against the server."""
    url = f"http://127.0.0.1:{server.server_port}"
    (folder / "example.py").write_text(script.replace("https://api.example.com", url), "utf-8")
    environment = {**os.environ, "SOURCES__SHOP__API_KEY": KEY, "DLT_DATA_DIR": str(folder / "dlt")}
    environment |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__REQUEST_MAX_ATTEMPTS": "1"}
    environment = {name: value for name, value in environment.items() if not name.lower().endswith("proxy")}
    command = [sys.executable, "example.py"]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr[-3_000:]
    return result.stdout


def without_preview(script: str) -> str:
    """The script without what stands before the pipeline is made."""
    guard = script.index('if __name__ == "__main__":\n') + len('if __name__ == "__main__":\n')
    return script[:guard] + script[script.index("    pipeline = ") :]


def rows(folder: Path, database: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / database), read_only=True) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def test_there_are_two_examples_and_both_are_python() -> None:
    assert len(EXAMPLES) == 2
    for example in EXAMPLES:
        ast.parse(example)


def test_the_preview_of_the_rest_example_is_bounded(server: ShopServer, tmp_path: Path) -> None:
    shown = run(EXAMPLES[0], server, tmp_path)
    records = [ast.literal_eval(line) for line in shown.splitlines()]
    assert [record.get("name") for record in records[:3]] == ["shop 1", "shop 2", "shop 3"]
    assert [record.get("total") for record in records[3:]] == ["9.90"] * 3
    assert len(server.asked) <= 12, server.asked
    assert not list(tmp_path.glob("*.duckdb"))


def test_the_rest_example_loads_everything_once_however_often_it_runs(
    server: ShopServer, tmp_path: Path
) -> None:
    for _ in range(2):
        run(without_preview(EXAMPLES[0]), server, tmp_path)
        assert len(rows(tmp_path, "shop.duckdb", "shop_data.shops")) == 25
        assert len(rows(tmp_path, "shop.duckdb", "shop_data.orders")) == 50
    assert KEY not in " ".join(server.asked)


def test_the_columnar_example_shows_and_loads_rows(server: ShopServer, tmp_path: Path) -> None:
    first = run(EXAMPLES[1], server, tmp_path).splitlines()[0]
    assert ast.literal_eval(first) == {"time": "2026-01-01T00:00", "temperature": 3.5}
    run(without_preview(EXAMPLES[1]), server, tmp_path)
    assert [row[1] for row in rows(tmp_path, "forecast.duckdb", "forecast_data.hourly")] == [3.5, None]


def test_dlt_takes_every_paginator_that_the_prompt_names(tmp_path: Path) -> None:
    named = [text for text in re.findall(r'\{"type": "[^{}]*\}', PROMPT) if "api_key" not in text]
    named = [
        text for text in named if text.count(":") == text.count(",") + 1
    ]  # the auth forms leave values out
    paginators = [ast.literal_eval(text) for text in named]
    assert {paginator["type"] for paginator in paginators} == {
        "single_page", "header_link", "json_link", "cursor", "header_cursor", "offset", "page_number",
    }  # fmt: skip
    (tmp_path / "example.py").write_text(f"""
from dlt.sources.rest_api import rest_api_source
for paginator in {paginators!r}:
    endpoint = {{"path": "x", "data_selector": "$", "paginator": paginator}}
    resource = {{"name": "x", "endpoint": endpoint}}
    rest_api_source({{"client": {{"base_url": "http://127.0.0.1/"}}, "resources": [resource]}}, name="x")
""")
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, timeout=60)
