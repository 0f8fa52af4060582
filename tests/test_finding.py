"""The table of findings in the documentation is the code's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pilot.finding import FindingKind, Remedy
from pilot.policy import parse_policy

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "findings.md").read_text("utf-8")
KINDS, REMEDIES = (
    [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if "| `" in line]
    for part in ("\n" + TEXT).split("What carries a remedy out")
)
SOURCES = [*(ROOT / "src" / "pilot").rglob("*.py"), *(ROOT / "steps").glob("*.py")]


def test_every_kind_is_told_once() -> None:
    assert sorted(row[0].strip("`") for row in KINDS) == sorted(kind.value for kind in FindingKind)


def test_every_remedy_is_told_once_with_the_step_that_carries_it_out() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in REMEDIES}
    assert set(told) == {remedy.value for remedy in Remedy}
    policy = parse_policy("create_pipeline", (ROOT / "policies" / "create_pipeline.toml").read_text("utf-8"))
    assert {remedy: told[remedy.value] for remedy in policy.remedies} == policy.remedies
    assert [remedy for remedy, step in told.items() if not step] == [Remedy.STOP.value]


def test_every_remedy_that_the_code_gives_to_a_kind_is_told() -> None:
    told = {row[0].strip("`"): set(re.findall(r"\w+", row[3])) for row in KINDS}
    given = {pair for file in SOURCES for pair in _pairs(ast.parse(file.read_text("utf-8")))}
    assert len(given) > 30
    assert [pair for pair in sorted(given) if pair[1] not in told[pair[0]]] == []


def _pairs(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Kind and remedy of every finding whose making names both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and node.args:
            kind = ast.unparse(node.args[0]).removeprefix("FindingKind.")
            remedies = [ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.Attribute)]
            named = [text.removeprefix("Remedy.") for text in remedies if text.startswith("Remedy.")]
            if kind in FindingKind.__members__:
                yield from ((FindingKind[kind].value, Remedy[remedy].value) for remedy in named)
