"""What the person said about the API after it was looked at: it holds at every later look."""

from __future__ import annotations

from dataclasses import replace

from pilot.api.correct import correct
from pilot.api.profile import ApiProfile, Auth, How
from pilot.facts import Facts

_KEPT = "said_of_api"


def corrected(facts: Facts, profile: ApiProfile, words: str) -> Facts | None:
    """What is learned of words that put something right; None when they put nothing right."""
    changed = correct(profile, words)
    return Facts(profile=changed, extra={_KEPT: [*_said(facts), words]}) if changed else None


def said_auth(facts: Facts) -> Auth | None:
    """How the key is sent, where the person said so since."""
    said = _laid_over(facts, ApiProfile()).auth
    return said if said.how is How.SAID else None


def as_said(facts: Facts, seen: ApiProfile) -> ApiProfile:
    """A fresh look, with what the person said laid over it; of the key the look knows how it was taken."""
    changed = _laid_over(facts, seen)
    return replace(changed, auth=seen.auth) if seen.auth.how is How.SAID else changed


def _laid_over(facts: Facts, profile: ApiProfile) -> ApiProfile:
    for words in _said(facts):
        profile = correct(profile, words) or profile
    return profile


def _said(facts: Facts) -> tuple[str, ...]:
    kept = facts.extra.get(_KEPT)
    return tuple(str(words) for words in kept) if isinstance(kept, list) else ()
