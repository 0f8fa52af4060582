"""Which host a command gets, and where it writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from pilot.hosts.choose import open_host
from pilot.screen import Line
host = open_host(no_input={no_input}, json={json}, quiet=False, verbose=False)
host.show(Line(f"interactive: {{host.interactive}}"))
"""


def run(no_input: bool = False, json: bool = False) -> tuple[str, str]:
    code = PROGRAM.format(no_input=no_input, json=json)
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stdout, done.stderr


def test_without_a_terminal_on_standard_input_nobody_is_there() -> None:
    assert run() == ("interactive: False\n", "")


def test_with_json_standard_output_stays_free() -> None:
    assert run(json=True) == ("", "interactive: False\n")


def test_closed_standard_input_is_nobody() -> None:
    code = PROGRAM.format(no_input=False, json=False)
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" -c "$1" <&-', sys.executable, code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "interactive: False\n"


def test_a_terminal_is_somebody_unless_no_input_is_wanted(tmp_path: Path) -> None:
    from tests.support.terminal import terminal

    for no_input, there in ((False, True), (True, False)):
        code = PROGRAM.format(no_input=no_input, json=False)
        with terminal([sys.executable, "-c", code], tmp_path) as session:
            session.expect(f"interactive: {there}")
            assert session.wait() == 0


def test_choosing_loads_nothing_heavy() -> None:
    code = "import sys, pilot.hosts.choose; print({'rich', 'questionary', 'dlt'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
