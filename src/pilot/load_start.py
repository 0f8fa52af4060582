"""Where a load starts from: what is there is kept, so that one that has to be done again can start there."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.finding import Remedy
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.project.existing import pipelines_in
from pilot.session.session import Session
from pilot.unseen_load import appended, broken_off, load_begins, new_loads, unfinished


def keep_start(session: Session, kit: Kit) -> None:
    """Keep the database (for undo, too) and what dlt knows, and write down that the load begins."""
    if kit.copies is not None and session.running is not None:
        cell = session.running.id
        for own in _pipelines(session, kit):
            if own.database is not None and kit.copies.take(cell, own.database):
                folder = kit.copies.begins(cell, own.database)
                kit.runner.keep_state(own.pipeline, folder / own.pipeline)
    session.learn(Facts(load_begun=load_begins(session, kit)))


def must_start_over(session: Session, kit: Kit) -> bool:
    """Whether what the newest load left would come again: it came to no end, or is repaired."""
    if broken_off(session):
        return True
    repaired = session.reason is not None and session.reason.remedy is Remedy.REPAIR
    return (repaired or unfinished(session)) and appended(session, kit)


def can_start_over(session: Session, kit: Kit) -> bool:
    """Whether the newest load can start from where it did."""
    return names_of(session.facts).pipeline in {own.pipeline for own, _ in _kept(session, kit)}


def would_add_twice(session: Session, kit: Kit) -> bool:
    """Whether rows of the newest load would be there twice after one more."""
    return appended(session, kit) and not can_start_over(session, kit)


def start_over(session: Session, kit: Kit) -> None:
    """Have everything be as it was before the newest load; where that can't be, drop its packages alone."""
    begun, kept = session.facts.load_begun, {own.pipeline: database for own, database in _kept(session, kit)}
    for own in _pipelines(session, kit):
        database = kept.get(own.pipeline)
        if database is None or begun is None or kit.copies is None:
            # dlt would load the stopped run's packages first, and then the same records again
            kit.runner.clear_pending(own.pipeline)
            continue
        kit.copies.begin_anew(begun.cell, database)
        # in this order: a kill between the two leaves what tells that dlt's state is kept here
        kit.runner.put_back_state(own.pipeline, kit.copies.state(begun.cell) / own.pipeline)


def leave_nothing(session: Session, kit: Kit) -> None:
    """A load failed: its packages are dropped, and with them the rows of one that dlt loaded in part."""
    begun, kept = session.facts.load_begun, dict(_kept(session, kit))
    try:
        half = begun is not None and not new_loads(session, kit)
    except PilotError:
        half = False  # what can't be read now is not put back either
    touched = (
        kit.copies is not None
        and begun is not None
        and any(kit.copies.touched(begun.cell, database) for database in kept.values())
    )
    if half and touched:
        start_over(session, kit)
    else:
        # dlt would retry the broken package at every later run, whatever the script says then
        kit.runner.clear_pending(names_of(session.facts).pipeline)


def _kept(session: Session, kit: Kit) -> Iterator[tuple[ProjectNames, str]]:
    """The pipelines of which all is kept, with their databases."""
    begun, copies = session.facts.load_begun, kit.copies
    if begun is None or copies is None:
        return
    for own in _pipelines(session, kit):
        database = own.database
        if database and copies.can_begin_anew(begun.cell, database) and kit.runner.knows(own.pipeline):
            yield own, database


def _pipelines(session: Session, kit: Kit) -> tuple[ProjectNames, ...]:
    """The session's pipeline, and all others that its script makes."""
    names = names_of(session.facts)
    made = pipelines_in(kit.project.root, os.environ, names.script)
    return (names, *(own for own in made if own.pipeline != names.pipeline))
