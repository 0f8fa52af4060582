"""What was said on the command line, parsed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SecretSource:
    """Where an unattended run gets a secret's value: `--secret NAME=env:VAR` or `NAME=file:PATH`."""

    name: str
    """The dotted path in secrets.toml, or its last part where that is unique."""
    kind: str
    """`env` or `file`."""
    where: str


@dataclass(frozen=True)
class Options:
    """The answers and limits that a command was given."""

    root: Path = Path()
    """The project folder, absolute."""
    name: str | None = None
    destination: str = "duckdb"
    policy: str = "create_pipeline"
    api: str | None = None
    docs: str | None = None
    endpoints: tuple[str, ...] = ()
    """Endpoints to load, by path or name: `--endpoint`."""
    model: str | None = None
    """A model's name, or `builtin`."""
    secrets: tuple[SecretSource, ...] = ()
    yes: bool = False
    no_input: bool = False
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    restart: bool = False
    share_samples: bool = False
    """A model may see the values of a few records."""
    trust: bool = False
    max_repairs: int | None = None
    """None: the policy's own limit."""
    timeout: float = 600.0
    """Seconds that one run of the script may take."""
