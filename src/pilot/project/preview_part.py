"""Finds the preview in a script: which block it is in, and which of its statements belong to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pilot.project.names_read import live_before, names_bound, names_read
from pilot.project.recognise import (
    bound_name,
    calls,
    dotted,
    inner_blocks,
    is_docstring,
    is_guard,
    is_load,
    is_log,
    is_print,
    names_changed,
    prints,
    reads_limited,
    root_name,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
LEAVES = frozenset({"exit", "quit", "sys.exit", "SystemExit"})

REACHED = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Raise, ast.Return, ast.With, ast.AsyncWith, ast.Try)
"""Statements whose calls are made whenever they are reached."""
HARMLESS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Break,
    ast.Continue,
    ast.Pass,
    ast.Assert,
)


@dataclass(frozen=True)
class Preview:
    """The statements of a preview, in the block where they stand."""

    block: Sequence[ast.stmt]
    removed: tuple[ast.stmt, ...]
    """In order; the last is the exit."""


def find_preview(tree: ast.Module) -> Preview | None:
    """The preview: an exit that is always reached before anything is loaded, and all that is there for it.

    Looked for in `if __name__ == "__main__":` and in the functions that are called from there, or at the
    top of a script that has no such block.
    """
    script = _Script(tree)
    guards = [node for node in tree.body if is_guard(node)]
    blocks = [node.body for node in guards if isinstance(node, ast.If)] or [tree.body]
    found = next(filter(None, (script.exit_in(block) for block in blocks)), None)
    if found is None:
        return None
    block, position = found
    return Preview(block, script.belonging(block, position))


class _Script:
    """One script, with its functions by name."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        guarded = [node for guard in tree.body if is_guard(guard) for node in ast.iter_child_nodes(guard)]
        defined = [node for node in (*tree.body, *guarded) if isinstance(node, Function)]
        self._functions = {node.name: node for node in defined}
        self._own = {name for node in tree.body for name in names_bound(node)}

    def exit_in(
        self, block: Sequence[ast.stmt], seen: frozenset[str] = frozenset()
    ) -> tuple[Sequence[ast.stmt], int] | None:
        """The first exit of a block (or of a function that it calls) with nothing loaded before it."""
        for position, statement in enumerate(block):
            if self._leaves(statement):
                return block, position
            for name in self._called(statement):
                if name not in seen and (found := self.exit_in(self._functions[name].body, seen | {name})):
                    return found
            if self._loads(statement):
                return None
        return None

    def belonging(self, block: Sequence[ast.stmt], position: int) -> tuple[ast.stmt, ...]:
        """The exit at a position, and the statements before it that are there for the preview alone."""
        removed = [block[position]]
        live = live_before(block[position + 1 :], self._read_elsewhere(block))
        needed = names_read(block[position])
        below: ast.stmt | None = block[position]
        for number in range(position - 1, -1, -1):
            statement = block[number]
            assigned = {name for earlier in block[:number] for name in names_bound(earlier)}
            if self._belongs(statement, live, needed, assigned, below):
                removed.append(statement)
                needed = (needed - names_bound(statement)) | names_read(statement)
                below = statement
            else:
                live = live_before([statement], live)
                below = None
        return tuple(reversed(removed))

    def _read_elsewhere(self, block: Sequence[ast.stmt]) -> set[str]:
        """The block's names that are read outside of it, or by a function whenever that is called."""
        nodes = ast.walk(self._tree)
        owner = next(node for node in nodes if getattr(node, "body", None) is block)
        where: ast.AST = owner if isinstance(owner, Function) else self._tree
        declared = (node for node in ast.walk(where) if isinstance(node, (ast.Global, ast.Nonlocal)))
        reads = {name for node in declared for name in node.names}
        for node in ast.walk(where):
            if node is not owner and isinstance(node, (Function, ast.ClassDef)):
                reads |= names_read(node)
        if isinstance(owner, ast.If):
            reads |= live_before(self._tree.body[self._tree.body.index(owner) + 1 :], set())
        return reads

    def _belongs(
        self,
        statement: ast.stmt,
        live: set[str],
        needed: set[str],
        assigned: set[str],
        below: ast.stmt | None,
    ) -> bool:
        """Whether a statement is there for the preview alone.

        It feeds what the preview needs, or it prints beside the preview (`below` is the part of it that
        follows), or it prints what nothing else uses.
        """
        if names_bound(statement) & live or self._loads(statement):
            return False
        private = names_read(statement) & (assigned - live)
        feeds = bool((names_bound(statement) | names_changed(statement)) & needed)
        defines = isinstance(statement, (Function, ast.ClassDef))
        says = not defines and (self._prints(statement) or reads_limited(statement))
        beside = says and below is not None and not (_announces(statement) and _apart(statement, below))
        shows = bool(private) and (says or isinstance(statement, ast.Assert))
        return (feeds or beside or shows) and self._only(statement, live, needed | private)

    def _prints(self, statement: ast.stmt) -> bool:
        called = (self._functions[name] for name in self._calls_of_own(statement))
        return prints(statement) or any(map(prints, called))

    def _only(self, statement: ast.stmt, live: set[str], own: set[str]) -> bool:
        """Whether a statement does nothing but read, print, and change names that the preview alone uses."""
        if isinstance(statement, ast.Expr):
            return self._only_says(statement.value, live, own)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
            return not names_changed(statement) & live
        if isinstance(statement, HARMLESS):
            return True
        blocks = inner_blocks(statement)
        own = own | names_bound(statement)
        return bool(blocks) and all(self._only(part, live, own) for block in blocks for part in block)

    def _only_says(self, value: ast.expr, live: set[str], own: set[str]) -> bool:
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call):
            return False
        if is_print(call.func) or reads_limited(call):
            return True
        if isinstance(call.func, ast.Name) and call.func.id in self._functions:
            body = [part for part in self._functions[call.func.id].body if not isinstance(part, ast.Return)]
            return prints(self._functions[call.func.id]) and all(
                self._only(part, set(), set()) for part in body if not is_docstring(part)
            )
        if is_log(call.func):
            return bool(names_read(call) & (own - live))
        return isinstance(call.func, ast.Attribute) and root_name(call.func) in own - live

    def _leaves(self, statement: ast.stmt) -> bool:
        """`exit()`, `sys.exit(0)`, `raise SystemExit`: an end that counts as success."""
        if isinstance(statement, ast.Raise):
            what = statement.exc
        elif isinstance(statement, ast.Expr):
            what = statement.value if isinstance(statement.value, ast.Call) else None
        else:
            return False
        arguments: list[ast.expr] = []
        if isinstance(what, ast.Call):
            arguments = [*what.args, *(keyword.value for keyword in what.keywords)]
            what = what.func
        name = dotted(what)
        own = name in self._own and not self._imported_from_sys(name)
        good = all(isinstance(given, ast.Constant) and given.value in (0, None) for given in arguments)
        fits = (name == "SystemExit") == isinstance(statement, ast.Raise)
        return name in LEAVES and fits and good and not own

    def _imported_from_sys(self, name: str) -> bool:
        imports = (node for node in self._tree.body if isinstance(node, ast.ImportFrom))
        return any(name in map(bound_name, node.names) for node in imports if node.module == "sys")

    def _called(self, statement: ast.stmt) -> Iterator[str]:
        """The script's own functions that a statement calls when it is reached."""
        if isinstance(statement, REACHED):
            yield from self._calls_of_own(statement)

    def _calls_of_own(self, node: ast.AST) -> Iterator[str]:
        for call in calls(node):
            if isinstance(call.func, ast.Name) and call.func.id in self._functions:
                yield call.func.id

    def _loads(self, node: ast.AST, seen: frozenset[str] = frozenset()) -> bool:
        """Whether running this loads something, here or in a function that it calls."""
        if isinstance(node, (Function, ast.ClassDef)) and not seen:
            return False
        if any(is_load(call.func) for call in calls(node)):
            return True
        called = {name for name in self._calls_of_own(node) if name not in seen}
        return any(self._loads(self._functions[name], seen | called) for name in called)


def _announces(statement: ast.stmt) -> bool:
    """Whether a statement prints a fixed text."""
    return isinstance(statement, ast.Expr) and names_read(statement) <= {"print"}


def _apart(statement: ast.stmt, below: ast.stmt) -> bool:
    """Whether there is a blank line or a comment between two statements."""
    return below.lineno - (statement.end_lineno or statement.lineno) > 1
