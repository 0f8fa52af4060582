"""Look at what was loaded: tables, rows, columns, and records that came twice."""

from collections.abc import Iterator

from pilot.api.profile import ApiProfile
from pilot.desk import table_blocks
from pilot.drafting import names_of
from pilot.errors import PilotError
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.kit import Kit
from pilot.names import ProjectNames
from pilot.session.session import Session
from pilot.step import Outcome, Step
from pilot.warehouse.keys import count_by_key, key_columns
from pilot.warehouse.tables import TableInfo


class CheckLoad(Step):
    """The load's packages are complete, its tables are there, not empty, and hold each record once."""

    title = "Check load"
    needs = ("names", "loaded")
    gives = ("tables",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Count."""
        names = names_of(session.facts)
        profile = session.facts.profile or ApiProfile()
        with kit.host.working("Counting rows"):
            loads = kit.warehouse.finished_loads(names)
            tables = kit.warehouse.tables(names)
            findings = tuple(_duplicates(kit, names, profile, tables))
        total = sum(info.rows for info in tables)
        said = (_counted(len(tables), "table"), f"{total:,} rows", _counted(len(loads), "finished load"))
        return Outcome(
            says=", ".join(said),
            learned=Facts(tables=tables),
            shows=table_blocks(tables),
            findings=findings,
        )


def _duplicates(
    kit: Kit, names: ProjectNames, profile: ApiProfile, tables: tuple[TableInfo, ...]
) -> Iterator[Finding]:
    """Tables with more rows than keys, where the API's records were seen to have a key."""
    # a child's key may come again with another parent
    fields = {e.name: e.primary_key for e in profile.endpoints if e.parent is None}
    keys = [(info, key_columns(info, fields.get(info.name, ()))) for info in tables]
    keys = [(info, key) for info, key in keys if key]
    if not keys:
        return
    try:
        counted = kit.warehouse.query(names, count_by_key(keys), limit=len(keys)).rows
    except PilotError:
        return  # a destination with other SQL: what can't be counted is not judged
    distinct = {row[0]: int(row[1] or 0) for row in counted}
    for info, key in keys:
        if distinct.get(info.name, info.rows) < info.rows:
            told = f"{distinct[info.name]:,} different values of {', '.join(key)}"
            says = f"{info.name} holds {info.rows:,} rows, but only {told}."
            evidence: dict[str, Json] = {"table": info.name, "key": [*key], "rows": info.rows}
            yield Finding(FindingKind.DUPLICATES, says, Remedy.REPAIR, evidence)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
