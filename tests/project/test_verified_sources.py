"""Ready-made sources are known by name without asking the network."""

from __future__ import annotations

import pytest

from pilot.project.verified_sources import CORE, VERIFIED, verified_source


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("chess", "chess"),
        ("stripe", "stripe_analytics"),
        ("shopify", "shopify_dlt"),
        ("asana_dlt", "asana_dlt"),
    ],
)
def test_a_name_finds_its_source_under_dlt_s_own_name(name: str, source: str) -> None:
    assert verified_source(name) == source


@pytest.mark.parametrize("name", ["weather", "", "ches", "rest_api"])
def test_other_names_find_none(name: str) -> None:
    assert verified_source(name) is None


def test_what_comes_with_dlt_is_not_listed_as_fetched() -> None:
    assert not CORE & VERIFIED
