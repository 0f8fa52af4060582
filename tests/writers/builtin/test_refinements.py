"""Refinements in words: small edits that leave everything else alone, or a plain refusal."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.api.profile import ApiProfile, Auth, AuthKind, CursorField, Field, How, Paging, Records, Shape
from pilot.errors import StepFailed
from pilot.finding import FindingKind
from pilot.writers.builtin import BuiltinWriter
from tests.writers.builtin.profiles import EVENTS, EVERYTHING, HEALTH, MEMBERS, ORDERS, TEAMS, brief, profile

WRITER = BuiltinWriter()

DAILY = replace(
    ORDERS,
    cursors=(CursorField("day", "since", True), CursorField("number", None, False)),
)
SEEN = profile(TEAMS, MEMBERS, DAILY, EVENTS, HEALTH)


def own_script(seen: ApiProfile = SEEN) -> str:
    return WRITER.write(brief(seen, preview_removed=True)).text


def refined(request: str, seen: ApiProfile = SEEN, script: str | None = None) -> str:
    text = script or own_script(seen)
    draft = WRITER.refine(brief(seen, text, preview_removed=True), request)
    ast.parse(draft.text)
    assert draft.plan
    return draft.text


def changed(request: str, seen: ApiProfile = SEEN) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came."""
    before = own_script(seen).splitlines()
    after = refined(request, seen).splitlines()
    return (
        [line.strip() for line in before if line not in after],
        [line.strip() for line in after if line not in before],
    )


def refusal(request: str, seen: ApiProfile = SEEN, script: str | None = None) -> StepFailed:
    with pytest.raises(StepFailed) as failure:
        refined(request, seen, script)
    assert failure.value.finding.kind is FindingKind.BEYOND_WRITER
    return failure.value


def test_the_write_disposition_of_all_resources_is_set_with_its_reason() -> None:
    gone, came = changed("Please set the write disposition to append.")
    assert '"resource_defaults": {"write_disposition": "append"},' in came
    assert '@dlt.resource(name="events", write_disposition="append")' in came
    assert "# every run adds its records to those that are there" in came
    assert any("every run loads everything anew" in line for line in gone)


def test_the_write_disposition_of_one_resource_is_set() -> None:
    assert changed("use merge for teams") == ([], ['"write_disposition": "merge",'])


def test_merging_without_a_key_is_refused_with_what_to_say_first() -> None:
    failure = refusal("write disposition merge")
    assert "primary key" in failure.message
    assert "set the primary key of health to FIELD" in failure.hint


@pytest.mark.parametrize(
    "request_",
    [
        "set the primary key of teams to score",
        "use score as primary key for teams",
        "set key of teams to 'score'",
    ],
)
def test_the_primary_key_is_set(request_: str) -> None:
    assert changed(request_) == (['"primary_key": "id",'], ['"primary_key": "score",'])


def test_a_key_of_several_fields_may_be_set_but_only_of_fields_that_were_seen() -> None:
    assert changed("set primary key of teams to id, score")[1] == ['"primary_key": ["id", "score"],']
    failure = refusal("set the primary key of teams to nonsense")
    assert "nonsense" in failure.message
    assert "id, score" in failure.hint


def test_a_destination_that_does_not_take_jsonl_loses_it() -> None:
    gone, came = changed("change the destination to postgres")
    assert 'destination="postgres",' in "".join(came)
    assert 'load_info = pipeline.run(sample_source(), loader_file_format="jsonl")' in gone
    assert "load_info = pipeline.run(sample_source())" in came
    assert any("jsonl loads into DuckDB" in line for line in gone)


def test_back_at_duckdb_the_script_has_its_fast_settings_again() -> None:
    elsewhere = refined("change the destination to postgres")
    assert "file_max_items" not in elsewhere
    assert refined("change the destination to duckdb", script=elsewhere) == own_script()


def test_the_dataset_is_renamed_but_never_to_the_pipeline() -> None:
    assert 'dataset_name="raw"' in refined("set dataset to raw")
    assert "DuckDB" in refusal("set dataset to sample").message


def test_a_renamed_table_takes_its_children_along() -> None:
    gone, came = changed("rename table teams to groups")
    assert '"name": "groups",' in came
    assert any('"resource": "groups"' in line for line in came)
    assert '"teams"' not in "".join(
        line for line in refined("rename teams to groups").split("\n") if "path" not in line
    )


def test_a_renamed_resource_is_still_known() -> None:
    renamed = refined("rename teams to groups")
    assert '"primary_key": "score"' in refined("set the primary key of groups to score", script=renamed)
    assert "not loaded yet" in refusal("add teams", script=renamed).message


def test_paging_is_added_where_it_was_proven_meanwhile() -> None:
    earlier = replace(TEAMS, paging=Paging())
    script = WRITER.write(brief(profile(earlier), preview_removed=True)).text
    now = profile(TEAMS)
    assert refined("add pagination", now, script) == WRITER.write(
        brief(now, preview_removed=True)
    ).text.replace(
        '"params": {"per_page": 7},\n                    "data_selector"', '"data_selector"'
    ).replace(
        "                },\n            },\n        ],",
        '                    "params": {"per_page": 7},\n                },\n            },\n        ],',
    )


def test_paging_that_was_not_proven_is_not_added() -> None:
    seen = profile(replace(TEAMS, paging=Paging()))
    assert "No way to ask teams for a second page was proven" in refusal("add pagination", seen).message
    assert "no further pages" in refusal("add pagination", profile(HEALTH)).message
    unproven = replace(ORDERS, paging=Paging())
    some = refusal("add pagination", profile(TEAMS, unproven))
    assert some.message.startswith("teams: read page by page already. No way to ask orders for a second page")
    assert "pilot profile" in some.hint


def test_incremental_loading_needs_a_proven_parameter() -> None:
    gone, came = changed("load orders incrementally by day")
    assert gone == []
    assert came == [
        '"incremental": {"cursor_path": "day", "initial_value": "1970-01-01"},',
        '"params": {"since": "{incremental.start_value}"},',
        '"write_disposition": "merge",',
    ]
    assert "No request parameter was proven" in refusal("load teams incrementally by score").message
    assert (
        "primary key" in refusal("load incrementally by day", profile(replace(DAILY, primary_key=()))).message
    )


def test_loading_can_begin_at_a_date() -> None:
    assert changed("load orders since 2026-01-05")[1] == ['"params": {"since": "2026-01-05"},']
    script = refined("load orders incrementally by day")
    assert '"initial_value": "2026-01-05"}' in refined("only since 2026-01-05", script=script)
    assert "No request parameter" in refusal("load teams since 2026-01-05").message


CUSTOMERS = replace(
    ORDERS,
    path="customers",
    name="customers",
    records=replace(
        ORDERS.records,
        fields=(
            Field("number", ("text",)),
            Field("creation_date", ("date",)),
            Field("updated_at", ("timestamp",)),
        ),
    ),
    cursors=(CursorField("updated_at", "updated_since", True),),
)
"""The API filters by one of its dates."""


@pytest.mark.parametrize(
    "request_",
    [
        "load only customers created since 2024-01-01",
        "load customers that were created after 2024-01-01",
        "only customers since 2024-01-01 by creation_date",
        "created since 2024-01-01",
    ],
)
def test_a_date_that_no_parameter_filters_by_is_filtered_by_the_script(request_: str) -> None:
    gone, came = changed(request_, profile(CUSTOMERS, TEAMS))
    assert gone == []
    assert came == [
        '"processing_steps": [',
        '{"filter": lambda record: (record.get("creation_date") or "") >= "2024-01-01"},',
        "],",
    ]


def test_a_filter_of_the_script_is_replaced_by_a_later_one() -> None:
    seen = profile(CUSTOMERS, TEAMS)
    script = refined("created since 2024-01-01", seen)
    later = refined("created since 2025-02-01", seen, script)
    assert "2024-01-01" not in later
    assert later == script.replace("2024-01-01", "2025-02-01")


def test_a_date_is_asked_of_the_api_where_it_filters_by_the_field_that_is_meant() -> None:
    seen = profile(CUSTOMERS, TEAMS)
    for words in ("customers updated since 2024-01-01", "load since 2024-01-01 by updated_at"):
        assert changed(words, seen)[1] == ['"params": {"updated_since": "2024-01-01"},']
    plan = WRITER.refine(brief(seen, own_script(seen)), "only load customers since 2024-01-01").plan
    assert "by updated_at" in plan
    assert 'say "creation_date since 2024-01-01"' in plan


def test_a_date_of_which_nothing_is_known_is_refused_with_those_that_are() -> None:
    refused = refusal("customers shipped since 2024-01-01", profile(CUSTOMERS))
    assert refused.message == "customers has no date that is called shipped."
    assert "creation_date, updated_at" in refused.hint


def test_incremental_loading_keeps_the_date_that_was_said_before_and_tells_what_stays() -> None:
    script = refined("load orders since 2026-01-05")
    following = refined("load orders incrementally", script=script)
    assert '"initial_value": "2026-01-05"}' in following
    draft = WRITER.refine(brief(SEEN, following), "load orders since 2026-03-01")
    assert "rows that were loaded before stay" in draft.plan
    assert "the later of this date and where the last load ended" in draft.plan


def test_incremental_loading_is_turned_off_by_words() -> None:
    script = refined("load orders incrementally")
    for words in ("do not load incrementally", "don't load orders incrementally", "no incremental loading"):
        full = refined(words, script=script)
        assert "incremental" not in full
        assert '"params"' not in full.split('"orders"')[1].split("paginator")[0]
        assert '"write_disposition": "replace"' in full
    kept = refined("load orders incrementally", script=refined("load orders since 2026-01-05"))
    assert '"params": {"since": "2026-01-05"},' in refined("load orders in full", script=kept)
    assert "already" in refusal("do not load incrementally").message


def test_a_parameter_that_the_person_names_needs_no_proof() -> None:
    unproven = profile(replace(DAILY, cursors=()))
    _, came = changed("load orders incrementally by day with the parameter begin", unproven)
    assert '"params": {"begin": "{incremental.start_value}"},' in came
    assert "with the parameter" in refusal("load orders incrementally by day", unproven).hint
    no_field = refusal("load orders incrementally by colour with the parameter begin")
    assert "No request parameter was proven" in no_field.message


def test_what_is_loaded_incrementally_is_never_replaced_or_appended() -> None:
    script = refined("load orders incrementally by day")
    assert "asks for what is new only" in refusal("write disposition replace", script=script).message


def test_an_endpoint_is_dropped_and_added_again() -> None:
    without = refined("drop the endpoint orders")
    assert '"orders"' not in without
    again = refined("add orders back", script=without)
    assert '"next_url_path": "next"' in again
    assert '"name": "health"' in again
    assert "needs its parent" in refusal("remove teams").message
    assert "all that is loaded" in refusal("drop health", profile(HEALTH)).message


def test_several_wishes_in_one_request_are_all_carried_out_or_none() -> None:
    text = refined("rename health to status_page and set dataset to raw")
    assert '"name": "status_page"' in text
    assert 'dataset_name="raw"' in text
    assert "can't do this by rule" in refusal("rename health to a and translate it into French").message


@pytest.mark.parametrize("request_", ["make it faster", "add a chart", "", "drop", "filter rows where x > 3"])
def test_anything_else_is_refused_with_what_can_be_done(request_: str) -> None:
    failure = refusal(request_)
    assert "OPENAI_API_KEY" in failure.hint or "What could be added" in failure.hint


def test_a_wish_that_is_fulfilled_already_is_told() -> None:
    assert "already" in refusal("set the primary key of teams to id").message


def test_what_a_person_wrote_by_hand_stays() -> None:
    script = WRITER.write(brief(SEEN, preview_removed=True)).text
    by_hand = (
        script.replace('"""One resource for each endpoint of the API."""', '"""Ünïcode – mine."""  # keep me')
        .replace('"params": {"per_page": 7},', '"params": {"per_page": 7, "mine": len("ü")},  # mine')
        .replace("    print(load_info)", "    print(load_info)\n    notify('fertig ✓')")
    )
    for request in ("use merge for teams", "rename teams to groups", "drop orders", "set dataset to raw"):
        text = refined(request, script=by_hand)
        for mine in ('"""Ünïcode – mine."""  # keep me', '"mine": len("ü")},  # mine', "notify('fertig ✓')"):
            assert mine in text


def test_line_ends_of_windows_stay() -> None:
    script = WRITER.write(brief(SEEN, preview_removed=True)).text.replace("\n", "\r\n")
    for request in (
        "use merge for teams",
        "write disposition append",
        "drop orders",
        "load orders incrementally by day",
    ):
        text = refined(request, script=script)
        assert text.count("\n") == text.count("\r\n")


def test_refined_scripts_are_still_formatted(tmp_path: Path) -> None:
    requests = [
        "write disposition append",
        "use merge for teams",
        "set the primary key of teams to score, id",
        "change destination to postgres",
        "set dataset to raw",
        "rename teams to groups",
        "load orders incrementally by day",
        "drop orders",
    ]
    for number, request in enumerate(requests):
        text = refined(request, profile(*EVERYTHING[:2], DAILY, *EVERYTHING[3:]))
        (tmp_path / f"s{number}.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--line-length",
        "100",
        "--diff",
        str(tmp_path),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_script_of_somebody_else_is_edited_by_the_same_rules() -> None:
    theirs = (
        "import dlt\nfrom dlt.sources.rest_api import rest_api_source\n"
        "cfg = {'client': {'base_url': 'https://x'}, 'resources': [{'name': 'a', 'endpoint': {'path': 'a'}},"
        " {'name': 'b', 'endpoint': {'path': 'b'}}]}\n"
        "p = dlt.pipeline('x', destination='duckdb', dataset_name='y')\np.run(rest_api_source(cfg))\n"
    )
    seen = profile(
        replace(HEALTH, name="a", path="a", records=Records(Shape.LIST, "$", 1, (Field("id", ("bigint",)),)))
    )
    assert "'name': 'a', 'endpoint': {'path': 'a'}, \"primary_key\": \"id\"}" in refined(
        "set key of a to id", seen, theirs
    )
    assert 'dataset_name="raw"' in refined("set dataset to raw", seen, theirs)
    assert "[{'name': 'a', 'endpoint': {'path': 'a'}}]" in refined("drop b", seen, theirs)


def test_calls_without_keywords_and_dicts_of_one_line_are_edited_too() -> None:
    theirs = (
        "import dlt\nfrom dlt.sources.rest_api import rest_api_source\n"
        "p = dlt.pipeline('x')\np.run(\n    rest_api_source({'client': {'base_url': 'x'}, "
        "'resources': [{'name': 'a', **more}]}),\n)\n"
    )
    assert "dlt.pipeline('x', destination=\"duckdb\")" in refined("set destination to duckdb", script=theirs)
    assert '    loader_file_format="jsonl",\n)' in refined("set destination to duckdb", script=theirs)
    assert '**more, "primary_key": "id"}' in refined("set the primary key to id", script=theirs)
    assert '"resource_defaults": {"write_disposition": "append"}}' in refined("append", script=theirs)


def test_a_script_that_does_not_parse_is_refused() -> None:
    assert "not written in a way" in refusal("append", script="def broken(:\n").message


def test_the_only_table_needs_no_name() -> None:
    assert '"name": "state"' in refined("rename the table to state", profile(HEALTH))


def test_a_model_is_named_only_where_one_could_help() -> None:
    assert "model" not in refusal("load incrementally by colour").hint
    assert "write disposition merge" in refusal("load incrementally by colour").hint
    assert "needs a model" in refusal("add pagination", script="import dlt\n").hint


def test_what_only_hands_over_a_key_is_no_part_of_a_request() -> None:
    assert refined("use apikey=*** and rename teams to groups") == refined("rename teams to groups")


@pytest.mark.parametrize("words", ["fit the profile", "make the script follow the API profile."])
def test_the_script_is_made_to_fit_what_is_known_of_the_api(words: str) -> None:
    said = replace(SEEN, auth=Auth(AuthKind.API_KEY, "query", "apikey", How.SAID))
    guessed = own_script(replace(SEEN, auth=Auth(AuthKind.BEARER)))
    fitted = refined(words, said, guessed)
    assert '"name": "apikey"' in fitted and '"location": "query"' in fitted
    assert "fits the profile already" in refusal(words, said, fitted).message
