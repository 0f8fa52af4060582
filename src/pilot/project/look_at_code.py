"""A look at a script before it runs: what it also does, in words, whom it calls, which variables it reads.

A look at syntax: it finds what is written down, not what is hidden with intent. For that there is the fence.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pilot.api.sites import host_of
from pilot.project import acts
from pilot.project.called_names import called_name, imported_names
from pilot.project.constant_texts import beginning_of, named_texts
from pilot.run.environment import child_environment

_LONGEST = 60
_WHOLE_ENVIRONMENT = ("os.environ.items", "os.environ.copy", "os.environ.values", "os.environ.keys")


@dataclass
class CodeLook:
    """What was seen in a script."""

    remarks: list[str] = field(default_factory=list)
    """What it also does, as ends of "This script also …", each with its line; mostly none."""
    hosts: dict[str, int] = field(default_factory=dict)
    """Hosts that it names to call them, with the line of the first."""
    variables: dict[str, int] = field(default_factory=dict)
    """Environment variables that it reads, with the line of the first."""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names that stand for one text throughout."""

    def remark(self, what: str, line: int, detail: str = "") -> None:
        """Note an act once, at its first line."""
        if any(known.startswith(f"{what} (") for known in self.remarks):
            return
        told = f": {detail[:_LONGEST]}" if detail else ""
        self.remarks.append(f"{what} (line {line}{told})")


def look_at_code(text: str) -> CodeLook:
    """Look at a script; at one that is no Python there is nothing to see."""
    look = CodeLook()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return look
    names, look.texts = imported_names(tree), named_texts(tree)
    prose = _docstrings(tree)
    for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _look_at_import(look, node)
        elif isinstance(node, ast.Call):
            _look_at_call(look, node, names)
        elif isinstance(node, ast.Subscript):
            _look_at_subscript(look, node, names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose:
            _look_at_text(look, node, node.value)
    beginnings = _beginnings(tree)
    for name, value in _named_texts(tree):
        called = name in beginnings or acts.PLACES_OF_URLS.search(name)
        if called and (host := _host(value, look.texts)):
            look.hosts.setdefault(host, value.lineno)
    return look


def look_before_run(text: str) -> CodeLook:
    """The same, where of the variables only those are left that are set and that a child does not get."""
    look = look_at_code(text)
    passed_on = child_environment(os.environ, {})
    withheld = os.environ.keys() - passed_on.keys()
    look.variables = {name: line for name, line in look.variables.items() if name in withheld}
    return look


def _look_at_import(look: CodeLook, node: ast.Import | ast.ImportFrom) -> None:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        what = acts.IMPORTS.get(module) or acts.IMPORTS.get(module.partition(".")[0])
        if what:
            look.remark(what, node.lineno, module)


def _look_at_call(look: CodeLook, call: ast.Call, names: dict[str, str]) -> None:
    name = called_name(call.func, names)
    what = next((what for start, what in acts.CALLS.items() if _is_called(name, start)), None)
    if what is acts.CODE and call.args and isinstance(call.args[0], ast.Constant):
        what = None  # a text that can be read right here
    if what is None and isinstance(call.func, ast.Attribute) and not name.startswith("dlt."):
        what = acts.METHODS.get(call.func.attr)
    if what:
        look.remark(what, call.lineno, name or ast.unparse(call.func))
    for check in _CHECKS:
        check(look, call, name)


def _look_at_import_by_name(look: CodeLook, call: ast.Call, name: str) -> None:
    if name in ("__import__", "importlib.import_module") and call.args:
        if not isinstance(call.args[0], ast.Constant):
            look.remark(acts.MODULE, call.lineno)
        elif what := acts.IMPORTS.get(str(call.args[0].value).partition(".")[0]):
            look.remark(what, call.lineno, str(call.args[0].value))


def _look_at_roundabout(look: CodeLook, call: ast.Call, name: str) -> None:
    if name == "getattr" and len(call.args) > 1 and not isinstance(call.args[1], ast.Constant):
        if isinstance(call.args[0], ast.Name) or "import" in ast.unparse(call.args[0]):
            put_together = isinstance(call.args[1], (ast.BinOp, ast.JoinedStr, ast.Call))
            if put_together:
                look.remark(acts.HIDDEN, call.lineno, ast.unparse(call))
    elif name in ("globals", "vars", "locals") and not call.args:
        look.remark(acts.HIDDEN, call.lineno, name)


def _look_at_environment(look: CodeLook, call: ast.Call, name: str) -> None:
    if name in ("os.getenv", "os.environ.get", "os.environ.pop", "os.environb.get") and call.args:
        _note_variable(look, call.args[0])
    elif name in _WHOLE_ENVIRONMENT or any(ast.unparse(given) == "os.environ" for given in call.args):
        look.remark(acts.ENVIRONMENT, call.lineno)


def _look_at_writing(look: CodeLook, call: ast.Call, name: str) -> None:
    place: ast.expr | None = None
    if name in ("open", "io.open", "os.open") and call.args and _writes(call):
        place = call.args[0]
    elif isinstance(call.func, ast.Attribute) and call.func.attr in (
        "write_text",
        "write_bytes",
        "symlink_to",
    ):
        place = call.func.value
    elif name in (
        "shutil.copy",
        "shutil.copyfile",
        "shutil.copytree",
        "shutil.move",
        "os.rename",
        "os.symlink",
    ):
        place = call.args[1] if len(call.args) > 1 else None
    if place is not None and _is_outside(place):
        look.remark(acts.WRITES, call.lineno, ast.unparse(place))
    elif name in ("pathlib.Path.home", "os.path.expanduser"):
        look.remark(acts.HOME, call.lineno, ast.unparse(call))


def _look_at_sending(look: CodeLook, call: ast.Call, name: str) -> None:
    client, _, method = name.rpartition(".")
    if method in acts.CHANGING and client.endswith(acts.CLIENTS) and call.args:
        look.remark(acts.SENDS, call.lineno, f"{method.upper()} {ast.unparse(call.args[0])}")
    if client.endswith(acts.CLIENTS) or name in ("urllib.request.urlopen", "urllib.request.Request"):
        for argument in call.args[:2]:
            if host := _host(argument, look.texts):
                look.hosts.setdefault(host, argument.lineno)


_CHECKS: tuple[Callable[[CodeLook, ast.Call, str], None], ...] = (
    _look_at_import_by_name,
    _look_at_roundabout,
    _look_at_environment,
    _look_at_writing,
    _look_at_sending,
)


def _look_at_subscript(look: CodeLook, node: ast.Subscript, names: dict[str, str]) -> None:
    if called_name(node.value, names) in ("os.environ", "os.environb") and isinstance(node.ctx, ast.Load):
        _note_variable(look, node.slice)


def _look_at_text(look: CodeLook, node: ast.Constant, text: str) -> None:
    if acts.CREDENTIAL_FILES.search(text) and len(text) < 300 and "\n" not in text:
        look.remark(acts.CREDENTIALS, node.lineno, text)
    elif acts.INSTALLING.search(text):
        look.remark(acts.INSTALLS, node.lineno, text)


def _note_variable(look: CodeLook, name: ast.expr) -> None:
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        look.variables.setdefault(name.value, name.lineno)
    else:
        look.remark(acts.ENVIRONMENT, name.lineno, ast.unparse(name))


def _is_called(name: str, start: str) -> bool:
    """Whether a name is one of `acts.CALLS`: whole for a builtin, else by its beginning."""
    return name == start if "." not in start else name.startswith(start)


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    """Texts that stand alone: documentation."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _named_texts(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Values with the name that they get: of a variable, an argument, a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [pair for target in node.targets for pair in _pairs(target, node.value)]
            yield from ((ast.unparse(target), value) for target, value in pairs)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield ast.unparse(node.target), node.value
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value
        elif isinstance(node, ast.Dict):
            yield from (
                (str(key.value), value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            )
        elif isinstance(node, ast.arguments):
            spelled = [*node.posonlyargs, *node.args]
            yield from ((a.arg, d) for a, d in zip(spelled[::-1], node.defaults[::-1], strict=False))


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Each name with its own value in `url, page = "https://…", 1`."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [*zip(target.elts, value.elts, strict=True)]
    return [(target, value)]


def _beginnings(tree: ast.AST) -> set[str]:
    """Names whose value something with a slash comes after, as in `f"{site}/orders"`: beginnings of URLs."""
    found = set()
    for node in ast.walk(tree):
        first, then = None, None
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1:
            first, then = node.values[:2]
        elif isinstance(node, ast.BinOp):
            first, then = node.left, node.right
        if isinstance(then, ast.JoinedStr) and then.values:
            then = then.values[0]
        text = then.value if isinstance(then, ast.Constant) else None
        if first is not None and isinstance(text, str) and text.startswith(("/", "?")):
            found.add(ast.unparse(first.value if isinstance(first, ast.FormattedValue) else first))
    return found


def _host(value: ast.expr, texts: Mapping[str, str]) -> str | None:
    """The host of a URL, as far as that is written down."""
    text, whole = beginning_of(value, texts)
    try:
        parts = urlsplit(text)
        # what is added with a `+` is a path, mostly; in an f-string the host itself may go on
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        return host_of(text) if whole or parts.path or isinstance(value, ast.BinOp) else None
    except ValueError:
        return None


def _writes(call: ast.Call) -> bool:
    mode = (
        call.args[1]
        if len(call.args) > 1
        else next((k.value for k in call.keywords if k.arg == "mode"), None)
    )
    if isinstance(mode, ast.Constant) and isinstance(mode.value, str):
        return any(letter in mode.value for letter in "wax+")
    return mode is not None


def _is_outside(place: ast.expr) -> bool:
    """Whether a path, as far as it is written down, leaves the project."""
    texts = [n.value for n in ast.walk(place) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    if any(word in ast.unparse(place) for word in ("Path.home", "expanduser", "gettempdir")):
        return True
    return any(_leaves(text) for text in texts[:1])


def _leaves(text: str) -> bool:
    path = PurePosixPath(text.replace("\\", "/"))
    return path.is_absolute() or text.startswith("~") or path.parts[:1] == ("..",)
