"""A home with secrets, a project, an agreed API, another host, and scripts that run behind the fence."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pilot.options import Level
from pilot.run.fence.fence import ScriptFence
from pilot.run.result import RunMode, RunResult
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from tests.attacks.attacks import ATTACKS, Attack
from tests.support.api_server import ApiServer, Reply

SCRIPT = "weather_pipeline.py"
ALL = """
for name, code in {codes!r}.items():
    print("ATTACK", name)
    try:
        exec(code, {{"__name__": "attack"}})
    except BaseException as error:
        print(type(error).__name__)
"""
SECRETS = (".ssh/id_ed25519", ".ssh/authorized_keys", ".aws/credentials", ".config/browser/Cookies")


@dataclass
class AttackHouse:
    """What there is to attack."""

    folder: Path
    api: ApiServer
    other: ApiServer
    separate: bool = True
    heard: list[str] = field(default_factory=list)
    """What came in where the script listened."""
    mark: str = ""
    """A number of seconds that no other process sleeps for."""

    def __post_init__(self) -> None:
        self.mark = f"4{time.monotonic_ns() % 10**9}"
        outside = [f"../outside/{attack.name}" for attack in ATTACKS]
        for path in (*SECRETS, *outside, "../project/.git/hooks/sample", "../project/.pilot/state/x"):
            file = self.home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("stolen")

    @property
    def home(self) -> Path:
        """The person's home."""
        return self.folder / "home"

    @property
    def root(self) -> Path:
        """The project."""
        return self.folder / "project"

    def run(self, attack: Attack, level: Level) -> RunResult:
        """Run one attack."""
        return self.start(self.filled(attack), level, attack.timeout)

    def run_all(self, attacks: Sequence[Attack], level: Level) -> dict[str, str]:
        """Run several in one process; what each printed."""
        codes = {attack.name: self.filled(attack) for attack in attacks}
        result = self.start(ALL.format(codes=codes), level, 60)
        told = result.stdout.split("ATTACK ")[1:]
        assert len(told) == len(attacks), result
        return dict(text.split("\n", 1) for text in told)

    def start(self, code: str, level: Level, timeout: float = 15, mode: RunMode = RunMode.CHECK) -> RunResult:
        """Run a script; the host of the API was agreed to."""
        (self.root / SCRIPT).write_text(code, "utf-8")
        fence = ScriptFence(
            self.root,
            level,
            hosts=lambda: (self.api.host,),
            destination=lambda: "duckdb",
            separate=self.separate,
        )
        runner = ScriptRunner(self.root, FreshInterpreter(lambda: Path(sys.executable)), str, fence)
        environment = {"HOME": str(self.home)}
        return runner.run(SCRIPT, mode, environment, timeout, self._watch)

    def filled(self, attack: Attack) -> str:
        """The attack's script, with this house's places in it."""
        places = {
            "home": self.home,
            "outside": self.folder / "outside" / attack.name,
            "script": SCRIPT,
            "pilot": os.getpid(),
            "mark": self.mark,
            "api": self.api.url,
            "api_host": self.api.host,
            "other_port": self.other.host.rpartition(":")[2],
            "listening": self.folder / "listening",
        }
        return re.sub(r"<(\w+)>", lambda match: str(places[match[1]]), attack.code)

    def _watch(self, text: str) -> None:
        """Knock where the script says that it listens, as somebody outside would."""
        for port in re.findall(r"LISTENS (\d+)", text):
            with socket.socket() as knock:
                knock.settimeout(1)
                if knock.connect_ex(("127.0.0.1", int(port))) == 0:
                    self.heard.append(port)

    def sleepers(self) -> list[int]:
        """Processes that carry the mark."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


def _elsewhere(port: str) -> Reply:
    return Reply(302, headers={"Location": f"http://127.0.0.1:{port}/"}, raw=b"")


@contextmanager
def attack_house(folder: Path) -> Iterator[AttackHouse]:
    """The house, with its servers and with sockets that listen in the file system and without a file."""
    with ApiServer({"/": lambda _: Reply(data="stolen")}) as other:
        port = other.host.rpartition(":")[2]
        routes = {"/": lambda _: Reply(data=[{"id": 1}]), "/elsewhere": lambda _: _elsewhere(port)}
        with ApiServer(routes) as api, closing(_listener(str(folder / "listening"))):
            house = AttackHouse(folder, api, other)
            with closing(_listener(f"\0{house.mark}")):
                yield house


def _listener(name: str) -> socket.socket:
    ears = socket.socket(socket.AF_UNIX)
    ears.bind(name)
    ears.listen(4)
    return ears
