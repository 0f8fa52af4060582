"""`pilot export`: the session as a notebook, a page or a record, by the file's name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from pilot.commands.build import check_begun, look_at
from pilot.errors import PilotError, UsageError
from pilot.export.chart import Series, series
from pilot.export.page import Pictures
from pilot.export.picture import Drawn
from pilot.export.story import Story, gather
from pilot.money import cost_of
from pilot.options import Options
from pilot.run.environment import child_environment
from pilot.screen import Line, Table, table
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.warehouse.tables import quoted
from pilot.warehouse.warehouse import DltWarehouse
from pilot.workshop import Ground, open_ground

_SCHEMA = Path(__file__).parents[1] / "export" / "schema_child.py"
_SCHEMA_LIMIT = 60.0
_SAMPLE_ROWS = 5

Make = Callable[[Ground, Session, bool], str]
"""Makes the text of an export; the last argument allows values of records."""


def export(options: Options, file: Path, samples: bool) -> int:
    """Write the session into a file, whose ending says as what."""
    make = _MAKERS.get(file.suffix.lower())
    if make is None:
        raise UsageError(f"pilot can't export to {file.name}.", f"Name a file that ends in {_endings()}.")
    check_begun(options)
    if file.exists() and not options.yes:
        raise UsageError(f"{file} is there already.", "--yes replaces it, or name another file.")
    with open_ground(replace(options, no_input=True)) as ground, closing(Store.look(options.root)) as store:
        session = look_at(options, store, ground.redactor)
        with ground.host.working(f"Writing {file.name}"):
            text = make(ground, session, samples)
        leak = ground.redactor.leak(text)
        if leak is not None:
            raise PilotError(f"{file.name} would hold a secret ({leak}), so it was not written.")
        _write(file, text)
        if options.json:
            print(
                msgspec.json.encode({"version": 1, "file": str(file), "bytes": len(text.encode())}).decode()
            )
        else:
            ground.host.show(Line(f"Wrote {file} ({len(text.encode()) / 1000:,.0f} kB).", "good"))
    return 0


def _endings() -> str:
    return ", ".join(_MAKERS)


def _write(file: Path, text: str) -> None:
    """In one go: a file that is there is replaced whole, or not at all."""
    fresh = file.with_name(f".{file.name}.pilot")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise PilotError(f"{file} can't be written: {error.strerror}.", "Name another file.") from None


def _notebook(ground: Ground, session: Session, samples: bool) -> str:
    from pilot.export.jupyter import notebook

    document = ground.redactor.tree(notebook(_story(ground, session, samples)))
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _record(ground: Ground, session: Session, samples: bool) -> str:
    from pilot.export.record import record

    return (
        msgspec.json.format(msgspec.json.encode(record(session, ground.redactor.tree)), indent=1).decode()
        + "\n"
    )


def _page(ground: Ground, session: Session, samples: bool) -> str:
    from pilot.export.page import page

    story = _story(ground, session, samples)
    return ground.redactor.text(page(story, _pictures(ground, story), _cost(story)))


_MAKERS: dict[str, Make] = {".ipynb": _notebook, ".html": _page, ".json": _record}


def _story(ground: Ground, session: Session, samples: bool) -> Story:
    story = gather(session, ground.project.read, ground.redactor.text, samples)
    return _asked_anew(ground, story) if session.facts.sql and not story.sql else story


def _asked_anew(ground: Ground, story: Story) -> Story:
    """With another query: the one of the session reads a table that the script does not make any more."""
    from pilot.writers.builtin.queries import first_query

    if not story.tables:
        return story
    sql = first_query(story.tables).sql
    with suppress(PilotError):
        found = _warehouse(ground).query(story.names, sql)
        return replace(story, sql=sql, result=table(found.columns, found.shown))
    return replace(story, sql=sql)


def _warehouse(ground: Ground) -> DltWarehouse:
    return DltWarehouse(ground.options.root, ground.project.interpreter, ground.redactor.text)


def _cost(story: Story) -> str:
    usage = story.usage
    if not usage.requests:
        return "no model was asked"
    return f"{usage.requests} model requests, {usage.tokens:,} tokens, cost {cost_of(usage)}"


def _pictures(ground: Ground, story: Story) -> Pictures:
    """What the destination and dlt's schema add; a page without them is still a page."""
    warehouse = _warehouse(ground)
    schema, diagram = _schema(ground, story)
    with warehouse.together():
        return Pictures(schema, diagram, _series(warehouse, story), _samples(warehouse, story))


def _series(warehouse: DltWarehouse, story: Story) -> Series | None:
    """The story's own query where it can be drawn, else the first query worth asking."""
    from pilot.writers.builtin.queries import first_query

    drawn, sql = series(story.result) if story.result is not None else None, story.sql
    if drawn is None and story.tables:
        sql = first_query(story.tables).sql
        with suppress(PilotError):
            result = warehouse.query(story.names, sql)
            drawn = series(table(result.columns, result.rows))
    return replace(drawn, of=_rows_of(warehouse, story, sql)) if drawn is not None else None


def _rows_of(warehouse: DltWarehouse, story: Story, sql: str) -> int:
    """How many rows a query has in all; 0 where that can't be told."""
    with suppress(PilotError, ValueError):
        counted = warehouse.query(story.names, f"SELECT count(*) FROM (\n{sql.strip().rstrip(';')}\n) AS q")
        return int(counted.rows[0][0] or 0)
    return 0


def _samples(warehouse: DltWarehouse, story: Story) -> tuple[Table, ...]:
    samples = []
    for info in story.tables if story.samples else ():
        names = [column.name for column in info.columns]
        columns = ", ".join(map(quoted, names))
        try:
            rows = warehouse.query(story.names, f"SELECT {columns} FROM {info.qualified}", _SAMPLE_ROWS).rows
        except PilotError:
            continue
        samples.append(table(names, rows, info.name))
    return tuple(samples)


def _schema(ground: Ground, story: Story) -> tuple[tuple[Drawn, ...], str]:
    """The schema as dlt knows it; where it does not, the tables as they were counted."""
    command = [str(ground.project.interpreter()), str(_SCHEMA), story.names.pipeline]
    environment = child_environment(ground.project.secrets.environ, {})
    try:
        done = subprocess.run(
            command,
            cwd=ground.options.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SCHEMA_LIMIT,
            check=True,
        )
        found = msgspec.json.decode(done.stdout.splitlines()[-1], type=_Schema)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError, IndexError):
        return _from_tables(story), ""
    known = {info.name for info in story.tables}
    if not known <= {table.name for table in found.tables}:
        return _from_tables(story), ""  # dlt keeps another pipeline of that name
    return tuple(table for table in found.tables if table.name in known), found.diagram


class _Schema(msgspec.Struct):
    tables: tuple[Drawn, ...]
    diagram: str


def _from_tables(story: Story) -> tuple[Drawn, ...]:
    from pilot.export.picture import Column

    names = {info.name for info in story.tables}
    return tuple(
        Drawn(
            info.name,
            tuple(Column(column.name, column.type.lower()) for column in info.columns),
            next((p for p in _above(info.name) if p in names), None),
        )
        for info in story.tables
    )


def _above(name: str) -> list[str]:
    """The names that a child table's parent may have, the nearest first."""
    parts = name.split("__")
    return ["__".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
