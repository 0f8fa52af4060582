"""A key that a person typed among words is noticed, kept where keys belong or left out, and never sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pilot.facts import Facts
from pilot.names import ProjectNames
from pilot.project.secrets import ProjectSecrets
from pilot.secrecy.redaction import Redactor
from pilot.secrecy.typed import TypedSecrets, hear_addresses, heard, masked
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.testing import ScriptedHost

TOKEN = "ghp_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78"
UNSURE = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with closing(Store.open(tmp_path)) as store:
        yield Session.start(store, Redactor({}), "create_pipeline", Facts(name="shop"))


def typed(session: Session, root: Path, words: str, *answers: str) -> tuple[str, ScriptedHost]:
    host = ScriptedHost(answers)
    return TypedSecrets(session, ProjectSecrets(root, (), {}), host)(words), host


def test_a_key_among_words_can_be_kept_as_a_secret(session: Session, tmp_path: Path) -> None:
    words, host = typed(session, tmp_path, f"the repos of dlt-hub with {TOKEN} please", "s")
    assert words == "the repos of dlt-hub with [secret sources.shop.api_key] please"
    assert "that looks like a GitHub token (40 characters)" in host.lines[0]
    assert TOKEN not in host.lines[0] + host.asked[0].text
    assert f'api_key = "{TOKEN}"' in (tmp_path / ".dlt" / "secrets.toml").read_text()


def test_a_key_among_words_can_be_left_out(session: Session, tmp_path: Path) -> None:
    words, _ = typed(session, tmp_path, f"use {TOKEN}, twice {TOKEN}", "o")
    assert words == "use ***, twice ***"
    assert not (tmp_path / ".dlt").exists()


@pytest.mark.parametrize("ending", ["", ".", ", please"])
def test_a_key_that_nothing_announces_is_noticed_by_its_mixture(
    session: Session, tmp_path: Path, ending: str
) -> None:
    words, _ = typed(session, tmp_path, f"use Zx81qLm4Tn7Vb2RwKd93{ending}", "o")
    assert words == f"use ***{ending}"


def test_what_only_looks_random_can_be_said_to_be_no_key(session: Session, tmp_path: Path) -> None:
    words, host = typed(session, tmp_path, f"the sheet {UNSURE} and {TOKEN}", "n", "o")
    assert words == f"the sheet {UNSURE} and ***"
    assert [len(question.choices) for question in host.asked] == [3, 2]


def test_two_keys_get_two_places(session: Session, tmp_path: Path) -> None:
    words, _ = typed(session, tmp_path, f"{TOKEN} and token={UNSURE}", "s", "s")
    assert words == "[secret sources.shop.api_key] and token=[secret sources.shop.api_key_2]"


@pytest.mark.parametrize(
    "words",
    [
        "stations and their observations of https://api.example.com/v1/stations?limit=50",
        "only the rows of 550e8400-e29b-41d4-a716-446655440000, merge them on order_id",
        "the table StationObservationsV2History, the sheet weather-2024-oslo-b7-hourly",
        "take commit hashes, page_token and api_key from the header X-API-Key",
        "https://api.example.com/v1/people?api_key=q8Trf55zzK1234567890abcdef",
    ],
)
def test_ordinary_words_ask_nothing(session: Session, tmp_path: Path, words: str) -> None:
    assert typed(session, tmp_path, words)[0] == words


def test_a_key_in_an_address_is_hidden_from_then_on(tmp_path: Path) -> None:
    secrets = ProjectSecrets(tmp_path, (), {})
    hear_addresses("https://me:q8-Trf55@a.example.com/x?api_key=q8Trf55zzK&page=1", secrets)
    hidden = Redactor(secrets.values).text("q8-Trf55 q8Trf55zzK a.example.com")
    assert "q8" not in hidden and "a.example.com" in hidden


def test_with_nobody_there_what_is_surely_a_key_is_left_out() -> None:
    assert masked(f"load it with {TOKEN}") == "load it with ***"
    assert masked(f"the sheet {UNSURE}") == f"the sheet {UNSURE}"


def test_what_words_call_a_key_is_used_by_this_run_and_kept_nowhere(session: Session, tmp_path: Path) -> None:
    script = 'import dlt\nk = dlt.secrets["sources.shop.api_key"]\np = dlt.secrets["sources.shop.password"]\n'
    (tmp_path / "shop_pipeline.py").write_text(script)
    secrets = ProjectSecrets(tmp_path, (), {})
    host = ScriptedHost(interactive=False)
    words = heard("use apikey=qweRTY4455 and the password is Tiger-Lily, please", session, secrets, host)
    assert words == "use apikey=*** and the password is ***, please"
    wanted = secrets.wanted(ProjectNames("shop"))
    assert all(secret.present for secret in wanted)
    assert secrets.environment(wanted) == {
        "SOURCES__SHOP__API_KEY": "qweRTY4455",
        "SOURCES__SHOP__PASSWORD": "Tiger-Lily",
    }
    assert Redactor(secrets.values).text("Tiger-Lily qweRTY4455").count("[secret") == 2
    assert not (tmp_path / ".dlt").exists()


def test_a_key_takes_the_place_of_the_one_that_the_script_reads(session: Session, tmp_path: Path) -> None:
    (tmp_path / "shop_pipeline.py").write_text('import dlt\nk = dlt.secrets["sources.shop.api_key"]\n')
    ProjectSecrets(tmp_path, (), {}).save("sources.shop.api_key", "old-key-11")
    session.learn(Facts(names=ProjectNames("shop"), written=True))
    words, _ = typed(session, tmp_path, "my new key is demo-shop-key-7f3a please use it", "s")
    assert words == "my new key is [secret sources.shop.api_key] please use it"
    stored = (tmp_path / ".dlt" / "secrets.toml").read_text()
    assert 'api_key = "demo-shop-key-7f3a"' in stored and "old-key-11" not in stored


def test_the_newest_value_in_the_file_is_the_one_that_is_sent(tmp_path: Path) -> None:
    (tmp_path / "shop_pipeline.py").write_text('import dlt\nk = dlt.secrets["sources.shop.api_key"]\n')
    secrets, names = ProjectSecrets(tmp_path, (), {}), ProjectNames("shop")
    for value in ("first-key-11", "second-key-22"):
        secrets.save("sources.shop.api_key", value)
        assert secrets.values_of(secrets.wanted(names)) == {"sources.shop.api_key": value}
    file = tmp_path / ".dlt" / "secrets.toml"
    file.write_text(file.read_text().replace("second-key-22", "a-third-key-333"))
    assert secrets.values_of(secrets.wanted(names)) == {"sources.shop.api_key": "a-third-key-333"}
    assert "second-key-22" not in Redactor(secrets.values).text("second-key-22")
