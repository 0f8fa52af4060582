"""What the main journey looks like: whole screens, looked at by eye once, and compared ever since.

PILOT_DRAW_SCREENS=1 draws them anew: look at the difference before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.house import House, answer, well_api
from tests.support.terminal import Terminal
from tests.support.weather_api import KEY, serve

SCREENS = Path(__file__).with_name("screens")
DRAW = "PILOT_DRAW_SCREENS" in os.environ
ROWS = 360
"""So many that nothing leaves the screen."""
DRAWN = [(80, "colour"), (80, "plain"), (120, "colour"), (120, "plain")]


@contextmanager
def begun(home: Path, columns: int, **environ: str) -> Iterator[tuple[House, Terminal]]:
    """The first command, in an empty folder with everything of its own."""
    api = well_api()
    with serve(api), ExitStack() as closing:
        closing.callback(api.over.set)
        house = House(home, api, closing, {"HOME": str(home / "home"), "DLT_DATA_DIR": str(home / "dlt")})
        yield house, house.terminal("init", "weather", columns=columns, rows=ROWS, **environ)


def answers(house: House) -> tuple[tuple[str, str], ...]:
    """A person who answers everything, from an empty folder to a first change."""
    return (
        ("Which API do you want to load?", f"{house.stations} and {house.observations}"),
        ("Contact 127.0.0.1", ""),
        ("Write weather_pipeline.py?", "y"),
        ("Change .dlt/secrets.toml?", "y"),
        ("sources.weather.api_key (type it", KEY),
        ("Change weather_pipeline.py?", "y"),
        ("Run weather_pipeline.py (shows the first records, loads nothing)?", "y"),
        ("Change weather_pipeline.py?", "always"),
        ("Run weather_pipeline.py (loads into duckdb)?", "always"),
        ("What next?", "write disposition merge"),
        ("What next?", ""),
    )


def steadied(lines: list[str], house: House) -> str:
    """A screen without what differs from run to run and from system to system, column by column."""
    text = "\n".join(lines).replace(house.api.url.rpartition(":")[2], "50000") + "\n"
    text = re.sub(r"\b\d+\.\d s\b", lambda found: "0.0 s".rjust(len(found[0])), text)
    return re.sub(r"(?m)^( +)Fence: .+\n(?:\1\S.*\n)*", r"\1Fence: what this system can\n", text)


def test_the_main_journey_looks_as_it_did_when_it_was_looked_at(isolated: Path) -> None:
    with ExitStack() as open_houses:
        journeys = [
            open_houses.enter_context(
                begun(
                    isolated / f"{columns}-{kind}", columns, **({"NO_COLOR": "1"} if kind == "plain" else {})
                )
            )
            for columns, kind in DRAWN
        ]
        # side by side: while one of them works, the next question of another is answered
        for pairs in zip(*(answers(house) for house, _ in journeys), strict=True):
            for (_, terminal), pair in zip(journeys, pairs, strict=True):
                answer(terminal, pair)
        for (columns, kind), (house, terminal) in zip(DRAWN, journeys, strict=True):
            assert terminal.wait() == 0
            plain = terminal.screen()
            assert max(map(len, plain)) <= columns
            shown = steadied(terminal.styled() if kind == "colour" else plain, house)
            compare(SCREENS / f"init-{columns}-{kind}.txt", shown)


def compare(golden: Path, shown: str) -> None:
    """A screen must be as it was; it is drawn anew where that is asked for."""
    if DRAW:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown, "utf-8")
    assert shown == golden.read_text("utf-8"), golden.name
