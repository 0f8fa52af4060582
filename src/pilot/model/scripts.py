"""Whether a text is a whole pipeline script: it parses, nothing was left out, and it runs a pipeline."""

from __future__ import annotations

import ast
import html
import io
import re
import textwrap
import tokenize
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_DOTS = r"(?:\.\.\.|…)"
_PARTS = (
    r"(?:code|config\w*|resources?|functions?|methods?|file|script|source|rest|part|section|imports?|"
    r"endpoints?|everything(?: else)?)"
)
_ELIDED = re.compile(
    rf"""^\#\s*{_DOTS}\W*$
    | ^\#[\s(<]*{_DOTS}[^{{}}\[\]"=?]*\b(?:unchanged|existing|rest|remain\w*|same|previous\w*|before|above|
                                          omitted|others?|your|keep|more|code|etc|continue\w*)\b
    | ^\#(?=.*{_DOTS})[^{{}}\[\]"=?]*\b(?:unchanged|existing|rest\ of|remaining|omitted|as\ before|
                                       same\ as|code\ here|continues)\b
    | ^\#\W*(?:the\ )?(?:rest|remainder)\ (?:of\ (?:the\ |your\ |this\ )?{_PARTS}|is\b|stays?|remains?|
                                           unchanged|as\ )
    | \b{_PARTS}\b.{{0,30}}\b(?:unchanged|omitted|elided|as\ before|same\ as\ (?:before|above)|not\ shown|
                              stays?\ (?:the\ )?same)\b
    | ^\#\W*(?:unchanged|no\ changes?(?:\ here)?|same\ as\ (?:before|above|previous\w*)|as\ before|omitted.*|
              snip(?:ped)?|elided|truncated|existing\ {_PARTS}(?:\ here|\ goes\ here|\ continues)?)\W*$
    | \byour\ (?:existing\ |previous\ )?code\ (?:goes\ )?here\b
    """,
    re.I | re.X,
)
_NUMBERED = re.compile(r"^\s*\d+\s*[|:│]\s?")


@dataclass(frozen=True)
class Flaw:
    """Why a text is no script. `part` means that it is Python, but not the whole file."""

    says: str
    part: bool = False


def examine(text: str, current: str | None) -> str | Flaw:
    """The whole script that a text is, mended where copying spoilt it; or what is wrong."""
    script, tree, error = _mended(text)
    if tree is None:
        return Flaw(error)
    if left_out := _left_out(script, tree, current):
        return Flaw(f"it leaves something out: {left_out!r}; the whole file is wanted", part=True)
    if not _runs_a_pipeline(tree):
        return Flaw("it is only a part of the file: it does not import dlt and run a pipeline", part=True)
    return script


def parses(text: str) -> bool:
    """Whether a text is Python, after mending what copying spoils; an empty one is not."""
    return bool(text.strip()) and _mended(text)[1] is not None


def imported_modules(text: str) -> set[str]:
    """The names of the top-level modules that a script imports."""
    tree = _tree(text)
    names: set[str] = set()
    for node in ast.walk(tree) if isinstance(tree, ast.Module) else ():
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _mended(text: str) -> tuple[str, ast.Module | None, str]:
    """The first of the text's possible readings that parses; else the error of the text as it is."""
    first = _tree(text)
    if isinstance(first, ast.Module):
        return text, first, ""
    for reading in _readings(text):
        tree = _tree(reading)
        if isinstance(tree, ast.Module):
            return reading, tree, ""
    return text, None, f"its Python is wrong in line {first.lineno}: {first.msg}"


def _readings(text: str) -> Iterator[str]:
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u200b", "").replace("\ufeff", "")
    mends: tuple[Callable[[str], str], ...] = (str, html.unescape, _without_numbers, _without_quoting)
    for mend in mends:
        yield textwrap.dedent(mend(plain))


def _without_numbers(text: str) -> str:
    lines = text.split("\n")
    numbered = [line for line in lines if line.strip()]
    return (
        "\n".join(_NUMBERED.sub("", line) for line in lines) if all(map(_NUMBERED.match, numbered)) else text
    )


def _without_quoting(text: str) -> str:
    return re.sub(r"^> ?", "", text, flags=re.M)


def _tree(text: str) -> ast.Module | SyntaxError:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(str(error))


def _left_out(text: str, tree: ast.Module, current: str | None) -> str | None:
    """The comment (or `...`) that stands for something; those of the current file don't."""
    known = set(_comments(current)) if current else set()
    elided = (comment for comment in _comments(text) if _ELIDED.search(comment) and comment not in known)
    if comment := next(elided, None):
        return comment
    before = _tree(current) if current else None
    had_dots = isinstance(before, ast.Module) and _has_dots(before)
    return "..." if _has_dots(tree) and not had_dots else None


def _comments(text: str) -> list[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return [line.strip() for line in text.split("\n") if line.lstrip().startswith("#")]
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _has_dots(tree: ast.Module) -> bool:
    """Whether `...` stands anywhere but in a type such as `tuple[int, ...]`."""
    typed = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        for inner in ast.walk(node.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in typed
        for node in ast.walk(tree)
    )


def _runs_a_pipeline(tree: ast.Module) -> bool:
    imports = any(
        (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "dlt" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dlt")
        for node in ast.walk(tree)
    )
    runs = any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run"
        for node in ast.walk(tree)
    )
    return imports and runs
