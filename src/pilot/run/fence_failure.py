"""What the fence kept a script from: requests, and what came of that."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.fence.proxy import place_of
from pilot.run.result import RunResult
from pilot.run.traffic import FENCED, Exchange


def without_fence(traffic: Iterable[Exchange], refused: Iterable[str]) -> tuple[Exchange, ...]:
    """The exchanges, where what the fence's proxy said is no answer of an API's."""
    kept_from = set(refused)
    return tuple(_fenced(one) if _place(one) in kept_from else one for one in traffic)


def _fenced(exchange: Exchange) -> Exchange:
    return Exchange(exchange.method, exchange.url, at=exchange.at, error=FENCED, resource=exchange.resource)


def _place(exchange: Exchange) -> str:
    with suppress(ValueError):
        return str(place_of(exchange.url))
    return ""


def fence_failure(result: RunResult) -> Finding | None:
    """A host that the script wanted, that nobody agreed to, and without which it failed."""
    if result.ok or not result.refused:
        return None
    error = result.error
    links = [link.message for link in error.chain] if error else [result.stderr[-4000:]]
    told = "\n".join([*links, (error.url or "") if error else "", (error.body or "") if error else ""])
    last = result.traffic[-1] if result.traffic else None
    ended_at = _place(last) if last is not None and last.error == FENCED else ""
    wanted = [host for host in result.refused if host.partition(":")[0] in told or host == ended_at]
    if not wanted:
        return None
    hosts = ", ".join(wanted)
    says = f"The script contacts {hosts}, which was not agreed to: the fence kept it from that."
    hint = f"--allow-host {wanted[0]} allows it; or change the script."
    return Finding(FindingKind.FENCED, says, Remedy.CONTACT, {"hosts": [*wanted]}, hint)
