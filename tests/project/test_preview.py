"""The preview is taken out of a script exactly, and the script then loads."""

from __future__ import annotations

import ast
import contextlib
import io
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.errors import PilotError
from pilot.project.preview import has_preview, remove_preview

GUARD = 'if __name__ == "__main__":\n'


def cases(kind: str) -> dict[str, str]:
    """The cases of a kind in previews.txt. «…» is what goes, ‹…› what comes in its place."""
    text = (Path(__file__).parent / "previews.txt").read_text(encoding="utf-8")
    found = re.split(r"^### (\w+): (.*)\n", text, flags=re.MULTILINE)[1:]
    return {
        name: case for of, name, case in zip(found[::3], found[1::3], found[2::3], strict=True) if of == kind
    }


PLAIN = (
    GUARD
    + "    source = weather()\n«    # preview\n    print(source)\n    exit()\n»    pipeline.run(source)\n"
)
LAYOUTS = {
    "windows line endings": PLAIN.replace("\n", "\r\n"),
    "old mac line endings": PLAIN.replace("\n", "\r"),
    "mixed line endings": PLAIN.replace("exit()\n", "exit()\r\n"),
    "tabs": PLAIN.replace("    ", "\t"),
    "no line ending at the end": PLAIN.rstrip("\n"),
    "a form feed": "x = 1\n\f\n" + PLAIN,
    "line separators in a text": 'note = "a\u2028b\x0cc"\n' + PLAIN,
}
LOADING = {**cases("loads"), **LAYOUTS}
EMPTIED = {**cases("empties"), "at the end": GUARD + "«    # preview\n    exit()»‹    pass›"}
WITHOUT = {**cases("none"), "empty": ""}


def before(case: str) -> str:
    return re.sub("‹.*?›", "", case, flags=re.DOTALL).replace("«", "").replace("»", "")


def after(case: str) -> str:
    return re.sub("«.*?»", "", case, flags=re.DOTALL).replace("‹", "").replace("›", "")


class Weather(list[dict[str, int]]):
    """A source."""

    def add_limit(self, pages: int) -> Weather:
        return self


class Opened:
    """A context, a response and a session."""

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def raise_for_status(self) -> None:
        pass

    def json(self) -> int:
        return 1

    def close(self) -> None:
        pass


class Pipeline:
    """Remembers what was loaded."""

    def __init__(self) -> None:
        self.loaded: list[object] = []

    def run(self, data: object) -> None:
        self.loaded.append(data)


def run(script: str) -> tuple[list[object], bool]:
    """What the script loads, and whether it ended early."""
    pipeline = Pipeline()
    names: dict[str, Any] = {
        "__name__": "__main__",
        "pipeline": pipeline,
        "dlt": pipeline,
        "weather": lambda: Weather([{"a": 1}, {"a": 2}, {"a": 3}]),
        "opened": Opened,
        "same": lambda function: function,
        "logger": logging.getLogger("case"),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(script, "weather_pipeline.py", "exec"), names)  # noqa: S102
        except SystemExit:
            return pipeline.loaded, True
    return pipeline.loaded, False


@pytest.mark.parametrize("case", LOADING.values(), ids=LOADING)
def test_exactly_the_preview_goes_and_the_script_loads(case: str) -> None:
    assert run(before(case)) == ([], True)
    assert has_preview(before(case))
    assert remove_preview(before(case)) == after(case)
    loaded, _ = run(after(case))
    assert loaded


@pytest.mark.parametrize("case", EMPTIED.values(), ids=EMPTIED)
def test_a_block_that_is_all_preview_is_left_with_pass(case: str) -> None:
    assert remove_preview(before(case)) == after(case)
    assert run(after(case)) == ([], False)


@pytest.mark.parametrize("script", WITHOUT.values(), ids=WITHOUT)
def test_a_script_without_preview_stays_as_it_is(script: str) -> None:
    assert not has_preview(script)
    assert remove_preview(script) == script


@pytest.mark.parametrize("case", LOADING.values(), ids=LOADING)
def test_doing_it_twice_changes_nothing(case: str) -> None:
    assert remove_preview(after(case)) == after(case)
    assert not has_preview(after(case))


@pytest.mark.parametrize("text", ["def (", "x = '\0'", "if True:\nprint(1)\n"])
def test_what_is_no_python_is_an_error_for_the_person(text: str) -> None:
    for look in (has_preview, remove_preview):
        with pytest.raises(PilotError, match="not valid Python"):
            look(text)


KEPT = (
    "source = weather()",
    "import json",
    "name = 'exit()'",
    "if name_of(1): pass",
    "# a comment",
    "",
    "name_of(2)",
)
SHOWN = ("print(source)", "rows = list(weather())", "for row in weather(): print(row)", "# inside", "")


@given(
    st.lists(st.sampled_from(KEPT), max_size=5),
    st.lists(st.sampled_from(SHOWN), max_size=5),
    st.lists(st.sampled_from(KEPT), max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["    ", "\t", "  "]),
)
def test_whatever_stands_around_a_preview_stays(
    above: list[str], shown: list[str], below: list[str], ending: str, indent: str
) -> None:
    head = ["name_of = str", "source = weather()", GUARD.strip()]
    block = ["start = 1", *above, *shown, "exit()", *below, "pipeline.run(source or start)"]
    text = ending.join([*head, *(indent + line if line else line for line in block), ""])
    result = remove_preview(text)
    assert run(result)[0]
    assert not has_preview(result)
    kept = [line for line in ast.unparse(ast.parse(result)).splitlines() if "exit()" not in line]
    expected = [line for line in (*above, *below) if line.startswith("name_of")]
    assert [line.strip() for line in kept if line.strip().startswith("name_of(")] == expected
    lines = text.split(ending)
    left = iter(lines)
    assert all(line in left for line in result.split(ending)), "only whole lines went, in order"
