"""From a brief to a file that the person agreed to: ask the writer, answer its questions, pass the gate."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from pilot.agreement import Agreed
from pilot.api.correct import correct
from pilot.api.profile import ApiProfile
from pilot.errors import NothingToChange, Outdated, PilotError, StepFailed
from pilot.facts import Facts, WriterChoice
from pilot.finding import Finding, FindingKind, Remedy
from pilot.host import Question
from pilot.kit import Kit, Project
from pilot.names import ProjectNames, names_in
from pilot.run.limits import adds_again
from pilot.screen import Line
from pilot.session.session import Session
from pilot.writers.writer import Brief, Draft, Inquiry, Reply, Unchanged, Writer

Ask: TypeAlias = "Callable[[Writer, Brief], Reply]"
"""What is asked of the writer: write, repair or refine."""

_MOST_INQUIRIES = 3
_MOST_WISHES = 20


@dataclass(frozen=True)
class Written:
    """A file that was agreed to and written."""

    text: str
    plan: str
    names: ProjectNames
    """The project's names, as the text has them."""
    profile: ApiProfile
    """What is known of the API, with what the person put right about it."""
    note: str = ""
    told: bool = False
    """The plan was shown before the person agreed."""

    @property
    def learned(self) -> Facts:
        """What the file tells."""
        return Facts(names=self.names, profile=self.profile, written=True)

    @property
    def says(self) -> str:
        """The result in one line."""
        return f"{len(self.text.splitlines())} lines{self.note}"

    @property
    def shows(self) -> tuple[Line, ...]:
        """The writer's own words."""
        lines = [Line(self.plan, "quiet")] if self.plan and not self.told else []
        if adds_again(self.text):
            lines.append(Line("Every run adds the same rows once more: this script appends.", "warn"))
        return tuple(lines)


def names_of(facts: Facts) -> ProjectNames:
    """The project's names. Raises PilotError before there are any."""
    if facts.names is None:
        raise PilotError("There is no pipeline here yet.", "Start one: pilot init NAME")
    return facts.names


def writer_choice(facts: Facts) -> WriterChoice:
    """The writer that was set up; the built-in one where none was."""
    return facts.writer or WriterChoice("builtin")


class HasProject(Protocol):
    """What a brief is made from, beside the session: the kit, or what there is without one."""

    @property
    def project(self) -> Project:
        """The project folder."""


def brief_of(session: Session, kit: HasProject) -> Brief:
    """What the writer gets, as things stand."""
    facts = session.facts
    names = names_of(facts)
    return Brief(
        goal=facts.goal or "",
        names=names,
        profile=facts.profile or ApiProfile(),
        script=kit.project.read(names.script) if facts.written else None,
        preview_removed=bool(facts.preview_removed),
    )


def write_agreed(
    session: Session, kit: Kit, brief: Brief, ask: Ask, settle: Callable[[str], str] = lambda text: text
) -> Written:
    """Draft, show, and write what was agreed to; wishes in words go back to the writer.

    `settle` has the last word on a draft's text before it is shown. Raises StepFailed, Declined, and
    NothingToChange.
    """
    path = brief.names.script
    base = brief.script if brief.script is not None else kit.project.read(path) or ""
    draft, told = _draft(session, kit, brief, ask), None
    for _ in range(_MOST_WISHES):
        whole = session.left_by("init", path) == kit.project.read(path)
        if kit.host.interactive and draft.plan and draft is not told:
            kit.host.show(Line(draft.plan, "quiet"))
        told = draft
        try:
            text = settle(draft.text)
            verdict = kit.consent.change(path, text, wishes=True, whole=whole, drafted_from=base)
        except Outdated as outdated:
            base = _as_it_is_now(kit, brief, outdated)
            brief = replace(brief, script=base)
            draft = _draft(session, kit, brief, ask)
            continue
        if isinstance(verdict, Agreed):
            note = _keep_requirements(kit, verdict.text)
            return Written(
                verdict.text,
                draft.plan,
                names_in(verdict.text, brief.names),
                brief.profile,
                note,
                told=kit.host.interactive,
            )
        brief = replace(brief, script=draft.text, wishes=(*brief.wishes, verdict.words))
        brief, ask = as_wished(brief, verdict.words)
        draft = _draft_or_earlier(session, kit, brief, ask, draft)
    raise PilotError("No draft was agreed to.", "pilot resume starts the writing again.")


def _as_it_is_now(kit: Kit, brief: Brief, outdated: Outdated) -> str:
    """The script that somebody changed while a draft was made: the draft is made anew, from this."""
    now = kit.project.read(brief.names.script)
    if brief.script is None or now is None:
        raise outdated
    says = f"{brief.names.script} was changed meanwhile: drafting again, from how it is now."
    kit.host.show(Line(says, "warn"))
    return now


def _draft_or_earlier(session: Session, kit: Kit, brief: Brief, ask: Ask, earlier: Draft) -> Draft:
    """The next draft; a wish that is beyond the writer is told, and leaves the earlier one."""
    try:
        return _draft(session, kit, brief, ask)
    except NothingToChange as nothing:
        kit.host.show(Line("The draft is so already.", "warn"), Line(nothing.words, "quiet"))
        return earlier
    except StepFailed as failure:
        if failure.finding.kind is not FindingKind.BEYOND_WRITER:
            raise
        kit.host.show(Line(failure.message, "warn"), *([Line(failure.hint)] if failure.hint else []))
        return earlier


def as_wished(brief: Brief, words: str) -> tuple[Brief, Ask]:
    """The brief, with what the words put right about the API, and what to ask of the writer."""
    corrected = correct(brief.profile, words)

    def ask(writer: Writer, brief: Brief) -> Reply:
        try:
            return _changed(writer.refine(brief, words), brief)
        except StepFailed as failure:
            if corrected is None or failure.finding.kind is not FindingKind.BEYOND_WRITER:
                raise
            # words about the API, not about the script: fit the script to what is known now
            with suppress(StepFailed):
                return writer.repair(brief, Finding(FindingKind.PROFILE_MISMATCH, words, Remedy.REPAIR))
            raise

    return replace(brief, profile=corrected or brief.profile), ask


def _changed(reply: Reply, brief: Brief) -> Reply:
    """The reply; a draft of the file as it is changes nothing."""
    if isinstance(reply, Draft) and reply.text == brief.script:
        return Unchanged(reply.plan)
    return reply


def _draft(session: Session, kit: Kit, brief: Brief, ask: Ask) -> Draft:
    """One draft; the writer's questions are put to the person."""
    for _ in range(_MOST_INQUIRIES + 1):
        with kit.host.working(f"Writing {brief.names.script}") as progress:
            writer = kit.writers.open(writer_choice(session.facts), progress.write)
            reply = ask(writer, brief)
        if isinstance(reply, Draft):
            return reply
        if isinstance(reply, Unchanged):
            raise NothingToChange(reply.says)
        answer = _answer(kit, reply)
        brief = replace(brief, answers=(*brief.answers, (reply.question, answer)))
    says = f"The model asked more than {_MOST_INQUIRIES} questions and wrote nothing."
    raise StepFailed(Finding(FindingKind.WRITER_FAILED, says), "Say more about the API, or try --model NAME.")


def _answer(kit: Kit, inquiry: Inquiry) -> str:
    kit.host.show(Line(inquiry.question))
    return kit.host.ask(Question("Your answer", flag="--api TEXT (say it there)", about=inquiry.question))


def _keep_requirements(kit: Kit, script: str) -> str:
    """Keep requirements.txt true to what the script imports."""
    from pilot.project.requirements import requirements_for

    listed = kit.project.read("requirements.txt") or ""
    needed = requirements_for(script, listed, kit.project.root)
    if needed is None:
        return ""
    kit.consent.change("requirements.txt", needed)
    return ", requirements.txt"
