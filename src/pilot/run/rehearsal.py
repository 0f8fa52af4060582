"""A rehearsal: the script loads as it would, into a database that is thrown away afterwards."""

from __future__ import annotations

from pathlib import Path

from pilot.run.harness.rehearsal import DATABASE, FOLDER


def rehearsal_environment(folder: Path) -> dict[str, str]:
    """What makes a run a rehearsal: dlt's state and whatever destination it has are in `folder`."""
    return {FOLDER: str(folder), "DLT_DATA_DIR": str(folder)}


def database_of(folder: Path, pipeline: str) -> Path:
    """The database that a pipeline loads into in a rehearsal; where its name is another one, the only one."""
    own = folder / "pipelines" / DATABASE.format(pipeline)
    made = [*own.parent.glob(DATABASE.format("*"))]
    return made[0] if len(made) == 1 else own
