"""Which writer is set up, and when the person is asked first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import AnswerMissing, UsageError
from pilot.facts import WriterChoice
from pilot.memory import Memory
from pilot.model.patience import Patience
from pilot.model.settings import load_settings
from pilot.names import ProjectNames
from pilot.testing import ScriptedHost
from pilot.writers.choice import WriterRoom
from pilot.writers.model_writer import ModelWriter
from pilot.writers.writer import Brief
from tests.support.model_server import ModelServer

REMOTE = "http://models.invalid/v1"


class Desk:
    """A room with its host, in a project."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str], project: str = "", answers: tuple[str, ...] = ()
    ) -> None:
        (folder / ".pilot").mkdir(exist_ok=True)
        (folder / ".pilot" / "config.toml").write_text(project, "utf-8")
        self.host = ScriptedHost(answers, interactive=bool(answers))
        self.room = WriterRoom(
            self.host,
            load_settings(folder, {"HOME": str(folder / "home"), **environ}),
            lambda name: "$goal" if name == "write_code" else "$$",
            redact=lambda text: text,
            leaks=lambda text: None,
            memory=Memory(folder, folder / "memory.json"),
            patience=Patience(first=0.01),
        )


@contextmanager
def opened(desk: Desk) -> Iterator[WriterRoom]:
    try:
        yield desk.room
    finally:
        desk.room.close()


def test_builtin_is_chosen_when_nothing_is_configured(tmp_path: Path) -> None:
    choice, says = Desk(tmp_path, {}).room.set_up(None)
    assert choice == WriterChoice("builtin")
    assert says == "No model configured: the built-in writer is used. OPENAI_API_KEY or --model sets one."


def test_builtin_is_chosen_when_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"OPENAI_API_KEY": "sk-a", "PILOT_MODEL": "gpt-5.5"})
    assert desk.room.set_up("builtin")[0].kind == "builtin"
    assert Desk(tmp_path, {"PILOT_MODEL": "builtin"}).room.set_up(None)[0].kind == "builtin"
    assert not desk.host.asked


def test_a_model_that_was_named_needs_no_question_and_no_list(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"OPENAI_API_KEY": "sk-a"})
    choice, says = desk.room.set_up("gpt-5.5")
    assert (choice.model, choice.named, choice.window) == ("gpt-5.5", True, 922_000)
    assert says == "gpt-5.5 at api.openai.com: window 922,000, replies up to 32,768 tokens"
    assert not desk.host.asked


def test_a_model_without_any_key_or_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        Desk(tmp_path, {}).room.set_up("gpt-5.5")
    assert "builtin" in caught.value.hint


def test_a_project_that_wants_a_model_runs_without_a_key_too(tmp_path: Path) -> None:
    choice, says = Desk(tmp_path, {}, 'model = "gpt-5.5"').room.set_up(None)
    assert choice.kind == "builtin"
    assert "OPENAI_API_KEY" in says


def test_a_key_that_happens_to_be_there_is_confirmed_once(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-a", "OPENAI_BASE_URL": REMOTE}
    first = Desk(tmp_path, environ, answers=("y",))
    assert first.room.set_up(None)[0].kind == "model"
    assert "OPENAI_API_KEY" in first.host.asked[0].text
    assert "models.invalid" in first.host.asked[0].text
    assert "sk-a" not in first.host.asked[0].text
    second = Desk(tmp_path, environ)
    assert second.room.set_up(None)[0].kind == "model"
    assert not second.host.asked


def test_a_no_is_remembered_and_the_flag_overrules_it(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-a", "OPENAI_BASE_URL": REMOTE}
    choice, says = Desk(tmp_path, environ, answers=("n",)).room.set_up(None)
    assert choice.kind == "builtin"
    assert "--model" in says
    assert Desk(tmp_path, environ).room.set_up(None)[0].kind == "builtin"
    assert Desk(tmp_path, environ).room.set_up("gpt-5.5")[0].kind == "model"


def test_unattended_the_flag_that_answers_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnswerMissing) as caught:
        Desk(tmp_path, {"OPENAI_API_KEY": "sk-a"}).room.set_up(None)
    assert "--model" in caught.value.flag


def test_a_model_in_the_user_s_own_settings_answers_the_question(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"OPENAI_API_KEY": "sk-a", "PILOT_MODEL": "gpt-5.5"})
    assert desk.room.set_up(None)[0].model == "gpt-5.5"
    assert not desk.host.asked


def test_a_project_s_address_never_gets_a_key_in_silence(tmp_path: Path) -> None:
    environ, project = {"OPENAI_API_KEY": "sk-a"}, f'base_url = "{REMOTE}"\nmodel = "gpt-5.5"'
    for flag in (None, "gpt-5.5"):
        with pytest.raises(AnswerMissing, match=r"models\.invalid") as caught:
            Desk(tmp_path, environ, project).room.set_up(flag)
        assert "OPENAI_BASE_URL" in caught.value.flag
    desk = Desk(tmp_path, environ, project, answers=("",))
    assert desk.room.set_up("gpt-5.5")[0].kind == "builtin"


def test_a_project_s_address_gets_no_prompt_in_silence_either(tmp_path: Path) -> None:
    with pytest.raises(AnswerMissing):
        Desk(tmp_path, {}, f'base_url = "{REMOTE}"').room.set_up(None)


def test_a_key_that_a_project_names_is_asked_about(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"GITHUB_TOKEN": "ghp"}, 'api_key_env = "GITHUB_TOKEN"', answers=("n",))
    assert desk.room.set_up("gpt-5.5")[0].kind == "builtin"
    assert "GITHUB_TOKEN" in desk.host.asked[0].text


def test_a_local_server_needs_no_key_and_no_question(tmp_path: Path) -> None:
    with ModelServer(["x"], [{"id": "local-embed"}, {"id": "local", "context_length": 16_384}]) as server:
        desk = Desk(tmp_path, {"OPENAI_BASE_URL": server.url})
        choice, says = desk.room.set_up(None)
    assert (choice.model, choice.window, choice.reply_limit, choice.named) == ("local", 16_384, 8_192, False)
    assert "16,384" in says
    assert not desk.host.asked


def test_a_local_server_in_the_project_s_file_gets_no_key_in_silence(tmp_path: Path) -> None:
    with ModelServer(["x"]) as server:
        project = f'base_url = "{server.url}"'
        assert Desk(tmp_path, {}, project).room.set_up(None)[0].kind == "model"
        with pytest.raises(AnswerMissing):
            Desk(tmp_path, {"OPENAI_API_KEY": "sk-a"}, project).room.set_up(None)
        assert Desk(tmp_path, {"OPENAI_API_KEY": "sk-a"}, project).room.set_up("x")[0].kind == "model"


@pytest.mark.parametrize("models", ["not json", "[1, 2]", [], [{"id": None}], [5]])
def test_no_failure_of_the_list_stops_anything(tmp_path: Path, models: Any) -> None:
    with ModelServer(
        ["x"], models if isinstance(models, str) else [{"id": m} if m == 5 else m for m in models]
    ) as server:
        choice, _ = Desk(tmp_path, {"OPENAI_BASE_URL": server.url}).room.set_up(None)
    assert choice.kind == "model"


def test_the_best_offered_model_is_taken_and_refusals_lead_to_the_next(tmp_path: Path) -> None:
    def script(body: dict[str, Any]) -> Any:
        refusal = {"status": 404, "error": {"message": "no such model", "code": "model_not_found"}}
        return refusal if body["model"] == "gpt-6-sol" else "QUESTION: what?"

    with ModelServer(script, ["gpt-5.5", "gpt-6-sol"]) as server:
        desk = Desk(tmp_path, {"OPENAI_BASE_URL": server.url})
        with opened(desk) as room:
            choice, _ = room.set_up(None)
            assert choice.model == "gpt-6-sol"
            room.open(choice).write(Brief("the weather", ProjectNames("weather")))
    assert [body["model"] for body in server.requests] == ["gpt-6-sol", "gpt-6.1-terra"]
    assert "gpt-6.1-terra instead of gpt-6-sol" in desk.host.lines[0]


def test_the_same_choice_shares_its_usage_and_streams_to_each_watcher(tmp_path: Path) -> None:
    seen: list[str] = []
    brief = Brief("the weather", ProjectNames("weather"))
    with (
        ModelServer(["QUESTION: what?"]) as server,
        opened(Desk(tmp_path, {"OPENAI_BASE_URL": server.url})) as room,
    ):
        choice, _ = room.set_up(None)
        room.open(choice, seen.append).write(brief)
        writer = room.open(choice)
        writer.write(brief)
        assert writer.usage.requests == room.usage.requests == 2
    assert "".join(seen) == "QUESTION: what?"


def test_a_choice_from_another_endpoint_is_not_sent_elsewhere(tmp_path: Path) -> None:
    room = Desk(tmp_path, {"OPENAI_API_KEY": "sk-a"}).room
    with pytest.raises(UsageError, match=r"models\.invalid"):
        room.open(WriterChoice("model", "gpt-5.5", REMOTE))


def test_the_built_in_writer_is_opened_for_its_choice(tmp_path: Path) -> None:
    room = Desk(tmp_path, {}).room
    assert not isinstance(room.open(WriterChoice("builtin")), ModelWriter)
    assert room.usage.requests == 0
