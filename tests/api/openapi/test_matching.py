"""The endpoints that a person means are found by path, by name, and by words."""

from __future__ import annotations

import pytest

from pilot.api.openapi.document import Document
from pilot.api.openapi.families import family
from pilot.api.openapi.matching import by_words, first_names, has_path, named, stem
from pilot.api.openapi.offers import offers_of
from pilot.api.survey import Survey
from pilot.errors import UsageError
from tests.api.openapi.specs import TEAM, TEAMS, answers, in_path, listed, spec

BASE = "https://api.example.com/v1"
MANY = spec(
    {
        path: {"get": answers(listed(TEAM), summary=summary, parameters=[in_path(p) for p in placeholders])}
        for path, summary, placeholders in (
            ("/issues", "List issues assigned to me", []),
            ("/orgs", "List organizations", []),
            ("/orgs/{org}/repos", "List repositories", ["org"]),
            ("/orgs/{org}/repos/{repo}/issues", "List issues of a repository", ["org", "repo"]),
            ("/categories", "", []),
            ("/rates/latest", "Currency exchange", []),
            ("/stats", "Weather at every station", []),
        )
    }
)


def survey(root: dict[str, object] = TEAMS) -> Survey:
    return Survey(BASE, offers_of(Document(root)), source="spec.json")  # type: ignore[arg-type]


def keys(goal: str, root: dict[str, object] = MANY) -> list[str]:
    return [offer.key for offer in by_words(survey(root), goal)]


@pytest.mark.parametrize(
    ("goal", "found"),
    [
        ("/issues please", ["/issues"]),
        ("load https://api.example.com/v1/orgs", ["/orgs"]),
        ("GET /v1/orgs/{org}/repos", ["/orgs/{org}/repos"]),
        ("the issues", ["/issues"]),
        (
            "issues of the repos of our orgs",
            ["/orgs", "/orgs/{org}/repos", "/orgs/{org}/repos/{repo}/issues"],
        ),
        ("every category", ["/categories"]),
        ("currency rates", ["/rates/latest"]),
        ("the weather", ["/stats"]),
        ("zebras", []),
        ("https://issues.example.org", []),
        ("", []),
    ],
)
def test_words_find_what_they_mean(goal: str, found: list[str]) -> None:
    assert sorted(keys(goal)) == sorted(found)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("/teams", "/teams"),
        ("teams", "/teams"),
        ("Teams/", "/teams"),
        ("listTeams", "/teams"),
        ("members", "/teams/{team_id}/members"),
        ("/teams/{id}/members", "/teams/{team_id}/members"),
        ("https://api.example.com/v1/teams", "/teams"),
        ("POST /search", "POST /search"),
        ("/search", "POST /search"),
        ("/health", "/health"),
    ],
)
def test_an_endpoint_is_named_by_path_name_or_operation(name: str, key: str) -> None:
    assert [offer.key for offer in named(survey(), [name, name])] == [key]


def test_an_unknown_endpoint_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        named(survey(), ["/nope"])
    assert "/nope" in caught.value.message and "/teams" in caught.value.hint


def test_the_first_names_are_few() -> None:
    root = spec({f"/things{n}": {"get": answers(listed(TEAM))} for n in range(30)})
    assert first_names(survey(root)).endswith("/things7, and 22 more.")


def test_a_path_in_the_words_is_told_from_a_mere_word() -> None:
    assert has_path(survey(), "load /teams")
    assert not has_path(survey(), "load teams")


def test_who_picks_a_child_gets_its_parents_first() -> None:
    whole = survey(MANY)
    picked = named(whole, ["/orgs/{org}/repos/{repo}/issues", "/orgs"])
    assert [o.key for o in family(whole.offers, picked)] == [
        "/orgs", "/orgs/{org}/repos", "/orgs/{org}/repos/{repo}/issues",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [("city", "cities"), ("box", "boxes"), ("house", "houses"), ("movie", "movies"), ("team", "teams"),
     ("status", "status"), ("address", "addresses")],
)  # fmt: skip
def test_one_and_many_are_the_same_word(one: str, other: str) -> None:
    assert stem(one) == stem(other)
