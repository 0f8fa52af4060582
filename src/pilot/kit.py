"""The kit: what a step may do. What is known is in the session, what may be done is in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pilot.facts import Facts, SecretWanted, WriterChoice
from pilot.host import Host
from pilot.names import ProjectNames
from pilot.options import Options
from pilot.warehouse.tables import QueryResult, TableCounts, TableInfo

if TYPE_CHECKING:
    from pilot.api.profile import ApiProfile, Auth
    from pilot.api.survey import Survey
    from pilot.consent import Consent
    from pilot.run.result import RunMode, RunResult
    from pilot.session.cell import Cell
    from pilot.session.copies import Copies
    from pilot.warehouse.unloading import Unloading
    from pilot.writers.writer import Usage, Writer

Watch = Callable[[str], None]
"""Takes text as it comes: a program's output, a model's answer, a line that tells what is going on."""


class Secrets(Protocol):
    """The project's secrets: `.dlt/secrets.toml`, the environment that dlt reads, and `--secret`."""

    def wanted(self, names: ProjectNames) -> tuple[SecretWanted, ...]:
        """The secrets that the script (and the destination) reads, and which of them have a value.

        A placeholder counts as missing. Raises UsageError for a secrets.toml that can't be read.
        """

    def with_placeholders(self, paths: Sequence[str]) -> tuple[str | None, str]:
        """secrets.toml as it is (None: no file) and with a placeholder for each path that it lacks."""

    def with_value(self, path: str, value: str) -> str:
        """secrets.toml with a value put in, for the gate; the redactor knows the value from now on."""

    def values(self) -> dict[str, str]:
        """Every secret value that is known, by dotted path."""

    def hear(self, where: str, value: str) -> None:
        """Know a value that is in no file, so that it is hidden."""

    def take(self, name: str, value: str) -> None:
        """Use a value that was said in words for the secret of that name, in this run alone."""

    def is_weak(self, path: str, value: str) -> bool:
        """Whether a value is too ordinary to be hidden wherever it stands."""

    def save(self, path: str, value: str) -> None:
        """Write one value into secrets.toml, layout kept, mode 0600; the redactor learns it."""

    def given(self) -> dict[str, str]:
        """The values given with `--secret`, by the names they were given under."""

    def values_of(self, wanted: Sequence[SecretWanted]) -> dict[str, str]:
        """The values of these secrets by dotted path: for looking at the API with the key, and no more."""

    def environment(self, wanted: Sequence[SecretWanted]) -> dict[str, str]:
        """The values given with `--secret`, under the environment names that dlt reads."""


class Project(Protocol):
    """The dlt project folder."""

    @property
    def root(self) -> Path:
        """The folder, absolute."""

    @property
    def secrets(self) -> Secrets:
        """Its secrets."""

    def init(self, names: ProjectNames, verified: bool = False) -> tuple[str, ...]:
        """Run the real `dlt init`; returns the files that came, relative. Raises StepFailed."""

    def read(self, path: str) -> str | None:
        """A file's text with its own line endings; None when there is no such file."""

    def write(self, path: str, text: str) -> None:
        """Write a file in one go, keeping its encoding and mode. Only the consent gate calls this."""

    def dlt(self, arguments: Sequence[str]) -> str:
        """Run a dlt command in the project, without a shell; what it printed. Raises PilotError."""

    def interpreter(self) -> Path:
        """The Python that runs the script: the project's `.venv` if there is one, else pilot's."""


class Prober(Protocol):
    """Looks at an API."""

    def survey(self, goal: str, docs: str | None, say: Watch) -> Survey:
        """What documentation says of the API, before any endpoint is looked at; kept for the probe."""

    def probe(
        self,
        goal: str,
        docs: str | None,
        secrets: Mapping[str, str],
        say: Watch,
        picked: Sequence[str] = (),
        said: Auth | None = None,
    ) -> ApiProfile:
        """A few read-only requests to the URLs that the person named, and to what was picked from the survey.

        `secrets` maps dotted paths to values, for requests that need the key; they are in no profile.
        `picked` holds keys of the survey's offers; empty: those that the words mean.
        `said` is how the key is sent, where the person said so since.
        """


class Writers(Protocol):
    """Finds out which writer can be used, and opens it."""

    @property
    def usage(self) -> Usage:
        """Everything asked of models in this process, whichever."""

    def set_up(self, model: str | None) -> tuple[WriterChoice, str]:
        """The writer to use, and one line on why. May ask the person; may talk to the endpoint."""

    def hurry(self, deadline: float | None) -> None:
        """What is asked of models from now on must have come by then, by the monotonic clock."""

    def open(self, choice: WriterChoice, watch: Watch | None = None) -> Writer:
        """The writer; what a model says streams to `watch`. The same choice shares one `usage`."""


class Runner(Protocol):
    """Runs the script in a child process."""

    stopped: int
    """How many runs Ctrl-C has stopped so far."""

    def run(
        self,
        script: str,
        mode: RunMode,
        environment: Mapping[str, str],
        timeout: float,
        watch: Watch,
        pipeline: str | None = None,
    ) -> RunResult:
        """Run it in the project folder. Ctrl-C stops the child and gives Ending.INTERRUPTED.

        With a `pipeline` (for a load) dlt's local state of that name is this project's own.
        """

    def forget(self, pipeline: str) -> None:
        """Have dlt read a pipeline's state from its destination again, which was put back."""

    def knows(self, pipeline: str) -> bool:
        """Whether dlt keeps its state of a pipeline where it is looked for."""

    def keep_state(self, pipeline: str, into: Path) -> None:
        """Copy what dlt knows of a pipeline, pending packages aside."""

    def put_back_state(self, pipeline: str, kept: Path) -> None:
        """Have dlt know that again, and nothing else."""

    def clear_pending(self, pipeline: str) -> bool:
        """Drop load packages that a failed run left behind; whether there were any."""


class Warehouse(Protocol):
    """Read access to what was loaded. Never open while a run is active."""

    def together(self) -> AbstractContextManager[None]:
        """Questions that are asked in here may be answered by the same child process."""

    def prepare(self, names: ProjectNames) -> None:
        """Be ready for a question, as far as that can be done while a run is active."""

    def tables(self, names: ProjectNames) -> tuple[TableInfo, ...]:
        """The dataset's tables with rows and columns; dlt's own tables left out."""

    def finished_loads(self, names: ProjectNames) -> tuple[tuple[str, float], ...]:
        """Finished loads: dlt's load id, and when (seconds since the epoch), oldest first."""

    def counts(self, names: ProjectNames, loads: Sequence[str]) -> tuple[TableCounts, ...]:
        """What is counted of each table to judge a load; `loads` are those whose rows are called new."""

    def at(self, database: Path) -> Warehouse:
        """The same for a DuckDB file that lies elsewhere, whatever a pipeline's names say."""

    def query(self, names: ProjectNames, sql: str, limit: int = 20) -> QueryResult:
        """Run one read-only query. Raises PilotError with the destination's own words."""


class Policies(Protocol):
    """Runs a policy as child cells of the cell that is running now."""

    def run(self, name: str, news: Facts, title: str) -> Cell:
        """Run it; the cell that stands for it, finished or failed."""

    def resume(self, cell: Cell) -> Cell:
        """Go on with such a cell that was broken off, after its last finished step."""


@dataclass(frozen=True)
class Kit:
    """What a step may do."""

    host: Host
    consent: Consent
    project: Project
    prober: Prober
    writers: Writers
    runner: Runner
    warehouse: Warehouse
    policies: Policies
    options: Options
    unloading: Unloading | None = None
    """Takes out what loads appended, where no copy can be put back."""
    copies: Copies | None = None
    """Copies of the database from before loads, for undo."""
