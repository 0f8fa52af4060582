"""The script that a refinement or a repair changes, and the words for what is in it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind
from pilot.writers.builtin.config import path_of
from pilot.writers.builtin.design import Design, Resource
from pilot.writers.builtin.edits import Script, child, entries, literals_of, text_value
from pilot.writers.builtin.identifiers import snake
from pilot.writers.builtin.literals import Literal
from pilot.writers.builtin.wishes import Wish

MODEL_HINT = "This needs a model: set OPENAI_API_KEY, or name one with --model."

Holder = ast.Dict | ast.Call


UNNAMED = frozenset({"it", "this", "all", "everything", "table", "tables", "resource", "endpoint"})
"""Words that stand where a name could: they mean whatever there is."""


class Workbench:
    """One script on its way from wish to wish, beside what was seen of the API."""

    def __init__(self, text: str, design: Design) -> None:
        self.script = Script(text)
        self.design = design
        self.told: list[str] = []

    def holders(self) -> dict[str, Holder]:
        """Where each resource keeps its settings: a dict of the configuration, or a decorator."""
        return {**self.script.resources(), **self.script.decorated()}

    def put(self, name: str, key: str, value: Literal) -> None:
        """Set one setting of a resource."""
        self.script = self.script.place(self.holders()[name], key, value)

    def endpoint(self, name: str) -> ast.Dict:
        """The endpoint of a declared resource."""
        found = self.script.resources().get(name)
        if found is None:
            raise unwritten(f"{name} is a function of its own in this script.")
        if (endpoint := child(found, "endpoint")) is None:
            raise unwritten(f"The endpoint of {name} is not written as a dict.")
        return endpoint

    def add_params(self, name: str, wanted: Mapping[str, Literal]) -> None:
        """Set query parameters, and leave the others as they are."""
        endpoint = self.endpoint(name)
        present = literals_of(child(endpoint, "params"))
        if present is None:
            raise unwritten(f"The parameters of {name} are not written as plain values.")
        if wanted and {**present, **wanted} != present:
            self.script = self.script.place(endpoint, "params", {**present, **wanted})

    def designed(self, name: str) -> list[Resource]:
        """What was seen of a resource: one or none. It may have been renamed in the script."""
        named = [resource for resource in self.design.resources if resource.name == name]
        if named or name not in self.script.resources():
            return named
        endpoint = child(self.script.resources()[name], "endpoint")
        path = text_value(entries(endpoint).get("path")) if endpoint else ""
        return [resource for resource in self.design.resources if path and path_of(resource.endpoint) == path]

    def loaded(self) -> set[str]:
        """The names, as seen, of everything that the script loads."""
        return {resource.name for name in self.holders() for resource in self.designed(name)}

    def has_key(self, name: str) -> bool:
        """Whether a resource has a primary key."""
        return "primary_key" in entries(self.holders()[name])

    def meant(self, wish: Wish) -> list[str]:
        """The resources that a wish is about: the named one, else all."""
        names = list(self.holders())
        if not names:
            raise unwritten(
                "The resources of this script are not written in a way that can be changed by rule."
            )
        said = wish.get("resource")
        if not said or (said in UNNAMED and said not in names):
            return names
        found = [n for n in names if n == said] or [n for n in names if alike(n, snake(said))]
        if not found:
            raise refused(f"There is no {said} in the script.", f"What is loaded: {', '.join(names)}.")
        return found[:1]

    def only(self, wish: Wish) -> str:
        """The one resource that a wish is about."""
        names = self.meant(wish)
        if len(names) > 1:
            raise refused("Which one?", f"Name one of {', '.join(names)}.")
        return names[0]


def alike(name: str, said: str) -> bool:
    """Whether a person who says one name means the other."""
    return name.rstrip("s") == said.rstrip("s")


def refused(says: str, hint: str = "") -> StepFailed:
    """A request that can't be carried out, by whomever, as things are."""
    return StepFailed(Finding(FindingKind.BEYOND_WRITER, says), hint)


def unwritten(says: str) -> StepFailed:
    """A request that can't be carried out by rule, as the script is written; a model reads it."""
    return refused(says, MODEL_HINT)
