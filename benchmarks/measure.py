"""Measures commands against each other: in turn, as ratios of medians."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Literal, TypeAlias

PYTHON = sys.executable
PILOT = str(Path(PYTHON).with_name("pilot"))


@dataclass(frozen=True)
class Cost:
    """What one run took, in seconds. `cpu` is user and system time, with that of every child waited for."""

    cpu: float
    wall: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall)


Subject: TypeAlias = Callable[[], Cost]
"""Runs something once."""


@dataclass(frozen=True)
class Result:
    """One figure against its target."""

    what: str
    measured: str
    figure: float
    target: float
    surely: float
    """The figure less the noise: the target is missed when this is above it."""

    @property
    def missed(self) -> bool:
        """Whether the target is missed by more than noise."""
        return self.surely > self.target

    @property
    def verdict(self) -> str:
        """The same in a word."""
        if self.figure <= self.target:
            return "kept"
        return "MISSED" if self.missed else "kept within noise"


def compare(
    what: str,
    subject: Subject,
    bare: Subject,
    target: float,
    times: int,
    by: Literal["cpu", "wall"] = "cpu",
) -> Result:
    """Run both in turn, after a first run of each that does not count.

    CPU time is the steadier measure; by the wall is what a person waits, where work is done side by side.
    """
    subject(), bare()
    pairs = [(subject(), bare()) for _ in range(times)]
    mine, theirs = ([getattr(pair[side], by) for pair in pairs] for side in (0, 1))
    figure = median(mine) / median(theirs)
    ratios = [ours / other for ours, other in zip(mine, theirs, strict=True)]
    measured = " / ".join(_told([pair[side] for pair in pairs]) for side in (0, 1))
    return Result(what, measured, figure, target, min(figure, quantiles(ratios, n=4)[0]))


@dataclass(frozen=True)
class Running:
    """A command that runs, its output on a pipe or a terminal."""

    child: subprocess.Popen[bytes]
    output: int
    started: float

    def end(self, code: int = 0) -> Cost:
        """Wait for its end. Raises RuntimeError when it ends with another code: what fails is often cheap."""
        said = _read(self.output)
        _, status, usage = os.wait4(self.child.pid, 0)
        wall = time.perf_counter() - self.started
        self.child.returncode = os.waitstatus_to_exitcode(status)
        if self.child.returncode != code:
            raise RuntimeError(f"{self.child.args!r} ended with {self.child.returncode}:\n{said.decode()}")
        return Cost(usage.ru_utime + usage.ru_stime, wall)


def start(
    *arguments: str,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    terminal: bool = False,
) -> Running:
    """Start a command with nobody to answer it."""
    ours, its = pty.openpty() if terminal else os.pipe()
    started = time.perf_counter()
    child = subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment() if environ is None else environ,
        stdin=its if terminal else subprocess.DEVNULL,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    return Running(child, ours, started)


def command(*arguments: str, folder: Path | None = None, environ: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end."""
    return start(*arguments, folder=folder, environ=environ).end()


def _read(source: int) -> bytes:
    """Everything until the other side is closed, which a terminal tells by an error."""
    with os.fdopen(source, "rb", buffering=0) as file:
        pieces = []
        with suppress(OSError):
            while piece := file.read(1 << 16):
                pieces.append(piece)
    return b"".join(pieces)


def environment(**more: str) -> dict[str, str]:
    """The environment of what is measured: bytecode is kept, and nothing of the person's model gets in."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "OPENAI_", "PILOT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more}


@contextmanager
def project() -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty project folder, and an environment in which dlt and pilot know of no other."""
    with TemporaryDirectory(prefix="pilot-benchmark-") as place:
        home = Path(place)
        (home / "project").mkdir()
        places = {name: str(home / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
        isolated = environment(DLT_DATA_DIR=str(home / "dlt"), RUNTIME__DLTHUB_TELEMETRY="false", **places)
        yield home / "project", isolated


def table(results: Sequence[Result]) -> str:
    """The results in columns."""
    head = ("what", "measured", "figure", "at most", "")
    rows = [head, *((r.what, r.measured, f"{r.figure:,.4g}", f"{r.target:,g}", r.verdict) for r in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def finish(results: Sequence[Result]) -> None:
    """Print the results; the exit code is 1 when a target is missed."""
    print(table(results))
    sys.exit(any(result.missed for result in results))


def _told(costs: Sequence[Cost]) -> str:
    cpu, wall = (median(getattr(cost, name) for cost in costs) * 1000 for name in ("cpu", "wall"))
    return f"{cpu:,.0f} ms ({wall:,.0f} wall)"
