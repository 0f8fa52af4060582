"""The terminal host at a real pseudo-terminal."""

from __future__ import annotations

import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal

SCRIPT = Path(__file__).with_name("conversation.py")
Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(
            *arguments: str, columns: int = 100, rows: int = 40, env: dict[str, str] | None = None
        ) -> Terminal:
            command = [sys.executable, str(SCRIPT), *arguments]
            return stack.enter_context(terminal(command, tmp_path, env, columns, rows))

        yield begin


def test_words_come_back_as_they_were_typed(start: Start) -> None:
    session = start("words")
    session.expect("? Which API do you want to load?")
    session.answer("  the weather of Zürich, 東京  ")
    session.expect("-> 'the weather of Zürich, 東京'")
    assert session.wait() == 0


def test_an_empty_answer_is_asked_again_and_told_why(start: Start) -> None:
    session = start("words")
    session.expect("load?")
    session.press("enter")
    session.expect("! This needs an answer")
    session.expect("load?")
    session.answer("x")
    session.expect("-> 'x'")


@pytest.mark.parametrize(("kind", "answer"), [("default", "weather"), ("optional", ""), ("choices", "y")])
def test_enter_alone_takes_what_is_offered(start: Start, kind: str, answer: str) -> None:
    session = start(kind)
    session.expect("?")
    session.press("enter")
    session.expect(f"-> {answer!r}")


def test_the_default_is_seen(start: Start) -> None:
    start("default").expect("(Enter: weather)")


@pytest.mark.parametrize("typed", ["n", "N", "no", "No.", "NO"])
def test_a_choice_is_typed_by_its_key_or_its_label(start: Start, typed: str) -> None:
    session = start("choices")
    session.expect("([y]es / [n]o; Enter: yes)")
    session.answer(typed)
    session.expect("-> 'n'")


def test_what_is_no_choice_is_asked_again_with_what_would_work(start: Start) -> None:
    session = start("choices")
    session.expect("Run the script?")
    session.answer("perhaps")
    session.expect("! Please answer [y]es / [n]o")
    session.expect("Run the script?")
    session.answer("no")
    session.expect("-> 'n'")


@pytest.mark.parametrize(
    ("typed", "answer"), [("always", "a"), ("a", "a"), ("use another name", "use another name"), ("", "y")]
)
def test_words_are_welcome_beside_choices(start: Start, typed: str, answer: str) -> None:
    session = start("wishes")
    session.expect("or say what should be different; Enter: yes")
    session.answer(typed)
    session.expect(f"-> {answer!r}")


def test_a_hidden_answer_is_not_seen_and_in_no_history(start: Start, tmp_path: Path) -> None:
    history = tmp_path / "history"
    session = start("hidden", str(history))
    session.expect("Value of api_key")
    session.answer("/slash-is-a-secret-too")
    session.expect("-> '/slash-is-a-secret-too'")
    assert session.raw.count(b"slash") == 1  # the script's own print
    assert not history.exists()


def test_ctrl_c_leaves(start: Start) -> None:
    session = start("words")
    session.expect("load?")
    session.type("half an ans")
    session.press("ctrl-c")
    session.expect("-> Interrupted: Stopped.")
    assert session.wait() == 130


def test_ctrl_d_on_an_empty_line_is_the_end_of_input(start: Start) -> None:
    session = start("optional")
    session.expect("What next?")
    session.press("ctrl-d")
    session.expect("-> EndOfInput")
    assert session.wait() == 130


@pytest.mark.parametrize("at", ["asking", "working"])
def test_a_terminal_that_goes_away_is_the_end_of_input(start: Start, tmp_path: Path, at: str) -> None:
    left = tmp_path / "left"
    session = start("hang_up", str(left), at)
    session.expect("load?")
    session.hang_up()
    deadline = time.monotonic() + 10
    while not (left.exists() and left.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left.read_text() == "EndOfInput"


def test_what_begins_with_a_slash_is_a_command_and_the_question_stays(start: Start) -> None:
    session = start("words")
    session.expect("load?")
    session.answer("/tables")
    session.expect("did /tables")
    session.expect("load?")
    session.answer("it")
    session.expect("-> 'it'")


def test_a_command_may_leave(start: Start) -> None:
    session = start("words")
    session.expect("load?")
    session.answer("/quit")
    session.expect("-> Interrupted: Left with /quit.")
    assert session.wait() == 130


def test_the_arrow_keys_bring_back_what_was_typed_before(start: Start, tmp_path: Path) -> None:
    history = tmp_path / "history"
    first = start("twice", str(history))
    first.expect("load?")
    first.answer("the first answer with s3cr3t-value in it")
    first.expect("load?")
    first.press("up", "enter")
    first.expect("-> 'the first answer with [secret] in it'")
    assert first.wait() == 0
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    later = start("words", str(history))
    later.expect("load?")
    later.press("up", "enter")
    later.expect("-> 'the first answer with [secret] in it'")


def test_lines_pasted_together_stay_one_answer(start: Start) -> None:
    session = start("words")
    session.expect("load?")
    session.paste("one\ntwo\n")
    session.press("enter")
    session.expect(r"-> 'one\ntwo'")


def test_a_narrow_terminal_shows_the_whole_question(start: Start) -> None:
    session = start("wishes", columns=30)
    session.expect("Write the file?")
    session.expect("Enter: yes")
    shown = " ".join(line.strip() for line in session.screen())
    assert "[a]lways in this session / [e]dit, or say what should be different" in shown
    session.answer("e")
    session.expect("-> 'e'")


def test_a_question_that_offers_much_is_broken_between_words(start: Start) -> None:
    session = start("long", columns=40)
    session.expect("Enter: yes")
    assert session.screen()[:2] == [
        "? Contact api.weather.example.com (look",
        "  at the API that you named)?",
    ]
    session.press("enter")
    session.expect("-> 'y'")


def test_wide_characters_do_not_shift_the_cursor(start: Start) -> None:
    session = start("wide", columns=30)
    session.expect("東京の天気 für Zürich?")
    session.answer("雨")
    session.expect("-> '雨'")


def test_a_dumb_terminal_gets_plain_prompts(start: Start) -> None:
    session = start("wishes", env={"TERM": "dumb"})
    session.expect("Write the file?")
    session.answer("no")
    session.expect("-> 'n'")
    assert b"\x1b" not in session.raw


def test_a_dumb_terminal_hides_what_is_hidden(start: Start) -> None:
    session = start("hidden", env={"TERM": "dumb"})
    session.expect("Value of api_key")
    session.answer("abcdef")
    session.expect("-> 'abcdef'")
    assert session.raw.count(b"abcdef") == 1


def test_prompts_work_while_all_that_is_shown_goes_into_a_pipe(start: Start, tmp_path: Path) -> None:
    with terminal(["/bin/sh", "-c", f"{sys.executable} {SCRIPT} choices 2>&1 | cat"], tmp_path) as session:
        session.expect("Run the script?")
        session.answer("n")
        session.expect("-> 'n'")


def test_the_live_region_makes_way_for_a_question_and_leaves_nothing(start: Start) -> None:
    session = start("work")
    session.expect("Loading")
    session.expect("left")
    session.expect("a line above")
    session.expect("Run the script?")
    assert not session.cursor_hidden
    session.answer("n")
    session.expect("it is over")
    assert session.wait() == 0
    lines = [line for line in session.text().split("\n") if line.strip()]
    assert [line.partition(" (")[0].strip() for line in lines] == [
        "a line above",
        "? Run the script?",
        "-> 'n'",
        "it is over",
    ]
    assert b"s3cr3t" not in session.raw
    assert not session.cursor_hidden


@pytest.mark.parametrize("columns", [40, 80])
def test_a_load_is_one_line_with_its_rows_and_their_rate(start: Start, columns: int) -> None:
    session = start("load", columns=columns)
    session.expect("Extracting: 15,000 rows, 3,750 rows/s")
    assert any(line.endswith("  1 s") for line in session.expect("  1 s").split("\n"))
    assert session.screen()[1:] == ["  │ a word of its own"]
    assert session.wait() == 0
    assert session.screen() == []


def test_ctrl_c_while_something_runs_gives_the_cursor_back_and_keeps_the_last_lines(start: Start) -> None:
    session = start("linger")
    session.expect("Waiting for Ctrl-C")
    session.expect("last words")
    session.press("ctrl-c")
    session.expect("-> KeyboardInterrupt")
    assert session.wait() == 130
    assert not session.cursor_hidden
    assert "│ last words" in session.text()
    assert "Waiting" not in session.text()


def test_a_short_terminal_is_not_overrun(start: Start) -> None:
    session = start("work", rows=6, columns=30)
    session.expect("Run the script?")
    session.answer("y")
    session.expect("it is over")


def test_the_editor_of_the_person_is_opened_with_its_arguments(start: Start, tmp_path: Path) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\nstat -c %a "$2" > "$1"\nprintf edited > "$2"\n')
    editor.chmod(0o755)
    session = start("edit", env={"VISUAL": "", "EDITOR": f"'{editor}' {tmp_path / 'mode'}"})
    session.expect("-> 'edited'")
    assert session.wait() == 0
    assert (tmp_path / "mode").read_text().strip() == "600"


@pytest.mark.parametrize("editor", ["true", "false"])
def test_a_text_left_as_it_was_or_given_up_is_none(start: Start, editor: str) -> None:
    start("edit", env={"VISUAL": editor}).expect("-> None")


def test_an_editor_that_is_not_there_is_a_clear_error(start: Start) -> None:
    session = start("edit", env={"VISUAL": "", "EDITOR": "no-such-editor"})
    session.expect("-> PilotError: The editor no-such-editor was not found. Set EDITOR")
    assert session.wait() == 1


def test_ctrl_c_in_the_editor_belongs_to_the_editor(start: Start, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(
        "#!/bin/sh\ntrap 'printf caught > \"$1\"; exit 0' INT\necho ready\nwhile :; do sleep 0.1; done\n"
    )
    editor.chmod(0o755)
    session = start("edit", env={"VISUAL": str(editor)})
    session.expect("ready")
    session.press("ctrl-c")
    session.expect("-> 'caught'")
    assert session.wait() == 0


def test_what_is_shown_on_a_terminal_can_not_steer_it(start: Start) -> None:
    session = start("show")
    session.expect(r"[bold]not markup[/bold] \x1b[2J here")
    assert b"\x1b[2J" not in session.raw
    assert b"\x1b[32m" in session.raw


def test_no_colour_is_honoured(start: Start) -> None:
    session = start("show", env={"NO_COLOR": "1"})
    session.expect("here")
    session.wait()
    assert b"\x1b[32m" not in session.raw
    assert b"\x1b[31m" not in session.raw
