"""Finds the pipelines of a folder that pilot did not write: by their scripts, and by dlt's local state."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pilot.names import ProjectNames, makes_pipeline
from pilot.project.named_values import named_values, text_of, value_of
from pilot.project.recognise import dotted
from pilot.run.local_state import data_folder

_LARGEST = 1_000_000
_DEFAULT = "dlt_"
"""How dlt begins the name of a pipeline that was given none; the script's name follows."""


@dataclass(frozen=True)
class _State:
    """What dlt remembers of a pipeline of the folder."""

    pipeline: str
    dataset: str | None
    destination: str | None


def pipelines_in(
    root: Path, environ: Mapping[str, str], wanted: str | None = None
) -> tuple[ProjectNames, ...]:
    """The pipelines that a folder's scripts make, in order of the scripts' names.

    `wanted` is a script's path or a pipeline's name: only those.
    """
    files = sorted({*root.glob("*.py"), *([root / wanted] if wanted and wanted.endswith(".py") else [])})
    states = {state.pipeline: state for state in _states(root, environ)}
    found = tuple(names for file in files for names in _made_in(file, root, states))
    return tuple(names for names in found if wanted in (None, names.script, names.pipeline))


def _made_in(file: Path, root: Path, states: Mapping[str, _State]) -> Iterator[ProjectNames]:
    """The pipelines of one script, each name once."""
    try:
        if file.stat().st_size > _LARGEST:
            return
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    seen: set[str] = set()
    values = named_values(tree)
    for call, unnamed in _makers(tree):
        said = {keyword.arg: keyword.value for keyword in call.keywords}
        first = call.args[0] if call.args and not unnamed else None
        pipeline = text_of(said.get("pipeline_name", first), values)
        name = pipeline or f"{_DEFAULT}{file.stem}"
        if name not in seen:
            seen.add(name)
            yield _names(file.relative_to(root).as_posix(), name, said, values, states.get(name))


def _makers(tree: ast.AST) -> Iterator[tuple[ast.Call, bool]]:
    """The calls that make a pipeline; whether it gets no name: `dlt.run`, where no other call makes one."""
    modules, functions = {"dlt"}, {"run": set[str](), "pipeline": set[str]()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {name.asname for name in node.names if name.name == "dlt" and name.asname}
        elif isinstance(node, ast.ImportFrom) and node.module == "dlt":
            for name in node.names:
                functions.get(name.name, set()).add(name.asname or name.name)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for what in ("pipeline", "run"):
        wanted = {f"{module}.{what}" for module in modules} | functions[what]
        found = [c for c in calls if dotted(c.func) in wanted or (what == "pipeline" and makes_pipeline(c))]
        if found:
            yield from ((call, what == "run") for call in found)
            return


def _names(
    script: str,
    pipeline: str,
    said: Mapping[str | None, ast.expr],
    values: Mapping[str, ast.expr],
    state: _State | None,
) -> ProjectNames:
    """What a call says, and where it says nothing readable, what dlt remembers or does by itself."""
    made = value_of(said.get("destination"), values)
    destination = _destination(made, values) or (state and state.destination) or "duckdb"
    dataset = (state and state.dataset) or text_of(said.get("dataset_name"), values) or f"{pipeline}_dataset"
    return ProjectNames(pipeline, destination, pipeline, dataset, script, _database(made, values))


def _destination(node: ast.expr | None, values: Mapping[str, ast.expr]) -> str | None:
    """`"duckdb"`, or the last name of `dlt.destinations.duckdb(…)`."""
    if isinstance(node, ast.Call):
        return dotted(node.func).rpartition(".")[2] or None
    return text_of(node, values)


def _database(made: ast.expr | None, values: Mapping[str, ast.expr]) -> str | None:
    """The file in `dlt.destinations.duckdb("db/chess.duckdb")`."""
    if not isinstance(made, ast.Call):
        return None
    named = {keyword.arg: keyword.value for keyword in made.keywords}
    text = text_of(named.get("credentials", made.args[0] if made.args else None), values)
    return text.removeprefix("duckdb:///") if text and ":memory:" not in text else None


def _states(root: Path, environ: Mapping[str, str]) -> Iterator[_State]:
    """dlt's local state of every pipeline that ran in the folder."""
    for file in sorted((data_folder(environ) / "pipelines").glob("*/state.json")):
        try:
            state = json.loads(file.read_text("utf-8"))
            folder = state["_local"]["initial_cwd"]
            destination = str(state.get("destination_type") or "").rpartition(".")[2]
            if Path(folder).resolve() == root.resolve():
                yield _State(str(state["pipeline_name"]), state.get("dataset_name"), destination or None)
        except (OSError, ValueError, LookupError, TypeError):
            continue
