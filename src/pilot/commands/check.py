"""`pilot check`: proves or disproves, of any folder with a dlt script, that its tables are complete."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pilot.api.words import without_secrets
from pilot.commands.build import through
from pilot.commands.course import follow
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.host import Host
from pilot.options import Options
from pilot.project.existing import pipelines_in
from pilot.secrecy.typed import masked
from pilot.session.cell import Cell
from pilot.session.session import Redactor, Session
from pilot.session.store import Store

if TYPE_CHECKING:
    from pilot.workshop import Workshop

_POLICY = "check_pipeline"


def check(options: Options) -> int:
    """Check the pipeline of the folder, whoever wrote it."""
    begun = Store.exists(options.root)
    if not begun and not pipelines_in(options.root, os.environ, options.script):
        hint = "Name the script or the pipeline: pilot check NAME (or name another --dir)"
        raise PilotError("No script that makes a dlt pipeline was found in this folder.", hint)
    goal = masked(without_secrets(options.api)) if options.api else None

    def choose(_host: Host, store: Store, redactor: Redactor) -> Session:
        found = Session.newest(store, redactor, options.session)
        if found is None:
            return Session.start(store, redactor, _POLICY, Facts(goal=goal))
        if goal is not None and found.facts.goal is None:
            found.learn(Facts(goal=goal))
        return found

    def take(shop: Workshop) -> Cell | None:
        if not begun:
            return shop.engine.run_policy(shop.catalogue.policy(_POLICY))
        cell = shop.engine.run(_POLICY, Facts(), "Check")
        return None if cell.state.finished else cell

    return follow(options, choose, through(take), _POLICY if begun else None)
