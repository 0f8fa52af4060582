"""Where the model's settings come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilot.errors import UsageError
from pilot.model.settings import ModelSettings, Source, is_loopback, load_settings


def settings(tmp_path: Path, project: str = "", user: str = "", **environ: str) -> ModelSettings:
    for folder, text in ((tmp_path / "root" / ".pilot", project), (tmp_path / "config" / "pilot", user)):
        folder.mkdir(parents=True)
        if text:
            (folder / "config.toml").write_text(text, "utf-8")
    return load_settings(tmp_path / "root", {"XDG_CONFIG_HOME": str(tmp_path / "config"), **environ})


def test_nothing_is_configured_at_first(tmp_path: Path) -> None:
    assert settings(tmp_path) == ModelSettings()
    assert ModelSettings().host == "api.openai.com"


def test_the_flag_wins_over_environment_over_project_over_user(tmp_path: Path) -> None:
    found = settings(
        tmp_path, 'model = "project"', 'model = "user"\nwindow = 4096', PILOT_MODEL="environment"
    )
    assert (found.model, found.model_from, found.window) == ("environment", Source.ENVIRONMENT, 4_096)
    assert found.with_model("flag").model_from is Source.FLAG
    assert found.with_model(None) == found


def test_the_project_wins_over_the_user(tmp_path: Path) -> None:
    found = settings(tmp_path, 'model = "project"', 'model = "user"\nbase_url = "https://user.example/v1"')
    assert (found.model, found.base_url, found.from_project) == ("project", "https://user.example/v1", False)


def test_the_home_folder_holds_the_user_s_file_without_xdg(tmp_path: Path) -> None:
    (tmp_path / ".config" / "pilot").mkdir(parents=True)
    (tmp_path / ".config" / "pilot" / "config.toml").write_text('model = "mine"')
    assert load_settings(tmp_path / "none", {"HOME": str(tmp_path)}).model == "mine"


def test_an_empty_variable_is_an_unset_one(tmp_path: Path) -> None:
    found = settings(tmp_path, OPENAI_BASE_URL="", OPENAI_API_KEY="", PILOT_MODEL=" ")
    assert found == ModelSettings()
    assert found.url == "https://api.openai.com/v1"


def test_the_key_is_read_from_the_variable_that_is_named_and_never_shown(tmp_path: Path) -> None:
    found = settings(tmp_path, 'api_key_env = "MY_KEY"', MY_KEY="sk-mine", OPENAI_API_KEY="sk-other")
    assert (found.key, found.key_name, found.from_project) == ("sk-mine", "MY_KEY", True)
    assert "sk-mine" not in repr(found)


def test_tables_of_others_are_left_alone(tmp_path: Path) -> None:
    assert settings(tmp_path, "[other]\nanything = 1") == ModelSettings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model =", "can't be read"),
        ("modle = 'x'", "unknown setting 'modle'"),
        ("model = 3", "model should be a text"),
        ("window = 'big'", "window should be a number"),
        ("window = -1", "window should be a number"),
        ("window = true", "window should be a number"),
        ("api_key = 'sk-secret'", "keys have no place"),
        ("base_url = 'localhost:8080'", "is not a URL"),
        ("base_url = 'http://[bad'", "is not a URL"),
        ("base_url = 'http://host:port/v1'", "is not a URL"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        settings(tmp_path, text)
    assert caught.value.hint
    assert "sk-secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("key", ["sk-\nmine", "sk-mine\n", "sk-é", "sk mine", "sk-\x00"])
def test_a_key_that_can_not_be_one_is_refused_without_showing_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        settings(tmp_path, OPENAI_API_KEY=key)
    assert "mine" not in caught.value.message + caught.value.hint


def test_an_address_without_a_scheme_says_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="from the environment"):
        settings(tmp_path, OPENAI_BASE_URL="localhost:1234/v1")


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://127.8.8.8/v1", True),
        ("http://127.0.0.1.evil.example/v1", False),
        ("http://10.0.0.1/v1", False),
        ("https://api.openai.com/v1", False),
    ],
)
def test_loopback_is_this_machine_alone(url: str, here: bool) -> None:
    assert is_loopback(url) is here


def test_the_key_and_a_password_in_the_address_are_known_as_secrets_and_the_address_is_told_without(
    tmp_path: Path,
) -> None:
    environ = {
        "OPENAI_BASE_URL": "https://me:q8-Trf55@host:8443/v1",
        "OPENAI_API_KEY": "sk-9",
        "HOME": str(tmp_path),
    }
    settings = load_settings(tmp_path, environ)
    assert set(settings.secrets.values()) == {"q8-Trf55", "sk-9"}
    assert settings.address == "https://host:8443/v1"
    assert "q8-Trf55" in settings.url
