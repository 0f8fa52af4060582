"""The commands that follow a policy: init, resume, refine, run."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from pilot.api.profile import AuthKind
from pilot.api.words import without_secrets
from pilot.catalogue import Catalogue
from pilot.commands.course import Take, follow
from pilot.errors import AnswerMissing, PilotError, Replan, StartPolicy, UsageError
from pilot.facts import Facts
from pilot.finding import Json
from pilot.host import Choice, Host, Question
from pilot.options import Options
from pilot.project.existing import pipelines_in
from pilot.project.naming import check_name
from pilot.screen import Line
from pilot.secrecy.redaction import MARK
from pilot.secrecy.typed import LEFT_OUT, heard, masked
from pilot.session.again import repeatable
from pilot.session.cell import Cell
from pilot.session.lock import holder
from pilot.session.session import Redactor, Session
from pilot.session.sessions import named
from pilot.session.store import Store

if TYPE_CHECKING:
    from pilot.workshop import ChooseSession, Workshop

_RESUME, _RESTART = "r", "s"
_PARTS = {"run_pipeline": "pilot run", "refine_pipeline": "pilot refine"}
"""The policies that run below a cell of their own, and the commands that do that."""


def init(options: Options) -> int:
    """Follow a policy from the start, or go on with one that was begun here."""
    if options.name is not None:
        check_name(options.name)
    Catalogue(options.root, require_trust=lambda: None).policy(options.policy)

    def choose(host: Host, store: Store, redactor: Redactor) -> Session:
        found = _found(options, store, redactor)
        begun = found is not None and _same(found, options)
        if found is not None and begun and not options.restart and _goes_on(host, found):
            return found
        facts = Facts(
            options.name,
            options.destination,
            restart=options.restart or begun,
            docs=options.docs,
            extra=_said(options),
        )
        session = Session.start(store, redactor, options.policy, facts)
        if options.session is not None:
            named(store, session.number, options.session)
        return session

    return _followed(options, choose, _whole_policy)


def _found(options: Options, store: Store, redactor: Redactor) -> Session | None:
    """The session that is here; with `--session` the one of that name, which may be a new one's."""
    names = {name for row in store.sessions() for name in (row.name, str(row.number))}
    if options.session is not None and options.session.lstrip("#") not in names:
        return None
    return Session.newest(store, redactor, options.session)


def _said(options: Options) -> dict[str, Json]:
    """What the command line said of the API, for a resume before that became known."""
    said: dict[str, Json] = {"endpoints": [*options.endpoints]} if options.endpoints else {}
    return {**said, "api": masked(without_secrets(options.api))} if options.api else said


def resume(options: Options) -> int:
    """Go on after the last finished cell."""
    check_begun(options)

    def take(shop: Workshop) -> Cell | None:
        renew_writer(shop)
        if (fact := _outdated(shop.session.facts, options)) is not None:
            shop.engine.again(shop.catalogue.policy(shop.session.policy), fact)
        return _all_that_is_left(shop)

    return _followed(options, take_up(options), take)


def refine(options: Options, request: str) -> int:
    """Change the pipeline in words."""
    if not request.strip():
        raise UsageError("Nothing was asked for.", 'Say what should be different: pilot refine "…"')
    return _part(options, "refine_pipeline", "Request", request)


def load_again(options: Options) -> int:
    """Run the script for real, as it is."""
    return _part(options, "run_pipeline", "Run", None)


def rerun(options: Options, number: int) -> int:
    """Run a cell again, and everything after it that depends on it."""
    check_begun(options)

    def take(shop: Workshop) -> Cell | None:
        cell = repeatable(shop.session, number)
        renew_writer(shop)
        return shop.engine.rerun(cell)

    return _followed(options, take_up(options), take)


def _finish_parts(shop: Workshop) -> Cell | None:
    """A run or a request of its own is no part of the policy that is resumed: it is gone on with after it."""
    for part, command in _PARTS.items():
        cell = shop.session.interrupted(part)
        if cell is not None and cell.parent is None:
            words = f' "{cell.input}"' if cell.input else ""
            shop.host.show(Line(f"Going on with what was not finished: {command}{words}"))
            cell = shop.engine.resume(cell)
            if not cell.state.finished:
                return cell
    return None


def through(take: Take) -> Take:
    """The same course; where the person went back before the part that ran, all that is left is run."""

    def whole(shop: Workshop) -> Cell | None:
        course = take
        while True:
            try:
                return course(shop)
            except Replan:
                course = _all_that_is_left

    return whole


def _all_that_is_left(shop: Workshop) -> Cell | None:
    return _whole_policy(shop) or _finish_parts(shop)


def _followed(options: Options, choose: ChooseSession, take: Take, part: str | None = None) -> int:
    """Follow a course; where the person asks at a prompt for another pipeline, go on with that one."""
    try:
        return follow(options, choose, through(take), part)
    except StartPolicy as other:
        return init(replace(options, name=other.name, destination=other.destination, api=None, restart=False))


def _outdated(facts: Facts, options: Options) -> str | None:
    """What has to be found out again: the API is described anew, or it could not be seen so far."""
    if options.api is not None and facts.goal is not None and not _same_words(facts.goal, options.api):
        return "goal"
    profile = facts.profile
    unseen = profile is not None and not profile.seen and not facts.written
    # a door that is closed for lack of a key stays closed without one
    closed = profile is not None and profile.auth.kind is not AuthKind.NONE and not options.secrets
    return "profile" if (unseen and not closed) or options.docs is not None else None


def _same_words(goal: str, said: str) -> bool:
    """Whether somebody says again what was kept, keys aside."""
    return MARK.sub(LEFT_OUT, goal) == masked(without_secrets(said))


def _whole_policy(shop: Workshop) -> Cell | None:
    policy = shop.catalogue.policy(shop.session.policy).with_repairs(shop.options.max_repairs)
    return shop.engine.run_policy(policy)


def _part(options: Options, policy: str, title: str, request: str | None) -> int:
    """Run a policy as child cells of a new one."""
    check_begun(options)

    def take(shop: Workshop) -> Cell | None:
        if not shop.session.facts.written:
            raise PilotError("There is no finished script here yet.", "pilot resume goes on with it.")
        renew_writer(shop)
        words = heard(request, shop.session, shop.kit.project.secrets, shop.host) if request else None
        cell = shop.engine.run(policy, Facts(request=words), title)
        return None if cell.state.finished else cell

    return _followed(options, take_up(options), take, policy)


def check_begun(options: Options) -> None:
    """Raises PilotError where nothing was begun, before anything is made there."""
    if not Store.exists(options.root):
        raise not_begun(options)


def not_begun(options: Options) -> PilotError:
    """What to say of a folder without a session; with a script of its own, a check begins one."""
    scripts = dict.fromkeys(own.script for own in pipelines_in(options.root, os.environ))
    hint = "Start: pilot init NAME (or name another --dir)"
    if scripts:
        hint = (
            f"{next(iter(scripts))} makes a dlt pipeline. Begin with it: pilot check, then pilot run loads."
        )
    return PilotError("Nothing was begun in this folder.", hint)


def take_up(options: Options) -> ChooseSession:
    """The session as it was left, or the one that `--session` names. Raises PilotError when there is none."""

    def choose(_host: Host, store: Store, redactor: Redactor) -> Session:
        session = Session.newest(store, redactor, options.session)
        if session is None:
            raise not_begun(options)
        return session

    return choose


def look_at(options: Options, store: Store, redactor: Redactor) -> Session:
    """The same, only to be looked at; nothing is written."""
    live = holder(options.root) is not None
    session = Session.look(store, redactor, options.session, live=live)
    if session is None:
        raise not_begun(options)
    return session


def renew_writer(shop: Workshop) -> None:
    """Set the writer up again where another one is asked for, or none but the built-in one was there."""
    choice = shop.session.facts.writer
    if choice is None or (shop.options.model is None and choice.kind == "model"):
        return
    renewed, says = shop.kit.writers.set_up(shop.options.model)
    if renewed != choice:
        shop.session.learn(Facts(writer=renewed))
        shop.host.show(Line(says))


def _same(found: Session, options: Options) -> bool:
    return options.name is not None and found.facts.name == options.name and bool(found.cells)


def _goes_on(host: Host, found: Session) -> bool:
    """Whether to go on with the session that is here."""
    name = found.facts.name
    if not host.interactive:
        raise AnswerMissing(
            f"{name} was begun here before; go on or start over?", "pilot resume, or --restart"
        )
    question = Question(
        f"{name} was begun here before.",
        flag="--restart",
        default=_RESUME,
        choices=(Choice(_RESUME, "resume"), Choice(_RESTART, "start over")),
        free=False,
    )
    return host.ask(question) == _RESUME
