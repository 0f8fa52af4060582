"""A file that a writer gives as a repair: is it one?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Remedy
from pilot.names import ProjectNames
from pilot.project.sameness import fingerprint
from pilot.testing import ScriptedWriter
from pilot.writers.acceptance import repaired
from pilot.writers.writer import Brief, Draft, Inquiry, Reply, Tried
from tests.e2e.replies import script

URL = "http://127.0.0.1:8000"
BROKEN = script(URL).replace("config, name", "configuration, name")
FINDING = Finding(FindingKind.CODE_ERROR, "NameError: configuration", Remedy.REPAIR)
BRIEF = Brief(f"the stations at {URL}/v1/stations", ProjectNames("weather"), script=BROKEN)
CITIES = """
            {"name": "cities", "endpoint": {"path": "cities", "data_selector": "cities"}},
        ],
"""


def ask(
    *drafts: str | Inquiry, brief: Brief = BRIEF, finding: Finding = FINDING
) -> tuple[Reply, ScriptedWriter]:
    writer = ScriptedWriter(drafts)
    return repaired(writer, brief, finding, lambda text: text), writer


def refusal(*drafts: str, brief: Brief = BRIEF) -> tuple[str, ScriptedWriter]:
    writer = ScriptedWriter(drafts)
    with pytest.raises(StepFailed) as caught:
        repaired(writer, brief, FINDING, lambda text: text)
    return caught.value.message, writer


def test_a_repair_is_taken_and_a_question_is_put() -> None:
    assert ask(script(URL))[0] == Draft(script(URL))
    assert ask(Inquiry("Which key?"))[0] == Inquiry("Which key?")


def test_the_same_file_again_is_none_and_is_not_asked_for_again() -> None:
    says, writer = refusal(BROKEN.replace("# preview", "# the preview"))
    assert says == "The repair is the file as it is, which fails."
    assert len(writer.briefs) == 1


def test_a_file_that_was_there_before_is_none() -> None:
    before = Tried("Repair code: 40 lines", states=(fingerprint(script(URL)), fingerprint(BROKEN)))
    says, _ = refusal(script(URL), brief=replace(BRIEF, tried=(before,)))
    assert says == "The repair is a file that was there before, which failed."


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (
            script("https://berries.example").replace('pipeline_name="weather"', 'pipeline_name="berries"'),
            'it is another pipeline, "berries" and not "weather"',
        ),
        (script("https://pokeapi.example"), "it reads from pokeapi.example, and not from 127.0.0.1"),
        (
            script(URL).replace("run(weather_source()", "run(weather_source().add_limit(10)"),
            "it would load only a part: add_limit(10)",
        ),
        (
            script(URL).replace('{"type": "single_page"}', '{"type": "page_number", "maximum_page": 2}'),
            "it would load only a part: maximum_page=2",
        ),
    ],
)  # fmt: skip
def test_a_file_that_can_be_no_repair_is_refused_and_asked_for_once_more(draft: str, reason: str) -> None:
    says, writer = refusal(draft, draft)
    assert says == f"The repair was refused, twice: {reason}."
    first, second = writer.briefs
    assert first.tried == ()
    assert second.tried[0].came == f"it was refused: {reason}"
    assert ask(draft, script(URL))[0] == Draft(script(URL))


def test_a_repair_keeps_every_resource() -> None:
    both = replace(BRIEF, script=BROKEN.replace("\n        ],\n", CITIES, 1))
    assert refusal(script(URL), script(URL), brief=both)[0].endswith("it no longer loads cities.")
    in_a_loop = script(URL).replace('"name": "stations"', '"name": ("stations", "cities")[0]')
    assert isinstance(ask(in_a_loop, brief=both)[0], Draft)


def test_a_host_that_the_evidence_names_is_no_stranger() -> None:
    moved = Finding(
        FindingKind.NOT_FOUND, "moved", Remedy.REPAIR, {"body": "we are at https://new.example now"}
    )
    assert isinstance(ask(script("https://new.example"), finding=moved)[0], Draft)


def test_limits_that_were_there_before_are_the_persons() -> None:
    limited = "run(weather_source().add_limit(10)"
    brief = replace(BRIEF, script=BROKEN.replace("run(weather_source()", limited))
    assert isinstance(ask(script(URL).replace("run(weather_source()", limited), brief=brief)[0], Draft)
