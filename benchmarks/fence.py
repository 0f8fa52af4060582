"""What the fence costs a preview run: `python -m benchmarks.fence`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.local_api import weather
from benchmarks.measure import Cost, Result, Subject, compare, finish
from pilot.options import Level
from pilot.run.fence.fence import ScriptFence
from pilot.run.result import RunMode
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter

MOST = 1.05
_SCRIPT = "weather_pipeline.py"
_PREVIEW = Template("""from itertools import islice

from dlt.sources.rest_api import rest_api_source

endpoint = {"path": "weather", "paginator": "single_page"}
source = rest_api_source(
    {"client": {"base_url": "$base"}, "resources": [{"name": "weather", "endpoint": endpoint}]}
)
for row in islice(source.resources["weather"], 3):
    print(row)
""")


def results(times: int = 15) -> list[Result]:
    """The figure of a preview of one answer."""
    with weather() as url, TemporaryDirectory(prefix="pilot-fence-") as folder:
        root = Path(folder, "project")
        root.mkdir()
        parts = urlsplit(url)
        (root / _SCRIPT).write_text(_PREVIEW.substitute(base=f"{parts.scheme}://{parts.netloc}"), "utf-8")
        fenced, bare = (_subject(root, parts.netloc, level) for level in (Level.FULL, Level.OFF))
        return [compare("a preview behind the full fence / without", fenced, bare, MOST, times)]


def _subject(root: Path, host: str, level: Level) -> Subject:
    fence = ScriptFence(root, level, lambda: [host], lambda: "duckdb")
    runner = ScriptRunner(root, FreshInterpreter(lambda: Path(sys.executable)), str, fence)
    environment = {"DLT_DATA_DIR": str(root.parent / "data")}

    def run() -> Cost:
        cpu, wall = sum(os.times()[:4]), time.perf_counter()
        result = runner.run(_SCRIPT, RunMode.CHECK, environment, 60, lambda text: None)
        if not result.ok:
            raise RuntimeError(f"the preview failed: {result.stderr}")
        return Cost(sum(os.times()[:4]) - cpu, time.perf_counter() - wall)

    return run


if __name__ == "__main__":
    finish(results())
