"""The one gate for whatever changes something, contacts somebody or gives something away.

Every act passes here: shown, agreed to (at a prompt, by a flag, or "always in this session"), written into
the session, and only then done. What was agreed to stays agreed to when the session is resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath

from pilot.agreement import ALWAYS, EDIT, NO, YES, Act, Agreed, Files, Given, Look, Wish
from pilot.errors import Declined, Outdated, PilotError, Tangent
from pilot.host import Choice, Host, Question
from pilot.screen import Diff, Line

_PUT_BACK = "put back"
_ANSWERS = (Choice(YES, "yes"), Choice(NO, "no"), Choice(ALWAYS, "always in this session"))
_GO_ON = "pilot resume goes on from here."


class Consent:
    """The gate. `yes` is `--yes`; `record` writes an answer into the session.

    `yes` covers runs, shown diffs and hosts that the person named; `granted` what else flags allow by name.
    """

    def __init__(
        self,
        host: Host,
        files: Files,
        yes: bool,
        record: Callable[[str, str], None],
        *,
        given: Given | None = None,
        granted: Iterable[tuple[Act, str]] = (),
        look: Callable[[str], Look] | None = None,
    ) -> None:
        self._host = host
        self._files = files
        self._yes = yes
        self._record = record
        self._given = given or Given()
        self._earlier = set(self._given.subjects)
        self._granted = set(granted)
        self._look = look
        self._named: set[str] = set()
        self._shown: Diff | None = None
        """The change that stands on the screen, asked about and not decided."""

    def person_named(self, hosts: Iterable[str]) -> None:
        """Hosts that stand in the person's own words: those that `--yes` covers."""
        self._named.update(host.lower() for host in hosts)

    def agreed(self, act: Act) -> tuple[str, ...]:
        """The subjects of an act that were agreed to: hosts, packages, variables."""
        subjects = self._given.subjects.items()
        return tuple(subject for (known, subject), yes in subjects if known is act and yes)

    def contact(self, host: str, why: str, *, also: str = "") -> bool:
        """Whether a host (`name` or `name:port`) may be contacted. Each one is asked for once.

        `also` are other flags that what is wanted needs, for who can't be asked.
        """
        host = host.lower()
        named = host in self._named
        flag = "--yes" if named else f"--allow-host {host}"
        text = f"Contact {host} ({why})?" if named else f"Contact another host, {host} ({why})?"
        covered = named and (self._yes or Act.CONTACT in self._given.always)
        flags = flag if named else " ".join(filter(None, (also, flag)))
        return self._once(Act.CONTACT, host, text, covered, flags, always=named)

    def install(self, package: str, why: str) -> bool:
        """Whether a package may be installed for the script. `--yes` does not cover it."""
        text = f"Install {package} ({why})?"
        return self._once(Act.INSTALL, package, text, False, f"--allow-install {package}")

    def share(self, what: str, why: str) -> bool:
        """Whether a model may see values of records. `--yes` does not cover it."""
        return self._once(Act.SHARE, what, f"Share {what} ({why})?", False, "--share-samples")

    def take_out(self, what: str, why: str) -> bool:
        """Whether rows may be taken out of a destination, asked each time. `--yes` does not cover it."""
        granted = (Act.TAKE_OUT, "rows") in self._granted
        if not self._host.interactive and not granted:
            self._record(f"{Act.TAKE_OUT.value}: {what}", NO)
            return False
        text = f"Take {what} out of {why}? That can't be redone."
        return self._agrees(Act.TAKE_OUT, text, what, granted, "--rows", always=False, default=NO)

    def show_variable(self, name: str) -> bool:
        """Whether the script may see an environment variable. `--yes` does not cover it."""
        flag, subject = f"--allow-env {name}", (Act.ENVIRONMENT, name)
        if subject in self._earlier:
            self._earlier.discard(subject)  # said once
            told = f"The script sees the environment variable {name}, as agreed before in this session."
            self._host.show(Line(told, "quiet"))
            return True
        known = subject in self._granted or subject in self._given.subjects
        if not self._host.interactive and not known:
            told = f"The script reads the environment variable {name} and does not get it: {flag} gives it."
            self._host.show(Line(told, "warn"))
            self._record(f"{Act.ENVIRONMENT.value}: {name}", NO)
            return False
        text = f"The script reads the environment variable {name}. May it see its value?"
        return self._once(Act.ENVIRONMENT, name, text, False, flag, default=NO)

    def run(self, what: str, why: str, *, wishes: bool = False) -> None:
        """Agree to running something; for a script, first to the hosts and variables that it names.

        With `wishes` the person may say in words what should be different first: that raises Tangent.
        Raises Declined.
        """
        self._take_grants()
        self._agree_to_needs(what)
        covered = self._yes or Act.RUN in self._given.always
        text = f"Run {what} ({why})?"
        about = (self._files.read(what) if _is_script(what) else None) or ""
        if not self._agrees(Act.RUN, text, what, covered, "--yes", always=True, wishes=wishes, about=about):
            raise Declined(f"{what} was not run.", _GO_ON)

    def change(
        self,
        path: str,
        text: str,
        *,
        wishes: bool = False,
        whole: bool = False,
        drafted_from: str | None = None,
    ) -> Agreed | Wish:
        """Show a change, and make it when it is agreed to. An equal text changes nothing and asks nothing.

        With `wishes` the person may say in words what should be different. `whole` shows the text as a new
        file, where what it replaces is nobody's work (a template). `drafted_from` is what the file held when
        the text was drafted ("" for no file). A file that is something else by now is shown once more;
        where nobody looks, that raises Outdated. Raises Declined.
        """
        seen = drafted_from
        while True:
            before = self._files.read(path)
            if before == text:
                return Agreed(text)
            if seen not in (None, before or ""):
                self._tell_changed(path)
                whole = False
            seen = before or ""
            self._show(Diff(path, None if whole else before, text))
            answer = self._ask_change(path, text, whole or before is None, wishes)
            if answer == EDIT:
                edited = self._host.edit(text, PurePath(path).suffix)
                text = text if edited is None else edited
                continue
            if answer not in (YES, ALWAYS, NO):
                return Wish(answer)
            self._shown = None
            if answer != NO and (self._files.read(path) or "") != seen:
                continue
            self._record(f"{Act.CHANGE.value}: {path}", answer)
            if answer == NO:
                raise Declined(f"{path} was not changed.", _GO_ON)
            if answer == ALWAYS:
                self._given.always.add(Act.CHANGE)
            self._files.write(path, text)
            return Agreed(text)

    def restrict(self, path: str) -> bool:
        """Make a file readable by its owner alone, when that is agreed to; whether it was."""
        covered = self._yes or Act.CHANGE in self._given.always
        question = f"{path} can be read by others on this machine. Make it yours alone?"
        agreed = self._agrees(Act.CHANGE, question, f"{path} (its mode)", covered, "--yes", always=True)
        if agreed and (text := self._files.read(path)) is not None:
            self._files.write(path, text)  # secrets files are always written with mode 0600
        return agreed

    def _show(self, change: Diff) -> None:
        """Show a change; one that was just shown, as a wish left it as it was, not once more."""
        if change != self._shown:
            self._host.show(change, *self._remarks(change.path, change.after))
        self._shown = change

    def _remarks(self, path: str, text: str) -> list[Line]:
        """What the look at a script found, where the person reads its diff."""
        if self._look is None or PurePath(path).suffix != ".py":
            return []
        look = self._look(text)
        hosts = [host for host in look.hosts if host not in self._named and not self._knows(host)]
        told = [*look.remarks, *(f"calls {host}, which was not spoken of" for host in hosts)]
        return [Line(f"This script also {remark}.", "warn") for remark in told]

    def _take_grants(self) -> None:
        """What flags allow by name holds from the first run on, whether or not the script shows the need."""
        for act, subject in sorted(self._granted - self._given.subjects.keys()):
            if act in (Act.CONTACT, Act.ENVIRONMENT):
                self._given.subjects[act, subject] = True
                self._record(f"{act.value}: {subject}", YES)

    def _agree_to_needs(self, script: str) -> None:
        if not _is_script(script) or self._look is None:
            return
        text = self._files.read(script)
        if text is None:
            hint = "Put it back: pilot log shows when it went, and pilot undo N takes that back."
            raise PilotError(f"{script} is not there, so it can't be run.", hint)
        look = self._look(text)
        covered = self._yes or Act.RUN in self._given.always
        for host in look.hosts:
            if not self.contact(host, f"{script} calls it", also="" if covered else "--yes"):
                raise Declined(f"{script} was not run: it calls {host}.", f"Agree, or change it. {_GO_ON}")
        for variable in look.variables:
            self.show_variable(variable)

    def _knows(self, host: str) -> bool:
        return (Act.CONTACT, host) in self._given.subjects

    def put_back(self, path: str, text: str) -> None:
        """Undo a change that was agreed to: written down like it, and not asked for again."""
        self._record(f"{Act.CHANGE.value}: {path}", _PUT_BACK)
        self._files.write(path, text)

    def _tell_changed(self, path: str) -> None:
        """A file is not what the draft was made from. Raises Outdated where nobody is asked."""
        if self._changes_unasked:
            says = f"{path} changed while the draft was made, so it was left as it is."
            raise Outdated(says, "Run the command again: it begins with the file as it is now.")
        says = f"{path} was changed meanwhile, which this draft does not have. From how it is now:"
        self._host.show(Line(says, "warn"))

    @property
    def _changes_unasked(self) -> bool:
        return self._yes or Act.CHANGE in self._given.always

    def _ask_change(self, path: str, text: str, new: bool, wishes: bool) -> str:
        if self._changes_unasked:
            return YES
        question = Question(
            f"{'Write' if new else 'Change'} {path}?",
            flag="--yes",
            default=YES,
            choices=(*_ANSWERS, Choice(EDIT, "edit")),
            free=wishes,
            about=text,
        )
        return self._host.ask(question)

    def _once(
        self,
        act: Act,
        subject: str,
        text: str,
        covered: bool,
        flag: str,
        *,
        always: bool = False,
        default: str = YES,
    ) -> bool:
        """Agree to an act on a subject, for as long as the session lasts."""
        known = self._given.subjects.get((act, subject))
        if known is None:
            covered = covered or (act, subject) in self._granted
            known = self._agrees(act, text, subject, covered, flag, always, default)
            self._given.subjects[act, subject] = known
        return known

    def _agrees(
        self,
        act: Act,
        text: str,
        subject: str,
        covered: bool,
        flag: str,
        always: bool,
        default: str = YES,
        wishes: bool = False,
        about: str = "",
    ) -> bool:
        answer = YES
        if not covered:
            choices = _ANSWERS if always else _ANSWERS[:2]
            question = Question(text, flag, default=default, choices=choices, free=wishes, about=about)
            answer = self._host.ask(question)
        if answer not in (YES, NO, ALWAYS):
            raise Tangent(answer)
        self._record(f"{act.value}: {subject}", answer)
        if answer == ALWAYS:
            self._given.always.add(act)
        return answer != NO


def _is_script(what: str) -> bool:
    return PurePath(what).suffix == ".py" and " " not in what
