"""Which endpoints a person means: by path or name, or by what their words have in common with the spec."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pilot.api.naming import plain_words
from pilot.api.survey import Offer, Survey
from pilot.api.trails import folded
from pilot.api.urls import URL
from pilot.errors import UsageError

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")
_SHOWN = 8


def named(survey: Survey, names: Sequence[str]) -> tuple[Offer, ...]:
    """The offers that `--endpoint` names: by path, name or operationId. Raises UsageError for another."""
    return tuple({offer.key: offer for offer in (_named(survey, name) for name in names)}.values())


def _named(survey: Survey, name: str) -> Offer:
    plain, lower = name.strip().strip("/").lower(), name.strip().lower()
    tests = (
        lambda o: lower == o.key.lower() or plain == o.endpoint.path.strip("/").lower(),
        lambda o: plain == o.endpoint.name.lower() or plain == o.operation.lower(),
        lambda o: _shape(plain) == _shape(o.endpoint.path.strip("/").lower()),
        lambda o: plain.endswith(f"/{o.endpoint.path.strip('/').lower()}"),
    )
    for test in tests:
        if found := [offer for offer in survey.offers if test(offer)]:
            return max(found, key=lambda offer: (offer.endpoint.method == "GET", len(offer.endpoint.path)))
    raise UsageError(f"The spec has no endpoint {name}.", f"It has {first_names(survey)}")


def _shape(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


def first_names(survey: Survey) -> str:
    """The first endpoints of a spec, as `--endpoint` takes them."""
    keys = [offer.key for offer in survey.listed or survey.offers]
    more = f", and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return f"{', '.join(keys[:_SHOWN])}{more}."


def has_path(survey: Survey, goal: str) -> bool:
    """Whether the path of an endpoint stands in the words."""
    return bool(_by_path(survey, goal))


def by_words(survey: Survey, goal: str) -> tuple[Offer, ...]:
    """The offers that the words mean, the best first; () where they mean none.

    A path that stands in the words wins over everything. Then the offers whose own name is among
    the words; of several of one name those whose whole path fits best. Then what tags and summaries say.
    """
    if exact := _by_path(survey, goal):
        return exact
    words = {stem(word) for word in plain_words(URL.sub(" ", goal))}
    if not words:
        return ()
    ranked = sorted(survey.listed, key=lambda offer: -_rank(offer, words))
    best: dict[str, float] = {}
    for offer in ranked:
        if own := _own_name(offer) & words:
            best.setdefault(" ".join(sorted(own)), _rank(offer, words))
    if best:
        return tuple(o for o in ranked if best.get(" ".join(sorted(_own_name(o) & words))) == _rank(o, words))
    scores = [(offer, _described(offer, words)) for offer in ranked]
    top = max((score for _, score in scores), default=0)
    return tuple(offer for offer, score in scores if score == top and top > 0)


def _by_path(survey: Survey, goal: str) -> tuple[Offer, ...]:
    """Offers whose path stands in the words, with its slash or as the path of a URL."""
    texts = [re.sub(r"[?#].*", "", text) for text in re.findall(r"\S+", goal)]
    paths = [text.strip(".,;:!?\"'`()").rstrip("/").lower() for text in texts if "/" in text]
    base = survey.base_url.lower()
    found = []
    for offer in survey.offers:
        path = f"/{offer.endpoint.path.strip('/')}".lower()
        whole = re.sub(r"\Ahttps?://[^/]+", "", base) + path
        if any(_is_path(text, path, whole) for text in paths):
            found.append(offer)
    reads = [offer for offer in found if offer.endpoint.method == "GET"]
    return tuple(reads or found)


def _is_path(text: str, path: str, whole: str) -> bool:
    if text in (path, whole) or f"/{text}" == path:
        return True
    return text.startswith(("http://", "https://")) and re.sub(r"\Ahttps?://[^/]+", "", text) == whole


def _own_name(offer: Offer) -> set[str]:
    """The last telling part of the path, in words."""
    parts = [part for part in offer.endpoint.path.split("/") if part and not part.startswith("{")]
    return words_of(parts[-1]) if parts else set()


def _rank(offer: Offer, words: set[str]) -> float:
    """How much of a path stands in the words, and how little else."""
    path = words_of(re.sub(r"\{[^{}]*\}", " ", offer.endpoint.path))
    parent = 0 if offer.endpoint.parent or "{" not in offer.endpoint.path else 2
    return 3 * len(path & words) - len(path - words) - parent - 0.1 * offer.endpoint.path.count("/")


def _described(offer: Offer, words: set[str]) -> float:
    path, tags = words_of(offer.endpoint.path), words_of(" ".join(offer.tags))
    name, summary = words_of(offer.operation), words_of(offer.summary)
    return 3 * len(path & words) + 2 * len(name & words) + 1.5 * len(tags & words) + len(summary & words)


def words_of(text: str) -> set[str]:
    """The words of a path, a name in any case, or a sentence; each without its ending."""
    return {stem(word.lower()) for word in _WORD.findall(text)}


def stem(word: str) -> str:
    """A word without the ending of its plural: `cities` and `city`, `boxes` and `box` are the same."""
    word = folded(word)
    if len(word) < 4:
        return word
    if word.endswith("sses"):
        return word[:-2]
    word = word if word.endswith("ss") else word.removesuffix("s").removesuffix("e")
    return f"{word[:-1]}i" if word.endswith("y") else word
