"""The schema as a picture: a box for each table, a line from each child to its parent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pilot.export.svg import CHARACTER, cut, drawing, text

_ROW, _HEAD, _GAP, _WIDTH = 19, 27, 46, 1040
_MOST_COLUMNS, _LONGEST = 14, 34


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    type: str = ""
    key: bool = False


@dataclass(frozen=True)
class Drawn:
    """One table of the schema."""

    name: str
    columns: tuple[Column, ...] = ()
    parent: str | None = None


@dataclass
class _Box:
    table: Drawn
    x: float = 0
    y: float = 0
    children: list[_Box] = field(default_factory=list)

    @property
    def lines(self) -> list[Column]:
        shown = list(self.table.columns[:_MOST_COLUMNS])
        left = len(self.table.columns) - len(shown)
        return [*shown, Column(f"… {left} more")] if left else shown

    @property
    def width(self) -> float:
        wide = max((len(cut(c.name, _LONGEST)) + len(c.type) + 5 for c in self.lines), default=0)
        return max(wide, len(cut(self.table.name, _LONGEST)) + 3) * CHARACTER

    @property
    def height(self) -> float:
        return _HEAD + len(self.lines) * _ROW + 6

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Put it there, its children to its right; where all of them end."""
        self.x, self.y = x, y
        right, below = x + self.width, y
        for child in self.children:
            reached, below = child.place(x + self.width + _GAP, below)
            right = max(right, reached)
        return right, max(y + self.height + 22, below)


def picture(tables: Sequence[Drawn]) -> str:
    """The schema as SVG; empty where there are no tables."""
    boxes = {table.name: _Box(table) for table in tables}
    roots: list[_Box] = []
    for box in boxes.values():
        parent = boxes.get(box.table.parent or "")
        (roots if parent is None or parent is box else parent.children).append(box)
    width, height = _laid_out(roots)
    parts = [part for box in boxes.values() for part in (*_links(box), *_drawn(box))]
    return (
        drawing(width, height, parts, f"{len(tables)} tables and how they belong together") if boxes else ""
    )


def _laid_out(roots: Sequence[_Box]) -> tuple[float, float]:
    """Families side by side while there is room, else below; how large all is."""
    x, y, below, widest = 2.0, 2.0, 2.0, 0.0
    for root in sorted(roots, key=lambda box: -len(box.children)):
        right, bottom = root.place(x, y)
        if right > _WIDTH and x > 2:
            x, y = 2.0, below
            right, bottom = root.place(x, y)
        widest, below, x = max(widest, right), max(below, bottom), right + _GAP
    return widest + 2, below


def _links(box: _Box) -> Iterator[str]:
    for child in box.children:
        x1, y1 = box.x + box.width, box.y + _HEAD / 2
        x2, y2 = child.x, child.y + _HEAD / 2
        middle = (x1 + x2) / 2
        path = f"M{x1:.1f} {y1:.1f} C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        yield f'<path d="{path}" class="link"/>'


def _drawn(box: _Box) -> Iterator[str]:
    frame = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}"'
    yield f'<rect {frame} height="{box.height:.1f}" rx="6" class="box"/>'
    yield f'<rect {frame} height="{_HEAD}" rx="6" class="head"/>'
    yield text(box.x + 9, box.y + 18, cut(box.table.name, _LONGEST), "name")
    for number, column in enumerate(box.lines):
        y = box.y + _HEAD + _ROW * number + 15
        yield text(box.x + 9, y, cut(column.name, _LONGEST), "key" if column.key else "column")
        yield text(box.x + box.width - 9, y, column.type, "type", "end")
