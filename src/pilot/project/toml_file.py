"""Reads and changes TOML without losing its layout, and without ever quoting what is in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from pilot.errors import UsageError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

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


def _set(document: TOMLDocument, parts: list[str], value: str, name: str, note: str) -> None:
    import tomlkit

    table: object = document
    for depth, part in enumerate(parts[:-1], start=1):
        if not hasattr(table, "keys") or not hasattr(table, "append"):
            raise UsageError(
                f"{'.'.join(parts[: depth - 1])} in {name} is a value, not a section.", "Rename it."
            )
        if part not in table:  # type: ignore[operator]  # a container of tomlkit, as just checked
            table.append(part, tomlkit.table(is_super_table=depth < len(parts) - 1))
        table = table[part]  # type: ignore[index]  # the same
    if not hasattr(table, "keys"):
        raise UsageError(f"{'.'.join(parts[:-1])} in {name} is a value, not a section.", "Rename it.")
    item = tomlkit.string(value)
    if note:
        item.comment(note)
    table[parts[-1]] = item  # type: ignore[index]  # the same
