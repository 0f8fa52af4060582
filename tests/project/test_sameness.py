"""Two texts of a script: do they do the same, and where do they differ?"""

from __future__ import annotations

import pytest

from pilot.project.sameness import changed_lines, fingerprint

SCRIPT = '''"""Loads."""
import dlt

def source():
    """All of it."""
    return {"path": "stations"}  # the list
'''


@pytest.mark.parametrize(
    "same",
    [
        SCRIPT.replace("  # the list", ""),
        SCRIPT.replace("All of it", "Everything"),
        SCRIPT.replace('"""Loads."""\n', "# a comment\n\n\n"),
        SCRIPT.replace('{"path": "stations"}', "{\n        'path': 'stations',\n    }"),
        SCRIPT.replace("\n", "\r\n"),
    ],
)
def test_comments_docstrings_and_layout_make_no_difference(same: str) -> None:
    assert fingerprint(same) == fingerprint(SCRIPT)


@pytest.mark.parametrize("other", [SCRIPT.replace("stations", "station"), SCRIPT + "\nsource()\n", ""])
def test_anything_else_does(other: str) -> None:
    assert fingerprint(other) != fingerprint(SCRIPT)


def test_what_is_no_python_is_the_same_by_its_lines() -> None:
    broken = "def source(:\n    return 1\n"
    assert fingerprint(broken) == fingerprint("# why\ndef source(:\n\n    return 1   \n")
    assert fingerprint(broken) != fingerprint("def source(:\nreturn 1\n")


def test_the_lines_that_differ_are_told_and_bounded() -> None:
    assert changed_lines(SCRIPT, SCRIPT.replace('"stations"', '"cities"')) == (
        '-    return {"path": "stations"}  # the list\n+    return {"path": "cities"}  # the list'
    )
    many = "".join(f"line_{number} = {number}\n" for number in range(100))
    told = changed_lines("", many).splitlines()
    assert len(told) == 17 and told[-1] == "(84 lines more)"
