"""What the fence kept a script from, where that ended the run."""

from __future__ import annotations

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.result import RunResult


def fence_failure(result: RunResult) -> Finding | None:
    """A host that the script wanted, that nobody agreed to, and without which it failed."""
    if result.ok or not result.refused:
        return None
    error = result.error
    links = [link.message for link in error.chain] if error else [result.stderr[-4000:]]
    told = "\n".join([*links, (error.url or "") if error else "", (error.body or "") if error else ""])
    wanted = [host for host in result.refused if host.partition(":")[0] in told]
    if not wanted:
        return None
    hosts = ", ".join(wanted)
    says = f"The script contacts {hosts}, which was not agreed to: the fence kept it from that."
    hint = f"--allow-host {wanted[0]} allows it; or change the script."
    return Finding(FindingKind.FENCED, says, Remedy.CONTACT, {"hosts": [*wanted]}, hint)
