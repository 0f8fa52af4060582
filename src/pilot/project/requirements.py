"""Keeps requirements.txt true to what the script needs."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from pilot.project.packages import SHARED, package_of

SQLGLOT = "sqlglot<30.1"
WHY = "# reading loaded data through dlt 1.31 breaks with newer sqlglot"
_COME_WITH_DLT = "dlt requests sqlglot yaml tomlkit pendulum orjson simplejson jsonpath_ng fsspec"
COME_WITH_DLT = frozenset(_COME_WITH_DLT.split())


def requirements_for(script: str, existing: str, root: Path | None = None) -> str | None:
    """requirements.txt with what the script needs added at its end; None when nothing is missing.

    What the person wrote stays as it is, other versions of the same packages included. Modules of the
    project itself (in `root`) need no installing.
    """
    listed = _listed(existing)
    adds = [name for name in _third_party(script, root) if _normal(name) not in listed]
    return _with_lines(existing, [*_always(listed), *adds])


def requirements_with(existing: str, packages: Sequence[str]) -> str | None:
    """requirements.txt with these packages, and what every project needs; None when nothing is missing.

    `dlt[postgres]` is wanted beside `dlt[duckdb]`: pip takes both lines together.
    """
    listed = _listed(existing)
    whole = {line.split("#")[0].strip() for line in existing.splitlines()}
    adds = [
        package
        for package in packages
        if package not in whole and ("[" in package or _normal(package) not in listed)
    ]
    return _with_lines(existing, [*_always(listed), *adds])


def _always(listed: set[str]) -> list[str]:
    """What every project needs."""
    return ([] if "dlt" in listed else ["dlt[duckdb]"]) + ([] if "sqlglot" in listed else [WHY, SQLGLOT])


def _with_lines(existing: str, adds: Sequence[str]) -> str | None:
    if not adds:
        return None
    ending = "\r\n" if "\r\n" in existing else "\n"
    start = existing if not existing or existing.endswith(("\n", "\r")) else existing + ending
    return start + "".join(line + ending for line in adds)


def _listed(existing: str) -> set[str]:
    return {_package(line) for line in existing.splitlines()}


def _third_party(script: str, root: Path | None) -> list[str]:
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return []
    known = sys.stdlib_module_names | COME_WITH_DLT | SHARED | {"__future__"}
    packages = {package_of(name) or name for name in _imports(tree) - known if not _is_own(root, name)}
    return sorted(packages, key=str.lower)


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _is_own(root: Path | None, name: str) -> bool:
    return root is not None and ((root / f"{name}.py").is_file() or (root / name).is_dir())


def _package(line: str) -> str:
    """The package that a line asks for; empty for a comment or an option."""
    found = re.match(r"\s*([A-Za-z0-9][\w.-]*)", line)
    return _normal(found[1]) if found else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
