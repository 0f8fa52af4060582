"""A query's rows as a chart: over time as a line, by group as bars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pilot.export.svg import CHARACTER, cut, drawing, text
from pilot.screen import Table

_MOST_BARS = 12
_TIME = re.compile(r"\d{4}-\d{2}(-\d{2})?([ T]\d{2}:\d{2}.*)?")
_WIDTH, _HEIGHT = 900.0, 240.0


@dataclass(frozen=True)
class Series:
    """Labels with a number each."""

    label: str
    measure: str
    points: tuple[tuple[str, float], ...]
    over_time: bool
    of: int = 0
    """How many rows the query has, where it was cut."""

    @property
    def heading(self) -> str:
        """What is drawn; with how much of it, where that is not all."""
        drawn = len(self.points) if self.over_time else min(len(self.points), _MOST_BARS)
        whole = max(self.of, len(self.points))
        return f"{self.measure} by {self.label}" + (f" ({drawn:,} of {whole:,})" if drawn < whole else "")


def series(rows: Table) -> Series | None:
    """What can be drawn of a query's rows: its first column that labels them, by its first number after."""
    if len(rows.rows) < 2:
        return None
    columns = list(zip(*rows.rows, strict=True))
    numbers = [i for i, values in enumerate(columns) if all(_number(v) is not None for v in values)]
    labels = [i for i in range(len(columns)) if i not in numbers and len(set(columns[i])) == len(columns[i])]
    if not labels or not numbers:
        return None
    label, measure = labels[0], next((i for i in numbers if i > labels[0]), numbers[0])
    points = tuple((row[label], _number(row[measure]) or 0.0) for row in rows.rows)
    over_time = all(_TIME.fullmatch(name) for name, _ in points)
    if over_time:
        points = tuple(sorted(points))
    elif len({value for _, value in points}) == 1:
        return None  # every label as often as any other: there is nothing to see
    return Series(rows.columns[label], rows.columns[measure], points, over_time)


def chart(drawn: Series) -> str:
    """The chart as SVG."""
    label = f"{drawn.measure} by {drawn.label}"
    return _line(drawn, label) if drawn.over_time else _bars(drawn.points[:_MOST_BARS], label)


def _line(drawn: Series, label: str) -> str:
    values = [value for _, value in drawn.points]
    low, high = min(0.0, *values), max(0.0, *values) or 1.0
    left, top, bottom = 66.0, 14.0, _HEIGHT - 28
    across = (_WIDTH - left - 20) / (len(values) - 1)
    up = (bottom - top) / ((high - low) or 1.0)
    spots = [(left + i * across, bottom - (value - low) * up) for i, value in enumerate(values)]
    joined = " L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    zero = bottom + low * up
    parts = [
        *(_rule(left, bottom - (mark - low) * up, mark) for mark in _marks(low, high)),
        f'<path d="M{left:.1f} {zero:.1f} L{joined} L{spots[-1][0]:.1f} {zero:.1f} Z" class="area"/>',
        f'<path d="M{joined}" class="line"/>',
    ]
    for (x, y), (name, value) in zip(spots, drawn.points, strict=True):
        hint = f"<title>{escape(name)}: {_told(value)}</title>"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="dot">{hint}</circle>')
    last = len(spots) - 1
    for i in sorted({0, last // 2, last}):
        anchor = "start" if i == 0 else "end" if i == last else "middle"
        parts.append(text(spots[i][0], _HEIGHT - 8, drawn.points[i][0][:16], "axis", anchor))
    return drawing(_WIDTH, _HEIGHT, parts, label)


def _bars(points: Sequence[tuple[str, float]], label: str) -> str:
    left = min(max(len(name) for name, _ in points), 28) * CHARACTER + 12
    high = max(abs(value) for _, value in points) or 1.0
    room = _WIDTH - left - 110
    parts = []
    for number, (name, value) in enumerate(points):
        y, long = number * 26 + 4, abs(value) / high * room
        parts.append(text(left - 8, y + 14, cut(name or "(none)", 28), "axis", "end"))
        parts.append(
            f'<rect x="{left:.1f}" y="{y}" width="{max(long, 1):.1f}" height="19" rx="3" class="bar"/>'
        )
        parts.append(text(left + long + 8, y + 14, _told(value), "axis"))
    return drawing(_WIDTH, len(points) * 26 + 8, parts, label)


def _rule(left: float, y: float, value: float) -> str:
    line = f'<line x1="{left:.1f}" x2="{_WIDTH - 20:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="rule"/>'
    return line + text(left - 8, y + 4, _told(value), "axis", "end")


def _marks(low: float, high: float) -> list[float]:
    """Three to six round numbers from low to high."""
    span = high - low
    step = 10.0 ** (len(str(int(span))) - 1) if span >= 1 else 10.0 ** -len(str(int(1 / span)))
    step = next(step * part for part in (0.1, 0.2, 0.5, 1, 2, 5) if span / (step * part) <= 5)
    first = int(low / step)
    return [mark * step for mark in range(first, first + 8) if low <= mark * step <= high]


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _told(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"
