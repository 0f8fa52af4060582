"""Reads and changes TOML without losing its layout, and without ever quoting what is in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import TypeAlias

from pilot.errors import UsageError
from pilot.project.placeholders import is_placeholder

Toml: TypeAlias = "Mapping[str, object]"
PLACE = re.compile(r"line (\d+)")


def parse_toml(text: str, name: str) -> Toml:
    """The content. Raises UsageError with file and line, never with the text of that line."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    line = None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = PLACE.search(str(error))
    where = f" in line {line[1]}" if line else ""
    raise UsageError(
        f"{name} is not valid TOML{where}.", 'Put it right: each line reads name = "value", text in quotes.'
    )


def leaf(content: Toml, path: Sequence[str]) -> object | None:
    """What is at a path; None when there is nothing."""
    found: object = content
    for part in path:
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def leaves(content: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every single value below, with its path. The elements of a list share the list's path."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from leaves(value, (*path, str(name)))
    elif isinstance(content, list):
        for value in content:
            yield from leaves(value, path)
    else:
        yield path, content


def with_values(text: str, values: Mapping[str, str], name: str, note: str = "") -> str:
    """The text with each dotted path set, comments, order and line endings kept; `note` goes beside it."""
    import tomlkit

    ending = "\r\n" if "\r\n" in text else "\n"
    uniform = ending == "\n" or text.count("\n") == text.count("\r\n")
    document = tomlkit.parse(text.replace("\r\n", "\n") if uniform else text)
    for path, value in values.items():
        _set(document, path.split("."), value, name, note)
    new = tomlkit.dumps(document)
    new = new.replace("\n", ending) if uniform and ending == "\r\n" else new
    content = parse_toml(new, name)
    if wrong := [path for path, value in values.items() if leaf(content, path.split(".")) != value]:
        raise UsageError(f"{wrong[0]} can't be put into {name} as it is.", f"Add it to {name} by hand.")
    return new


def _set(document: MutableMapping[str, object], parts: list[str], value: str, name: str, note: str) -> None:
    import tomlkit
    from tomlkit.items import InlineTable, Item

    table = document
    for depth, part in enumerate(parts[:-1], start=1):
        if part not in table:
            inline = isinstance(table, InlineTable)
            is_passage = depth < len(parts) - 1
            table[part] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=is_passage)
        inner = table[part]
        if not isinstance(inner, MutableMapping):
            way = ".".join(parts[:depth])
            raise UsageError(f"{way} in {name} is a value, not a section.", "Rename it.")
        table = inner
    filled_in = is_placeholder(table.get(parts[-1]))
    table[parts[-1]] = tomlkit.string(value)
    item = table[parts[-1]]
    if isinstance(item, Item) and (note or filled_in):  # "fill this in!" is then done
        item.trivia.comment_ws, item.trivia.comment = (" ", f"# {note}") if note else ("", "")
