"""What was said on the command line, parsed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pilot.host import RecordedAnswer


class Level(str, Enum):
    """How generated code is held."""

    AUTO = "auto"
    """The best that there is."""
    OFF = "off"
    BASIC = "basic"
    """The process itself: time, output, sizes, environment."""
    FULL = "full"
    """Files and network too; where they can't be held, the script does not run."""


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
    share_samples: bool | None = None
    """A model may see values of records; None: where the person said so once for this project."""
    always_share_samples: bool = False
    """The same for all runs in this project from now on."""
    trust: bool = False
    max_repairs: int | None = None
    """None: the policy's own limit."""
    timeout: float = 600.0
    """Seconds that one run of the script may take."""
    max_tokens: int | None = None
    """Tokens that models may be asked for in this session, sent and received."""
    max_cost: float | None = None
    """US dollars that models may cost in this session."""
    max_seconds: float | None = None
    """Seconds that the repairs of one step may take in all."""
    fresh: bool = False
    """Every request goes to the API: no answer is served from memory."""
    strict: bool = False
    """A table that is not proven complete makes the command fail."""
    script: str | None = None
    """Which of the folder's pipelines to check: its script's path, or its name."""
    look: bool = False
    """Judge what is loaded without a run of the script."""
    twice: bool = False
    """Rehearse a second run on top of the first, and compare."""
    fence: Level = Level.AUTO
    allow_env: tuple[str, ...] = ()
    """Environment variables that the script may see, by name."""
    allow_host: tuple[str, ...] = ()
    """Hosts that may be contacted beside those that the person named: `name` or `name:port`."""
    allow_install: tuple[str, ...] = ()
    """Packages that may be installed for the script, by name."""
    rows: bool = False
    """Undo takes out what loads appended, where no copy of the database can be put back."""
    session: str | None = None
    """Which of the project's sessions: its number or name; None is the newest."""
    answers: tuple[RecordedAnswer, ...] | None = None
    """In a replay: every question that was answered then, with its answer, oldest first."""
