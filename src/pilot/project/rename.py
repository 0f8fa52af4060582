"""Puts the project's names into a script that `dlt init` made."""

from __future__ import annotations

import ast

from pilot.names import ProjectNames
from pilot.project.source_text import SourceText, replaced


def with_names(text: str, names: ProjectNames) -> str:
    """The script with pipeline and dataset called as in `names`, everything else as it was.

    dlt calls the pipeline after the script's file and leaves the dataset to a default.
    """
    tree, source = ast.parse(text), SourceText(text)
    changes: list[tuple[int, int, str]] = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _makes_a_pipeline(call.func):
            changes += _changes(call, source, names)
    return replaced(text, changes)


def _makes_a_pipeline(func: ast.expr) -> bool:
    if isinstance(func, ast.Attribute):
        return func.attr == "pipeline" and isinstance(func.value, ast.Name) and func.value.id == "dlt"
    return isinstance(func, ast.Name) and func.id == "pipeline"


def _changes(call: ast.Call, source: SourceText, names: ProjectNames) -> list[tuple[int, int, str]]:
    given = {keyword.arg: keyword for keyword in call.keywords}
    changes = []
    for argument, name in (("pipeline_name", names.pipeline), ("dataset_name", names.dataset)):
        if (keyword := given.get(argument)) and isinstance(keyword.value, ast.Constant):
            quote = source.text[source.start(keyword.value)]
            quote = quote if quote in "'\"" else '"'
            changes.append((source.start(keyword.value), source.end(keyword.value), f"{quote}{name}{quote}"))
    if "dataset_name" not in given and (anchor := given.get("pipeline_name")):
        changes.append(_dataset_after(anchor, source, names.dataset))
    return changes


def _dataset_after(anchor: ast.keyword, source: SourceText, dataset: str) -> tuple[int, int, str]:
    """A new argument after `anchor`: on a line of its own where that has one."""
    start, end = source.start(anchor), source.end(anchor)
    line = source.line(source.line_of(start))
    indent = line[: len(line) - len(line.lstrip())]
    alone = source.line_start(source.line_of(start)) + len(indent) == start
    ending = line[len(line.rstrip("\r\n")) :] or "\n"
    between = f",{ending}{indent}" if alone else ", "
    return end, end, f'{between}dataset_name="{dataset}"'
