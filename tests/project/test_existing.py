"""Pipelines that pilot did not write are found by their scripts, and by what dlt remembers of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pilot.project.existing import pipelines_in

PLAIN = """
import dlt
if __name__ == "__main__":
    pipeline = dlt.pipeline(pipeline_name="chess", destination="duckdb", dataset_name="chess_data")
    pipeline.run([{"id": 1}], table_name="games")
"""


def environ(tmp_path: Path) -> dict[str, str]:
    return {"DLT_DATA_DIR": str(tmp_path / "dlt")}


def write(root: Path, **scripts: str) -> None:
    root.mkdir(exist_ok=True)
    for name, text in scripts.items():
        (root / f"{name}.py").write_text(text)


def test_a_script_says_how_its_pipeline_is_called(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root, load_games=PLAIN, other="print('no pipeline')", broken="def")
    (names,) = pipelines_in(root, environ(tmp_path))
    assert (names.script, names.pipeline, names.dataset, names.destination) == (
        "load_games.py",
        "chess",
        "chess_data",
        "duckdb",
    )
    assert names.database == "chess.duckdb"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('NAME = "chess"\nrun(dlt.pipeline(NAME, "duckdb", dataset_name=f"{NAME}_raw"))', "chess chess_raw"),
        ('def make(name="chess", to="duckdb"):\n    return dlt.pipeline(name, destination=to)', "chess"),
        ('import dlt as d\nd.pipeline(pipeline_name="chess")', "chess"),
        ('from dlt import pipeline as make\nmake("chess")', "chess"),
        ('dlt.run([1], destination="duckdb", table_name="games")', "dlt_load"),
        ('to = dlt.destinations.duckdb("db/c.duckdb")\ndlt.pipeline("chess", destination=to)', "chess"),
        ('for n in "ab":\n    name = n\nname = 1\ndlt.pipeline(name)', "dlt_load"),
    ],
)
def test_names_are_read_as_people_write_them(tmp_path: Path, code: str, told: str) -> None:
    write(tmp_path / "project", load=f"import dlt\n{code}\n")
    (names,) = pipelines_in(tmp_path / "project", environ(tmp_path))
    pipeline, _, dataset = told.partition(" ")
    assert (names.pipeline, names.dataset) == (pipeline, dataset or f"{pipeline}_dataset")
    assert names.database == ("db/c.duckdb" if "db/" in code else f"{pipeline}.duckdb")


def test_what_a_script_leaves_out_is_what_dlt_does_by_itself(tmp_path: Path) -> None:
    root = tmp_path / "project"
    bare = "from dlt import pipeline\nimport dlt\np = pipeline(destination=dlt.destinations.postgres('x'))\n"
    write(root, load=bare)
    (names,) = pipelines_in(root, environ(tmp_path))
    assert (names.pipeline, names.dataset, names.destination) == ("dlt_load", "dlt_load_dataset", "postgres")


def test_what_dlt_remembers_of_the_folder_beats_what_it_would_do(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root, load="import dlt\np = dlt.pipeline('chess', destination=WHERE, dataset_name=DATASET)\n")
    state = {
        "pipeline_name": "chess",
        "dataset_name": "games_2026",
        "destination_type": "dlt.destinations.snowflake",
    }
    folder = tmp_path / "dlt" / "pipelines" / "chess"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text(json.dumps({**state, "_local": {"initial_cwd": str(root)}}))
    (names,) = pipelines_in(root, environ(tmp_path))
    assert (names.dataset, names.destination) == ("games_2026", "snowflake")
    (folder / "state.json").write_text(json.dumps({**state, "_local": {"initial_cwd": str(tmp_path)}}))
    (other,) = pipelines_in(root, environ(tmp_path))
    assert other.dataset == "chess_dataset"


def test_of_several_one_is_named_by_its_script_or_its_pipeline(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root, a=PLAIN, b=PLAIN.replace("chess", "go") + PLAIN.replace("chess", "shogi"))
    assert [names.pipeline for names in pipelines_in(root, environ(tmp_path))] == ["chess", "go", "shogi"]
    assert [names.pipeline for names in pipelines_in(root, environ(tmp_path), "b.py")] == ["go", "shogi"]
    assert [names.script for names in pipelines_in(root, environ(tmp_path), "shogi")] == ["b.py"]
    assert pipelines_in(root, environ(tmp_path), "none.py") == ()
