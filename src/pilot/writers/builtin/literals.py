"""Python literals as text, laid out as a formatter would leave them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 100
STEP = 4


class Block(dict[str, "Literal"]):
    """A dict that always takes one line per entry."""


class Listing(list["Literal"]):
    """A list that always takes one line per element."""


@dataclass(frozen=True)
class Code:
    """An expression that is written as it is."""

    text: str


@dataclass(frozen=True)
class Secret:
    """A value that the script reads from the person's secrets."""

    path: str


@dataclass(frozen=True)
class Noted:
    """A value with a comment on the line before it."""

    value: Literal
    comment: str


Literal: TypeAlias = (
    "None | bool | int | float | str | Sequence[Literal] | Mapping[str, Literal] | Code | Secret | Noted"
)


def literal(value: Literal, indent: int = 0, lead: int = 0, trail: int = 1) -> str:
    """The value as Python, on one line where it fits, else one entry per line.

    `indent` is the column of the line that it begins on, `lead` the columns before it on that line, `trail`
    what follows its last character.
    """
    inline = _inline(value)
    if inline is not None and indent + lead + len(inline) + trail <= WIDTH:
        return inline
    inner = indent + STEP
    if isinstance(value, Mapping) and value:
        return bracketed("{}", (_entry(key, item, inner) for key, item in value.items()), indent)
    if isinstance(value, list | tuple) and value:
        return bracketed("[]", (element(item, inner) for item in value), indent)
    if isinstance(value, Secret):
        return f"dlt.secrets[\n{' ' * inner}{quoted(value.path)}\n{' ' * indent}]"
    return inline or ""


def element(value: Literal, indent: int) -> str:
    """One element of a list, with the comment before it."""
    note, bare = _unnoted(value, indent)
    return f"{note}{' ' * indent}{literal(bare, indent)}"


def bracketed(brackets: str, lines: Iterable[str], indent: int) -> str:
    """Lines between brackets, each with the comma that keeps a formatter from joining them."""
    body = "".join(f"{line},\n" for line in lines)
    return f"{brackets[0]}\n{body}{' ' * indent}{brackets[1]}"


def call(head: str, arguments: Mapping[str, Literal], indent: int = 0, lead: int = 0) -> str:
    """A call with keyword arguments; a name that begins with `*` is a positional one."""
    names = {name: "" if name.startswith("*") else f"{name}=" for name in arguments}
    parts = [(names[name], _inline(value)) for name, value in arguments.items()]
    inline = f"{head}({', '.join(f'{name}{text}' for name, text in parts)})"
    if all(text is not None for _, text in parts) and indent + lead + len(inline) <= WIDTH:
        return inline
    inner = indent + STEP
    lines = (
        f"{' ' * inner}{names[name]}{literal(value, inner, len(names[name]))}"
        for name, value in arguments.items()
    )
    return head + bracketed("()", lines, indent)


def quoted(text: str) -> str:
    """A string literal with the quotes that a formatter prefers, safe whatever the text holds."""
    if text.count('"') > text.count("'"):
        return "'" + repr('"' + text)[2:]
    # the double quote in front makes repr choose single quotes, so what needs escaping is known
    body = repr('"' + text)[2:-1].replace("\\'", "'")
    return '"' + body.replace('"', '\\"') + '"'


def comment(text: str, indent: int = 0) -> str:
    """A comment on one line of its own, whatever the text holds."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    short = textwrap.shorten(clean, WIDTH - indent - 2, placeholder=" ...")
    return f"{' ' * indent}# {short}\n" if short else ""


def _entry(key: str, value: Literal, indent: int) -> str:
    note, bare = _unnoted(value, indent)
    name = quoted(key)
    return f"{note}{' ' * indent}{name}: {literal(bare, indent, len(name) + 2)}"


def _unnoted(value: Literal, indent: int) -> tuple[str, Literal]:
    return (comment(value.comment, indent), value.value) if isinstance(value, Noted) else ("", value)


def _inline(value: Literal) -> str | None:
    """The value on one line; None where it has to take several."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Code):
        return value.text
    if isinstance(value, Secret):
        return f"dlt.secrets[{quoted(value.path)}]"
    if isinstance(value, Noted | Block | Listing):
        return None
    if isinstance(value, Mapping):
        entries = [(quoted(key), _inline(item)) for key, item in value.items()]
        if any(text is None for _, text in entries):
            return None
        return "{" + ", ".join(f"{key}: {text}" for key, text in entries) + "}"
    if isinstance(value, list | tuple):
        items = [_inline(item) for item in value]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    return repr(value)
