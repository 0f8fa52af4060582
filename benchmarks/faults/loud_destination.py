"""Faults at the destination, conflicts with the schema, and what an earlier run left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.faults.answers import healthy
from benchmarks.faults.case import SCRIPT, Case, Place
from benchmarks.faults.loud_answers import ASK, ASK_ALL, LOAD
from benchmarks.faults.scripts import by_requests, rest_api
from pilot.finding import FindingKind, Remedy

_HOLD = "import duckdb, time; c = duckdb.connect('case.duckdb'); print(1, flush=True); time.sleep(600)"


@contextmanager
def _held(place: Place) -> Iterator[None]:
    """Another program has the database open for writing."""
    with subprocess.Popen([sys.executable, "-c", _HOLD], cwd=place.root, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        closing = threading.Timer(10, holder.kill)  # it is closed there, some time
        if place.remedies:
            closing.start()
        yield
        closing.cancel()
        holder.kill()


@contextmanager
def _broken_load(place: Place) -> Iterator[None]:
    """A load, then one that failed in the midst, then the script was put right."""
    script = place.root / SCRIPT
    right = script.read_text("utf-8")
    place.python(SCRIPT)
    script.write_text(right.replace("write_disposition=", 'primary_key="nope", write_disposition='), "utf-8")
    place.python(SCRIPT)
    script.write_text(right, "utf-8")
    yield


@contextmanager
def _narrow_load(place: Place) -> Iterator[None]:
    """A load of fewer fields than the API gives now."""
    script = place.root / SCRIPT
    now = script.read_text("utf-8")
    script.write_text(now.replace(LOAD, "yield [{'id': 1}]"), "utf-8")
    place.python(SCRIPT)
    script.write_text(now, "utf-8")
    yield


@contextmanager
def _no_database(place: Place) -> Iterator[None]:
    (place.root / "case.duckdb").write_text("this is no database " * 500, "utf-8")
    yield


_MERGE = 'table_name="people", write_disposition="merge", primary_key="{key}"'
_FULL = 'with open("/dev/full", "w") as file:\n    file.write("x" * 100_000)\n' + ASK

LOUD_DESTINATION: tuple[Case, ...] = (
    Case(
        "destination/locked",
        by_requests(ASK_ALL),
        (FindingKind.DESTINATION_LOCKED,),
        Remedy.UNLOCK,
        healthy,
        rows={"people": 25},
        around=_held,
        heals=True,
    ),
    Case(
        "destination/no_database",
        by_requests(ASK),
        (FindingKind.DESTINATION_REFUSED,),
        Remedy.STOP,
        healthy,
        around=_no_database,
    ),
    Case(
        "destination/no_folder",
        by_requests(ASK),
        (FindingKind.DESTINATION_REFUSED,),
        Remedy.STOP,
        healthy,
        files={".dlt/secrets.toml": '[destination.duckdb]\ncredentials = "/no/such/folder/case.duckdb"\n'},
    ),
    Case("destination/disk_full", by_requests(_FULL), (FindingKind.OUT_OF_SPACE,), Remedy.STOP, healthy),
    Case(
        "schema/contract",
        by_requests(
            ASK,
            'table_name="people", write_disposition="append", schema_contract={"columns": "freeze"}',
        ),
        (FindingKind.SCHEMA_CONFLICT,),
        Remedy.REPAIR,
        healthy,
        around=_narrow_load,
    ),
    Case(
        "schema/contract_type",
        by_requests(
            ASK,
            'table_name="people", columns={"name": {"data_type": "bigint"}}, '
            'schema_contract={"data_type": "freeze"}',
        ),
        (FindingKind.SCHEMA_CONFLICT,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "schema/key_absent",
        by_requests(ASK, _MERGE.replace("{key}", "uuid")),
        (FindingKind.SCHEMA_CONFLICT,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "schema/cursor_absent",
        rest_api(
            endpoint='"data_selector": "results", "incremental": {"cursor_path": "changed_at", '
            '"start_param": "since", "initial_value": "2020"}'
        ),
        (FindingKind.SCHEMA_CONFLICT,),
        Remedy.REPAIR,
        healthy,
    ),
    Case(
        "schema/big_number",
        by_requests("yield [{'id': 1, 'n': 10**30}]"),
        (FindingKind.SCHEMA_CONFLICT, FindingKind.CODE_ERROR),
        Remedy.REPAIR,
    ),
    Case(
        "pending/broken_package",
        by_requests(ASK_ALL),
        (FindingKind.PENDING_PACKAGES,),
        Remedy.CLEAR,
        healthy,
        rows={"people": 25},
        around=_broken_load,
        heals=True,
    ),
)
