"""Which places a run may go to: the hosts that the person agreed to, and the destination's."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from contextlib import suppress

from pilot.run.fence.proxy import Place

_USUAL_PORTS = frozenset({80, 443})


def is_agreed(place: Place, hosts: Iterable[str]) -> bool:
    """Whether a place is among hosts, named as in consent (`name`, `name:port`) or `.name` for all below."""
    return any(_covers(host, place) for host in hosts)


def _covers(host: str, place: Place) -> bool:
    if host.startswith("."):
        return place.host.endswith(host) and place.port in _USUAL_PORTS
    name, port = _parted(host)
    return name == place.host and (place.port in _USUAL_PORTS if port is None else place.port == port)


def _parted(host: str) -> tuple[str, int | None]:
    """Name and port, in the one spelling that the proxy uses."""
    name, separator, port = host.rpartition(":")
    if not separator or not port.isdigit() or (":" in name and not name.endswith("]")):
        name, port = host, ""
    name = name.strip("[]").lower().rstrip(".")
    with suppress(ValueError):
        name = str(ipaddress.ip_address(name))
    return name, int(port) if port else None
