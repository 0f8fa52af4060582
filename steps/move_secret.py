"""Move the keys that are written out in the script into secrets.toml."""

from pilot.drafting import brief_of, names_of, write_agreed
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit
from pilot.project.hard_coded import HardCoded, hard_coded, read_through_dlt
from pilot.secrecy.forms import is_weak
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step

_FILE = ".dlt/secrets.toml"


class MoveSecret(Step):
    """The script reads them through dlt from then on: by rule where that is clear, else by the writer."""

    title = "Move secret"
    needs = ("names", "written")

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Move each into its place, values never shown."""
        names = names_of(session.facts)
        text = kit.project.read(names.script) or ""
        values = kit.project.secrets.values()
        strong = [value for path, value in values.items() if not is_weak(value, path)]

        def known(part: str) -> str | None:
            written = next((value for value in strong if value in part), None)
            return written or (part if session.secret_in(part) else None)

        found = hard_coded(text, known)
        if not found:
            return Outcome(Status.SKIPPED, "no key is written out in the script")
        places = _places(kit, names.pipeline, found)
        changed = read_through_dlt(text, places)
        says = f"{', '.join(places.values())} in {_FILE}"
        if changed is not None:
            kit.consent.change(names.script, changed)
            return Outcome(says=says, learned=Facts(written=True))
        reads = ", ".join(f'dlt.secrets["{path}"]' for path in places.values())
        told = f"Keys are written out in the script, masked here. Read them instead: {reads}"
        finding = Finding(FindingKind.SECRET_IN_CODE, told, Remedy.REPAIR)
        written = write_agreed(
            session, kit, brief_of(session, kit), lambda w, brief: w.repair(brief, finding)
        )
        return Outcome(says=says, learned=written.learned, shows=written.shows)


def _places(kit: Kit, pipeline: str, found: tuple[HardCoded, ...]) -> dict[str, str]:
    """The path of each value in secrets.toml; those that are not there yet are put there."""
    known = {value: path for path, value in kit.project.secrets.values().items() if "." in path}
    places = {one.value: known[one.value] for one in found if one.value in known}
    for one in found:
        if one.value not in places:
            path = _free(f"sources.{pipeline}.{one.name}", {*known.values(), *places.values()})
            places[one.value] = path
            kit.consent.change(_FILE, kit.project.secrets.with_value(path, one.value))
    return places


def _free(path: str, taken: set[str]) -> str:
    number = 2
    free = path
    while free in taken:
        free, number = f"{path}_{number}", number + 1
    return free
