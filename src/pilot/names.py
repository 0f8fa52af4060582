"""The names in a dlt project that follow from the name of a pipeline."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TypeGuard

from pilot.project.named_values import named_values, text_of


@dataclass(frozen=True)
class ProjectNames:
    """How script, pipeline, dataset and database are called.

    The dataset must differ from the pipeline: DuckDB names the catalog after the file, which is named
    after the pipeline, and refuses an equal schema as ambiguous.
    """

    name: str
    destination: str = "duckdb"
    pipeline_name: str | None = None
    """What the script calls the pipeline, where it is not the name."""
    dataset_name: str | None = None
    """What the script calls the dataset, where it is not `<name>_data`."""
    script_name: str | None = None
    """The script's path, where it is not the one that `dlt init` makes."""
    database_name: str | None = None
    """The DuckDB file that the script names, where it is not called after the pipeline."""

    @property
    def script(self) -> str:
        """The script's file name, as `dlt init` makes it."""
        return self.script_name or f"{self.name}_pipeline.py"

    @property
    def pipeline(self) -> str:
        """dlt's pipeline name."""
        return self.pipeline_name or self.name

    @property
    def dataset(self) -> str:
        """dlt's dataset name."""
        return self.dataset_name or f"{self.name}_data"

    @property
    def database(self) -> str | None:
        """The DuckDB file in the project folder, for that destination."""
        own = self.database_name or f"{self.pipeline}.duckdb"
        return own if self.destination == "duckdb" else None


def names_in(script: str, names: ProjectNames) -> ProjectNames:
    """The names as the script has them: it may set another destination, dataset or pipeline name.

    Only what the text of the one `dlt.pipeline(...)` call says counts; a script that can't be read changes
    nothing.
    """
    try:
        tree = ast.parse(script)
    except SyntaxError:
        return names
    calls = [node for node in ast.walk(tree) if makes_pipeline(node)]
    if len(calls) != 1:
        return names
    said: dict[str | None, ast.expr] = {keyword.arg: keyword.value for keyword in calls[0].keywords}
    values = named_values(tree)
    pipeline = text_of(said.get("pipeline_name"), values) or _unsaid(names.pipeline, "pipeline_name" in said)
    dataset = text_of(said.get("dataset_name"), values) or _unsaid(names.dataset, "dataset_name" in said)
    return replace(
        names,
        destination=text_of(said.get("destination"), values) or names.destination,
        pipeline_name=pipeline if pipeline != names.name else None,
        dataset_name=dataset if dataset != f"{names.name}_data" else None,
    )


def _unsaid(known: str, computed: bool) -> str | None:
    """What is known stays where a script computes it."""
    return known if computed else None


def makes_pipeline(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("dlt.pipeline", "pipeline")
