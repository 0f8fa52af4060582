"""The command that lists a session's cells: quick with thousands of them, so it loads little."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import closing

from pilot.hosts.plain_table import plain_table
from pilot.hosts.text import fitted
from pilot.money import dollars
from pilot.options import Options
from pilot.session.lock import holder
from pilot.session.outline import CellOutline, outlines
from pilot.session.store import Store

_LONGEST = 60
_NOTHING = "No pipeline was begun in this folder.\nStart: pilot init NAME, or pilot demo"


def log(options: Options) -> int:
    """A line per cell."""
    if options.json:
        from pilot.commands import look

        return look.log(options)
    print(fitted("\n".join(_lines(options)), sys.stdout.encoding or "ascii"))
    return 0


def _lines(options: Options) -> list[str]:
    if not Store.exists(options.root):
        return [_NOTHING]
    with closing(Store.look(options.root)) as store:
        cells = outlines(store, options.session, live=holder(options.root) is not None)
        remark = [store.remark] if store.remark else []
    if cells is None:
        return [*remark, _NOTHING]
    if not cells:
        return [*remark, "Nothing has run here yet. Start: pilot init NAME"]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    return [*remark, *plain_table(_titles(cells), _rows(cells), width, unicode=unicode)]


def _titles(cells: Sequence[CellOutline]) -> list[str]:
    asked = any(cell.usage.requests for cell in cells)
    return ["cell", "state", "title", "result", "time", *(["tokens", "cost"] if asked else [])]


def _rows(cells: Sequence[CellOutline]) -> list[list[str]]:
    asked = any(cell.usage.requests for cell in cells)
    depth: dict[int, int] = {}
    rows = []
    for cell in cells:
        depth[cell.id] = 0 if cell.parent is None else depth.get(cell.parent, 0) + 1
        row = [str(cell.id), cell.state, "  " * depth[cell.id] + cell.title, _shortened(cell.says)]
        rows.append([*row, f"{cell.seconds:.1f} s", *(_spent(cell) if asked else [])])
    return rows


def _spent(cell: CellOutline) -> list[str]:
    usage = cell.usage
    if not usage.requests:
        return ["", ""]
    return [
        f"{usage.input_tokens + usage.output_tokens}",
        "unknown" if usage.cost is None else dollars(usage.cost),
    ]


def _shortened(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
