"""Which model is chosen from what is offered."""

from __future__ import annotations

from datetime import date

import pytest

from pilot.model.preferences import PREFERRED, Limits, Offered, after, best_of, limits_of

TODAY = date(2026, 11, 20)


def offered(*names: str) -> list[Offered]:
    return [Offered(name) for name in names]


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (("gpt-5.4", "gpt-6-sol", "gpt-4o"), "gpt-6-sol"),
        (("openai/gpt-5.5", "meta/llama"), "openai/gpt-5.5"),
        (("text-embedding-3-large", "whisper-1", "qwen3-coder"), "qwen3-coder"),
        (("gpt-6.1-sol-audio-preview", "mine"), "mine"),
        (("nomic-embed-text",), None),
        ((), None),
    ],
)
def test_the_most_preferred_model_that_is_offered(names: tuple[str, ...], best: str | None) -> None:
    found = best_of(offered(*names), TODAY)
    assert (found.name if found else None) == best


def test_a_model_that_was_switched_off_is_passed_over() -> None:
    models = [Offered("gpt-6.1-sol", shutdown="2026-01-01"), Offered("gpt-5.5", shutdown="2027-01-01")]
    assert best_of(models, TODAY) == models[1]
    assert Offered("x", shutdown="soon").alive(TODAY)


def test_the_next_models_keep_the_endpoint_s_way_of_naming() -> None:
    assert after(PREFERRED[-2]) == (PREFERRED[-1],)
    assert after(f"openai/{PREFERRED[-2]}") == (f"openai/{PREFERRED[-1]}",)
    assert after("qwen3-coder") == ()


def test_an_unknown_model_gets_a_cautious_window() -> None:
    assert limits_of("qwen3-coder", None) == Limits(8_192, 4_096)
    assert limits_of("qwen3-coder", 131_072) == Limits(131_072, 32_768)
    assert limits_of("gpt-6.1-sol", None).window == 922_000
    assert limits_of("gpt-5.4-mini", None).window == 272_000
