"""The catalogue: every policy, step, validator and prompt that can be named.

Names come from file names, so listing imports nothing. A project's own files in `.pilot/` are found first
and shadow the built-in ones; its Python is imported as `pilot.local`, after it was trusted.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Literal, TypeAlias, TypeVar

from pilot.errors import UsageError
from pilot.policy import Policy, parse_policy
from pilot.shipped import ROOT
from pilot.step import Step
from pilot.validator import Validator

Kind: TypeAlias = Literal["steps", "validators", "policies", "prompts"]
_SUFFIX: dict[Kind, str] = {"steps": ".py", "validators": ".py", "policies": ".toml", "prompts": ".md"}
_Contract = TypeVar("_Contract", Step, Validator)


class Catalogue:
    """Finds what can be named, for one project."""

    def __init__(self, root: Path, require_trust: Callable[[], None]) -> None:
        self._local = root / ".pilot"
        self._require_trust = require_trust
        self._steps: dict[str, Step] = {}
        self._validators: dict[str, Validator] = {}

    def names(self, kind: Kind) -> dict[str, Path]:
        """Every name of a kind with its file; shadows included."""
        found: dict[str, Path] = {}
        for folder in (_built_in(kind), self._local / kind):
            for file in sorted(folder.glob(f"*{_SUFFIX[kind]}")):
                if not file.stem.startswith("_"):
                    found[file.stem] = file
        return found

    def step(self, name: str) -> Step:
        """A step by name. Raises UsageError listing the names there are."""
        if name not in self._steps:
            self._steps[name] = self._load("steps", name, Step)  # type: ignore[type-abstract]
        return self._steps[name]

    def validator(self, name: str) -> Validator:
        """A validator by name. Raises UsageError listing the names there are."""
        if name not in self._validators:
            self._validators[name] = self._load("validators", name, Validator)  # type: ignore[type-abstract]
        return self._validators[name]

    def policy(self, name: str) -> Policy:
        """A policy by name; everything it names exists. Raises UsageError."""
        policy = parse_policy(name, self._file("policies", name).read_text("utf-8"))
        steps = [entry.use for entry in policy.step] + list(policy.remedies.values())
        for entry in policy.step:
            steps += [*entry.remedies.values(), *entry.rerun]
            for validator in (*policy.validators, *entry.validators):
                self._file("validators", validator)
        for step in steps:
            self._file("steps", step)
        return policy

    def prompt(self, name: str) -> str:
        """A prompt's template."""
        return self._file("prompts", name).read_text("utf-8")

    def _file(self, kind: Kind, name: str) -> Path:
        local = self._local / kind / f"{name}{_SUFFIX[kind]}"
        file = local if local.is_file() else _built_in(kind) / f"{name}{_SUFFIX[kind]}"
        if not name.replace("_", "a").isalnum() or not file.is_file():
            known = ", ".join(sorted(self.names(kind)))
            raise UsageError(f"There is no {_singular(kind)} called {name!r}.", f"There are: {known}.")
        return file

    def _load(self, kind: Kind, name: str, contract: type[_Contract]) -> _Contract:
        file = self._file(kind, name)
        if file.is_relative_to(self._local):
            self._require_trust()
            _register_local(self._local)
            module = importlib.import_module(f"pilot.local.{kind}.{name}")
        else:
            package = "pilot.validators" if kind == "validators" else f"pilot.shipped.{kind}"
            module = importlib.import_module(f"{package}.{name}")
        return _only_subclass(module, contract, file)()


def _built_in(kind: Kind) -> Path:
    return Path(__file__).parent / "validators" if kind == "validators" else ROOT / kind


def _singular(kind: Kind) -> str:
    return "policy" if kind == "policies" else kind.removesuffix("s")


def _register_local(folder: Path) -> None:
    """Make `pilot.local` a package that lies in the project, so its modules are ordinary modules."""
    package = sys.modules.get("pilot.local")
    if package is None or package.__path__ != [str(folder)]:
        for name in [name for name in sys.modules if name.split(".")[:2] == ["pilot", "local"]]:
            del sys.modules[name]
        package = ModuleType("pilot.local", "The extensions of the project at hand.")
        package.__path__ = [str(folder)]
        sys.modules["pilot.local"] = package
        importlib.invalidate_caches()


def _only_subclass(module: ModuleType, contract: type[_Contract], file: Path) -> type[_Contract]:
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, contract) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        found = ", ".join(cls.__name__ for cls in own) or "none"
        raise UsageError(f"{file} should define exactly one {contract.__name__}; it defines: {found}.")
    return own[0]
