"""No key is written out in the script."""

from __future__ import annotations

from collections.abc import Sequence

from pilot.finding import Finding, FindingKind, Json, Remedy
from pilot.project.hard_coded import hard_coded
from pilot.session.session import Session
from pilot.step import Outcome
from pilot.validator import Validator


class NoSecretInCodeValidator(Validator):
    """A script must read its keys through dlt: what is written out in it is sent, shared and committed."""

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """Look at the script that the step saw; nothing to say where it saw none."""
        script = outcome.evidence.script if outcome.evidence is not None else outcome.script
        found = hard_coded(script or "", lambda text: text if session.secret_in(text) else None)
        if not found:
            return ()
        first = found[0]
        says = f"The script has a key written out in it (line {first.line}, {first.name})."
        hint = "Put it into .dlt/secrets.toml, and read it in the script with dlt.secrets."
        evidence: dict[str, Json] = {
            "lines": [one.line for one in found],
            "names": [one.name for one in found],
        }
        return (Finding(FindingKind.SECRET_IN_CODE, says, Remedy.MOVE, evidence, hint),)
