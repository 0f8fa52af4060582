"""What models cost: shipped, laid over by the person's own, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilot.errors import UsageError
from pilot.model.preferences import PREFERRED
from pilot.model.prices import FREE, Price, PriceList, price_list

VENDOR = "https://api.openai.com/v1"
ELSEWHERE = "https://models.example/v1"
OWN = 'model = "mine"\n[prices]\n"mine" = { input = 1, output = 2.5 }\n'


def prices(tmp_path: Path, project: str = "", user: str = "") -> PriceList:
    for folder, text in ((tmp_path / "root" / ".pilot", project), (tmp_path / "config" / "pilot", user)):
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(text, "utf-8")
    return price_list(tmp_path / "root", {"XDG_CONFIG_HOME": str(tmp_path / "config")})


def test_the_vendor_s_models_have_the_vendor_s_prices_there_and_nowhere_else(tmp_path: Path) -> None:
    shipped = prices(tmp_path)
    assert shipped.of("gpt-6-sol", VENDOR) == Price(2.0, 10.0)
    assert shipped.of("gpt-5.4-mini-2026-03-17", VENDOR) == shipped.of("gpt-5.4-mini", VENDOR)
    assert shipped.of("gpt-6-sol", ELSEWHERE) is None
    assert shipped.of("gpt-6-sol-large", VENDOR) is None


def test_most_preferred_models_are_priced(tmp_path: Path) -> None:
    shipped = prices(tmp_path)
    assert [name for name in PREFERRED if shipped.of(name, VENDOR) is None] == ["gpt-6.1-terra"]


def test_a_model_on_this_machine_costs_nothing_unless_it_is_priced(tmp_path: Path) -> None:
    own = prices(tmp_path, OWN)
    assert own.of("anything", "http://127.0.0.1:8080/v1") is FREE
    assert own.of("mine", "http://localhost:8080/v1") == Price(1.0, 2.5)


def test_the_person_s_prices_hold_anywhere_and_go_before_the_project_s(tmp_path: Path) -> None:
    user = '[prices]\n"dear" = { input = 9, output = 9 }\n"gpt-6-sol" = { input = 1, output = 1 }'
    both = prices(tmp_path, OWN + '"dear" = { input = 0, output = 0 }\n', user)
    assert both.of("mine", ELSEWHERE) == Price(1.0, 2.5)
    assert both.of("maker/mine", ELSEWHERE) == Price(1.0, 2.5)
    assert both.of("dear", ELSEWHERE) == Price(9.0, 9.0)
    assert both.of("gpt-6-sol", VENDOR) == Price(1.0, 1.0)


def test_a_project_can_not_make_a_vendor_s_model_cheap(tmp_path: Path) -> None:
    cheap = prices(tmp_path, '[prices]\n"gpt-6-sol" = { input = 0, output = 0 }')
    assert cheap.of("gpt-6-sol", VENDOR) == Price(2.0, 10.0)
    assert cheap.of("gpt-6-sol", ELSEWHERE) == FREE


@pytest.mark.parametrize(
    "text",
    [
        '[prices]\n"m" = 3',
        '[prices]\n"m" = { input = 1 }',
        '[prices]\n"m" = { input = -1, output = 1 }',
        '[prices]\n"m" = { input = nan, output = 1 }',
        '[prices]\n"m" = { input = "1", output = 1 }',
        '[prices]\n"m" = { input = 1, output = 1, cached = 1 }',
        "prices = 3",
    ],
)
def test_a_price_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="prices"):
        prices(tmp_path, text)


def test_a_price_is_for_a_million_tokens() -> None:
    assert Price(2.0, 10.0).of(1_000_000, 500_000) == 7.0
