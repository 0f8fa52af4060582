"""Text for a stream of its own: broken between words on a terminal, left alone elsewhere."""

from __future__ import annotations

import fcntl
import io
import os
import struct
import termios

from pilot.hosts.text import between_words

SAYS = 'Error: The column "nope" was not found.\nnames: https://api.example.com/v1/long/address/of/stations'


def test_on_a_terminal_lines_are_broken_between_words_and_addresses_stay_whole() -> None:
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as terminal:
        assert between_words(SAYS, terminal).split("\n") == [
            'Error: The column "nope" was',
            "not found.",
            "names:",
            "https://api.example.com/v1/long/address/of/stations",
        ]


def test_in_a_file_they_are_left_alone() -> None:
    assert between_words(SAYS, io.StringIO()) == SAYS
