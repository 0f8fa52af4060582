"""dlt's local state of a pipeline: what a kill left half of it goes, what holds anything stays."""

from __future__ import annotations

import json
from pathlib import Path

from pilot.run.local_state import drop_half_state, forget_state


def _state(data: Path, *files: str) -> Path:
    folder = data / "pipelines" / "weather"
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(json.dumps({"_local": {"initial_cwd": str(data)}}))
    return folder


def test_a_state_without_a_schema_is_dropped(tmp_path: Path) -> None:
    folder = _state(tmp_path, "state.json", "load/.version")
    drop_half_state("weather", {"DLT_DATA_DIR": str(tmp_path)})
    assert not folder.exists()


def test_a_whole_state_and_one_with_packages_stay(tmp_path: Path) -> None:
    for files in (("state.json", "schemas/a.schema.json"), ("state.json", "load/normalized/17/x.json")):
        folder = _state(tmp_path / files[1][:4], *files)
        drop_half_state("weather", {"DLT_DATA_DIR": str(tmp_path / files[1][:4])})
        assert folder.exists()


def test_only_this_projects_state_is_forgotten(tmp_path: Path) -> None:
    folder = _state(tmp_path, "state.json", "schemas/a.schema.json")
    environment = {"DLT_DATA_DIR": str(tmp_path)}
    forget_state(tmp_path / "other", "weather", environment)
    assert folder.exists()
    forget_state(tmp_path, "weather", environment)
    assert not folder.exists()
    forget_state(tmp_path, "weather", environment)
