"""The commands on what was done: sessions, rerun, redo, diff. Imports nothing heavy at top level."""

from __future__ import annotations

from typing import Annotated

import typer

from pilot.flags import looking, working
from pilot.options import Options

Number = Annotated[int, typer.Argument(metavar="CELL", help="A cell's number, as pilot log shows it.")]
Other = Annotated[int | None, typer.Argument(metavar="[CELL]", help="Another cell; the newest one.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(working(rerun))
    app.command()(looking(redo))
    app.command()(looking(diff))
    app.command()(looking(sessions))


def rerun(options: Options, cell: Number) -> int:
    """Run a cell again, and what comes after it.

    pilot rerun 7
    """
    from pilot.commands import build

    return build.rerun(options, cell)


def redo(options: Options) -> int:
    """Take the last undo back."""
    from pilot.commands import look

    return look.redo(options)


def diff(options: Options, cell: Number, other: Other = None) -> int:
    """What differs in the files between two cells.

    pilot diff 5 12
    """
    from pilot.commands import look

    return look.diff(options, cell, other)


def sessions(
    options: Options,
    name: Annotated[
        str | None, typer.Option("--name", help="Name the current session, or --session.")
    ] = None,
) -> int:
    """The sessions of this project: number, name, when, state, cells."""
    from pilot.commands import sessions

    return sessions.sessions(options, name)
