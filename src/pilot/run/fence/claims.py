"""What is said of a fence: what was tried in the child and refused, and what that leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilot.run.fence.gate import Report

FILES = ("read", "write", "create", "truncate")


@dataclass(frozen=True)
class Network:
    """What the plan means to leave open of the network."""

    hosts: tuple[str, ...] = ()
    """Agreed hosts, as a person names them."""
    port: int | None = None
    """A port that the destination's driver calls by itself, at any host."""
    held: bool = True
    """False: the network can't be held, for `why`."""
    why: str = ""


def holds_files(report: Report) -> bool:
    """Whether nothing outside could be read or written."""
    return all(report.proof.get(name, False) for name in FILES)


def holds_network(report: Report, network: Network) -> bool:
    """Whether nothing but the proxy (and the destination's port) could be reached."""
    names = ("network", "local sockets", *(("udp",) if network.port is None else ()))
    return network.held and all(report.proof.get(name, False) for name in names)


def told(report: Report, network: Network) -> str:
    """The fence in one line: what is held, then what is not."""
    held, left = [], []
    if holds_files(report):
        held.append(f"files: the project only ({_means(report)})")
        if not report.proof.get("home", False):
            left.append("the home folder, which holds the project or its data")
    else:
        left.append("files")
    if holds_network(report, network):
        held.append(f"network: {_hosts(network)}")
        if network.port is not None:
            left.append(f"other hosts at port {network.port}")
        elif not report.separate:
            left.append("other hosts at the proxy's port number")
    else:
        left.append(f"network{f' ({network.why})' if network.why else ''}")
    if report.proof.get("environment", False) and report.proof.get("signal", False):
        held.append("processes: its own only")
    else:
        left.append("other processes")
    if not report.separate and holds_files(report):
        left.append("changes to the project's own code")
    return " · ".join([*held, *([f"not covered: {', '.join(left)}"] if left else [])])


def told_basic(why: str) -> str:
    """The line where only the process itself is held."""
    return (
        f"basic: time, output, memory, environment · not covered: files, network{f' ({why})' if why else ''}"
    )


def _means(report: Report) -> str:
    return "Seatbelt" if report.seatbelt else f"Landlock {report.landlock}"


def _hosts(network: Network) -> str:
    names: Sequence[str] = network.hosts
    if network.port is not None:
        names = (*names, f"port {network.port}")
    if not names:
        return "none"
    return f"{', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''} only"
