"""Finds limits on how much a script reads: a script that loads for real carries none."""

from __future__ import annotations

import ast

_LIMITING_CALLS = frozenset({"add_limit", "islice"})
_LIMITING_OPTIONS = frozenset({"maximum_offset", "maximum_page", "maximum_value", "limit_pages", "max_pages"})


def limits_left(script: str) -> list[str]:
    """Every limit on how much a script reads, as `line 12: add_limit(3)`; empty for one that can't be parsed.

    To be asked once the preview is removed: within it such limits are its purpose.
    """
    try:
        tree = ast.parse(script)
    except SyntaxError:
        return []
    found = {
        (node.lineno, said)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Call, ast.Dict))
        for said in (_limits_of_call(node) if isinstance(node, ast.Call) else _limits_of_dict(node))
    }
    return [f"line {line}: {said}" for line, said in sorted(found)]


def _limits_of_call(call: ast.Call) -> list[str]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    arguments = ", ".join(map(ast.unparse, [*call.args, *(keyword.value for keyword in call.keywords)]))
    options = [(keyword.arg or "", keyword.value) for keyword in call.keywords]
    return [f"{name}({arguments})" for _ in range(name in _LIMITING_CALLS)] + _limiting(options)


def _limits_of_dict(mapping: ast.Dict) -> list[str]:
    options = [
        (str(key.value), value)
        for key, value in zip(mapping.keys, mapping.values, strict=True)
        if isinstance(key, ast.Constant)
    ]
    return _limiting(options)


def _limiting(options: list[tuple[str, ast.expr]]) -> list[str]:
    """The options that set a limit; None lifts one."""
    return [
        f"{name}={ast.unparse(value)}"
        for name, value in options
        if name in _LIMITING_OPTIONS and not (isinstance(value, ast.Constant) and value.value is None)
    ]


def adds_again(script: str) -> bool:
    """Whether a second run would add the same rows: it appends, and asks for nothing that is only new."""
    try:
        tree = ast.parse(script)
    except SyntaxError:
        return False
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    words = {k.arg for k in ast.walk(tree) if isinstance(k, ast.keyword)} | texts
    if "incremental" in words or "dlt.sources.incremental" in script:
        return False
    return "append" in texts or ("write_disposition" not in words and "dlt.pipeline" in script)
