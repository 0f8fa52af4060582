"""Holds a run of the script to what was agreed to, as far as the system can, and says how far that is."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from pilot.errors import PilotError
from pilot.finding import Json
from pilot.options import Level
from pilot.run.environment import with_allowed, without_proxies
from pilot.run.fence import claims, places
from pilot.run.fence.agreed import is_agreed
from pilot.run.fence.bounds import Bounds, Overseer, machine_memory
from pilot.run.fence.destinations import needs_of
from pilot.run.fence.gate import Gate, Report
from pilot.run.fence.inside import landlock
from pilot.run.fence.proxy import EgressProxy, Place
from pilot.run.fence.seatbelt_profile import profile_of
from pilot.run.fence.upstream import Upstream
from pilot.run.result import UNHELD, ErrorLink, RunError, RunMode

_LARGEST_FILE_IN_A_CHECK = 2 * 1024**3
_LONGEST_SOCKET_PATH = 90
_MOST_PROCESSES = 512
_MOST_MEMORY_IN_A_CHECK = 2 * 1024**3
_ROOM = 512 * 1024**2
"""Bytes of the disk that no run takes."""


@dataclass
class Held:
    """One run behind the fence; implements the runner's `Hold`."""

    environment: Mapping[str, str]
    network: claims.Network = field(default_factory=claims.Network)
    level: Level = Level.OFF
    why: str = ""
    """Why it is not more, where more was wanted."""
    gate: Gate | None = None
    proxy: EgressProxy | None = None
    overseer: Overseer | None = None

    @property
    def spec(self) -> Json:
        """Where the child's gate is."""
        return None if self.gate is None else str(self.gate.path)

    @property
    def refused(self) -> tuple[str, ...]:
        """Hosts that the script wanted and was not let to."""
        return tuple(str(place) for place in self.proxy.refused) if self.proxy else ()

    @property
    def unreached(self) -> Mapping[str, str]:
        """Hosts that it was let to, and that the proxy could not reach: why."""
        return {str(place): reason for place, reason in self.proxy.failed.items()} if self.proxy else {}

    @property
    def overrun(self) -> RunError | None:
        """What the run took too much of, and was ended for."""
        found = self.overseer.overrun if self.overseer else None
        return None if found is None else RunError((ErrorLink(*found),))

    def oversee(self, pid: int, bounds: Bounds) -> None:
        """Keep the run within bounds from now on."""
        if pid and sys.platform == "linux":
            self.overseer = Overseer(pid, bounds)

    def close(self) -> None:
        """The run has ended."""
        if self.overseer is not None:
            self.overseer.close()

    def told(self) -> str:
        """The fence in one line. Raises PilotError where the script did not run for lack of it."""
        if self.gate is None:
            return UNHELD
        report = self.gate.report or Report()
        if self.level is not Level.FULL and not claims.holds_files(report):
            return claims.told_basic(self.why or report.trouble)
        if self.level is Level.FULL and not _suffices(report, self.network):
            reason = report.trouble or self.network.why or "an attempt to get round it succeeded"
            raise PilotError(f"The full fence can't be put up here: {reason}.", _LESS)
        kept = f" · kept from: {', '.join(self.refused[:4])}" if self.refused else ""
        return claims.told(report, self.network) + kept


_LESS = "--fence basic runs the script with less; --fence auto with the best that there is."


@dataclass(frozen=True)
class ScriptFence:
    """Fences for the scripts of one project; implements the runner's `Fence`."""

    root: Path
    level: Level
    hosts: Callable[[], Iterable[str]]
    """The hosts that the person agreed to, as they are named in consent."""
    destination: Callable[[], str | None]
    variables: Callable[[], Iterable[str]] = tuple
    """Environment variables that the person allowed by name."""
    separate: bool = True
    """Use a network namespace where the system has them."""

    @contextmanager
    def around(self, mode: RunMode, environment: Mapping[str, str], report: Path) -> Iterator[Held]:
        """Put it up for one run. Raises PilotError where `full` is wanted and can't be had."""
        environment = with_allowed(environment, self.variables(), self.destination())
        if self.level is Level.OFF or not hasattr(socket, "AF_UNIX"):
            yield Held(environment)
            return
        why = self._too_little()
        if why and self.level is Level.FULL:
            raise PilotError(f"The full fence can't be put up here: {why}.", _LESS)
        full = self.level is not Level.BASIC and not why
        network = self._network() if full else claims.Network(held=False)
        private = report.parent / "tmp"
        private.mkdir(exist_ok=True)
        passed_on = {
            **(without_proxies(environment) if network.held else environment),
            "TMPDIR": str(private),
        }
        with _outside() as outside, closing(self._proxy()) as proxy, closing(_listening()) as decoy:
            canary = outside / "canary"
            canary.write_text("outside", "utf-8")
            plan = self._plan(mode, passed_on, report.parent, network) if full else _basic(mode, self.root)
            ports = self._ports(proxy, network) if full else None
            plan |= {"canary": str(canary), "decoy": decoy.getsockname()[1], "ports": ports}
            level = self.level if full else Level.BASIC
            held = Held(passed_on, network, level, why, proxy=proxy)
            suffices = self.level is not Level.FULL
            gate = Gate(
                outside,
                plan,
                suffices=lambda found: suffices or _suffices(found, network),
                take=proxy.serve,
                met=lambda pid: held.oversee(pid, _bounds(mode, self.root)),
            )
            with closing(held), closing(gate):
                held.gate = gate
                yield held

    def _too_little(self) -> str:
        """Why the full fence can't be put up on this system; mostly nothing."""
        if sys.platform == "darwin" or landlock.version():
            return ""
        return "this system has no Landlock" if sys.platform == "linux" else "there is none for this system"

    def _network(self) -> claims.Network:
        needs = needs_of(self.destination())
        if needs is None:
            return claims.Network(held=False, why=f"{self.destination()} may need any host")
        if unusable := Upstream(os.environ).unusable:
            return claims.Network(held=False, why=f"it goes through {unusable}")
        names = [*sorted(self.hosts()), *(f"*{h}" if h.startswith(".") else h for h in needs.hosts)]
        return claims.Network(tuple(names), needs.port)

    def _proxy(self) -> EgressProxy:
        needs = needs_of(self.destination())
        own = needs.hosts if needs else ()

        def allows(place: Place) -> bool:
            return is_agreed(place, (*self.hosts(), *own))

        return EgressProxy(allows, Upstream(os.environ))

    def _ports(self, proxy: EgressProxy, network: claims.Network) -> list[Json] | None:
        """The TCP ports that the child may call, the proxy's first."""
        if not network.held:
            return None
        ears = _listening()
        port: int = ears.getsockname()[1]
        proxy.serve(ears)
        return [port, *([] if network.port is None else [network.port])]

    def _plan(
        self, mode: RunMode, environment: Mapping[str, str], folder: Path, network: claims.Network
    ) -> dict[str, Json]:
        separate = self.separate and network.held and network.port is None
        writable = [str(folder.resolve()), *places.writable(self.root, environment)]
        home = str(places.home_of(environment))
        return {
            **_basic(mode, self.root),
            "level": "full",
            "separate": separate,
            "readable": _texts(places.readable(environment, tuple(self.variables()))),
            "writable": _texts(writable),
            "protected": _texts(places.protected(self.root)),
            "processes": _MOST_PROCESSES,
            "udp": not network.held or network.port is not None,
            "home": home,
            "pilot": os.getpid(),
            "profile": profile_of(home, writable) if sys.platform == "darwin" else "",
        }


def _basic(mode: RunMode, root: Path) -> dict[str, Json]:
    """What holds the process itself. No file may take what would fill the disk, nor memory all there is."""
    free = shutil.disk_usage(root).free
    largest = min(free, _LARGEST_FILE_IN_A_CHECK) if mode is RunMode.CHECK else free * 9 // 10
    limits: dict[str, Json] = {"CORE": 0, "FSIZE": largest}
    memory = machine_memory()
    if memory:
        limits["DATA"] = memory * 9 // 10
    return {"level": "basic", "limits": limits}


def _bounds(mode: RunMode, root: Path) -> Bounds:
    """What a run may take in all."""
    memory = machine_memory() * 9 // 10 or 1 << 62
    if mode is RunMode.CHECK:
        memory = min(memory, _MOST_MEMORY_IN_A_CHECK)
    room = min(_ROOM, shutil.disk_usage(root).total // 50)
    return Bounds(_MOST_PROCESSES, memory, room, root)


def _suffices(report: Report, network: claims.Network) -> bool:
    return claims.holds_files(report) and claims.holds_network(report, network)


def _listening() -> socket.socket:
    ears = socket.socket()
    ears.bind(("127.0.0.1", 0))
    ears.listen(128)
    return ears


@contextmanager
def _outside() -> Iterator[Path]:
    """A folder of pilot's own that the script has no business in; a socket's path must be short."""
    with TemporaryDirectory(prefix="pilot-gate-") as folder:
        if len(folder) <= _LONGEST_SOCKET_PATH:
            yield Path(folder)
            return
    with TemporaryDirectory(prefix="pilot-gate-", dir="/tmp") as folder:  # noqa: S108
        yield Path(folder)


def _texts(texts: Iterable[str]) -> list[Json]:
    return list(texts)
