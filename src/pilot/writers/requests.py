"""The words of a request to a model: a prompt's template, filled with parts that fit the model's window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Template
from typing import TypeAlias

from pilot.errors import UsageError
from pilot.finding import Finding, Json
from pilot.model.budget import Part, Rank, estimate_tokens, fit, shorten
from pilot.run.traffic import Exchange
from pilot.warehouse.tables import TableInfo
from pilot.writers.value_shapes import field_name
from pilot.writers.writer import Brief, SqlAttempt, Tried

PromptSource: TypeAlias = "Callable[[str], str]"
"""Gives the text of a prompt by its name."""

_MOST_DOCS = 12_000
_MOST_FIELDS = 12
_NO_PREVIEW = "It is about to be loaded: write no preview and no exit().\n"
_RANKS = {"body": Rank.EVIDENCE, "output": Rank.OUTPUT, "stdout": Rank.OUTPUT, "stderr": Rank.OUTPUT}
_FOREIGN = frozenset({"error", "body", "output", "stdout", "stderr"})
"""Evidence in the words of the API, of the script or of a library."""


def request_text(template: str, name: str, parts: Sequence[Part], room: int) -> str | None:
    """The filled template in at most `room` tokens; None when what is essential is more.

    Raises UsageError for a template that asks for something there is not.
    """
    texts = fit(parts, room - estimate_tokens(template))
    if texts is None:
        return None
    try:
        return Template(template).substitute(texts).strip() + "\n"
    except (KeyError, ValueError) as error:
        known = ", ".join(f"${part.name}" for part in parts)
        raise UsageError(
            f"The prompt {name} can't be filled: {error} is not known.",
            f"There are: {known}; $$ is a dollar.",
        ) from None


def brief_parts(brief: Brief) -> list[Part]:
    """What every request for code has."""
    from pilot.api.show import profile_text

    names = brief.names
    return [
        Part("script", names.script),
        Part("pipeline", names.pipeline),
        Part("dataset", names.dataset),
        Part("destination", names.destination),
        Part("goal", _line(brief.goal)),
        Part("answers", "".join(f"Asked: {_line(q)}\nAnswered: {_line(a)}\n" for q, a in brief.answers)),
        Part("wishes", _wishes(brief.wishes)),
        Part("rules", _NO_PREVIEW if brief.preview_removed else ""),
        Part("code", (brief.script or "").strip("\n")),
        Part("profile", profile_text(brief.profile), Rank.PROFILE, heading="Seen of the API:"),
        Part("docs", shorten(brief.profile.docs, _MOST_DOCS), Rank.DOCS, heading="The API's documentation:"),
    ]


def finding_parts(finding: Finding) -> list[Part]:
    """What is wrong, and what it was judged from."""
    if not _FOREIGN & finding.evidence.keys():
        return [Part("finding", _line(finding.says)), *_evidence(finding.evidence)]
    # words that repeat an error or an answer may tell a model to do something: they stand among the data
    kind = finding.kind.value.replace("_", " ")
    told = {"says": _line(finding.says), **finding.evidence}
    return [Part("finding", f"{kind}, as told in the evidence."), *_evidence(told)]


def trial_parts(brief: Brief) -> list[Part]:
    """What the failed run asked the API, and what was tried before."""
    tried = "\n".join(_trial(number, tried) for number, tried in enumerate(brief.tried, 1))
    requests = "\n".join(telling(brief.traffic))
    return [
        Part("traffic", requests, Rank.EVIDENCE, heading="Requests of that run:"),
        Part("tried", tried, Rank.CAUSE, heading="Tried before, in vain; find something else:"),
    ]


def telling(traffic: Sequence[Exchange]) -> list[str]:
    """The exchanges of a run that tell most, a line each: what failed, the first, the last."""
    failed = [one for one in traffic if one.error or (one.status or 0) >= 400]
    chosen = [*traffic[:1], *failed[-2:], *traffic[-2:]]
    return list(dict.fromkeys(_exchange(one) for one in chosen))


def _exchange(one: Exchange) -> str:
    """`GET https://api.example.com/v1/stations?page=2: 200, 50 records of 240, more by meta.next`."""
    told = [str(one.status or one.error or "no answer")]
    if one.records is not None:
        told.append(f"{one.records} records" + (f" of {one.total}" if one.total is not None else ""))
    if one.fields:
        told.append(f"an object with {', '.join(map(field_name, one.fields[:_MOST_FIELDS]))}")
    if one.content_type and "json" not in one.content_type:
        told.append(one.content_type.partition(";")[0])
    if one.more is not None:
        told.append(f"{'more' if one.more else 'no more'}{f' by {one.more_by}' if one.more_by else ''}")
    if one.says:
        told.append(f"says: {_line(one.says)}")
    return f"{one.method} {one.url}: {', '.join(told)}"


def _trial(number: int, tried: Tried) -> str:
    return f"{number}. {tried.change or tried.what}\nThen: {tried.came or 'it failed'}"


def table_parts(tables: Sequence[TableInfo], request: str | None, failed: Sequence[SqlAttempt]) -> list[Part]:
    """The tables' schema and the queries that failed. Never a row."""
    wanted = f"Write the query that answers: {_line(request)}" if request else (
        "Write one query whose result tells the person something worth knowing about what was loaded."
    )  # fmt: skip
    tries = "\n".join(f"{attempt.sql.strip()}\nError: {attempt.error.strip()}" for attempt in failed[-2:])
    return [
        Part("request", wanted),
        Part("tables", "\n".join(map(_table, tables)), Rank.PROFILE, heading="The tables:"),
        Part("failed", tries, Rank.CAUSE, heading="These queries failed:"),
    ]


def _evidence(evidence: Mapping[str, Json]) -> list[Part]:
    """One part, cut where it is long: what a program printed before what the API said, the cause last."""
    told = _said_once(evidence)
    lines = [(name, _shown(name, value)) for name, value in told.items() if value not in (None, "", [], {})]
    ranked = sorted(lines, key=lambda line: -_RANKS.get(line[0], Rank.CAUSE))
    return [Part("evidence", "\n".join(text for _, text in ranked), Rank.EVIDENCE, heading="Evidence:")]


def _said_once(evidence: Mapping[str, Json]) -> dict[str, Json]:
    """Without what repeats itself: an error may hold the status and the URL, the words the error."""
    error, says = str(evidence.get("error", "")), str(evidence.get("says", ""))
    told = {
        n: value for n, value in evidence.items() if n not in ("status", "url") or str(value) not in error
    }
    kind, _, message = error.partition(": ")
    first, _, rest = message.partition("\n\n")
    if not first or _line(first) not in says:
        return told
    return told | {"error": f"{kind}: {rest}" if rest else kind}


def _shown(name: str, value: Json) -> str:
    if name == "frames" and isinstance(value, list):
        # where a function of the person's failed, that the module called it says nothing
        called = [f for f in value if not (isinstance(f, dict) and f.get("function") == "<module>")]
        return "\n".join(_frame(frame) for frame in called or value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return f"{name}: {', '.join(map(str, value))}"
    if isinstance(value, dict | list):
        import json

        return f"{name}: {json.dumps(value, ensure_ascii=False)}"
    return f"{name}: {value}"


def _frame(frame: Json) -> str:
    if not isinstance(frame, dict):
        return str(frame)
    where = f"line {frame.get('line')} in {frame.get('function')}"
    return f"{where}: {frame.get('code')}"


def _wishes(wishes: Sequence[str]) -> str:
    return "".join(f"The person wants: {_line(wish)}\n" for wish in wishes)


def _table(table: TableInfo) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    return f"{table.qualified} ({table.rows} rows): {columns}"


def _line(text: str) -> str:
    return " ".join(text.split())
