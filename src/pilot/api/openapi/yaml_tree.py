"""YAML as a tree of JSON values: built from events, so that depth, size and aliases are bounded.

PyYAML's own loader recurses in C and takes the process down where a text is nested deeply enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pilot.finding import Json

if TYPE_CHECKING:
    from yaml.events import Event, ScalarEvent

_DEEPEST = 100
_MOST_ALIASES = 2_000
_MOST_NODES = 1_000_000
_WORDS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]{1,3})?\Z")


class TooMuch(ValueError):
    """The text is nested too deeply, or unfolds into too much."""


def yaml_tree(text: str) -> Json:
    """The first document's tree; keys are text, dates stay text. Raises ValueError for what is no YAML."""
    import yaml

    # without C the same is six times slower
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree = _Tree()
    try:
        for event in yaml.parse(text, Loader=loader):
            tree.take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                break
    except yaml.YAMLError as error:
        raise ValueError(f"it is no valid YAML: {_first_line(error)}") from None
    return tree.root


@dataclass
class _Tree:
    """A tree that grows event by event."""

    root: Json = None
    nodes: int = 0
    aliases: int = 0
    _open: list[dict[str, Json] | list[Json]] = field(default_factory=list)
    _keys: list[str | None] = field(default_factory=list)
    _names: list[str | None] = field(default_factory=list)
    _anchors: dict[str, Json] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Grow by one event. Raises TooMuch."""
        from yaml import events

        if isinstance(event, (events.MappingStartEvent, events.SequenceStartEvent)):
            self._begin({} if isinstance(event, events.MappingStartEvent) else [], event.anchor)
        elif isinstance(event, (events.MappingEndEvent, events.SequenceEndEvent)):
            self._end()
        elif isinstance(event, events.ScalarEvent):
            is_key = bool(self._open) and isinstance(self._open[-1], dict) and self._keys[-1] is None
            self._put(str(event.value) if is_key else _scalar(event), event.anchor)
        elif isinstance(event, events.AliasEvent):
            self.aliases += 1
            if self.aliases > _MOST_ALIASES:
                raise TooMuch("it has too many aliases")
            self._put(self._anchors.get(event.anchor or ""), None)

    def _begin(self, container: dict[str, Json] | list[Json], anchor: str | None) -> None:
        if len(self._open) >= _DEEPEST:
            raise TooMuch("it is nested too deeply")
        self._put(container, None)
        self._open.append(container)
        self._keys.append(None)
        self._names.append(anchor)

    def _end(self) -> None:
        self._keys.pop()
        whole, anchor = self._open.pop(), self._names.pop()
        # an anchor is known only once its object is whole: it could else hold itself
        if anchor:
            self._anchors[anchor] = whole

    def _put(self, value: Json, anchor: str | None) -> None:
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise TooMuch("it is too large")
        if anchor:
            self._anchors[anchor] = value
        if not self._open:
            self.root = value
            return
        place, key = self._open[-1], self._keys[-1]
        if isinstance(place, list):
            place.append(value)
        elif key is None:
            self._keys[-1] = value if isinstance(value, str) else str(value)
        else:
            if key == "<<" and isinstance(value, dict):
                place.update({k: v for k, v in value.items() if k not in place})
            else:
                place[key] = value
            self._keys[-1] = None


def _scalar(event: ScalarEvent) -> Json:
    text = str(event.value)
    if not event.implicit[0]:
        return text  # quoted, a block, or with a tag
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it can't be read"
    return f"{problem} (line {mark.line + 1})" if mark else str(problem)
