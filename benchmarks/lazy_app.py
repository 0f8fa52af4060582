"""A bare Typer app with pilot's commands and nothing behind them: the least that such a `--help` costs."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(
    name="pilot",
    help="A copilot for dlt pipelines: from an API in your words to queried tables.",
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main() -> None:
    """A copilot for dlt pipelines: from an API in your words to queried tables."""


@app.command()
def init(name: str, destination: str = "duckdb") -> None:
    """Make a pipeline: look at an API, write the code, check it, load it, query it, refine it."""


@app.command()
def resume() -> None:
    """Go on after the last finished cell."""


@app.command()
def refine(request: str) -> None:
    """Change the pipeline in words, prove the change, and load again."""


@app.command()
def run() -> None:
    """Load again with the script as it is, and look at what came."""


@app.command()
def query(words: str) -> None:
    """Ask the loaded tables, read-only."""


@app.command()
def status() -> None:
    """Where things stand, and what comes next."""


@app.command()
def log() -> None:
    """The notebook: a line per cell."""


@app.command()
def show(cell: int) -> None:
    """One cell in full: what went in, what came out, what changed."""


@app.command()
def undo(cell: int) -> None:
    """Put files back as they were before the last change, or before a cell."""


@app.command()
def doctor() -> None:
    """What is set up here: dlt, the destination, the model, the writer that would be used."""


@app.command()
def demo() -> None:
    """Make a pipeline for a small weather API that pilot itself serves: no key, no network."""
