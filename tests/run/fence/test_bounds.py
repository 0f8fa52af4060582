"""Bounds on a run as a whole: a disk that fills up, with many files as with one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from pilot.run.fence.bounds import Bounds, Overseer, family, machine_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

PLENTY = 1 << 60
SLEEP = "import subprocess; subprocess.run(['sleep', '30'])"


@contextmanager
def sleepers() -> Iterator[int]:
    """A process with a child, in a group of their own."""
    with subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True) as child:
        end = time.monotonic() + 10
        while len(list(family(child.pid))) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        try:
            yield child.pid
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def overrun(bounds: Bounds) -> tuple[str, str] | None:
    with sleepers() as pid, closing(Overseer(pid, bounds)) as overseer:
        end = time.monotonic() + 10
        while overseer.overrun is None and time.monotonic() < end:
            time.sleep(0.02)
        return overseer.overrun


def test_too_many_processes_are_ended(tmp_path: Path) -> None:
    found = overrun(Bounds(1, PLENTY, 0, tmp_path))
    assert found == ("OSError", "the script started more than 1 processes")


def test_too_much_memory_of_all_together_is_ended(tmp_path: Path) -> None:
    found = overrun(Bounds(PLENTY, 1000, 0, tmp_path))
    assert found is not None and found[0] == "MemoryError"


def test_a_disk_that_was_full_before_ends_nothing(tmp_path: Path) -> None:
    with sleepers() as pid, closing(Overseer(pid, Bounds(9, PLENTY, PLENTY, tmp_path))) as overseer:
        time.sleep(0.3)
        assert overseer.overrun is None


def test_the_memory_of_the_machine_is_known() -> None:
    assert machine_memory() > 1 << 28
