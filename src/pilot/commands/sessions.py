"""The command that lists a project's sessions, and names them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import msgspec

from pilot.commands.build import check_begun
from pilot.commands.look import show_or_print
from pilot.notebook import session_blocks
from pilot.options import Options
from pilot.session.lock import only_writer
from pilot.session.sessions import chosen, listed, named
from pilot.session.store import Store
from pilot.workshop import open_ground


def sessions(options: Options, name: str | None) -> int:
    """List them; with a name, give it to the current one or to the one that `--session` means."""
    check_begun(options)
    with open_ground(replace(options, no_input=True)) as ground:
        if name is not None:
            _name(options, ground.redactor.text(name))
        with closing(Store.look(options.root)) as store:
            rows = listed(store)
        document = {"version": 1, "sessions": msgspec.to_builtins(rows)}
        show_or_print(ground, options, session_blocks(rows), document)
    return 0


def _name(options: Options, name: str) -> None:
    with only_writer(options.root), closing(Store.open(options.root)) as store:
        row = chosen(store.sessions(), options.session)
        if row is not None:
            named(store, row.number, name)
