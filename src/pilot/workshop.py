"""Puts everything together for one project: host, session, engine and kit. Here alone rooms meet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from pilot.agreement import Act, Given
from pilot.api.fetch import ProbeLimits
from pilot.api.prober import ApiProber
from pilot.api.settings import probe_limits
from pilot.api.words import hosts_in
from pilot.catalogue import Catalogue
from pilot.consent import Consent
from pilot.desk import Desk, PromptDesk
from pilot.engine.engine import Engine
from pilot.errors import PilotError
from pilot.host import Host
from pilot.hosts.choose import open_host
from pilot.hosts.remembering import RememberingHost
from pilot.hosts.replayed import ReplayedHost
from pilot.hosts.terminal import TerminalHost
from pilot.kit import Kit
from pilot.memory import Memory
from pilot.model.prices import price_list
from pilot.model.purse import Bounds
from pilot.model.settings import load_settings
from pilot.options import Options
from pilot.project.files import mode_for
from pilot.project.interpreter import find_interpreter
from pilot.project.look_at_code import look_before_run
from pilot.project.project import DltProject
from pilot.project.secrets import ProjectSecrets
from pilot.run.answers import AnswerMemory
from pilot.run.fence.fence import ScriptFence
from pilot.run.runner import ScriptRunner
from pilot.run.warm import WarmStarter
from pilot.screen import Line
from pilot.secrecy.redaction import Redactor
from pilot.secrecy.sharing import Sharing
from pilot.secrecy.typed import TypedSecrets
from pilot.session.copies import Copies, largest_copy
from pilot.session.lock import holder, only_writer
from pilot.session.session import Session
from pilot.session.store import STATE, Store
from pilot.session.taking_up import finish_broken
from pilot.slash.dispatch import SlashCommands
from pilot.trust import Trust
from pilot.warehouse.unloading import Unloading
from pilot.warehouse.warehouse import DltWarehouse
from pilot.writers.choice import WriterRoom

ChooseSession: TypeAlias = Callable[[Host, Store, Redactor], Session]
"""Begins a session, or takes up the newest."""


@dataclass(frozen=True)
class Ground:
    """What there is without a session: enough to look, and to set a writer up."""

    options: Options
    host: Host
    redactor: Redactor
    project: DltProject
    catalogue: Catalogue
    writers: WriterRoom
    sharing: Sharing
    starter: WarmStarter


@dataclass(frozen=True)
class Workshop:
    """Everything that a command works with."""

    options: Options
    host: Host
    session: Session
    catalogue: Catalogue
    engine: Engine
    kit: Kit
    desk: Desk
    redactor: Redactor


@dataclass(frozen=True)
class RecordedFiles:
    """The project's files, where every change is kept in the session before it is made."""

    project: DltProject
    session: Session

    def read(self, path: str) -> str | None:
        """A file's text."""
        return self.project.read(path)

    def write(self, path: str, text: str) -> None:
        """Keep what was there and what comes, then write."""
        mode = mode_for(self.project.root / path)
        self.session.record_change(self.project.root, path, self.project.encode(path, text), mode)
        self.project.write(path, text)


@contextmanager
def open_ground(options: Options, starter: WarmStarter | None = None) -> Iterator[Ground]:
    """The project without its session: nothing is locked, nothing is made.

    `starter` begins runs of the script, where one is warmed up already.
    """
    secrets = ProjectSecrets(options.root, options.secrets, os.environ)
    redactor = Redactor(secrets.values, secrets.words)
    settings = load_settings(options.root, os.environ)
    for name, value in settings.secrets.items():
        redactor.learn(name, value)
    host: Host = open_host(
        no_input=options.no_input,
        json=options.json,
        quiet=options.quiet,
        verbose=options.verbose,
        history=options.root / STATE / "history",
        redact=redactor.text,
    )
    if options.answers is not None:
        host = ReplayedHost(host, options.answers, options.yes)
    memory = Memory.of_user(options.root, os.environ)
    catalogue = Catalogue(options.root, Trust(options.root, host, memory, options.trust).require)
    starter = starter or WarmStarter(options.root, lambda: find_interpreter(options.root)[0])
    project = DltProject(options.root, secrets, starter=starter)
    sharing = Sharing(host, memory, options.share_samples, options.always_share_samples)
    writers = WriterRoom(
        host,
        settings,
        catalogue.prompt,
        redact=redactor.outgoing,
        leaks=redactor.leak,
        memory=memory,
        shares=lambda: sharing.allowed,
        has_pyarrow=lambda: project.has_package("pyarrow"),
        bounds=Bounds(options.max_tokens, options.max_cost),
        prices=price_list(options.root, os.environ),
    )
    with closing(writers), closing(starter), _told_without_secrets(redactor):
        yield Ground(options, host, redactor, project, catalogue, writers, sharing, starter)


@contextmanager
def _told_without_secrets(redactor: Redactor) -> Iterator[None]:
    """An error may repeat what was typed, or what an API or a database said."""
    try:
        yield
    except PilotError as error:
        error.message, error.hint = redactor.text(error.message), redactor.text(error.hint)
        error.args = (error.message,)
        raise


@contextmanager
def open_workshop(
    options: Options, choose: ChooseSession, starter: WarmStarter | None = None
) -> Iterator[Workshop]:
    """The project's workshop, with the lock held. Raises PilotError where it can't be had."""
    with (
        open_ground(options, starter) as ground,
        only_writer(options.root),
        closing(Store.open(options.root)) as store,
    ):
        session = choose(ground.host, store, ground.redactor)
        tell_remark(ground.host, store)
        finish_broken(session, options.root)
        ground.sharing.settle()
        shop = _assembled(ground, session)
        with shop.kit.warehouse.together():
            yield shop


@contextmanager
def open_to_ask(options: Options, choose: ChooseSession) -> Iterator[Workshop]:
    """The workshop for a question: where another pilot works, or the disk can't be written, with a copy."""
    held = holder(options.root) is not None
    if not held and os.access(options.root / STATE, os.W_OK):
        with open_workshop(options, choose) as shop:
            yield shop
        return
    with open_ground(options) as ground, closing(Store.copy(options.root)) as store:
        session = choose(ground.host, store, ground.redactor)
        ground.sharing.settle()
        yield _assembled(ground, session)


def tell_remark(host: Host, store: Store) -> None:
    """Say what the person should know about the session's file."""
    if store.remark:
        host.show(Line(store.remark, "warn"))


def _granted(options: Options) -> list[tuple[Act, str]]:
    """What flags allow by name."""
    variables = [(Act.ENVIRONMENT, name) for name in options.allow_env]
    hosts = [(Act.CONTACT, host.lower()) for host in options.allow_host]
    rows = [(Act.TAKE_OUT, "rows")] if options.rows else []
    return [*variables, *hosts, *rows, *((Act.INSTALL, package) for package in options.allow_install)]


def _fence(options: Options, session: Session, consent: Consent) -> ScriptFence:
    return ScriptFence(
        options.root,
        options.fence,
        hosts=lambda: consent.agreed(Act.CONTACT),
        destination=lambda: session.facts.names.destination if session.facts.names else None,
        variables=lambda: consent.agreed(Act.ENVIRONMENT),
    )


def _limits(ground: Ground) -> ProbeLimits:
    return probe_limits(ground.options.root, os.environ, ground.sharing.allowed)


def _assembled(ground: Ground, session: Session) -> Workshop:
    project, redact = ground.project, ground.redactor.text
    host = RememberingHost(ground.host, session)
    files = RecordedFiles(project, session)
    # a replay's answers to the gate are in its record: --yes only lets them be used
    yes = ground.options.yes and ground.options.answers is None
    consent = Consent(
        host,
        files,
        yes,
        session.record_consent,
        given=Given.recorded((act, answer) for _, _, act, answer in session.consents()),
        granted=_granted(ground.options),
        look=look_before_run,
    )
    consent.person_named(hosts_in(session.facts.goal or ""))
    engine = Engine(ground.catalogue, session)
    ground.writers.count_on(session.usage)
    ground.writers.keep_in(session)

    fence = _fence(ground.options, session, consent)

    def credentials() -> dict[str, str]:
        names = session.facts.names
        return project.secrets.environment(project.secrets.wanted(names)) if names else {}

    kit = Kit(
        host=host,
        consent=consent,
        project=project,
        prober=ApiProber(consent.contact, _limits(ground)),
        writers=ground.writers,
        runner=ScriptRunner(
            project.root,
            ground.starter,
            redact,
            begun=ground.redactor.begun,
            fence=fence,
            answers=None if ground.options.fresh else AnswerMemory(),
        ),
        warehouse=DltWarehouse(project.root, project.interpreter, redact, credentials),
        policies=engine,
        options=ground.options,
        unloading=Unloading(project.root, project.interpreter, redact, credentials),
        copies=Copies(project.root, largest_copy(project.root, os.environ)),
    )
    engine.kit = kit
    if isinstance(ground.host, TerminalHost):
        ground.host.on_command = SlashCommands(PromptDesk(session, kit), host)
        ground.host.on_words = TypedSecrets(session, project.secrets, ground.host)
    desk = Desk(session, kit)
    parts = (ground.options, host, session, ground.catalogue, engine, kit, desk)
    return Workshop(*parts, ground.redactor)
