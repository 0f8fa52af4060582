"""Which secrets a script reads, found in its syntax tree without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KINDS = {"source": "sources", "resource": "sources", "transformer": "sources", "destination": "destination"}
LIKE_A_KEY = re.compile(
    r"(?:^|_)(?:key|token|secret|password|passwd|pwd|pat|credentials?|auth)\d*$", re.IGNORECASE
)
MOST_FILES = 30


@dataclass(frozen=True)
class SecretRead:
    """One secret that code reads."""

    path: str
    """Where it is best kept: `sources.weather.api_key`; for a bare environment variable its name."""
    places: tuple[str, ...]
    """Everywhere that is looked, as dlt orders it: the most specific first."""
    injected: bool = False
    """dlt fills it in as an argument, so that a section named after the pipeline is looked in first."""
    optional: bool = False
    """The code has an answer to its being absent, but none to a placeholder."""


def secrets_read(root: Path, script: str, text: str) -> tuple[SecretRead, ...]:
    """The secrets that a script and the project's own modules that it imports read, each path once.

    A text that is no Python reads none.
    """
    reads: dict[str, SecretRead] = {}
    for section, module in _modules(root, script, text):
        for read in _Reader(section, module).reads():
            known = reads.get(read.path)
            if known is None or known.optional:
                reads[read.path] = read
    return tuple(reads.values())


def _modules(root: Path, script: str, text: str) -> Iterator[tuple[str, ast.Module]]:
    """The script and the project's modules behind its imports, each with the section dlt gives it."""
    waiting, seen = [(Path(script).stem, text)], {root / script}
    while waiting and len(seen) < MOST_FILES:
        section, content = waiting.pop(0)
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError):
            continue
        yield section, tree
        for file in _imported(root, tree):
            if file not in seen:
                seen.add(file)
                name = file.parent.name if file.name == "__init__.py" else file.stem
                waiting.append((name, file.read_text(encoding="utf-8", errors="replace")))


def _imported(root: Path, tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        else:
            continue
        for name in {name.partition(".")[0] for name in names}:
            if (root / f"{name}.py").is_file():
                yield root / f"{name}.py"
            elif (root / name / "__init__.py").is_file():
                yield from sorted((root / name).glob("*.py"))


class _Reader:
    """Reads one module."""

    def __init__(self, section: str, tree: ast.Module) -> None:
        self._tree = tree
        self._texts = _constants(tree)
        self._section = self._texts.get("__source_name__", section)
        self._modules, self._names = _imports(tree)

    def reads(self) -> Iterator[SecretRead]:
        """Every read, in the order of the text as far as it goes."""
        with_fallback = set(self._with_fallback())
        for node in ast.walk(self._tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from self._injected(node)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                yield from self._direct(node.value, node.slice, optional=False)
            elif isinstance(node, ast.Call) and node.args:
                yield from self._called(node, optional=node in with_fallback)

    def _with_fallback(self) -> Iterator[ast.expr]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
                yield from node.values[:-1]

    def _direct(self, holder: ast.expr, key: ast.expr, optional: bool) -> Iterator[SecretRead]:
        """`dlt.secrets["a.b"]`, `os.environ["KEY"]`."""
        if (name := self._text(key)) is None:
            return
        what = self._full_name(holder)
        if what == "dlt.secrets" or (what == "os.environ" and LIKE_A_KEY.search(name)):
            yield SecretRead(name, (name,), optional=optional)

    def _called(self, call: ast.Call, optional: bool) -> Iterator[SecretRead]:
        """`dlt.secrets.get("a.b")`, `os.environ.get("KEY")`, `os.getenv("KEY")`."""
        what = self._full_name(call.func)
        if what == "dlt.secrets.get":
            yield from self._direct(ast.Name("dlt.secrets"), call.args[0], optional)
        elif what in ("os.environ.get", "os.getenv"):
            has_default = len(call.args) > 1 or any(keyword.arg == "default" for keyword in call.keywords)
            yield from self._direct(ast.Name("os.environ"), call.args[0], optional or has_default)

    def _injected(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[SecretRead]:
        """`def weather(api_key=dlt.secrets.value)` below one of dlt's decorators."""
        decorated = next(filter(None, map(self._decorator, function.decorator_list)), None)
        if decorated is None:
            return
        top, given = decorated
        name = given.get("name", function.name)
        section = given.get("section", self._section if top == "sources" else name)
        for argument, default in _defaults(function):
            if self._full_name(default) == "dlt.secrets.value":
                places = [f"{top}.{section}.{name}.{argument}", f"{top}.{section}.{argument}"]
                places += [f"{top}.{name}.{argument}", f"{top}.{argument}", argument]
                unique = tuple(dict.fromkeys(places if section != name else [places[0], *places[1:]]))
                yield SecretRead(f"{top}.{name}.{argument}", unique, injected=True)

    def _decorator(self, node: ast.expr) -> tuple[str, dict[str, str]] | None:
        """The top section of a decorator of dlt's, and the names given to it."""
        called = node.func if isinstance(node, ast.Call) else node
        package, _, kind = (self._full_name(called) or "").rpartition(".")
        if package.partition(".")[0] != "dlt" or kind not in KINDS:
            return None
        keywords = node.keywords if isinstance(node, ast.Call) else []
        texts = {keyword.arg: self._text(keyword.value) for keyword in keywords}
        return KINDS[kind], {name: text for name, text in texts.items() if name and text}

    def _full_name(self, node: ast.expr | None) -> str | None:
        """`dlt.secrets.value` for whatever the module calls it."""
        if isinstance(node, ast.Attribute):
            owner = self._full_name(node.value)
            return f"{owner}.{node.attr}" if owner else None
        if isinstance(node, ast.Name):
            return self._modules.get(node.id) or self._names.get(node.id) or node.id
        return None

    def _text(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        return self._texts.get(node.id) if isinstance(node, ast.Name) else None


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    for argument, default in zip(
        positional[len(positional) - len(given.defaults) :], given.defaults, strict=True
    ):
        yield argument.arg, default
    for argument, keyword_default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if keyword_default is not None:
            yield argument.arg, keyword_default


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """Texts that have a name at the top of the module."""
    found = {}
    for node in tree.body:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[attr-defined]
            found.update({target.id: value.value for target in targets if isinstance(target, ast.Name)})
    return found


def _imports(tree: ast.Module) -> tuple[dict[str, str], dict[str, str]]:
    """What imported modules and names are really called."""
    modules, names = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return modules, names
