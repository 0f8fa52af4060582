"""APIs whose records lie in other ways than in one list of objects."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from benchmarks.apis.case import Case
from tests.api.apis import ROWS, SIZE, page_of, skipped
from tests.support.api_server import Reply, Request

HOURS = [{"time": f"2026-01-0{1 + n // 24}T{n % 24:02}:00", "temperature": n / 4 - 3} for n in range(48)]
RATES = {f"C{letter}X": {"rate": n + 0.5, "name": f"coin {n}"} for n, letter in enumerate("ABCDEFGHIJ")}
CSV_ROWS = [{"code": f"S{n:03}", "height": n * 1.5, "opened": f"2020-02-{n % 28 + 1:02}"} for n in range(37)]


def columns(request: Request) -> Reply:
    """One list per field."""
    hourly = {name: [row[name] for row in HOURS] for name in HOURS[0]}
    units = {"time": "iso8601", "temperature": "C"}
    return Reply(data={"latitude": 52.5, "hourly_units": units, "hourly": hourly})


def json_api(request: Request) -> Reply:
    """JSON:API, with its own media type, links and nested attributes."""
    number = request.number("page[number]", 1)
    rows = ROWS[(number - 1) * SIZE : number * SIZE]
    data = [
        {"type": "people", "id": str(r["id"]), "attributes": {k: v for k, v in r.items() if k != "id"}}
        for r in rows
    ]
    last = number * SIZE >= len(ROWS)
    link = None if last else f"{request.base}{request.path}?page%5Bnumber%5D={number + 1}"
    body = {"data": data, "links": {"next": link}, "included": [{"type": "x", "id": "1"}]}
    return Reply(data=body, headers={"Content-Type": "application/vnd.api+json"})


def csv_of(rows: list[dict[str, Any]], delimiter: str = ",") -> Reply:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*CSV_ROWS[0]], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return Reply(raw=text.getvalue().encode(), headers={"Content-Type": "text/csv; charset=utf-8"})


def csv_pages(request: Request) -> Reply:
    """CSV, ten rows on a page."""
    number = request.number("page", 1)
    return csv_of(CSV_ROWS[(number - 1) * SIZE : number * SIZE])


def csv_offset(request: Request) -> Reply:
    """CSV by `$limit` and `$offset`, as open-data portals have it."""
    start = request.number("$offset", 0)
    return csv_of(CSV_ROWS[start : start + request.number("$limit", 10)])


def lines(request: Request, rows: list[dict[str, Any]]) -> Reply:
    """One JSON object per line."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return Reply(raw=text.encode(), headers={"Content-Type": "application/x-ndjson"})


def lines_linked(request: Request) -> Reply:
    """NDJSON with a Link header."""
    start = request.number("o", 0)
    reply = lines(request, ROWS[start : start + SIZE])
    link = f'<{request.base}{request.path}?o={start + SIZE}>; rel="next"'
    more = {"Link": link} if start + SIZE < len(ROWS) else {}
    return Reply(raw=reply.raw, headers={**reply.headers, **more})


def nested(request: Request) -> Reply:
    """Deep envelope, warnings beside the records, an empty list of errors before them."""
    rows = page_of(request)
    result = {"warnings": [], "people": rows, "paging": {"page": request.number("page", 1), "pages": 3}}
    return Reply(data={"errors": [], "response": {"result": result}})


def one_value(request: Request) -> Reply:
    """One wrapped object."""
    return Reply(data={"data": {"id": 7, "name": "only one", "score": 2.5}, "status": "ok"})


def keyed(request: Request) -> Reply:
    """One object whose keys are data."""
    return Reply(data={"base": "EUR", "rates": RATES})


SHAPES: tuple[Case, ...] = (
    Case("shapes/columnar", lambda: columns, HOURS, path="/v1/forecast"),
    Case(
        "shapes/json_api",
        lambda: json_api,
        [{"id": row["id"], "attributes__name": row["name"]} for row in ROWS],
    ),
    Case("shapes/csv_pages", lambda: csv_pages, CSV_ROWS, path="/stations.csv"),
    Case("shapes/csv_offset", lambda: csv_offset, CSV_ROWS, path="/resource/x.csv?$limit=10&$offset=0"),
    Case(
        "shapes/csv_semicolon",
        lambda: lambda q: csv_of(CSV_ROWS, ";"),
        CSV_ROWS,
        path="/stations",
    ),
    Case("shapes/ndjson_pages", lambda: lambda q: lines(q, skipped(q, "offset")), ROWS),
    Case("shapes/ndjson_link", lambda: lines_linked, ROWS),
    Case("shapes/nested", lambda: nested, ROWS),
    Case("shapes/single", lambda: one_value, [{"id": 7, "name": "only one", "score": 2.5}], path="/me"),
    Case(
        "shapes/keyed",
        lambda: keyed,
        [{"record_key": key, **value} for key, value in RATES.items()],
        path="/latest",
    ),
)
