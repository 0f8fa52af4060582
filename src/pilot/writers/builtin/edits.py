"""Edits of literals in a script, in place: everything else stays as the person left it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pilot.writers.builtin.lines import Lines, split, without_note
from pilot.writers.builtin.literals import STEP, Literal, Noted, comment, element, literal, quoted


@dataclass(frozen=True)
class Script:
    """A script's text with its syntax tree. Every edit gives a new one."""

    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises SyntaxError."""
        return ast.parse(self.text)

    def config(self) -> ast.Dict | None:
        """The configuration of `rest_api_source`: the dict that has a client and resources."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Dict) and {"client", "resources"} <= entries(node).keys():
                return node
        return None

    def listing(self) -> ast.List | None:
        """The list of resources in the configuration."""
        config = self.config()
        found = entries(config).get("resources") if config else None
        return found if isinstance(found, ast.List) else None

    def resources(self) -> dict[str, ast.Dict]:
        """The declared resources, by name."""
        listing = self.listing()
        dicts = [node for node in listing.elts if isinstance(node, ast.Dict)] if listing else []
        return {name: node for node in dicts if (name := text_value(entries(node).get("name")))}

    def decorated(self) -> dict[str, ast.Call]:
        """The calls that decorate resources which are functions, by name."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                calls = [call for call in node.decorator_list if isinstance(call, ast.Call)]
                for call in [call for call in calls if is_called(call, "resource")]:
                    found[text_value(entries(call).get("name")) or node.name] = call
        return found

    def calls(self, name: str) -> list[ast.Call]:
        """Calls of a function or method by its last name."""
        return [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and is_called(n, name)]

    def place(self, holder: ast.Dict | ast.Call, key: str, value: Literal) -> Script:
        """Set one entry of a dict, or one keyword of a call."""
        found = entries(holder).get(key)
        if found is None:
            return self._insert(holder, key, value)
        return self._exchange(holder, found, key, value)

    def take(self, holder: ast.Dict | ast.Call, key: str) -> Script:
        """Remove one entry of a dict, or one keyword of a call; unchanged where there is none."""
        found = entries(holder).get(key)
        if found is None:
            return self
        lines = Lines(self.text)
        start = lines.offset(*_begin(holder, key, found))
        return Script(lines.without(start, lines.end(found)))

    def extend(self, value: Literal) -> Script:
        """Add an element to the list of resources."""
        listing = self.listing()
        if listing is None:
            return self
        lines = Lines(self.text)
        indent = lines.indent(listing.elts[-1].lineno) if listing.elts else lines.indent(listing.lineno) + 4
        added = element(value, indent) + ",\n"
        if listing.elts:
            return Script(lines.insert_after(lines.end(listing.elts[-1]), added))
        closing = f"[\n{added}{' ' * (indent - 4)}]"
        return Script(lines.replaced(lines.start(listing), lines.end(listing), closing))

    def drop(self, node: ast.expr) -> Script:
        """Remove an element of a list."""
        lines = Lines(self.text)
        return Script(lines.without(lines.start(node), lines.end(node)))

    def before_call(self, name: str, text: str) -> Script:
        """Put lines, indented by one step, before the statement that calls something at that step."""
        lines = split(self.text)
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Assign | ast.Expr) or node.col_offset != STEP:
                continue
            if any(isinstance(n, ast.Call) and is_called(n, name) for n in ast.walk(node)):
                return Script("".join([*lines[: node.lineno - 1], text, *lines[node.lineno - 1 :]]))
        return self

    def renote(self, key: str, note: str) -> Script:
        """Put another comment before an entry of the configuration."""
        config = self.config()
        found = entries(config).get(key) if config else None
        if config is None or found is None:
            return self
        line = _begin(config, key, found)[0]
        return Script(_noted(self.text, line, comment(note, Lines(self.text).indent(line))))

    def unnote(self, beginning: str) -> Script:
        """Remove a comment of ours, known by how it begins."""
        kept = [line for line in split(self.text) if not line.strip().startswith(f"# {beginning}")]
        return Script("".join(kept))

    def _exchange(self, holder: ast.Dict | ast.Call, found: ast.expr, key: str, value: Literal) -> Script:
        lines = Lines(self.text)
        bare = value.value if isinstance(value, Noted) else value
        indent = lines.indent(_begin(holder, key, found)[0])
        lead = lines.column(found) - indent
        start, end = lines.start(found), lines.end(found)
        text = lines.replaced(start, end, literal(bare, indent, lead))
        if isinstance(value, Noted):
            text = _noted(text, _begin(holder, key, found)[0], comment(value.comment, indent))
        return Script(text)

    def _insert(self, holder: ast.Dict | ast.Call, key: str, value: Literal) -> Script:
        lines = Lines(self.text)
        named = f"{quoted(key)}: " if isinstance(holder, ast.Dict) else f"{key}="
        bare = value.value if isinstance(value, Noted) else value
        inside = _inside(holder)
        if not inside:
            text = named + literal(bare, lines.indent(holder.lineno))
            return Script(lines.replaced(lines.end(holder) - 1, lines.end(holder) - 1, text))
        last = max(inside, key=lines.end)
        if holder.lineno == holder.end_lineno:
            return Script(lines.replaced(lines.end(last), lines.end(last), f", {named}{literal(bare)}"))
        indent = lines.indent(min(inside, key=lines.start).lineno)
        note = comment(value.comment, indent) if isinstance(value, Noted) else ""
        added = f"{note}{' ' * indent}{named}{literal(bare, indent, len(named))},\n"
        return Script(lines.insert_after(lines.end(last), added))


def entries(holder: ast.Dict | ast.Call) -> dict[str, ast.expr]:
    """The entries of a dict with text keys, or the keywords of a call."""
    if isinstance(holder, ast.Call):
        return {keyword.arg: keyword.value for keyword in holder.keywords if keyword.arg}
    pairs = zip(holder.keys, holder.values, strict=True)
    return {k.value: v for k, v in pairs if isinstance(k, ast.Constant) and isinstance(k.value, str)}


def _inside(holder: ast.Dict | ast.Call) -> list[ast.expr]:
    """Everything between the brackets, spread entries and positional arguments included."""
    if isinstance(holder, ast.Dict):
        return holder.values
    return [*holder.args, *(keyword.value for keyword in holder.keywords)]


def child(holder: ast.Dict | ast.Call, key: str) -> ast.Dict | None:
    """A dict inside a dict."""
    found = entries(holder).get(key)
    return found if isinstance(found, ast.Dict) else None


def text_value(node: ast.expr | None) -> str:
    """The text of a string literal; empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def same(node: ast.expr | None, value: Literal) -> bool:
    """Whether an expression says the same as a literal."""
    if node is None:
        return False
    bare = value.value if isinstance(value, Noted) else value
    return ast.dump(node) == ast.dump(ast.parse(literal(bare), mode="eval").body)


def is_called(call: ast.Call, name: str) -> bool:
    """Whether a call is of a function or method of this name."""
    function = call.func
    return (isinstance(function, ast.Name) and function.id == name) or (
        isinstance(function, ast.Attribute) and function.attr == name
    )


def literals_of(node: ast.Dict | None) -> Mapping[str, Literal] | None:
    """The dict's value, when it is made of literals alone."""
    if node is None:
        return {}
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _begin(holder: ast.Dict | ast.Call, key: str, value: ast.expr) -> tuple[int, int]:
    """Line and column where an entry begins: its key, not its value."""
    if isinstance(holder, ast.Call):
        keyword = next(k for k in holder.keywords if k.arg == key)
        return keyword.lineno, keyword.col_offset
    for node in _keys(holder):
        if node.value == key:
            return node.lineno, node.col_offset
    return value.lineno, value.col_offset


def _keys(holder: ast.Dict) -> Iterator[ast.Constant]:
    return (key for key in holder.keys if isinstance(key, ast.Constant))


def _noted(text: str, line: int, note: str) -> str:
    """The text with this comment before a line, in the place of ours."""
    lines = split(text)
    ends = "\r\n" if "\r\n" in text else "\n"
    head = without_note("".join(lines[: line - 1]))
    return head + note.replace("\n", ends) + "".join(lines[line - 1 :])
