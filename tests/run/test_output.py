"""A child's output: bounded, free of secrets and of terminal control."""

from __future__ import annotations

import pytest

from pilot.run.output import LIMIT, KeptOutput, LiveOutput, plain
from tests.run.scripts import SECRET, Scripts


def hide(text: str) -> str:
    return text.replace(SECRET, "[key]")


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("a\tb\n", "a\tb\n"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x1b]52;c;aGk=\x07 \x1b[2J", "␛]52;c;aGk=␇ ␛[2J"),
        ("10%\r20%\r\n", "10%\n20%\n"),
        ("\x9b2J \u202egnp.exe", "\ufffd2J \ufffdgnp.exe"),
        ("Zürich 東京 ☀", "Zürich 東京 ☀"),
    ],
)
def test_text_only_prints(printed: str, shown: str) -> None:
    assert plain(printed) == shown


def test_head_and_tail_are_kept_of_what_is_too_long() -> None:
    kept = KeptOutput(hide)
    kept.feed(b"first\n")
    for number in range(50_000):
        kept.feed(b"line %d\n" % number)
    kept.feed(b"last\n")
    text = kept.text()
    assert kept.cut
    assert text.startswith("first\n") and text.endswith("last\n")
    assert "left out" in text
    assert len(text) < LIMIT + 200


def test_what_fits_is_kept_whole() -> None:
    kept = KeptOutput(hide)
    kept.feed("é".encode()[:1])
    kept.feed("é".encode()[1:] + b"\xff" + SECRET.encode())
    assert (kept.text(), kept.cut) == ("é\ufffd[key]", False)


@pytest.mark.parametrize("size", [1, 7, 4096, 65536])
def test_no_piece_of_a_secret_shows_wherever_it_is_cut(size: int) -> None:
    shown: list[str] = []
    kept = KeptOutput(hide, limit=20_000)
    live = LiveOutput(hide, shown.append)
    data = (SECRET * 5000).encode()
    for start in range(0, len(data), size):
        kept.feed(data[start : start + size])
        live.feed(data[start : start + size])
    live.close()
    for text in (kept.text(), "".join(shown)):
        assert "[key]" in text
        assert "s3cr3t" not in text and "0815" not in text


def test_output_is_seen_while_the_script_still_runs(scripts: Scripts) -> None:
    result = scripts.run("import time\nprint('early', flush=True)\ntime.sleep(60)", timeout=0.6)
    assert scripts.live == ["early\n"]
    assert not result.ok


@pytest.mark.parametrize("code", ["while True: print('x' * 70)", "while True: sys.stdout.write('x' * 9999)"])
def test_printing_for_ever_is_bounded(scripts: Scripts, code: str) -> None:
    result = scripts.run("import sys\n" + code, timeout=1)
    assert result.cut
    assert len(result.stdout) < LIMIT + 200
    assert len("".join(scripts.live)) < 4 * LIMIT


def test_bytes_that_are_no_text_are_replaced(scripts: Scripts) -> None:
    result = scripts.run("import os; os.write(1, b'\\xff\\xfe ok\\n'); os.write(2, b'\\x80')")
    assert (result.stdout, result.stderr) == ("\ufffd\ufffd ok\n", "\ufffd")
