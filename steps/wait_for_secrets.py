"""Wait until every secret that the script reads has a value; then look behind the API's door."""

from collections.abc import Sequence
from dataclasses import replace

from pilot.api.fit import misfits
from pilot.api.profile import ApiProfile, AuthKind
from pilot.api.show import profile_blocks
from pilot.corrections import as_said, said_auth
from pilot.drafting import names_of
from pilot.errors import AnswerMissing, StepFailed
from pilot.facts import Facts, SecretWanted
from pilot.finding import Finding, FindingKind, Remedy
from pilot.host import Question
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.screen import Line
from pilot.secrecy.safekeeping import keep_safe
from pilot.session.cell import CellState
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step

_FILE = ".dlt/secrets.toml"
_WEAK = (
    "{0} is short or an ordinary word: it is hidden only where it stands as a key ({0}=…), not everywhere."
)

_ELSEWHERE = 'Enter keeps it. Where it goes can be said: pilot profile "the key goes in the header NAME"'


class WaitForSecrets(Step):
    """Placeholders go into secrets.toml, and pilot pauses for the person. Nothing wanted: no pause."""

    title = "Wait for secrets"
    needs = ("names", "written")
    gives = ("secrets",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Wait for what is missing or was refused."""
        names = names_of(session.facts)
        keep_safe(kit)
        return replace(self._wait(session, kit, names), script=kit.project.read(names.script))

    def _wait(self, session: Session, kit: Kit, names: ProjectNames) -> Outcome:
        refused = session.reason if session.reason and session.reason.remedy is Remedy.SECRET else None
        wanted = _with_fields(kit.project.secrets.wanted(names), refused, names)
        if not wanted:
            return Outcome(Status.SKIPPED, "the script reads no secrets", Facts(secrets=()))
        missing = [secret.path for secret in wanted if not secret.present]
        if refused is not None and not missing:
            if (settled := _good_after_all(session, kit, wanted)) is not None:
                return settled
            if not kit.host.interactive:
                raise StepFailed(
                    refused, f"Put the right value in {_FILE}, or pass --secret, and pilot resume."
                )
            kit.host.show(Line(refused.says, "warn"))
            missing = [secret.path for secret in wanted]
        if missing:
            _pause(kit, names, missing, asked_again=refused is not None)
        learned = Facts(secrets=tuple(replace(secret, present=True) for secret in wanted))
        return _look_again(session, kit, wanted, learned)


def _with_fields(
    wanted: tuple[SecretWanted, ...], refused: Finding | None, names: ProjectNames
) -> tuple[SecretWanted, ...]:
    """The secrets wanted, with those that dlt itself missed when the script ran."""
    fields = refused.evidence.get("fields") if refused else None
    known = {secret.path.rpartition(".")[2] for secret in wanted}
    missed = [str(field) for field in fields] if isinstance(fields, list) else []
    new = (field for field in missed if field.rpartition(".")[2] not in known)
    more = (SecretWanted(field if "." in field else f"sources.{names.name}.{field}") for field in new)
    return (*wanted, *more)


def _pause(kit: Kit, names: ProjectNames, missing: Sequence[str], asked_again: bool) -> None:
    """Let the person edit secrets.toml, or type the values, until none is missing."""
    if not kit.host.interactive:
        last = missing[0].rpartition(".")[2]
        raise AnswerMissing(f"the secret {missing[0]}", f"--secret {last}=env:VARIABLE (or =file:PATH)")
    before, after = kit.project.secrets.with_placeholders(missing)
    if before != after:
        kit.consent.change(_FILE, after)
    left = list(missing)
    while left:
        path = left[0]
        text = f"{path} (type it, hidden; or edit {_FILE} and press Enter)"
        value = kit.host.ask(Question(text, flag="--secret", hidden=True, optional=True))
        if value:
            kit.project.secrets.save(path, value)
            left.remove(path)
            if kit.project.secrets.is_weak(path, value):
                kit.host.show(Line(_WEAK.format(path.rpartition(".")[2]), "warn"))
        elif asked_again:
            left.clear()
        present = {secret.path for secret in kit.project.secrets.wanted(names) if secret.present}
        filled = [path for path in left if path in present and not asked_again]
        left = [path for path in left if path not in filled]
        if not value and left:
            kit.host.show(Line(f"still missing in {_FILE}: {', '.join(left)}", "warn"))


def _good_after_all(session: Session, kit: Kit, wanted: Sequence[SecretWanted]) -> Outcome | None:
    """A fresh look with a key that a run was refused with: where it opens the API, the script is wrong."""
    profile = session.facts.profile
    if profile is None or profile.auth.kind is AuthKind.NONE or not profile.base_url:
        return None
    seen = _seen_with(session, kit, wanted)
    if not seen.seen or any(endpoint.wants_key for endpoint in seen.endpoints):
        return None
    learned = Facts(secrets=tuple(wanted), profile=seen)
    says = "The API takes this key from pilot, and refused the script: it sends it otherwise"
    misfit = _misfit(session, kit, seen) or Finding(FindingKind.PROFILE_MISMATCH, says, Remedy.REPAIR)
    return Outcome(says=misfit.says, learned=learned, shows=profile_blocks(seen), findings=(misfit,))


def _seen_with(session: Session, kit: Kit, wanted: Sequence[SecretWanted]) -> ApiProfile:
    """What the API shows with the keys that are there now."""
    values = kit.project.secrets.values_of(wanted)
    with kit.host.working("Looking at the API with the key") as progress:
        docs, picked = kit.options.docs or session.facts.docs, session.facts.picked or ()
        said = said_auth(session.facts)
        seen = kit.prober.probe(session.facts.goal or "", docs, values, progress.say, picked, said)
    return as_said(session.facts, seen)


def _look_again(session: Session, kit: Kit, wanted: Sequence[SecretWanted], learned: Facts) -> Outcome:
    """Probe with the key where the API showed nothing without it; the script may not fit what it shows."""
    profile = session.facts.profile
    says = f"{len(wanted)} set: {', '.join(secret.path for secret in wanted)}"
    if profile is None or profile.auth.kind is AuthKind.NONE or not profile.base_url:
        return Outcome(says=says, learned=learned)
    if profile.seen:
        # looked at before; what it showed may wait for its repair where the person left in the midst of it
        finding = _misfit(session, kit, profile) if session.reason is None and _broken_off(session) else None
        return Outcome(says=says, learned=learned, findings=(finding,) if finding else ())
    seen = _let_in(session, kit, wanted)
    learned = replace(learned, profile=seen)
    if not seen.seen:
        return Outcome(Status.SKIPPED if _refusals(seen) else Status.DONE, _still_closed(seen), learned)
    finding = _misfit(session, kit, seen)
    return Outcome(
        says=says, learned=learned, shows=profile_blocks(seen), findings=(finding,) if finding else ()
    )


def _let_in(session: Session, kit: Kit, wanted: Sequence[SecretWanted]) -> ApiProfile:
    """What the API shows with the keys; while it refuses them, the person is asked for others."""
    while True:
        before = kit.project.secrets.values_of(wanted)
        seen = _seen_with(session, kit, wanted)
        if seen.seen:
            return seen
        kit.host.show(Line(_still_closed(seen), "warn"), *profile_blocks(seen))
        if not kit.host.interactive or not _refusals(seen):
            return seen
        kit.host.show(Line(_ELSEWHERE, "quiet"))
        paths = [secret.path for secret in wanted if secret.path.startswith("sources.")]
        _pause(kit, names_of(session.facts), paths, asked_again=True)
        if kit.project.secrets.values_of(wanted) == before:
            return seen


def _broken_off(session: Session) -> bool:
    """Whether this step ended before its end the last time."""
    ended = [c for c in session.cells if c.step == "wait_for_secrets" and c.state is not CellState.RUNNING]
    return bool(ended) and not ended[-1].state.finished and ended[-1].state is not CellState.UNDONE


def _misfit(session: Session, kit: Kit, profile: ApiProfile) -> Finding | None:
    lines = misfits(kit.project.read(names_of(session.facts).script) or "", profile)
    if not lines:
        return None
    says = f"With the key the API shows what the script overlooks: {lines[0]}"
    return Finding(FindingKind.PROFILE_MISMATCH, says, Remedy.REPAIR, {"misfits": list(lines)})


def _still_closed(profile: ApiProfile) -> str:
    refused = _refusals(profile)
    return f"The API refuses this key ({refused[0]})." if refused else "With the key it shows no records."


def _refusals(profile: ApiProfile) -> list[int | None]:
    return [endpoint.status for endpoint in profile.endpoints if endpoint.wants_key]
