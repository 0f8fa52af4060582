"""Limits on how much a script reads."""

from __future__ import annotations

import pytest

from pilot.run.limits import limits_left


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("source = weather()\npipeline.run(source.add_limit(3))", ["line 2: add_limit(3)"]),
        ("source.add_limit(max_items=1)", ["line 1: add_limit(1)"]),
        ("config = {'paginator': {'type': 'offset', 'maximum_offset': 20}}", ["line 1: maximum_offset=20"]),
        ("PageNumberPaginator(maximum_page=2, base_page=1)", ["line 1: maximum_page=2"]),
        ("for row in itertools.islice(rows, 5):\n    yield row", ["line 1: islice(rows, 5)"]),
        ("OffsetPaginator(limit=100, maximum_offset=None)", []),
        ("pipeline.run(weather())  # add_limit(3)", []),
        ("{**options, 'limit': 100}", []),
        ("def f(:", []),
    ],
)
def test_limits_are_found_by_syntax(script: str, found: list[str]) -> None:
    assert limits_left(script) == found
