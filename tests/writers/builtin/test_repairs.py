"""Repairs by rule: a fresh look at the API, carried over into the script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, Paging, PagingKind
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Remedy
from pilot.writers.builtin import BuiltinWriter
from pilot.writers.writer import Draft
from tests.writers.builtin.profiles import (
    EVENTS,
    EVERYTHING,
    FORECAST,
    MEMBERS,
    ORDERS,
    TEAMS,
    brief,
    profile,
    unseen,
)

WRITER = BuiltinWriter()

ANY = Finding(FindingKind.CODE_ERROR, "KeyError: 'data'")


def written(seen: ApiProfile, preview_removed: bool = False) -> str:
    return WRITER.write(brief(seen, preview_removed=preview_removed)).text


def repaired(script: str, seen: ApiProfile, finding: Finding = ANY, preview_removed: bool = False) -> Draft:
    draft = WRITER.repair(brief(seen, script, preview_removed), finding)
    assert draft.text != script
    return draft


@pytest.mark.parametrize("endpoints", [(TEAMS,), (FORECAST, EVENTS), EVERYTHING])
@pytest.mark.parametrize("known", [Auth(AuthKind.UNKNOWN), Auth(AuthKind.BEARER)])
def test_a_script_from_a_first_look_becomes_what_the_second_look_would_write(
    endpoints: tuple[Endpoint, ...], known: Auth
) -> None:
    first = profile(*(unseen(endpoint) for endpoint in endpoints if not endpoint.parent), auth=known)
    roots = profile(*(endpoint for endpoint in endpoints if not endpoint.parent))
    assert repaired(written(first), roots).text == written(roots)


def test_an_edited_script_gets_the_key_the_selector_and_the_paging_and_keeps_the_rest() -> None:
    script = (
        written(profile(TEAMS, ORDERS, auth=Auth(AuthKind.BEARER)))
        .replace('"data_selector": "data"', '"data_selector": "wrong"')
        .replace('"params": {"per_page": 7}', '"params": {"per_page": 7, "mine": "x"}')
        .replace("    exit()\n", "    exit()  # mine\n")
    )
    draft = repaired(script, profile(TEAMS, ORDERS))
    expected = written(profile(TEAMS, ORDERS))
    for line in ('"name": "X-Key",', '"data_selector": "data",'):
        assert line in draft.text
    assert '"mine": "x"' in draft.text
    assert "exit()  # mine" in draft.text
    assert draft.text.replace(', "mine": "x"', "").replace("  # mine", "") == expected
    assert "auth: as the API wants it" in draft.plan
    assert "teams: data selector as seen" in draft.plan


def test_a_repair_of_an_edited_script_takes_away_that_nothing_was_seen_yet() -> None:
    script = written(profile(unseen(TEAMS))).replace("import dlt\n", "import dlt  # mine\n", 1)
    assert "not seen yet" in script
    draft = repaired(script, profile(TEAMS))
    assert "not seen yet" not in draft.text and "import dlt  # mine" in draft.text


def test_paging_of_the_script_is_kept_where_the_second_look_proved_none() -> None:
    script = written(profile(TEAMS)).replace("import dlt\n", "import dlt  # mine\n", 1)
    script = script.replace('"data_selector": "data"', '"data_selector": "wrong"')
    draft = repaired(script, profile(replace(TEAMS, paging=Paging())))
    assert '"type": "page_number"' in draft.text
    assert '"data_selector": "data"' in draft.text


def test_a_removed_preview_does_not_come_back() -> None:
    first = profile(unseen(TEAMS))
    draft = repaired(written(first, True), profile(TEAMS), preview_removed=True)
    assert "exit()" not in draft.text


def test_a_page_size_that_the_api_refuses_is_left_out() -> None:
    refused = Finding(FindingKind.BAD_REQUEST, "400: per_page must be at most 5")
    draft = repaired(written(profile(TEAMS)), profile(TEAMS), refused)
    assert "per_page" not in draft.text
    assert "no page size" in draft.plan


def test_a_page_after_the_last_that_is_not_found_ends_the_paging() -> None:
    missing = Finding(FindingKind.NOT_FOUND, "404 for teams?page=5")
    script = written(profile(TEAMS), True)
    draft = repaired(script, profile(TEAMS), missing, preview_removed=True)
    assert '"response_actions": [{"status_code": 404, "action": "ignore"}],' in draft.text


def test_parents_without_children_may_answer_with_not_found() -> None:
    missing = Finding(
        FindingKind.NOT_FOUND, "404", evidence={"url": "https://api.example.com/v1/teams/3/members"}
    )
    script = written(profile(TEAMS, MEMBERS))
    draft = repaired(script, profile(TEAMS, MEMBERS), missing)
    assert draft.text.count("response_actions") == 1
    assert "members: not found means: this parent has none" in draft.plan


def test_a_first_page_that_is_not_found_is_no_end_of_paging() -> None:
    missing = Finding(
        FindingKind.NOT_FOUND, "404", evidence={"url": "https://api.example.com/v1/teams?page=1"}
    )
    with pytest.raises(StepFailed):
        WRITER.repair(brief(profile(TEAMS), written(profile(TEAMS))), missing)


def test_it_never_gives_the_same_text_twice_and_says_what_it_needs() -> None:
    seen = profile(TEAMS)
    with pytest.raises(StepFailed) as failure:
        WRITER.repair(brief(seen, written(seen)), ANY)
    assert failure.value.finding.kind is FindingKind.BEYOND_WRITER
    assert "KeyError: 'data'" in failure.value.message
    assert "--model" in failure.value.hint


def test_a_script_that_does_not_parse_is_beyond_it() -> None:
    with pytest.raises(StepFailed, match="no valid Python"):
        WRITER.repair(brief(profile(TEAMS), "def broken(:\n"), ANY)


ENDLESS = "The script pages without end: http://127.0.0.1:1/v1/{} answers with nothing new."


def endless(endpoint: Endpoint, *others: Endpoint) -> tuple[str, str]:
    """The script before and after pages of the endpoint never ended."""
    seen = profile(*others, endpoint)
    text = WRITER.write(brief(seen, preview_removed=True)).text
    finding = Finding(FindingKind.ENDLESS_PAGING, ENDLESS.format(endpoint.path), Remedy.REPAIR)
    return text, WRITER.repair(brief(seen, text, preview_removed=True), finding).text


def test_pages_that_lead_on_for_ever_end_at_an_empty_one() -> None:
    by_cursor = Paging(PagingKind.CURSOR, True, {"cursor_path": "next", "cursor_param": "after"})
    before, after = endless(replace(ORDERS, paging=by_cursor))
    assert "stop_after_empty_page" not in before and '"stop_after_empty_page": True' in after
    before, after = endless(ORDERS)
    assert "NextLinks" not in before and "class NextLinks(JSONLinkPaginator)" in after


def test_paging_that_was_only_carried_over_is_taken_back_where_it_never_ends() -> None:
    carried = replace(TEAMS.paging, proven=False, like="teams", note="as at teams")
    before, after = endless(replace(TEAMS, path="files", name="files", paging=carried), TEAMS)
    assert before.count('"page_number"') == 2
    assert after.count('"page_number"') == 1
