"""What dlt logs of a load becomes one line; what the program prints itself stays."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.run.load_progress import progress_read, without_log

_DLT_LOGS = """
from dlt.common.runtime.collector import LogCollector

log = LogCollector(log_period=0, dump_system_stats={stats})
print("before")
with log("Extract weather"):
    log.update("Resources", 0, total=2)
    log.update("stations", 24)
    log.update("observations", 4000)
    log.update("_dlt_pipeline_state", 1)
print("after")
with log("Load weather in 1795227358.3701813"):
    log.update("Jobs", 3, total=4, message="WARNING: a job waits", label="weather")
"""


@dataclass
class Seen:
    """A Progress that keeps what it gets."""

    said: list[str] = field(default_factory=list)
    written: str = ""

    def say(self, text: str) -> None:
        self.said.append(text)

    def write(self, text: str) -> None:
        self.written += text


@pytest.fixture(scope="module")
def logged() -> str:
    """What this dlt prints."""
    program = _DLT_LOGS.format(stats=True)
    command = [sys.executable, "-W", "ignore", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _seen(output: str, size: int, everything: bool = False) -> Seen:
    seen = Seen()
    with progress_read(seen, everything) as watch:
        for start in range(0, len(output), size):
            watch(output[start : start + size])
    return seen


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_the_log_of_this_dlt_is_told_and_not_shown(logged: str, size: int) -> None:
    seen = _seen(logged, size)
    assert seen.written == "before\nafter\n"
    assert seen.said[0] == "Extracting: 0 of 2 resources"
    assert "Extracting: 4,024 rows, 0 of 2 resources" in seen.said
    assert seen.said[-1] == "Loading into the destination: 3 of 4 jobs (weather)"
    assert without_log(logged) == seen.written


def test_everything_keeps_the_log(logged: str) -> None:
    assert _seen(logged, 50, everything=True).written == logged


def test_a_second_or_more_has_a_rate() -> None:
    block = (
        "----------------------------- Extract shop -----------------------------\n"
        "Resources: 0/1 (0.0%) | Time: 4.39s | Rate: 0.00/s\n"
        "orders: 15000  | Time: 4.00s | Rate: 3750.00/s\n"
        "Memory usage: 98.46 MB (9.40%) | CPU usage: 0.00%\n\n"
    )
    assert _seen(block, 10).said == ["Extracting: 15,000 rows, 3,750 rows/s, 0 of 1 resources"]


def test_the_same_words_outside_of_the_log_are_the_programs_own() -> None:
    output = "orders: 15000  | Time: 4.00s | Rate: 3750.00/s\n\nMemory usage: 1 MB | CPU usage: 2%\n"
    seen = _seen(output, 9)
    assert (seen.written, seen.said) == (output, [])


@given(st.lists(st.text(st.characters(exclude_characters="\n-"), max_size=20)), st.integers(1, 40))
def test_whatever_a_program_prints_stays_as_it_is(lines: list[str], size: int) -> None:
    output = "\n".join(lines)
    assert _seen(output, size).written == output
    assert without_log(output) == output
