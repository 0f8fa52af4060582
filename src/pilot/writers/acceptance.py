"""Whether a repair is one: it changes something, for the same API, and loads no less than before."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from pilot.errors import PilotError, StepFailed
from pilot.finding import Finding, FindingKind
from pilot.names import names_in
from pilot.project.preview import remove_preview
from pilot.project.sameness import changed_lines, fingerprint
from pilot.run.limits import limits_left
from pilot.writers.writer import Brief, Draft, Reply, Tried, Writer

_MOST_ASKED = 2
_MAKERS = ("resource", "transformer")


def repaired(writer: Writer, brief: Brief, finding: Finding, settle: Callable[[str], str]) -> Reply:
    """A repair that is one; a file that can't be is refused, and asked for once more.

    `settle` makes of a draft's text what would be written. Raises StepFailed where the second file is no
    better, or one repeats what was there before.
    """
    reason, known = "", brief.tried
    for _ in range(_MOST_ASKED):
        reply = writer.repair(brief, finding)
        if not isinstance(reply, Draft):
            return reply
        reply = replace(reply, text=settle(reply.text))
        if same := _repetition(reply.text, brief.script or "", known):
            raise _no_repair(f"The repair is {same}.")
        reason = _objection(reply.text, brief, finding)
        if not reason:
            return reply
        change = changed_lines(brief.script or "", reply.text)
        brief = replace(brief, tried=(*known, Tried("a repair", change, came=f"it was refused: {reason}")))
    raise _no_repair(f"The repair was refused, twice: {reason}.")


def _no_repair(says: str) -> StepFailed:
    hint = "Say in words what should be different (pilot resume), or try another model: --model NAME"
    return StepFailed(Finding(FindingKind.WRITER_FAILED, says), hint)


def _repetition(draft: str, before: str, known: Sequence[Tried]) -> str:
    """What a repair repeats, comments and layout aside; "" where it is something new."""
    state = fingerprint(draft)
    if state == fingerprint(before):
        return "the file as it is, which fails"
    again = any(state in tried.states for tried in known)
    return "a file that was there before, which failed" if again else ""


def _objection(draft: str, brief: Brief, finding: Finding) -> str:
    """Why a file can't be the repair of a script; "" where it may be."""
    before = brief.script or ""
    return _unrelated(draft, before, brief, finding) or _loads_less(draft, before)


def _unrelated(draft: str, before: str, brief: Brief, finding: Finding) -> str:
    """A file for another pipeline or another API."""
    name = names_in(draft, brief.names).pipeline
    if name != brief.names.pipeline and finding.kind is not FindingKind.CONFIGURATION:
        return f'it is another pipeline, "{name}" and not "{brief.names.pipeline}"'
    old, new = _hosts(before), _hosts(draft)
    said = f"{finding.says} {finding.evidence} {brief.goal} {brief.wishes} {brief.profile}"
    if old and new and not old & new and not any(host in said for host in new):
        return f"it reads from {min(new)}, and not from {min(old)}"
    return ""


def _loads_less(draft: str, before: str) -> str:
    limits = [limit.partition(": ")[2] for limit in limits_left(_without_preview(draft))]
    known = [limit.partition(": ")[2] for limit in limits_left(_without_preview(before))]
    if new := [limit for limit in limits if limit not in known]:
        return f"it would load only a part: {', '.join(new)}"
    old, now, words = _resources(before), _resources(draft), _texts(draft)
    gone = [name for name in old if name not in now and name not in words]
    if gone and len(now) < len(old):
        return f"it no longer loads {', '.join(gone)}"
    return ""


def _without_preview(script: str) -> str:
    """Within the preview limits are its purpose."""
    with suppress(PilotError):
        return remove_preview(script)
    return script


def _hosts(script: str) -> set[str]:
    urls = [text for text in _texts(script) if text.startswith(("http://", "https://"))]
    return {host for url in urls if (host := _host(url))}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _texts(script: str) -> set[str]:
    return {
        node.value
        for node in _nodes(script)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _resources(script: str) -> list[str]:
    """The names of what a script loads, as far as they are written out."""
    found = (_resource(node) for node in _nodes(script))
    return list(dict.fromkeys(name for name in found if name))


def _resource(node: ast.AST) -> str:
    """The resource that a node declares: a configuration with an endpoint, or a decorated function."""
    if isinstance(node, ast.Dict):
        entries = dict(_entries(node))
        return _text(entries.get("name")) if "endpoint" in entries else ""
    if isinstance(node, ast.FunctionDef):
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            function = call.func if call else decorator
            if isinstance(function, ast.Attribute) and function.attr in _MAKERS:
                keywords = {keyword.arg: keyword.value for keyword in call.keywords} if call else {}
                return _text(keywords.get("name")) or node.name
    return ""


def _entries(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, value


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _nodes(script: str) -> Iterator[ast.AST]:
    try:
        return ast.walk(ast.parse(script))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return iter(())
