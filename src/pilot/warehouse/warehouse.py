"""Read access to what was loaded: DuckDB files directly, any other destination through dlt's client."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from pilot.errors import OutOfReach, PilotError
from pilot.finding import Json
from pilot.names import ProjectNames
from pilot.run.environment import child_environment
from pilot.run.local_state import data_folder, owner_of
from pilot.run.output import plain
from pilot.warehouse.reader import Late, Reader
from pilot.warehouse.tables import QueryResult, TableCounts, TableInfo

_DUCKDB = Path(__file__).with_name("duckdb_child.py")
_ATTACHED = Path(__file__).with_name("attached_child.py")

_TIME_LIMIT = 60.0
_ERROR_LINES = 8


class _Answer(msgspec.Struct):
    """What a reading child answers: an error, an overview, or a query's rows."""

    error: str | None = None
    hidden: bool = False
    """Only the script itself reaches the destination."""
    tables: tuple[TableInfo, ...] = ()
    loads: tuple[tuple[str, float], ...] = ()
    counts: tuple[TableCounts, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    more: bool = False
    values: tuple[tuple[Json, ...], ...] = ()


class DltWarehouse:
    """Reads in child processes, which leave nothing open; implements the kit's `Warehouse`.

    `environment` gives what a destination's credentials need beyond secrets.toml and the person's own
    environment.
    """

    def __init__(
        self,
        root: Path,
        interpreter: Callable[[], Path],
        redact: Callable[[str], str],
        environment: Callable[[], Mapping[str, str]] = dict,
        time_limit: float = _TIME_LIMIT,
        database: Path | None = None,
    ) -> None:
        self._root = root
        self._interpreter = interpreter
        self._redact = redact
        self._environment = environment
        self._time_limit = time_limit
        self._database = database
        self._seen: tuple[object, _Answer] | None = None
        self._together = False
        self._reader: Reader | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """One child answers all that is asked of DuckDB files in here; else each question gets its own."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self._give_up_reader()

    def prepare(self, names: ProjectNames) -> None:
        """Begin the child that will be asked, while something else takes its time; it opens nothing yet."""
        if self._together and self._reader is None and self._is_file(names):
            self._reader = self._duckdb_reader()

    def at(self, database: Path) -> DltWarehouse:
        """The same for a DuckDB file that lies elsewhere, whatever a pipeline's names say."""
        return DltWarehouse(
            database.parent, self._interpreter, self._redact, time_limit=self._time_limit, database=database
        )

    def tables(self, names: ProjectNames) -> tuple[TableInfo, ...]:
        """The dataset's tables with rows and columns, by name; dlt's own left out. Raises PilotError."""
        return self._overview(names).tables

    def finished_loads(self, names: ProjectNames) -> tuple[tuple[str, float], ...]:
        """Finished loads: dlt's load id, and when (seconds since the epoch), oldest first."""
        return self._overview(names).loads

    def counts(self, names: ProjectNames, loads: Sequence[str]) -> tuple[TableCounts, ...]:
        """What is counted of each table to judge a load; `loads` are those whose rows are called new."""
        if self._is_file(names) and not self._databases(names):
            return ()
        return self._ask(names, {"loads": [*loads]}).counts

    def query(self, names: ProjectNames, sql: str, limit: int = 20) -> QueryResult:
        """Run one read-only query. Raises PilotError with the destination's own words."""
        if self._is_file(names) and not self._databases(names):
            raise PilotError("Nothing was loaded yet, so there is nothing to query.", "pilot run loads it.")
        answer = self._ask(names, {"sql": sql, "limit": limit})
        shown = tuple(tuple(None if v is None else self._clean(v) for v in row) for row in answer.rows)
        values = tuple(tuple(map(self._clean_value, row)) for row in answer.values)
        return QueryResult(tuple(map(self._clean, answer.columns)), shown, answer.more, values)

    def _overview(self, names: ProjectNames) -> _Answer:
        """Tables and loads; asked once for as long as the database file is the same."""
        if not self._is_file(names):
            return self._ask(names, {})
        files = self._databases(names)
        if not files:
            return _Answer()
        state = (names, [_stamp(file) for file in files])
        if self._seen is None or self._seen[0] != state:
            self._seen = state, self._ask(names, {})
        return self._seen[1]

    def _is_file(self, names: ProjectNames) -> bool:
        """Whether to read a DuckDB file directly; one that lies elsewhere is known to dlt's own state."""
        if self._database is not None:
            return True
        if names.database is None or self._databases(names):
            return names.database is not None
        state = data_folder(child_environment(os.environ, {})) / "pipelines" / names.pipeline
        owner = owner_of(state)
        return owner is None or owner.resolve() != self._root.resolve()

    def _databases(self, names: ProjectNames) -> list[Path]:
        """The database file that goes with the names; else whatever lies in the project."""
        if self._database is not None:
            return [self._database] if self._database.is_file() else []
        own = self._root / (names.database or "")
        return [own] if own.is_file() else sorted(self._root.glob("*.duckdb"))

    def _ask(self, names: ProjectNames, question: dict[str, Json]) -> _Answer:
        if not self._is_file(names):
            with closing(self._begun(str(self._interpreter()), str(_ATTACHED))) as reader:
                answer = self._answer(reader, {**question, "pipeline": names.pipeline})
        else:
            files: list[Json] = [str(file) for file in self._databases(names)]
            answer = self._read({**question, "files": files, "dataset": names.dataset})
        if answer.hidden and answer.error is not None:
            raise OutOfReach(self._clean(answer.error), "pilot check judges the script by a rehearsal.")
        if answer.error is not None:
            raise self._error(answer.error)
        return answer

    def _read(self, question: dict[str, Json]) -> _Answer:
        """Ask a child that reads DuckDB files; it answers more where questions come together."""
        if self._reader is not None and self._reader.ended:
            self._give_up_reader()
        reader = self._reader = self._reader or self._duckdb_reader()
        try:
            answer = self._answer(reader, question)
        except BaseException:
            self._give_up_reader()
            raise
        if not self._together:
            self._give_up_reader()
        return answer

    def _give_up_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _duckdb_reader(self) -> Reader:
        return self._begun(sys.executable, "-I", str(_DUCKDB))

    def _begun(self, *command: str) -> Reader:
        return Reader(command, self._root, child_environment(os.environ, self._environment()))

    def _answer(self, reader: Reader, question: dict[str, Json]) -> _Answer:
        try:
            return msgspec.json.decode(
                reader.ask(msgspec.json.encode(question), self._time_limit), type=_Answer
            )
        except Late:
            limit = f"{self._time_limit:g} s"
            raise PilotError(f"The destination did not answer within {limit}.", "Ask for less.") from None
        except msgspec.DecodeError:
            raise self._error(reader.last_words()) from None

    def _error(self, words: str) -> PilotError:
        """The destination's words as an error; what is known gets words of its own."""
        if "Could not set lock" in words or "being used by another process" in words:
            holder = re.search(r"PID (\d+)", words)
            by = f" (process {holder[1]})" if holder else ""
            return PilotError(
                f"The database is open in another program{by}.", "Close it there and try again."
            )
        lines = [line.rstrip() for line in self._clean(words).splitlines() if line.strip()]
        return PilotError("\n".join(lines[:_ERROR_LINES])[:2000], "pilot status lists tables and columns.")

    def _clean(self, text: str) -> str:
        return plain(self._redact(text))

    def _clean_value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, list):
            return [self._clean_value(item) for item in value]
        if isinstance(value, dict):
            return {self._clean(name): self._clean_value(item) for name, item in value.items()}
        return value


def _stamp(file: Path) -> list[tuple[str, int, int]]:
    """What changes when the database does; its log is a file of its own."""
    log = file.with_name(f"{file.name}.wal")
    statuses = [(path, path.stat()) for path in (file, log) if path.exists()]
    return [(str(path), status.st_mtime_ns, status.st_size) for path, status in statuses]
