"""Turns a load into a rehearsal: each pipeline of the script loads into a database that is thrown away.

Whatever destination, staging and folder a pipeline is given, in code or in settings, it gets a database and
a state of its own. Unlike the rest of the harness this must not fail quietly: it would load for real.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from .on_import import on_import

FOLDER = "PILOT_REHEARSAL"
"""The variable that names the folder; unset: no rehearsal."""
DATABASE = "{}_rehearsed.duckdb"
"""The database of a pipeline; DuckDB wants another name for it than for the dataset."""

# ruff: noqa: PTH118  (pathlib would cost every run its import)


def install(folder: str) -> None:
    """From now on dlt loads into `folder`."""
    pipelines = os.path.join(folder, "pipelines")
    os.makedirs(pipelines, exist_ok=True)  # noqa: PTH103
    on_import({"dlt.pipeline.pipeline": lambda module: _divert(module, pipelines)})


def _divert(module: ModuleType, pipelines: str) -> None:
    """Have each pipeline made with, and kept to, the database below this folder."""
    pipeline: Any = module.Pipeline
    begin, aim = pipeline.__init__, pipeline._set_destinations

    def made(self: Any, pipeline_name: str, _pipelines_dir: str, salt: Any, *rest: Any, **named: Any) -> None:
        begin(self, pipeline_name, pipelines, salt, *rest, **named)

    def aimed(self: Any, destination: Any = None, **named: Any) -> None:
        if self._destination is None:
            from dlt.destinations import duckdb

            database = duckdb(credentials=os.path.join(pipelines, DATABASE.format(self.pipeline_name)))
            aim(self, destination=database, initializing=bool(named.get("initializing")))

    pipeline.__init__, pipeline._set_destinations = made, aimed
