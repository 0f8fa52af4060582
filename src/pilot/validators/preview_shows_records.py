"""A preview shows records of the API: not nothing, not an error, not a template's rows."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.api.profile import ApiProfile, Shape
from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.run.records import Printed, is_error_record, read_printed
from pilot.run.result import RunMode
from pilot.run.wording import tail
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator

_TEMPLATE_ROWS: tuple[dict[str, Json], ...] = (
    {"id": 0},
    {"id": 1, "name": "simon", "city": "berlin"},
    {"id": 1, "name": "pomes"},
    {"id": 1, "name": "Alice"},
)
"""The first rows of the demos that dlt's templates and documentation come with."""


class PreviewShowsRecordsValidator(Validator):
    """What a check run printed must be records."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Judge a check run that ended well; any other has been judged by its traceback."""
        run = outcome.run
        if run is None or run.mode is not RunMode.CHECK or not run.ok:
            return ()
        finding = _judge(read_printed(run.stdout), session.facts.profile)
        return () if finding is None else (finding,)


def _judge(printed: Printed, profile: ApiProfile | None) -> Finding | None:
    records = printed.records
    if not printed.shows_records and profile is not None and _is_empty(profile):
        says = "The API itself has no records there: it answers with an empty list."
        hint = "Check the URL and its parameters; once there are records, pilot resume."
        return Finding(FindingKind.NO_RECORDS, says, hint=hint)
    if not printed.shows_records:
        says = "The preview ran, but it showed no record."
        evidence: dict[str, Json] = {"output": tail(printed.text)}
        return Finding(FindingKind.NO_RECORDS, says, Remedy.REPAIR, evidence)
    if records and all(is_error_record(record) for record in records) and _all_equal(records):
        says = "The preview shows an error of the API instead of records."
        evidence = {"body": tail(printed.text)[:500]}
        return Finding(FindingKind.ERROR_AS_DATA, says, Remedy.REPAIR, evidence)
    if records and records[0] in _TEMPLATE_ROWS and _looks_like_template(records):
        says = "The preview shows the rows of a template, not the API's."
        return Finding(FindingKind.TEMPLATE_ROWS, says, Remedy.REPAIR, {"output": tail(printed.text)[:500]})
    return _around_the_records(records, profile)


def _around_the_records(records: Sequence[Json], profile: ApiProfile | None) -> Finding | None:
    """A record that is in truth what stands around the API's records, which lie in a list in it."""
    for endpoint in profile.endpoints if profile else ():
        fields = {field.name.partition(".")[0] for field in endpoint.records.fields}
        for record in records:
            if endpoint.records.shape is not Shape.LIST or not isinstance(record, dict):
                continue
            place = next((key for key, value in record.items() if _holds(value, fields)), None)
            if place is not None and not fields & record.keys():
                says = f"The preview shows a whole answer as one record: its records are in the list {place}."
                evidence: dict[str, Json] = {"list": place, "selector": endpoint.records.selector}
                return Finding(FindingKind.PROFILE_MISMATCH, says, Remedy.REPAIR, evidence)
    return None


def _holds(value: Json, fields: set[str]) -> bool:
    """Whether a value is a list of what was seen as records: most of their fields, in an element of it."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and len(fields & first.keys()) * 2 > len(fields)


def _is_empty(profile: ApiProfile) -> bool:
    """Whether every endpoint was seen, and none of them had a record."""
    seen = [endpoint.records for endpoint in profile.endpoints]
    return bool(seen) and all(r.shape is not Shape.UNKNOWN and r.count == 0 for r in seen)


def _all_equal(records: Sequence[Json]) -> bool:
    return all(record == records[0] for record in records)


def _looks_like_template(records: Sequence[Json]) -> bool:
    """A bare `id` may be real; a template counts from its first row on, and has nothing else."""
    ids = [record.get("id") for record in records if isinstance(record, dict)]
    first = ids[0] if ids else None
    return isinstance(first, int) and ids == list(range(first, first + len(ids)))
