"""How much of dlt's raw traceback a repair needs: `python -m benchmarks.evidence`.

Scripts that fail in different places run both ways: as a person would, with all that dlt prints on stderr,
and under pilot, whose request holds the finding with its evidence. Both are counted in tokens.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from benchmarks.measure import Result, finish
from benchmarks.tokens import Vocabulary, vocabulary
from pilot.names import ProjectNames
from pilot.run.environment import child_environment
from pilot.run.failure import classify
from pilot.run.result import RunMode
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from pilot.writers.requests import finding_parts, trial_parts
from pilot.writers.writer import Brief
from tests.support.weather_api import FaultyApi, serve

MOST = 0.15
_NAME = "weather_pipeline.py"
_SCRIPT = Template("""import dlt
from dlt.sources.helpers import requests


@dlt.resource(name="stations", write_disposition="replace", columns=$columns)
def stations():
    answer = requests.get("$url/v1/$path", headers={"X-API-Key": "$key"}, timeout=10)
    answer.raise_for_status()
    for station in answer.json()["$field"]:
        yield $record


if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run(stations(), schema_contract=$contract))
""")
_RIGHT = {
    "path": "stations", "field": "stations", "record": "station", "columns": "{}", "contract": "None",
}  # fmt: skip
_WRONG = {
    "not found": {"path": "places"},
    "no such field": {"field": "data"},
    "no such name": {"record": "record"},
    "a column that can't be": {
        "columns": '{"id": {"data_type": "bigint"}}', "contract": '{"data_type": "freeze"}'
    },
    "a key that is not there": {"columns": '{"key": {"primary_key": True, "nullable": False}}'},
}  # fmt: skip


def results() -> list[Result]:
    """The share over all scripts."""
    words = vocabulary()
    with serve(FaultyApi(times=0)) as api:
        told = dict(_told({**_RIGHT, "url": api.url, "key": api.key}, words))
    raw, own = (sum(counts[i] for counts in told.values()) for i in (0, 1))
    each = ", ".join(f"{what} {one / all_of_it:.0%}" for what, (all_of_it, one) in told.items())
    return [Result("tokens of the evidence / of dlt's traceback", each, own / raw, MOST, own / raw)]


def _told(values: dict[str, str], words: Vocabulary) -> Iterator[tuple[str, tuple[int, int]]]:
    for what, wrong in _WRONG.items():
        with TemporaryDirectory() as folder:
            (Path(folder) / _NAME).write_text(_SCRIPT.substitute({**values, **wrong}), "utf-8")
            yield what, (words.count(_raw(Path(folder))), words.count(_own(Path(folder))))


def _raw(folder: Path) -> str:
    """What a person sees."""
    done = subprocess.run(
        [sys.executable, _NAME],
        cwd=folder,
        env=child_environment(os.environ, {"DLT_DATA_DIR": str(folder / "dlt")}),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def _own(folder: Path) -> str:
    """What a writer gets."""
    starter = FreshInterpreter(lambda: Path(sys.executable))
    run = ScriptRunner(folder, starter, str).run(_NAME, RunMode.LOAD, {}, 60, lambda text: None, "weather")
    finding = classify(run)
    if finding is None:
        raise RuntimeError(f"it did not fail: {run}")
    brief = Brief("", ProjectNames("weather"), traffic=run.traffic)
    return "\n".join(part.framed(part.text) for part in [*finding_parts(finding), *trial_parts(brief)])


if __name__ == "__main__":
    finish(results())
