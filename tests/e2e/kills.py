"""Journeys that are killed at random moments and resumed, compared with one that nobody disturbed.

As a program: `python -m tests.e2e.kills --kills 200 --seed 1`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.command import clean_environment
from tests.e2e.house import RUNNING, WITH_KEY, House, until, well_api
from tests.e2e.replies import QUERY, reply, script, script_with_a_bug
from tests.support.weather_api import serve

INIT = ("init", "weather", "--yes", "--no-input", *WITH_KEY)
RESUME = ("resume", "--yes", "--no-input", *WITH_KEY)
_NOT_KEPT = 1.0
"""Seconds before a kill in which an answer may not have been taken in yet."""
_LEFT_OUT = ("__pycache__", ".pilot", "weather.duckdb")


@dataclass
class Journey:
    """One project, its API, and a model whose first script has a bug."""

    house: House
    asked: list[tuple[str, float]] = field(default_factory=list)
    """Every request to the model, with when it was answered."""
    kills: list[float] = field(default_factory=list)

    def model(self, body: dict[str, Any]) -> str:
        """Answers by what is asked, so that it does not matter how often."""
        said = json.dumps(body["messages"])
        self.asked.append((said, time.monotonic()))
        if "read-only SELECT" in said:
            return QUERY
        make = script if "configuration" in said else script_with_a_bug
        # appended rows show whether something was loaded twice
        appending = make(self.house.api.url).replace('"primary_key": "id",\n                ', "")
        return reply(appending.replace('"write_disposition": "replace"', '"write_disposition": "append"'))

    def killed_after(self, seconds: float) -> bool:
        """Go on with the journey and kill it; whether it had ended before."""
        with self.house.started(*self._command()) as pilot:
            try:
                pilot.wait(seconds)
                return pilot.returncode == 0
            except subprocess.TimeoutExpired:
                os.kill(pilot.pid, signal.SIGKILL)
                self.kills.append(time.monotonic())
                return False

    def finish(self) -> dict[str, Any]:
        """Go on with the journey to its end; what it says then."""
        ended: dict[str, Any] = self.house.document(*self._command())
        return ended

    def _command(self) -> tuple[str, ...]:
        begun = self.house.document("status")["status"] != "nothing"
        return RESUME if begun else (*INIT, "--api", self.house.stations)

    def asked_again(self) -> list[str]:
        """Requests that were answered well before a kill, and sent again."""
        again = []
        for number, (said, when) in enumerate(self.asked):
            earlier = [at for other, at in self.asked[:number] if other == said]
            for at in earlier:
                killed = next((kill for kill in self.kills if kill > at), when)
                if killed - at > _NOT_KEPT:
                    again.append(said)
        return again

    def state(self) -> dict[str, Any]:
        """Everything that must not depend on kills."""
        status = self.house.document("status")
        return {
            "steps": {step["name"]: step["status"] for step in status["steps"]},
            "files": self._files(),
            "stations": self.house.rows(
                "SELECT * EXCLUDE (_dlt_load_id, _dlt_id) FROM weather_data.stations ORDER BY ALL"
            ),
            "requests": status["model"]["requests"],
            "tables": status["tables"],
        }

    def _files(self) -> dict[str, tuple[str, int]]:
        found = {}
        for file in sorted(self.house.folder.rglob("*")):
            path = file.relative_to(self.house.folder)
            if file.is_file() and not any(part in _LEFT_OUT for part in path.parts):
                text = file.read_text("utf-8").replace(self.house.api.url, "http://api")
                found[str(path)] = (text, file.stat().st_mode & 0o777)
        return found


@contextmanager
def journey(home: Path) -> Iterator[Journey]:
    """A journey that has not begun."""
    api = well_api()
    with serve(api), ExitStack() as closing:
        closing.callback(api.over.set)
        house = House(home, api, closing)
        house.environ |= clean_environment(home / "home") | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        made = Journey(house)
        house.model(made.model)
        yield made


def undisturbed(home: Path) -> tuple[dict[str, Any], float]:
    """How it ends when nobody disturbs it, and how long that takes."""
    with journey(home) as calm:
        begun = time.monotonic()
        ended = calm.finish()
        seconds = time.monotonic() - begun
        assert ended["status"] == "done", ended
        assert len(calm.asked) == 3
        return calm.state(), seconds


def disturbed(home: Path, expected: dict[str, Any], moments: list[float]) -> int:
    """Kill a journey after each of these times, end it, and compare; how many kills met it."""
    with journey(home) as run:
        for seconds in moments:
            if run.killed_after(seconds):
                break
            until(lambda: not run.house.running(RUNNING))
        ended = run.finish()
        assert ended["status"] == "done", (moments, ended)
        assert run.asked_again() == [], moments
        found = run.state()
        different = {name: (found[name], value) for name, value in expected.items() if found[name] != value}
        assert not different, (moments, different, run.house.document("log"))
        return len(run.kills)


def main() -> None:
    """Kill as often as was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10_000)
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    print(f"seed {wanted.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        expected, seconds = undisturbed(Path(folder, "calm"))
        print(f"undisturbed: {seconds:.1f} s", flush=True)
        killed = number = 0
        while killed < wanted.kills:
            number += 1
            moments = [chance.uniform(0.05, 0.8 * seconds) for _ in range(chance.choice((1, 1, 2, 4)))]
            killed += disturbed(Path(folder, str(number)), expected, moments)
            print(f"{killed} kills, {number} journeys", flush=True)


if __name__ == "__main__":
    main()
