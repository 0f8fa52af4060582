"""How far a load is: read out of what dlt logs of it every second."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pilot.host import Progress

_HEAD = re.compile(r"-+ (Extract|Normalize|Load) .*")
_COUNTER = re.compile(
    r"(?P<name>.+): (?P<count>\d+)(?:/(?P<total>\d+))? +(?:\([\d.]+%\) )?"
    r"\| Time: (?P<seconds>[\d.]+)s \| Rate: [\d.]+/s.*"
)
_SYSTEM = re.compile(r"Memory usage: .*\| CPU usage: .*|System stats unavailable .*")
_STAGES = {"Extract": "Extracting", "Normalize": "Normalizing", "Load": "Loading into the destination"}
_OF_DLT = "_dlt_"


class _Counter(NamedTuple):
    """One line of dlt's log: rows of a table, or how many resources, files or jobs are done."""

    name: str
    done: int
    total: int | None
    seconds: float


@contextmanager
def progress_read(progress: Progress, everything: bool) -> Iterator[Callable[[str], None]]:
    """Takes a program's output: passes it on, and says dlt's log in one line instead of showing it.

    With `everything` the log is passed on too.
    """
    reader, rest = _LogReader(progress.say), ""

    def take(text: str) -> None:
        nonlocal rest
        *lines, rest = (rest + text).split("\n")
        own = [line for line in lines if not reader.takes(line) or everything]
        if own:
            progress.write("".join(f"{line}\n" for line in own))

    yield take
    if rest:
        progress.write(rest)


def without_log(output: str) -> str:
    """What a program printed, dlt's log left out."""
    reader = _LogReader(lambda _: None)
    return "\n".join(line for line in output.split("\n") if not reader.takes(line))


class _LogReader:
    """Tells dlt's log from the program's own lines, and says what each block of it says."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._stage = ""
        """The stage whose counters are being read; "" outside of the log."""
        self._counters: list[_Counter] = []

    def takes(self, line: str) -> bool:
        """Whether a line is dlt's."""
        if head := _HEAD.fullmatch(line):
            self._stage, self._counters = _STAGES[head[1]], []
            return True
        if not self._stage:
            return False
        if found := _COUNTER.fullmatch(line):
            total = found["total"]
            self._counters.append(
                _Counter(
                    found["name"], int(found["count"]), int(total) if total else None, float(found["seconds"])
                )
            )
            return True
        if not line:
            told = _told(self._counters)
            self._say(f"{self._stage}: {told}" if told else self._stage)
            self._stage = ""
        return not line or _SYSTEM.fullmatch(line) is not None


def _told(counters: list[_Counter]) -> str:
    """Rows and their rate, and what is done of what is to be done."""
    tables = [c for c in counters if c.total is None and not c.name.startswith(_OF_DLT) and c.done]
    rows = sum(table.done for table in tables)
    seconds = max((table.seconds for table in tables), default=0.0)
    told = [f"{rows:,} rows"] if rows else []
    told += [f"{rows / seconds:,.0f} rows/s"] if rows and seconds >= 1 else []
    told += [f"{c.done} of {c.total} {c.name.lower()}" for c in counters if c.total]
    return ", ".join(told)
