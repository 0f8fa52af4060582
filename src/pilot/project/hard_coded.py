"""Secrets that are written out in a script, and how they get out of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pilot.project.secret_values import is_secret_name
from pilot.secrecy.patterns import is_random, likely_secrets, sure_secrets

_SHORTEST = 8
_LONGEST_NAME = 40


@dataclass(frozen=True)
class HardCoded:
    """One secret in a script."""

    line: int
    name: str
    """What it is called there: `api_key`."""
    value: str


def hard_coded(text: str, known: Callable[[str], str | None] = lambda text: None) -> tuple[HardCoded, ...]:
    """The secrets in a script's texts, each value once; `known` finds the value of one that is known.

    A text that is no Python has none.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    names = dict(_names(tree))
    docs = set(_docstrings(tree))
    found: dict[str, HardCoded] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
            name = names.get(node, "")
            for value in _secrets_in(node.value, name, known):
                found.setdefault(value, HardCoded(node.lineno, _called(name), value))
    return tuple(found.values())


def read_through_dlt(text: str, paths: Mapping[str, str]) -> str | None:
    """The script with each value replaced by `dlt.secrets[its path]`; None where a rule can't do that."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    docs = set(_docstrings(tree))
    changes = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            value = next((value for value in paths if _holds(node.value, value)), None)
            if value is None or node in docs:
                continue
            if node in inside or isinstance(node.value, bytes):
                return None
            changes.append((_span(node, lines), _expression(node.value, value, paths[value])))
    whole = text
    for (start, end), expression in sorted(changes, reverse=True):
        whole = whole[:start] + expression + whole[end:]
    whole = whole if _imports_dlt(tree) else _with_import(whole, tree)
    return whole if changes and not any(value in whole for value in paths) and _parses(whole) else None


def _secrets_in(text: str, name: str, known: Callable[[str], str | None]) -> Iterator[str]:
    if (value := known(text)) and len(text) >= _SHORTEST:
        yield value
        return
    places = [*sure_secrets(text), *likely_secrets(text)]
    if places:
        yield from (text[place.start : place.end] for place in places)
    elif len(text) >= _SHORTEST and is_secret_name(name) and is_random(text):
        yield text


def _names(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """What each text is called: the variable, argument, keyword or entry that it is the value of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from ((node.value, name) for target in node.targets if (name := _name_of(target)))
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield node.value, _name_of(node.target)
        elif isinstance(node, ast.keyword):
            yield node.value, node.arg or ""
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from ((value, str(key.value)) for key, value in pairs if isinstance(key, ast.Constant))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _defaults(node.args)


def _defaults(given: ast.arguments) -> Iterator[tuple[ast.AST, str]]:
    positional = [*given.posonlyargs, *given.args]
    with_default = positional[len(positional) - len(given.defaults) :]
    yield from ((value, a.arg) for a, value in zip(with_default, given.defaults, strict=True))
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    yield from ((value, a.arg) for a, value in named if value is not None)


def _name_of(target: ast.AST) -> str:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return getattr(target, "id", getattr(target, "attr", ""))


def _called(name: str) -> str:
    """A name for secrets.toml."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"\W+", "_", snake).strip("_").lower()[:_LONGEST_NAME]
    plain = plain.removeprefix("x_")
    return plain if plain and is_secret_name(plain) and plain != "authorization" else "api_key"


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _holds(text: str | bytes, value: str) -> bool:
    return value in text if isinstance(text, str) else value.encode() in text


def _span(node: ast.Constant, lines: list[str]) -> tuple[int, int]:
    """Where a text stands in the script; the tree counts bytes within a line."""
    return (
        _offset(lines, node.lineno, node.col_offset),
        _offset(lines, node.end_lineno or node.lineno, node.end_col_offset or 0),
    )


def _offset(lines: list[str], line: int, column: int) -> int:
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def _expression(text: str, value: str, path: str) -> str:
    """The text with the value read where it stood: `"Bearer " + dlt.secrets["…"]`."""
    read = f'dlt.secrets["{path}"]'
    before, _, after = text.partition(value)
    parts = [repr(before)] * bool(before) + [read] + [repr(after)] * bool(after)
    whole = " + ".join(part.replace("'", '"') if '"' not in part else part for part in parts)
    return f"({whole})" if len(parts) > 1 else read


def _imports_dlt(tree: ast.Module) -> bool:
    return any(
        alias.name == "dlt" and alias.asname is None
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    )


def _with_import(text: str, tree: ast.Module) -> str:
    """The script with `import dlt` before the first statement that is no docstring or future import."""
    for node in tree.body:
        is_doc = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_doc and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            lines = text.splitlines(keepends=True)
            return "".join([*lines[: node.lineno - 1], "import dlt\n", *lines[node.lineno - 1 :]])
    return text


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
