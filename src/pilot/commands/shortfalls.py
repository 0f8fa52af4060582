"""What keeps an end from being a good one, though every step is done: left out, or not proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pilot.api.cautions import missed, named_in
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind
from pilot.options import Options
from pilot.verdict import Judged, TableVerdict

_TOLD = 3
"""So many tables stand in one line."""


def named_and_left_out(facts: Facts, options: Options) -> Finding | None:
    """What was asked for by name, with the flag or in words, and is not loaded."""
    loaded = {table.name for table in facts.tables or ()}
    by_flag = missed(facts.profile, facts.picked or (), loaded) if options.endpoints else []
    in_words = missed(facts.profile, named_in(facts.profile, facts.goal or ""), loaded)
    if not by_flag and not in_words:
        return None
    where = " and ".join(flag for flag, lines in (("--endpoint", by_flag), ("--api", in_words)) if lines)
    says = f"Named with {where}, and left out: {'; '.join(dict.fromkeys([*by_flag, *in_words]))}"
    hint = "The rest is loaded. Correct its name or leave it out, with --restart; pilot resume has no more."
    return Finding(FindingKind.INCOMPLETE, says, hint=hint)


def not_proven(verdicts: Sequence[TableVerdict] | None, policy: str) -> Finding | None:
    """With `--strict`: tables that are not proven complete."""
    open_ones = [v for v in verdicts or () if v.judged is not Judged.COMPLETE]
    if verdicts and not open_ones:
        return None
    # a child table says no more than the one that it comes with
    tops = [v for v in open_ones if not any(v.table.startswith(f"{other.table}__") for other in open_ones)]
    told = "; ".join(f"{v.table}: {v.reason}" for v in tops[:_TOLD]) or "no load was judged"
    more = f"; and {len(tops) - _TOLD} more" if len(tops) > _TOLD else ""
    says = f"Not every table is proven complete, and --strict asks for that ({told}{more})."
    hint = (
        "pilot status --json has every reason." if policy == "check_pipeline" else "pilot check tells more."
    )
    return Finding(FindingKind.INCOMPLETE, says, hint=hint)


def with_others(failure: Finding, verdicts: Sequence[TableVerdict]) -> Finding:
    """A finding about one incomplete table, with the names of the others."""
    own = failure.evidence.get("table")
    others = [v.table for v in verdicts if v.judged is Judged.INCOMPLETE and v.table != own]
    if failure.kind is not FindingKind.INCOMPLETE or not own or not others:
        return failure
    told = f"{', '.join(others[:_TOLD])}{f' and {len(others) - _TOLD} more' if len(others) > _TOLD else ''}"
    return replace(failure, says=f"{failure.says} So {'is' if len(others) == 1 else 'are'} {told}.")
