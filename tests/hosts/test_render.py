"""Blocks on terminals and in pipes."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from pilot.hosts.unattended import UnattendedHost
from pilot.screen import Block, Code, Diff, Line, Output, Table, table
from tests.hosts.paper import Sheet, terminal_sheet

EVIL = "hunter2 a\x1b[2J\x1b]0;title\x07b\u202e\x9bc\x00"


def shown(*blocks: Block, sheet: Sheet | None = None, quiet: bool = False, secret: str = "") -> Sheet:
    sheet = sheet or Sheet()

    def redact(text: str) -> str:
        return text.replace(secret, "***") if secret else text

    UnattendedHost(stream=sheet, quiet=quiet, verbose=False, redact=redact).show(*blocks)
    return sheet


EVERY_BLOCK = [
    Line(EVIL),
    Table((EVIL,), ((EVIL,),), EVIL),
    Diff(EVIL, None, EVIL),
    Diff("a.py", "x\n", f"{EVIL}\n"),
    Code(EVIL),
    Output(EVIL, EVIL),
]


@pytest.mark.parametrize("block", EVERY_BLOCK)
def test_no_text_reaches_the_stream_with_a_control_character(block: Block) -> None:
    raw = shown(block).raw
    assert not set(raw) & {"\x1b", "\x07", "\x9b", "\x00", "\u202e"}
    assert "a" in raw and "c" in raw


@pytest.mark.parametrize("block", EVERY_BLOCK)
def test_no_text_reaches_the_stream_with_a_secret(block: Block) -> None:
    assert "hunter2" in shown(block).raw
    assert "hunter2" not in shown(block, secret="hunter2").raw


def test_markup_and_emoji_codes_are_only_text() -> None:
    text = "[bold]x[/bold] [red] :smile: [link=http://x]y[/link]"
    assert shown(Line(text)).lines == [text]


def test_text_that_an_encoding_lacks_is_spelled_out() -> None:
    sheet = shown(
        Line("Zürich … 東京 → ok"),
        table(["a"], [["ü"]]),
        Diff("x", "a\n", "b\n"),
        sheet=Sheet(encoding="ascii"),
    )
    assert sheet.lines[0] == r"Z\xfcrich ... \u6771\u4eac -> ok"
    assert "----" in sheet.lines


def test_broken_file_names_can_be_shown() -> None:
    assert shown(Line("caf\udce9.py")).lines == [r"caf\udce9.py"]


def test_a_pipe_gets_whole_lines_without_colours() -> None:
    long = "word " * 60
    sheet = shown(Line(long.strip(), "bad"), Output(long), Diff("a", None, long))
    assert "\x1b" not in sheet.raw
    assert sheet.lines[0] == long.strip()


def test_a_terminal_breaks_prose_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = shown(Line("some words that are too long for this"), sheet=terminal_sheet(monkeypatch, 24))
    assert sheet.lines == ["some words that are too", "long for this"]


@pytest.mark.parametrize("columns", [20, 30, 47, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    text = "x = '東京の天気予報' * 40  # and a remark that goes on and on, " * 3
    sheet = shown(
        Line(text, "warn"),
        table(["name", "東京", "value", "a long heading here"], [[text, "東京", 12.5, None]] * 3, title=text),
        Diff("a/rather/long/path/to/some/file_of_python.py", f"{text}\nsame\n", f"{text}!\nsame\n"),
        Diff("new.py", None, f"{text}\n"),
        Code(text),
        Output(text, "title"),
        sheet=terminal_sheet(monkeypatch, columns),
    )
    assert max(map(cell_len, sheet.lines)) <= columns


def test_a_diff_shows_every_change_and_nothing_twice() -> None:
    before = "".join(f"line {n}\n" for n in range(200))
    after = (
        before.replace("line 20\n", "line twenty\n").replace("line 150\n", "").replace("line 199\n", "end\n")
    )
    lines = shown(Diff("a.py", before, after)).lines
    assert lines[0] == "a.py  +2  −3"
    changed = [line for line in lines if " + " in line or " − " in line]
    assert changed == [
        "    − line 20",
        " 21 + line twenty",
        "    − line 150",
        "    − line 199",
        "199 + end",
    ]
    assert sum(line.strip() == "⋮" for line in lines) == 3


def test_a_long_new_file_is_shown_whole() -> None:
    lines = shown(Diff("new.py", None, "".join(f"x{n} = {n}\n" for n in range(1500)))).lines
    assert lines[0] == "new.py  new, 1 500 lines"
    assert lines[1] == "   1 + x0 = 0"
    assert lines[-1] == "1500 + x1499 = 1499"


def test_an_empty_new_file_can_be_shown() -> None:
    assert shown(Diff("empty.py", None, "")).lines == ["empty.py  new, 0 lines"]


def test_a_missing_line_end_is_told() -> None:
    lines = shown(Diff("a", "x\n", "x")).lines
    assert lines[1:] == ["  − x", "1 + x", "    \\ no line end at the end of the file"]


def test_carriage_returns_are_seen_only_where_they_change() -> None:
    assert not any("\\r" in line for line in shown(Diff("a", "x\r\ny\r\n", "x\r\nz\r\n")).lines)
    assert any("x\\r" in line for line in shown(Diff("a", "x\r\n", "x\n")).lines)


def test_a_new_file_is_coloured_without_losing_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '\n\n  \ndef f(x):\n    return "東京"  # done\n\n\n'
    sheet = shown(Diff("a.py", None, text), sheet=terminal_sheet(monkeypatch, 80))
    assert "\x1b[" in sheet.raw
    assert [line[4:].rstrip() for line in sheet.lines[1:]] == [
        line.rstrip() for line in text.split("\n")[:-1]
    ]


@pytest.mark.parametrize("language", ["python", "sql", "nonsense"])
def test_code_in_any_language_is_shown_whole(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    text = "SELECT 1,\n\n       2"
    assert shown(Code(text, language), sheet=terminal_sheet(monkeypatch, 80)).lines == text.split("\n")


def test_a_table_stands_in_columns_with_numbers_at_the_right() -> None:
    lines = shown(table(["city", "rows"], [["東京", 1200], ["Oslo", 7], ["", None]], title="Where")).lines
    assert lines == ["Where", "city  rows", "──────────", "東京  1200", "Oslo     7", ""]


def test_columns_without_room_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [f"column_{n}" for n in range(12)]
    sheet = shown(table(columns, [["some value"] * 12]), sheet=terminal_sheet(monkeypatch, 40))
    assert sheet.lines[0] == "column_0    column_1  column_2  column_3"
    told = " ".join(sheet.lines[3:])
    assert "8 more columns: column_4, column_5," in told and told.endswith("column_11")


def test_an_empty_table_shows_its_headings() -> None:
    assert shown(table(["a", "b"], [])).lines == ["a  b", "────"]
    assert shown(table([], [])).lines == []


def test_values_of_several_lines_stay_on_one() -> None:
    assert shown(table(["a"], [["x\ny\r\nz"]])).lines[-1] == r"x\ny\nz"


def test_program_output_is_what_was_left_to_read() -> None:
    text = "\x1b[31mred\x1b[0m\r\n 10%\r 50%\r100%\nend\n\n"
    assert shown(Output(text)).lines == ["│ red", "│ 100%", "│ end"]


def test_trouble_is_marked_where_there_is_no_colour() -> None:
    from pilot.hosts.paper import Paper
    from pilot.hosts.render import render

    paper = Paper(Sheet(), str)
    assert [str(line) for line in render(Line("careful", "warn"), paper)] == ["! careful"]
    assert [str(line) for line in render(Line("broken", "bad"), paper)] == ["✗ broken"]


@pytest.mark.parametrize("columns", [34, 80])
def test_the_words_of_a_row_go_below_it_where_they_are_crowded(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    rows = (("stations", "24", "complete", "API total 24 = 24 rows in the table"),)
    judged = Table(("table", "rows", "verdict", "because"), rows, wraps=True)
    lines = shown(judged, sheet=terminal_sheet(monkeypatch, columns)).raw.splitlines()
    beside = [line for line in lines if "complete" in line and "API total" in line]
    assert len(beside) == (1 if columns == 80 else 0)
    assert all(cell_len(line) <= columns for line in lines)
    if columns == 34:
        assert [line for line in lines if line][-2:] == ["  API total 24 = 24 rows in the", "  table"]
