"""Cells, live regions and quiet screens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from pilot.errors import AnswerMissing
from pilot.finding import Finding, FindingKind
from pilot.host import Question
from pilot.hosts.unattended import UnattendedHost
from pilot.screen import Block, Diff, Line, table
from pilot.session.cell import Cell, CellState
from pilot.writers.writer import Usage
from tests.hosts.paper import Sheet, terminal_sheet

KEY_ERROR = Finding(FindingKind.CODE_ERROR, "KeyError: 'name' in weather_pipeline.py, line 12")


def host(sheet: Sheet, quiet: bool = False, verbose: bool = False) -> UnattendedHost:
    return UnattendedHost(
        stream=sheet, quiet=quiet, verbose=verbose, redact=lambda text: text.replace("key", "***")
    )


def close(
    screen: UnattendedHost,
    number: int,
    title: str,
    says: str = "",
    *,
    state: CellState = CellState.DONE,
    **more: object,
) -> None:
    screen.close_cell(replace(Cell(number, "step", title), says=says, state=state, **more))  # type: ignore[arg-type]


def run(screen: UnattendedHost, number: int, title: str, says: str = "", parent: int | None = None) -> None:
    screen.open_cell(Cell(number, "step", title, parent=parent))
    close(screen, number, title, says, seconds=1.25, parent=parent)


def test_a_cell_without_more_to_show_is_one_line() -> None:
    sheet = Sheet()
    run(host(sheet), 1, "Init", "weather_pipeline.py")
    assert sheet.lines == ["✓  1 Init                weather_pipeline.py  1.2 s"]


def test_results_and_times_stand_below_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = terminal_sheet(monkeypatch, 80)
    screen = host(sheet)
    for number, title in ((1, "Init"), (9, "Wait for secrets"), (10, "Load")):
        run(screen, number, title, "done well")
    assert {line.index("done well") for line in sheet.lines} == {25}
    assert {cell_len(line) for line in sheet.lines} == {80}


def test_a_long_result_goes_on_below_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = terminal_sheet(monkeypatch, 60)
    run(host(sheet), 1, "Init", "one two three four five six seven eight nine")
    assert sheet.lines == [
        "✓  1 Init                one two three four five six   1.2 s",
        "                         seven eight nine",
    ]


def test_a_narrow_screen_puts_the_result_below_the_title(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = terminal_sheet(monkeypatch, 30)
    run(host(sheet), 1, "Init", "weather_pipeline.py and more")
    assert sheet.lines == ["✓  1 Init  1.2 s", "     weather_pipeline.py and", "     more"]


def test_a_failure_is_told_in_the_words_of_its_finding() -> None:
    sheet = Sheet()
    screen = host(sheet)
    close(screen, 3, "Load", "ignored", state=CellState.FAILED, failure=KEY_ERROR)
    assert sheet.lines == [f"✗  3 Load                {KEY_ERROR.says}  0.0 s"]


@pytest.mark.parametrize("state", [CellState.SKIPPED, CellState.DECLINED, CellState.INTERRUPTED])
def test_a_state_without_words_is_named(state: CellState) -> None:
    sheet = Sheet()
    close(host(sheet), 3, "Load", state=state)
    assert state.value in sheet.lines[0]


def test_tokens_and_repairs_are_told_below() -> None:
    sheet = Sheet()
    close(host(sheet), 3, "Write", "ok", usage=Usage(2, 1204, 310), repairs=2)
    assert sheet.lines[1].strip() == "2 repairs · 1 204 in, 310 out tokens"


def test_a_cell_that_shows_something_gets_a_heading_first() -> None:
    sheet = Sheet()
    screen = host(sheet)
    screen.open_cell(Cell(1, "write", "Write code"))
    screen.show(Line("a plan"))
    close(screen, 1, "Write code", "written")
    run(screen, 2, "Load", "loaded")
    assert [line.split("  ")[0] for line in sheet.lines] == ["▸", "", "✓", "", "✓"]
    assert sheet.lines[1] == "  a plan"


def test_child_cells_stand_below_their_parent() -> None:
    sheet = Sheet()
    screen = host(sheet)
    screen.open_cell(Cell(7, "refine", "Refine", input="add\npaging"))
    run(screen, 8, "Write code", "written", parent=7)
    screen.open_cell(Cell(9, "check", "Check API", parent=7))
    run(screen, 10, "Repair code", "repaired", parent=9)
    close(screen, 9, "Check API", "checked", parent=7)
    close(screen, 7, "Refine", "refined")
    titles = [line.split("  ")[0:2] for line in sheet.lines if line.strip()]
    assert [line[: len(line) - len(line.lstrip())] for line in sheet.lines if line.strip()] == [
        "",
        "  ",
        "  ",
        "    ",
        "  ",
        "",
    ], titles
    assert sheet.lines[0] == "▸  7 Refine  add paging"


def test_what_a_cell_has_to_show_follows_it() -> None:
    sheet = Sheet()
    blocks: tuple[Block, ...] = (table(["a"], [[1]]), Line("and a key", "warn"))
    close(host(sheet), 1, "Probe", "seen", shown=blocks)
    assert sheet.lines == [
        "✓  1 Probe               seen  0.0 s",
        "",
        "  a",
        "  ─",
        "  1",
        "",
        "! and a ***",
    ]


def test_a_quiet_screen_shows_trouble_only() -> None:
    sheet = Sheet()
    screen = host(sheet, quiet=True)
    run(screen, 1, "Init", "fine")
    screen.open_cell(Cell(2, "write", "Write"))
    screen.show(Line("a plan"), Diff("a.py", "1\n", "2\n"), Line("odd", "warn"))
    close(screen, 2, "Write", "fine")
    with screen.working("Loading") as progress:
        progress.say("still")
    close(screen, 3, "Load", state=CellState.FAILED, failure=KEY_ERROR)
    text = "\n".join(sheet.lines)
    assert "odd" in text and KEY_ERROR.says in text
    assert not any(word in text for word in ("1 + 2", "fine", "plan", "Init", "Loading", "still"))


def test_a_quiet_screen_shows_what_a_question_is_about() -> None:
    sheet = Sheet()
    screen = host(sheet, quiet=True)
    screen.open_cell(Cell(1, "wait", "Wait for secrets"))
    screen.show(Line("put it into secrets.toml"), Diff("a.py", "1\n", "2\n"))
    with pytest.raises(AnswerMissing, match="Value"):
        screen.ask(Question("Value?", flag="--secret"))
    assert sheet.lines[0] == "  put it into secrets.toml"
    assert any("1 + 2" in line for line in sheet.lines)


def test_a_quiet_screen_shows_the_results_of_a_command() -> None:
    sheet = Sheet()
    host(sheet, quiet=True).show(Line("two tables"))
    assert sheet.lines == ["two tables"]


def test_a_log_tells_what_begins_and_keeps_program_output_to_itself() -> None:
    sheet = Sheet()
    with host(sheet).working("Loading") as progress:
        progress.write("noise\n")
        progress.say("at once")
    assert sheet.lines == ["  Loading…"]


def test_a_verbose_log_keeps_everything_under_a_heading_line_by_line() -> None:
    sheet = Sheet()
    screen = host(sheet, verbose=True)
    screen.open_cell(Cell(1, "load", "Load"))
    with screen.working("Loading") as progress:
        progress.write("the k")
        progress.write("ey\nhalf")
        progress.say("waiting")
    assert sheet.lines == ["▸  1 Load", "  Loading…", "  │ the ***", "  waiting…", "  │ half"]


def test_a_secret_that_comes_in_pieces_is_never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = terminal_sheet(monkeypatch, 60)
    with pytest.raises(ValueError), host(sheet).working("Loading") as progress:
        for piece in ("the k", "e", "y is here\n"):
            progress.write(piece)
        raise ValueError
    assert "ke" not in sheet.raw
    assert "│ the *** is here" in sheet.lines


def test_one_region_at_a_time_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = terminal_sheet(monkeypatch, 60)
    screen = host(sheet)
    with screen.working("Outer"), screen.working("Inner") as progress:
        progress.say("Within")
    assert sheet.raw.endswith("\x1b[?25h")


def test_nobody_edits_where_nobody_is() -> None:
    assert host(Sheet()).edit("text", ".py") is None
