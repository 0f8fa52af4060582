"""What a run of the script did, as the runner saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pilot.run.traffic import Exchange

UNHELD = "off: the script ran with your rights"
"""What is told of a fence that is switched off."""


class RunMode(str, Enum):
    """What a run is for."""

    CHECK = "check"
    """The preview: short request timeouts, few retries, the API's error bodies shown."""
    LOAD = "load"
    """The real thing: dlt's own timeouts and retries."""


@dataclass(frozen=True)
class Frame:
    """One frame of a traceback in the person's own files."""

    file: str
    """Relative to the project."""
    line: int
    function: str
    code: str


@dataclass(frozen=True)
class ErrorLink:
    """One exception of a chain."""

    type: str
    """Qualified class name: `requests.exceptions.HTTPError`."""
    message: str


@dataclass(frozen=True)
class RunError:
    """The exception that ended a run, recorded in the child (or read from its traceback)."""

    chain: tuple[ErrorLink, ...]
    """Outermost first, root cause last; never empty."""
    frames: tuple[Frame, ...] = ()
    """The person's own frames, outermost first."""
    dlt_step: str | None = None
    """`extract normalize load sync`, where dlt says so."""
    status: int | None = None
    """HTTP status, where an answer of the API was the cause."""
    url: str | None = None
    """Without its query."""
    body: str | None = None
    """The beginning of the API's answer."""
    fields: tuple[str, ...] = ()
    """Configuration fields that dlt did not find, as dotted paths: `sources.weather.api_key`."""
    retry_after: float | None = None
    """Seconds that the API asked to wait."""
    raised_in: str = ""
    """The module whose code raised the root cause, `dlt.sources.rest_api.config_setup`; empty for the
    person's own code."""

    @property
    def root(self) -> ErrorLink:
        """The root cause."""
        return self.chain[-1]


class Ending(str, Enum):
    """How a run ended."""

    EXITED = "exited"
    TIME_LIMIT = "time_limit"
    IN_VAIN = "in_vain"
    """It read the same pages over and over, without end: pilot stopped it."""
    INTERRUPTED = "interrupted"
    """The person pressed Ctrl-C; the child is gone."""


@dataclass(frozen=True)
class RunResult:
    """One run. Text is already free of secrets, bounded to its head and tail."""

    mode: RunMode
    ending: Ending
    exit_code: int
    seconds: float
    stdout: str
    stderr: str
    error: RunError | None = None
    cut: bool = False
    """Output beyond the bound was dropped."""
    loads: tuple[str, ...] = ()
    """Load ids that dlt finished in this run, as far as the child saw them."""
    traffic: tuple[Exchange, ...] = ()
    """Every HTTP exchange of the script, in order."""
    fence: str = ""
    """What held the script while it ran, and what that does not cover, in one line."""
    refused: tuple[str, ...] = ()
    """Hosts that the script wanted, and that the fence kept it from."""
    unreached: Mapping[str, str] = field(default_factory=dict)
    """Hosts that could not be reached, and why, as far as the fence's proxy was asked for them."""
    remark: str = ""
    """What pilot could not do around the run (no ledger, say), in one line."""

    left_behind: bool = False
    """What this run loaded, or failed at, were packages of an earlier run: dlt takes up those first, and
    then none of the script's own data."""

    @property
    def unheld(self) -> bool:
        """Whether the fence was switched off."""
        return self.fence == UNHELD

    @property
    def ok(self) -> bool:
        """Exit code 0 and no error."""
        return self.ending is Ending.EXITED and self.exit_code == 0 and self.error is None
