"""The contract of a policy: an ordered list of steps, the validators that watch them, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from pilot.errors import UsageError
from pilot.finding import Remedy


@dataclass(frozen=True)
class Limits:
    """Bounds of every loop."""

    repairs: int = 3
    """Remedies per step before it counts as failed."""
    returns: int = 5
    """How often findings may send the policy back to an earlier step."""


@dataclass(frozen=True)
class StepUse:
    """One entry of a policy."""

    use: str
    """The step's name in the catalogue."""
    validators: tuple[str, ...] = ()
    """Validators that watch this step, besides the policy's own."""
    remedies: dict[Remedy, str] = field(default_factory=dict)
    """Steps that carry remedies out, where they differ from the policy's."""
    rerun: tuple[str, ...] = ()
    """Steps that run once more after a remedy, before this one does: what it looks at is theirs."""


@dataclass(frozen=True)
class Policy:
    """A policy, as its TOML file says."""

    title: str
    step: tuple[StepUse, ...]
    name: str = ""
    """The file's stem."""
    validators: tuple[str, ...] = ()
    """Validators that watch every step."""
    remedies: dict[Remedy, str] = field(default_factory=dict)
    """Which step carries a remedy out. A step of this policy is gone back to; another runs on the spot."""
    limits: Limits = field(default_factory=Limits)

    def remedy_step(self, position: int, remedy: Remedy) -> str | None:
        """The step that carries a remedy out for an entry."""
        return self.step[position].remedies.get(remedy, self.remedies.get(remedy))

    def earlier(self, position: int, step: str) -> int | None:
        """The position of a step at or before another one."""
        return next((i for i, entry in enumerate(self.step[: position + 1]) if entry.use == step), None)

    def with_repairs(self, repairs: int | None) -> Policy:
        """This policy with another bound on repairs."""
        return self if repairs is None else replace(self, limits=replace(self.limits, repairs=repairs))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    step: list[_Use]
    validators: list[str] = []
    remedies: dict[Remedy, str] = {}
    limits: _Limits | None = None


class _Use(msgspec.Struct, forbid_unknown_fields=True):
    use: str
    validators: list[str] = []
    remedies: dict[Remedy, str] = {}
    rerun: list[str] = []


class _Limits(msgspec.Struct, forbid_unknown_fields=True):
    repairs: int = Limits.repairs
    returns: int = Limits.returns


def parse_policy(name: str, text: str) -> Policy:
    """A policy from its TOML. Raises UsageError naming the policy and what is wrong with it."""
    try:
        file = msgspec.convert(_toml(text), _File)
    except (ValueError, msgspec.ValidationError) as error:
        raise UsageError(f"Policy {name} can't be read: {error}.", "CONTRIBUTING.md shows one.") from None
    return Policy(
        title=file.title,
        name=name,
        step=tuple(
            StepUse(entry.use, tuple(entry.validators), entry.remedies, tuple(entry.rerun))
            for entry in file.step
        ),
        validators=tuple(file.validators),
        remedies=file.remedies,
        limits=Limits(file.limits.repairs, file.limits.returns) if file.limits else Limits(),
    )


def _toml(text: str) -> Mapping[str, object]:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)
