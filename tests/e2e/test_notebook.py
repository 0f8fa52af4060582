"""What a person does with the notebook: sessions, undo with rows, redo, rerun, diff, edits by hand."""

from __future__ import annotations

from typing import Any

from tests.e2e.house import RUNNING, SCRIPT, STATIONS, WITH_KEY, House, until
from tests.e2e.replies import QUERY, reply, script
from tests.e2e.runs import before_the_load

UNASKED = ("--yes", *WITH_KEY)


def made(house: House, *more: str) -> None:
    """A pipeline, made and loaded once; the model has `more` to say later."""
    house.model([reply(script(house.api.url)), QUERY, *more])
    ended = house.document("init", "weather", "--api", house.stations, *UNASKED)
    assert ended["status"] == "done", ended


def loads(house: House) -> list[str]:
    """The loads whose rows are there."""
    return [row[0] for row in house.rows("SELECT DISTINCT _dlt_load_id FROM weather_data.stations")]


def test_undo_redo_and_rerun_of_loads_and_of_edits_by_hand(house: House) -> None:
    made(house)
    rows_go_back_and_forth(house)
    edits_are_the_persons_own(house)
    cells_run_again(house)


def rows_go_back_and_forth(house: House) -> None:
    """Undo takes the rows of a load back; redo gives them again, until something new is done."""
    first = loads(house)
    assert house.document("run", *UNASKED)["status"] == "done"
    second = loads(house)
    assert first != second
    run = house.cells("run_pipeline")[-1]["id"]
    undone = house.pilot("undo", str(run))
    assert undone.returncode == 0 and "with all its rows" in undone.stdout, undone
    assert (loads(house), house.count("stations")) == (first, STATIONS)
    assert house.pilot("redo").returncode == 0
    assert loads(house) == second


def edits_are_the_persons_own(house: House) -> None:
    """An edit by hand becomes a cell, and is undone only when it is named."""
    house.edit(SCRIPT, lambda text: text + "\n# mine\n")
    mine = house.read()
    refused = house.pilot("undo")
    assert refused.returncode == 1 and SCRIPT in refused.stderr
    assert house.read() == mine
    (edited,) = house.cells("edited")
    assert f"pilot undo {edited['id']}" in refused.stderr
    shown = house.pilot("show", str(edited["id"])).stdout
    assert "Edited by you" in shown and "+ # mine" in shown
    assert house.pilot("undo", str(edited["id"])).returncode == 0
    assert "# mine" not in house.read()
    assert house.pilot("redo").returncode == 0
    assert house.read() == mine


def cells_run_again(house: House) -> None:
    """A cell runs again with what comes after it; cells are compared."""
    cells = {cell["step"]: cell["id"] for cell in house.cells() if cell["parent"] is None}
    again = house.document("rerun", str(cells["load"]), *UNASKED)
    assert again["status"] == "done", again
    top = [cell for cell in house.cells() if cell["parent"] is None]
    states = {step: [cell["state"] for cell in top if cell["step"] == step] for step in cells}
    assert states["load"] == states["check_load"] == states["query_tables"] == ["stale", "done"]
    assert states["write_code"] == ["done"] and house.count("stations") == STATIONS
    refused = house.pilot("redo")
    assert refused.returncode == 1 and "nothing to redo" in refused.stderr, "something new was done"
    told = house.document("diff", str(cells["write_code"]), str(cells["remove_exit"]))
    (file,) = told["files"]
    assert file["path"] == SCRIPT and "exit()" in file["before"] and "exit()" not in file["after"]
    same = house.pilot("diff", str(cells["load"]), str(cells["check_load"]))
    assert "No file differs" in same.stdout
    wrong = house.pilot("rerun", "99", *UNASKED)
    assert wrong.returncode == 1 and "no cell 99" in wrong.stderr


def test_a_project_has_several_sessions_with_names(house: House) -> None:
    house.pilot("init", "weather", "--session", "first", "--no-input")
    house.pilot("init", "weather", "--restart", "--no-input")
    assert house.pilot("sessions", "--name", "second try").returncode == 0
    rows = house.document("sessions")["sessions"]
    assert [(row["number"], row["name"], row["state"]) for row in rows] == [
        (1, "first", "restarted"),
        (2, "second try", "current"),
    ]
    one, two = (house.document("log", "--session", which)["cells"] for which in ("first", "2"))
    assert {cell["id"] for cell in one}.isdisjoint(cell["id"] for cell in two)
    unknown = house.pilot("log", "--session", "third")
    assert unknown.returncode == 2 and "first, second try" in unknown.stderr
    house.pilot("resume", "--session", "first", "--no-input")
    assert [row["state"] for row in house.document("sessions")["sessions"]] == ["current", "left"]
    taken = house.pilot("sessions", "--name", "second try")
    assert taken.returncode == 2 and "already" in taken.stderr


def test_the_notebook_is_at_hand_at_every_prompt(house: House) -> None:
    terminal = before_the_load(house)
    terminal.expect("(loads into")
    for typed, shown in (("/sessions", "current"), ("/diff 5", "exit()"), ("/redo", "nothing to redo")):
        terminal.answer(typed)
        terminal.expect(shown)
    write = next(cell["id"] for cell in house.cells("check_api"))
    terminal.answer(f"/rerun {write}")
    terminal.expect("no preview in the script")
    terminal.expect("(loads into")
    terminal.press("ctrl-c")
    assert terminal.wait() == 130
    assert [cell["state"] for cell in house.cells("check_api")][0] == "stale"


def test_a_request_that_was_killed_is_gone_on_with(house: House) -> None:
    made(house, reply(script(house.api.url).replace('"replace"', '"merge"')))
    house.api.times = None
    asked = house.api.faults
    with house.started("refine", "merge the rows", *UNASKED) as pilot:
        until(lambda: house.api.faults > asked)
        pilot.kill()
    house.api.times = 0
    until(lambda: not house.running(RUNNING))
    assert house.cells("refine_pipeline")[-1]["state"] == "interrupted"
    resumed = house.pilot("resume", *UNASKED)
    assert resumed.returncode == 0 and 'pilot refine "merge the rows"' in resumed.stdout, resumed
    (request,) = house.cells("refine_pipeline")
    assert request["state"] == "done" and '"merge"' in house.read()
    assert [cell["state"] for cell in house.cells("change_code")] == ["done"]


def test_a_script_that_is_edited_while_a_change_is_drafted_is_drafted_again(house: House) -> None:
    draft = script(house.api.url)
    merged = draft.replace('"replace"', '"merge"')
    replies = [reply(draft), QUERY, reply(merged), reply(merged + "\n# by hand\n")]
    asked: list[str] = []

    def drafting(request: dict[str, Any]) -> str:
        asked.append(str(request["messages"]))
        if len(asked) == 3:
            house.edit(SCRIPT, lambda text: text + "\n# by hand\n")
        return replies[len(asked) - 1]

    house.model(drafting)
    house.document("init", "weather", "--api", house.stations, *UNASKED)
    told = house.pilot("refine", "merge the rows", *UNASKED)
    assert told.returncode == 0 and "drafting again" in told.stdout, told
    assert len(asked) == 4 and "# by hand" in asked[3]
    assert "# by hand" in house.read() and '"merge"' in house.read()
