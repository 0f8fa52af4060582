"""The story as a Jupyter notebook that runs from top to bottom in a fresh folder, with dlt alone.

Format: nbformat 4.5, https://nbformat.readthedocs.io. It is plain JSON, so no library is needed to write it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

from pilot import __version__
from pilot.export.markdown import escaped, listing, markdown_table
from pilot.export.story import Chapter, Story
from pilot.finding import Json
from pilot.screen import Block, Code, Table, table
from pilot.verdict import Judged

Cell = dict[str, Json]

_SETUP = """\
import os
from pathlib import Path

# dlt keeps what it knows of a pipeline by its name; this folder gets a memory of its own
os.environ["DLT_DATA_DIR"] = str(Path(".dlt/data").absolute())
Path(".dlt").mkdir(exist_ok=True)"""

_SECRETS = """\
secrets = Path(".dlt/secrets.toml")
if not secrets.exists():
    secrets.write_text({template!r})
    secrets.chmod(0o600)
wanted = {paths!r}
print("Fill in", ", ".join(wanted), "in", secrets)"""

_SHOW = '''\
import dlt
from IPython.display import Markdown, display

pipeline = dlt.attach({pipeline!r})


def show(sql: str, most: int = 20) -> None:
    """Display the first rows of a query."""
    with pipeline.sql_client() as client, client.execute_query(sql) as cursor:
        columns = [column[0] for column in cursor.description]
        rows = [columns, ["---"] * len(columns), *cursor.fetchmany(most)]
    display(Markdown("\\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)))'''


def notebook(story: Story) -> dict[str, Json]:
    """The notebook as its JSON document."""
    cells = [*_beginning(story), *_files(story), *_running(story), *_asking(story), *_history(story)]
    for number, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{number} {cell['source']}".encode()).hexdigest()[:12]
    return {
        "cells": [*cells],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _beginning(story: Story) -> Iterator[Cell]:
    names = story.names
    when = time.strftime("%Y-%m-%d", time.localtime(story.began))
    extra = f'"dlt[{names.destination}]"'
    lines = [
        f"# {escaped(names.pipeline)}: from an API to {escaped(names.destination)}",
        f"> {escaped(story.goal)}" if story.goal else "",
        f"Made with pilot {__version__} on {when}; the script is by {escaped(story.writer)}. "
        f"To run it again, in a folder of its own: `pip install {extra}`, then run all cells.",
    ]
    yield _prose("\n\n".join(filter(None, lines)))
    yield _code(_SETUP)
    if story.secrets:
        yield _prose("## Secrets\n\nThe script reads them from `.dlt/secrets.toml`. They are not in here.")
        yield _code(_SECRETS.format(template=_template(story.secrets), paths=list(story.secrets)))


def _template(paths: tuple[str, ...]) -> str:
    """A secrets.toml with a placeholder for each path."""
    import tomlkit

    document = tomlkit.document()
    for path in paths:
        *sections, key = path.split(".")
        place: dict[str, object] = document
        for section in sections:
            place = place.setdefault(section, tomlkit.table())  # type: ignore[assignment]
        place[key] = "<configure me>"
    return tomlkit.dumps(document)


def _files(story: Story) -> Iterator[Cell]:
    yield _prose("## The pipeline\n\nThe script, as it was loaded with last.")
    for path, text in story.files:
        if path == story.names.script or path == ".dlt/config.toml" or path.endswith(".py"):
            yield _code(f"%%writefile {path}\n{text.rstrip()}", _stream(f"Writing {path}\n"))


def _running(story: Story) -> Iterator[Cell]:
    yield _prose("## Load")
    # not %run, after which a notebook goes on as if nothing had failed
    source = f'import runpy\n\nrunpy.run_path({story.names.script!r}, run_name="__main__");'
    yield _code(source, _stream(story.loaded + "\n") if story.loaded else None)
    if not story.tables:
        return
    yield _code(_SHOW.format(pipeline=story.names.pipeline))
    sql = " UNION ALL ".join(
        f"""SELECT '{info.name.replace("'", "''")}' AS "table", count(*) AS "rows" FROM {info.qualified}"""
        for info in story.tables
    )
    counted = table(("table", "rows"), [(info.name, info.rows) for info in story.tables])
    yield _code(_show(sql.replace(" UNION ALL ", "\nUNION ALL ")), _display(counted))
    if story.verdicts:
        yield _prose("What pilot could prove of each table when it was loaded:\n\n" + _verdicts(story))


def _verdicts(story: Story) -> str:
    marks = {Judged.COMPLETE: "✓", Judged.INCOMPLETE: "✗", Judged.NOT_PROVABLE: "?"}
    rows = [(marks[v.judged], v.table, v.rows, v.judged.value, v.reason) for v in story.verdicts]
    return markdown_table(table(("", "table", "rows", "", "why"), rows))


def _asking(story: Story) -> Iterator[Cell]:
    if story.sql:
        yield _prose("## A query")
        yield _code(_show(story.sql), _display(story.result) if story.result else None)


def _history(story: Story) -> Iterator[Cell]:
    """How it came to be, so that a colleague can follow: no code in it runs."""
    yield _prose("## How it came to be")
    for chapter in story.chapters:
        yield _prose(_chapter(chapter))


def _chapter(chapter: Chapter) -> str:
    cell = chapter.cell
    head = f"{'#' * min(3 + chapter.depth, 6)} {cell.id} · {escaped(cell.title)}"
    facts = f"*{cell.state.value}, {cell.seconds:.1f} s*"
    told = [f"> {escaped(cell.input)}" if cell.input else "", escaped(cell.says), facts]
    return "\n\n".join(filter(None, [head, *told, listing(_without_listings(chapter.blocks))]))


def _without_listings(blocks: tuple[Block, ...]) -> list[Block]:
    """The query stands in a cell of its own."""
    return [block for block in blocks if not (isinstance(block, Code) and block.language == "sql")]


def _show(sql: str) -> str:
    quotes = "'''" if '"""' in sql or sql.endswith('"') else '"""'
    raw = "r" if "\\" in sql else ""
    return f"show(\n    {raw}{quotes}\n{sql}\n{quotes}\n)"


def _prose(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(source: str, output: dict[str, Json] | None = None) -> Cell:
    outputs: list[Json] = [] if output is None else [output]
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "source": source,
        "outputs": outputs,
    }


def _stream(text: str) -> dict[str, Json]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _display(block: Table) -> dict[str, Json]:
    rows = "\n".join("  ".join(row) for row in (block.columns, *block.rows))
    data: dict[str, Json] = {"text/markdown": markdown_table(block), "text/plain": rows}
    return {"output_type": "display_data", "metadata": {}, "data": data}
