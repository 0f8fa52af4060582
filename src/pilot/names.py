"""The names in a dlt project that follow from the name of a pipeline."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TypeGuard


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
        return f"{self.pipeline}.duckdb" if self.destination == "duckdb" else None


def names_in(script: str, names: ProjectNames) -> ProjectNames:
    """The names as the script has them: it may set another destination, dataset or pipeline name.

    Only literals in the one `dlt.pipeline(...)` call count; a script that can't be read changes nothing.
    """
    try:
        calls = [node for node in ast.walk(ast.parse(script)) if makes_pipeline(node)]
    except SyntaxError:
        return names
    if len(calls) != 1:
        return names
    said = {k.arg: k.value.value for k in calls[0].keywords if isinstance(k.value, ast.Constant)}
    destination, pipeline, dataset = (said.get(k) for k in ("destination", "pipeline_name", "dataset_name"))
    return replace(
        names,
        destination=destination if isinstance(destination, str) else names.destination,
        pipeline_name=pipeline if isinstance(pipeline, str) and pipeline != names.name else None,
        dataset_name=dataset if isinstance(dataset, str) and dataset != f"{names.name}_data" else None,
    )


def makes_pipeline(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("dlt.pipeline", "pipeline")
