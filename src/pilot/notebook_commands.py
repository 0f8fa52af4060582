"""The commands on the notebook: to look at it, to go back and forth in it, and to take it along.

Imports nothing heavy at top level.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pilot.errors import UsageError
from pilot.flags import looking, working
from pilot.options import Options

Cell = Annotated[int | None, typer.Argument(metavar="[CELL]", help="A cell's number, as pilot log shows it.")]
Number = Annotated[int, typer.Argument(metavar="CELL", help="A cell's number, as pilot log shows it.")]
Other = Annotated[int | None, typer.Argument(metavar="[CELL]", help="Another cell; the newest one.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(looking(log))
    app.command()(looking(show))
    app.command()(looking(diff))
    app.command()(looking(undo))
    app.command()(looking(redo))
    app.command()(working(rerun))
    app.command()(looking(sessions))
    app.command()(looking(export))
    app.command()(working(replay))


def log(
    options: Options,
    cell: Cell = None,
    traffic: Annotated[
        bool, typer.Option("--traffic", help="The script's requests instead, of one cell or all.")
    ] = False,
) -> int:
    """The notebook: a line per cell, or (--traffic) per request.

    pilot log --traffic 12
    """
    if cell is not None and not traffic:
        raise UsageError("A cell is named only with --traffic.", f"pilot show {cell} shows the cell.")
    if traffic:
        from pilot.commands import look

        return look.traffic(options, cell)
    from pilot.commands import log

    return log.log(options)


def show(options: Options, cell: Cell = None) -> int:
    """One cell in full: what went in, what came out, what changed.

    pilot show 12
    """
    from pilot.commands import look

    return look.show(options, cell)


def diff(options: Options, cell: Number, other: Other = None) -> int:
    """What differs in the files between two cells.

    pilot diff 5 12
    """
    from pilot.commands import look

    return look.diff(options, cell, other)


def undo(
    options: Options,
    cell: Cell = None,
    rows: Annotated[bool, typer.Option("--rows", help="Also what loads appended, without a copy.")] = False,
) -> int:
    """Take the last change back, or what a cell changed, exactly.

    pilot undo 12
    """
    from pilot.commands import look

    return look.undo(options, cell, rows=rows)


def redo(options: Options) -> int:
    """Take the last undo back."""
    from pilot.commands import look

    return look.redo(options)


def rerun(options: Options, cell: Number) -> int:
    """Run a cell again, and what comes after it.

    pilot rerun 7
    """
    from pilot.commands import build

    return build.rerun(options, cell)


def sessions(
    options: Options,
    name: Annotated[
        str | None, typer.Option("--name", help="Name the current session, or --session.")
    ] = None,
) -> int:
    """The sessions of this project: number, name, when, state, cells."""
    from pilot.commands import sessions

    return sessions.sessions(options, name)


def export(
    options: Options,
    file: Annotated[Path, typer.Argument(help="notebook.ipynb, report.html or session.json")],
    samples: Annotated[bool, typer.Option("--samples", help="Include values of single records.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replace the file where it is there.")] = False,
) -> int:
    """Take it along: a notebook, a page to show, or a full record.

    pilot export report.html
    """
    from pilot.commands import export

    return export.export(replace(options, yes=yes), file, samples)


def replay(
    options: Options,
    file: Annotated[Path, typer.Argument(help="A record: what pilot export session.json wrote.")],
    live: Annotated[bool, typer.Option("--live", help="Ask the model itself, not the record.")] = False,
) -> int:
    """Do again what a record tells, in an empty folder.

    What was answered then is taken from the record.

    pilot replay ../session.json --secret api_key=env:KEY --yes
    """
    from pilot.commands import replay

    return replay.replay(options, file, live)
