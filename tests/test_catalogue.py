"""The catalogue: names from files, the project's own first, its Python only after trust."""

from pathlib import Path

import pytest

from pilot.catalogue import Catalogue
from pilot.errors import Declined, UsageError

_STEP = """
from pilot.step import Outcome, Step

class {name}(Step):
    title = "{name}"
    def run(self, session, kit):
        return Outcome(says="mine")
"""


def _no_need() -> None:
    return None


def _write(root: Path, kind: str, name: str, text: str) -> None:
    folder = root / ".pilot" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def test_everything_a_built_in_policy_names_exists_and_can_be_loaded(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, _no_need)
    for name in catalogue.names("policies"):
        policy = catalogue.policy(name)
        for entry in policy.step:
            assert catalogue.step(entry.use).title
            for validator in (*policy.validators, *entry.validators):
                assert catalogue.validator(validator)


def test_every_built_in_step_needs_only_facts_that_another_one_gives_or_the_command_line_does(
    tmp_path: Path,
) -> None:
    catalogue = Catalogue(tmp_path, _no_need)
    given = {"destination", "request"}
    for name in catalogue.names("steps"):
        given.update(catalogue.step(name).gives)
    for name in catalogue.names("steps"):
        assert set(catalogue.step(name).needs) <= given, name


def test_a_project_s_step_shadows_the_built_in_one(tmp_path: Path) -> None:
    _write(tmp_path, "steps", "ask_api.py", _STEP.format(name="MyAsk"))
    catalogue = Catalogue(tmp_path, _no_need)
    assert catalogue.step("ask_api").title == "MyAsk"
    assert catalogue.step("init").title == "Init"


def test_two_projects_in_one_process_each_get_their_own_step(tmp_path: Path) -> None:
    for name in ("One", "Two"):
        _write(tmp_path / name, "steps", "greet.py", _STEP.format(name=name))
    titles = [Catalogue(tmp_path / name, _no_need).step("greet").title for name in ("One", "Two")]
    assert titles == ["One", "Two"]


def test_a_shadow_can_extend_what_it_hides(tmp_path: Path) -> None:
    text = (
        "from pilot.shipped.steps.ask_api import AskApi\n"
        "class Friendlier(AskApi):\n    title = 'Friendlier'\n"
    )
    _write(tmp_path, "steps", "ask_api.py", text)
    assert Catalogue(tmp_path, _no_need).step("ask_api").gives == ("goal", "name")


def test_a_project_s_python_is_not_run_without_trust(tmp_path: Path) -> None:
    _write(tmp_path, "steps", "trap.py", "raise SystemExit('ran')")

    def refuse() -> None:
        raise Declined("no")

    with pytest.raises(Declined):
        Catalogue(tmp_path, refuse).step("trap")


def test_a_project_s_prompt_and_policy_need_no_trust(tmp_path: Path) -> None:
    _write(tmp_path, "prompts", "mine.md", "Hello")
    _write(tmp_path, "policies", "mine.toml", 'title = "Mine"\n[[step]]\nuse = "ask_api"\n')

    def refuse() -> None:
        raise Declined("no")

    catalogue = Catalogue(tmp_path, refuse)
    assert catalogue.prompt("mine") == "Hello"
    assert catalogue.policy("mine").title == "Mine"


@pytest.mark.parametrize("name", ["nothing", "../escape", "", "a/b"])
def test_an_unknown_name_lists_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        Catalogue(tmp_path, _no_need).step(name)
    assert "ask_api" in caught.value.hint


def test_a_policy_with_an_unknown_step_is_refused_before_anything_runs(tmp_path: Path) -> None:
    _write(tmp_path, "policies", "mine.toml", 'title = "Mine"\n[[step]]\nuse = "ask_ap"\n')
    with pytest.raises(UsageError, match="ask_ap"):
        Catalogue(tmp_path, _no_need).policy("mine")


def test_a_file_with_two_steps_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "steps", "both.py", _STEP.format(name="A") + _STEP.format(name="B"))
    with pytest.raises(UsageError, match="A, B"):
        Catalogue(tmp_path, _no_need).step("both")
