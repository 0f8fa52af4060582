"""The names in a dlt project that follow from the name of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProjectNames:
    """How script, pipeline, dataset and database are called.

    The dataset must differ from the pipeline: DuckDB names the catalog after the file, which is named
    after the pipeline, and refuses an equal schema as ambiguous.
    """

    name: str
    destination: str = "duckdb"

    @property
    def script(self) -> str:
        """The script's file name, as `dlt init` makes it."""
        return f"{self.name}_pipeline.py"

    @property
    def pipeline(self) -> str:
        """dlt's pipeline name."""
        return self.name

    @property
    def dataset(self) -> str:
        """dlt's dataset name."""
        return f"{self.name}_data"

    @property
    def database(self) -> str | None:
        """The DuckDB file in the project folder, for that destination."""
        return f"{self.name}.duckdb" if self.destination == "duckdb" else None
