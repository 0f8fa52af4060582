"""What a person can ask for outside a policy's course: at a prompt with a slash, or as a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from pilot.api.show import profile_blocks
from pilot.comparison import diff_blocks
from pilot.corrections import corrected
from pilot.drafting import names_of, writer_choice
from pilot.errors import PilotError, Replan, StartPolicy, Tangent
from pilot.facts import Facts, WriterChoice
from pilot.kit import Kit
from pilot.notebook import cell_blocks, log_blocks, session_blocks
from pilot.project.naming import check_name
from pilot.project.preview import has_preview
from pilot.run.load_progress import progress_read, without_log
from pilot.run.result import RunMode
from pilot.screen import Block, Code, Line, Output, table
from pilot.secrecy.typed import heard, without_keys
from pilot.session.again import go_back, repeatable
from pilot.session.session import Session
from pilot.session.taking_up import note_edits
from pilot.session.undo import Done, redo, undo
from pilot.taking_out import rows_taken_back
from pilot.warehouse.tables import QueryResult, TableInfo
from pilot.writers.writer import SqlAttempt

_QUERY_TRIES = 3
_SQL_ONLY = ("select", "pivot", "pragma", "checkpoint", "vacuum")
_ENGLISH_TOO = """
    with from describe show summarize values explain table insert update delete merge create alter drop
    truncate copy attach detach install load set reset use call export import begin commit
"""
_SQL_OR_ENGLISH = frozenset(_ENGLISH_TOO.split())
_NO_SQL = "Parser Error"
"""How DuckDB begins when a text is no SQL at all."""


class Desk:
    """Everyday requests over one session and kit; each gives blocks to show."""

    def __init__(self, session: Session, kit: Kit) -> None:
        self._session = session
        self._kit = kit

    def log(self) -> Sequence[Block]:
        """The notebook: a line per cell."""
        return log_blocks(self._session)

    def show(self, number: int | None = None) -> Sequence[Block]:
        """One cell in full: input, output, changes. Without a number the newest one."""
        return cell_blocks(self._session, number)

    def diff(self, first: int, second: int | None = None) -> Sequence[Block]:
        """What differs in the files between two cells."""
        return diff_blocks(self._session, first, second)

    def _forget(self) -> None:
        """dlt must not go on from a place in the data that the database is taken back before."""
        names = self._session.facts.names
        if names is not None and names.database is not None and self._session.facts.loaded:
            self._kit.runner.forget(names.pipeline)

    def sessions(self) -> Sequence[Block]:
        """The project's sessions."""
        return session_blocks(self._session.sessions())

    def profile(self, words: str = "") -> Sequence[Block]:
        """What is known of the API; with words, what they put right about it."""
        profile = self._session.facts.profile
        if profile is None:
            raise PilotError("Nothing was seen of an API yet.", "pilot init NAME looks at one.")
        if not words:
            return profile_blocks(profile)
        words = heard(words, self._session, self._kit.project.secrets, self._kit.host)
        learned = corrected(self._session.facts, profile, words)
        if learned is None or learned.profile is None:
            hint = 'For example: "records are at data.items", "key is sku", "pages by page, starting at 0".'
            raise PilotError("These words put nothing right that pilot understands.", hint)
        self._session.learn(learned)
        return (*profile_blocks(learned.profile), Line('The script follows: pilot refine "fit the profile"'))

    def tables(self) -> Sequence[Block]:
        """The loaded tables, counted now."""
        return table_blocks(self._kit.warehouse.tables(names_of(self._session.facts)))

    def sql(self, text: str) -> Sequence[Block]:
        """Run one read-only query, or answer a question in words."""
        sql, result = self.ask(text)
        return result_blocks(result, sql if sql != text else "")

    def ask(self, words: str, choose: Callable[[], WriterChoice] | None = None) -> tuple[str, QueryResult]:
        """Answer a question in words, or run it as it is where it is SQL: the query and its rows.

        `choose` gives the writer for words; without it, it is the session's.
        """
        names = names_of(self._session.facts)
        if is_sql(words):
            try:
                return words, self._kit.warehouse.query(names, words)
            except PilotError as error:
                if words.split()[0].lower() not in _SQL_OR_ENGLISH or not error.message.startswith(_NO_SQL):
                    raise
        words = heard(words, self._session, self._kit.project.secrets, self._kit.host)
        tables = self._kit.warehouse.tables(names)
        choice = choose() if choose else writer_choice(self._session.facts)
        failed: tuple[SqlAttempt, ...] = ()
        while True:
            with self._kit.host.working("Writing the query") as progress:
                writer = self._kit.writers.open(choice, progress.write)
                draft = writer.query(tables, words, failed)
            try:
                return draft.sql, self._kit.warehouse.query(names, draft.sql)
            except PilotError as error:
                failed = (*failed, SqlAttempt(draft.sql, error.message))
                if len(failed) == _QUERY_TRIES:
                    raise

    def run(self) -> Sequence[Block]:
        """Run the script once, as it is: up to its preview, or for real."""
        names = names_of(self._session.facts)
        project = self._kit.project
        mode = RunMode.CHECK if has_preview(project.read(names.script) or "") else RunMode.LOAD
        self._kit.consent.run(names.script, "as it is now")
        environment = project.secrets.environment(project.secrets.wanted(names))
        options = self._kit.options
        with (
            self._kit.host.working(f"Running {names.script}") as progress,
            progress_read(progress, options.verbose) as watch,
        ):
            result = self._kit.runner.run(
                names.script, mode, environment, options.timeout, watch, names.pipeline
            )
        if not result.ok and mode is RunMode.LOAD:
            self._kit.runner.clear_pending(names.pipeline)
        tone = "good" if result.ok else "bad"
        ending = Line(f"exit code {result.exit_code}, {result.seconds:.1f} s", tone)
        return (Output(without_log(result.stdout)), Output(result.stderr), ending)

    def dlt(self, arguments: Sequence[str]) -> Sequence[Block]:
        """Run a dlt command, without a shell. `init NAME` starts the policy for NAME instead."""
        if arguments[:1] == ["init"] and len(arguments) > 1:
            destination = arguments[2] if len(arguments) > 2 else "duckdb"
            raise StartPolicy(check_name(arguments[1]), destination)
        self._kit.consent.run(without_keys(f"dlt {' '.join(arguments)}"), "a command of dlt's own")
        with self._kit.host.working("Running dlt"):
            return (Output(self._kit.project.dlt(arguments)),)

    def undo(self, number: int | None = None) -> Sequence[Block]:
        """Take back the last change, or a cell and all after it."""
        return self._undone(self._taken_back(number))

    def redo(self) -> Sequence[Block]:
        """Give again what was taken back last."""
        return told(self._given_again(), "done again")

    def _taken_back(self, number: int | None) -> Done:
        note_edits(self._session, self._kit.project.root)
        self._forget()
        return undo(self._session, self._kit.project.root, number)

    def _undone(self, done: Done) -> list[Block]:
        """What an undo did; its rows follow where no copy was put back."""
        return [*told(done, "undone"), *rows_taken_back(self._session, self._kit, done)]

    def _given_again(self) -> Done:
        note_edits(self._session, self._kit.project.root)
        self._forget()
        return redo(self._session, self._kit.project.root)

    def model(self, name: str) -> Sequence[Block]:
        """Go on with another writer."""
        choice, says = self._kit.writers.set_up(name)
        self._session.learn(Facts(writer=choice))
        return (Line(says, "good"),)


def told(done: Done, what: str) -> list[Block]:
    """What an undo or a redo did, and what it could not do."""
    files = ", ".join(done.restored) or "no file changed"
    blocks: list[Block] = [Line(f"Cell {done.cell.id} ({done.cell.title}) is {what}: {files}", "good")]
    if done.kept:
        blocks.append(Line(f"Kept as it is, because it holds secrets: {', '.join(done.kept)}", "quiet"))
    if done.database is not None:
        path, gone = done.database.path, done.database.copy is None and what == "undone"
        says = "was not there then; redo brings it back." if gone else "is as it was then, with all its rows."
        blocks.append(Line(f"{path} {says}", "good"))
    elif done.loads and what != "undone":
        blocks.append(Line("Rows in the destination are as they were.", "quiet"))
    return blocks


class PromptDesk(Desk):
    """The desk at a prompt in the midst of a policy."""

    def undo(self, number: int | None = None) -> Sequence[Block]:
        """Undo, and have the engine look again at what comes next."""
        self._look_again(self._taken_back(number), "undone")

    def redo(self) -> Sequence[Block]:
        """Redo, and have the engine look again at what comes next."""
        self._look_again(self._given_again(), "done again")

    def _look_again(self, done: Done, what: str) -> NoReturn:
        self._kit.host.show(*(self._undone(done) if what == "undone" else told(done, what)))
        raise Replan(self._session.part_of(done.cell))

    def change(self, words: str) -> Sequence[Block]:
        """Change the script as they say, before anything else. Raises Tangent."""
        if not self._session.facts.written:
            raise PilotError("There is no script yet to change.", "Answer first; /undo goes back a step.")
        raise Tangent(heard(words, self._session, self._kit.project.secrets, self._kit.host))

    def rerun(self, number: int) -> Sequence[Block]:
        """Run a cell again, and what comes after it: a request at once, a step once this prompt is left."""
        cell = repeatable(self._session, number)
        running = {part.id for part in self._session.parts}
        if cell.id in running:
            go_back(self._session, cell.step, 0, cell.id)
            raise Replan(cell.id)
        if cell.position < 0:
            self._kit.policies.run(cell.step, Facts(request=cell.input or None), cell.title)
            return ()
        go_back(self._session, cell.policy, cell.position, cell.parent)
        part = next((other for other in self._session.cells if other.id == cell.parent), None)
        if part is None or part.id in running:
            raise Replan(cell.parent)
        self._kit.policies.resume(part)
        return ()


def is_sql(words: str) -> bool:
    """Whether words begin like SQL; some of what begins like it is a question all the same."""
    first = words.lstrip(" \t\r\n(").split(None, 1)[:1]
    return bool(first) and first[0].lower().rstrip(";") in _SQL_OR_ENGLISH.union(_SQL_ONLY)


def table_blocks(tables: Sequence[TableInfo]) -> tuple[Block, ...]:
    """Tables with rows and columns."""
    if not tables:
        return (Line("No tables are loaded yet."),)
    rows = [(t.name, f"{t.rows:,}", ", ".join(c.name for c in t.columns)) for t in tables]
    return (table(("table", "rows", "columns"), rows),)


def result_blocks(result: QueryResult, sql: str = "") -> tuple[Block, ...]:
    """The rows of a query, and the query when it was not typed by the person."""
    rows: Block = table(result.columns, result.shown) if result.columns else Line("No rows.")
    more = (Line("There are more rows; a LIMIT or a count tells.", "quiet"),) if result.more else ()
    return (*((Code(sql, "sql"),) if sql else ()), rows, *more)
