"""Commands that are typed at a prompt."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pilot.errors import Interrupted, PilotError
from pilot.screen import Block, Line, Table
from pilot.slash.dispatch import SlashCommands
from pilot.testing import ScriptedHost


class Replan(Exception):
    """What a context raises to start something else."""


class Notebook:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def _note(self, *call: object) -> Sequence[Block]:
        self.calls.append(call)
        return [Line("done")]

    def show(self, number: int | None) -> Sequence[Block]:
        return self._note("show", number)

    def run(self) -> Sequence[Block]:
        return self._note("run")

    def sql(self, text: str) -> Sequence[Block]:
        return self._note("sql", text)

    def profile(self, words: str) -> Sequence[Block]:
        return self._note("profile", words)

    def tables(self) -> Sequence[Block]:
        raise PilotError("Nothing is loaded yet.", "pilot run loads.")

    def dlt(self, arguments: Sequence[str]) -> Sequence[Block]:
        if arguments[0] == "init":
            raise Replan
        return self._note("dlt", *arguments)

    def undo(self, number: int | None) -> Sequence[Block]:
        return self._note("undo", number)

    def redo(self) -> Sequence[Block]:
        return self._note("redo")

    def diff(self, first: int, second: int | None) -> Sequence[Block]:
        return self._note("diff", first, second)

    def rerun(self, number: int) -> Sequence[Block]:
        return self._note("rerun", number)

    def sessions(self) -> Sequence[Block]:
        return self._note("sessions")

    def change(self, words: str) -> Sequence[Block]:
        return self._note("change", words)

    def model(self, name: str) -> Sequence[Block]:
        return self._note("model", name)

    def log(self) -> Sequence[Block]:
        return self._note("log")


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def host() -> ScriptedHost:
    return ScriptedHost()


@pytest.fixture
def commands(notebook: Notebook, host: ScriptedHost) -> SlashCommands:
    return SlashCommands(notebook, host)


@pytest.mark.parametrize(
    ("typed", "call"),
    [
        ("/show", ("show", None)),
        ("/show 3", ("show", 3)),
        ("/show #12", ("show", 12)),
        ("/RUN", ("run",)),
        ("/undo ", ("undo", None)),
        ("/undo 7", ("undo", 7)),
        ("/redo", ("redo",)),
        ("/diff 3 #7", ("diff", 3, 7)),
        ("/diff 3", ("diff", 3, None)),
        ("/rerun 4", ("rerun", 4)),
        ("/sessions", ("sessions",)),
        ("/change add pagination", ("change", "add pagination")),
        ("/log", ("log",)),
        ("/model gpt-5", ("model", "gpt-5")),
        ("/sql SELECT 'it''s' FROM \"a b\"", ("sql", "SELECT 'it''s' FROM \"a b\"")),
        ("/query how many rows?", ("sql", "how many rows?")),
        ("/dlt pipeline 'my weather' info", ("dlt", "pipeline", "my weather", "info")),
    ],
)
def test_a_command_reaches_what_it_is_for(
    commands: SlashCommands, notebook: Notebook, host: ScriptedHost, typed: str, call: tuple[object, ...]
) -> None:
    commands(typed)
    assert notebook.calls == [call]
    assert host.lines == ["done"]


@pytest.mark.parametrize("typed", ["/help", "/", "/?"])
def test_help_lists_every_command(commands: SlashCommands, host: ScriptedHost, typed: str) -> None:
    commands(typed)
    (block,) = host.shown
    assert isinstance(block, Table)
    assert {row[0].split()[0] for row in block.rows} == {
        *("/help", "/show", "/log", "/run", "/sql", "/profile", "/tables", "/dlt", "/undo", "/model"),
        *("/redo", "/diff", "/rerun", "/sessions", "/change", "/quit"),
    }


def test_an_unknown_command_is_told_with_the_nearest_and_the_list(
    commands: SlashCommands, host: ScriptedHost
) -> None:
    commands("/tabels")
    assert host.lines == ["There is no /tabels. Did you mean /tables?"]
    assert isinstance(host.shown[-1], Table)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("/tables", "Nothing is loaded yet."),
        ("/show three", "three is no number of a cell."),
        ("/sql", "What should be asked?"),
        ("/dlt", "Which dlt command?"),
        ("/dlt pipeline 'x", "This can't be taken apart into words: No closing quotation."),
        ("/model", "Which model?"),
        ("/undo everything", "everything is no number of a cell."),
        ("/diff 1 2 3", "1 2 3 is no number of a cell."),
        ("/rerun", "Which cell?"),
    ],
)
def test_what_goes_wrong_is_told_with_what_to_do(
    commands: SlashCommands, notebook: Notebook, host: ScriptedHost, typed: str, words: str
) -> None:
    commands(typed)
    assert host.lines[0] == words
    assert len(host.lines) == 2
    assert notebook.calls == []


@pytest.mark.parametrize("typed", ["/quit", "/exit", "/q"])
def test_quitting_leaves(commands: SlashCommands, typed: str) -> None:
    with pytest.raises(Interrupted):
        commands(typed)


def test_what_is_no_error_for_people_passes_through(commands: SlashCommands) -> None:
    with pytest.raises(Replan):
        commands("/dlt init github duckdb")
