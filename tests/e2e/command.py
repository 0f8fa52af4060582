"""The real command as programs use it: what it prints, its exit code, the files it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE

import msgspec

from tests.e2e.document import Document, FailureEntry

PILOT = str(Path(sys.executable).with_name("pilot"))
STATE = ".pilot/state"
_GIVE_UP_RIGHTS = """
import ctypes, os, sys
for right in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: root reads and writes whatever the mode says
    assert ctypes.CDLL(None).prctl(24, right, 0, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""
AS_ORDINARY = (sys.executable, "-c", _GIVE_UP_RIGHTS)
"""What root runs a command with, to be refused what others are refused."""
_WEIGH = """
import pathlib, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
pathlib.Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


@dataclass(frozen=True)
class Result:
    """One command that has ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def document(self) -> Document:
        """The one JSON document on stdout, checked against the contract."""
        return msgspec.json.decode(self.out, type=Document)

    @property
    def failure(self) -> FailureEntry:
        """The document's failure, which is there."""
        failure = self.document.failure
        assert failure is not None, self
        return failure

    def error(self) -> str:
        """The error message: one or two lines, no stack trace, what to do next."""
        assert "Traceback" not in self.err, self.err
        lines = self.err.splitlines()
        begins = [number for number, line in enumerate(lines) if line.startswith("Error: ")]
        assert len(begins) == 1, self.err
        told = [line for line in lines[begins[0] :] if line.strip()]
        assert len([line for line in told if not line.startswith("pilot resume goes on")]) <= 2, self.err
        assert len(told) >= 2, f"nothing says what to do next: {told}"
        return "\n".join(told)


@dataclass
class Project:
    """A folder where pilot is called."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    """The whole environment, nothing of the tester's own in it."""
    through: tuple[str, ...] = ()
    """What runs the command, where it is to be looked at from outside."""

    def __call__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 60,
        ordinary: bool = False,
    ) -> Result:
        """Call pilot to its end; stdin is empty, or a pipe with a text. `ordinary`: rights of files count."""
        started = time.monotonic()
        done = subprocess.run(
            [*self.through, *(AS_ORDINARY if ordinary and os.geteuid() == 0 else ()), PILOT, *arguments],
            cwd=self.root,
            env={**self.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            **({"stdin": DEVNULL} if stdin is None else {"input": stdin}),
        )
        return Result(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Call pilot and go on."""
        return subprocess.Popen(
            [PILOT, *arguments],
            cwd=self.root,
            env=self.environ,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            text=True,
        )

    def write(self, path: str, content: str | bytes) -> Path:
        """A file of the person's."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def read(self, path: str) -> str:
        """A file's text."""
        return (self.root / path).read_text("utf-8")

    def files(self, *, but: Sequence[str] = ()) -> dict[str, bytes]:
        """Every file with its content; pilot's own state is left out."""
        found = {path.relative_to(self.root).as_posix(): path for path in self.root.rglob("*")}
        return {
            name: path.read_bytes()
            for name, path in sorted(found.items())
            if path.is_file() and not name.startswith(STATE) and name not in but
        }

    def holding(self, text: str) -> list[str]:
        """Every file, pilot's state and the home folder included, that holds a text."""
        needle = text.encode()
        places = [*self.root.rglob("*"), *Path(self.environ["HOME"]).rglob("*")]
        return [str(path) for path in places if path.is_file() and needle in path.read_bytes()]


def new_project(folder: Path) -> Project:
    """An empty project with a home of its own."""
    (folder / "project").mkdir()
    return Project(folder / "project", clean_environment(folder / "home"))


def weighing(file: Path) -> tuple[str, ...]:
    """What runs a command and leaves in a file how many kB its largest process took."""
    return (sys.executable, "-c", _WEIGH, str(file))


def clean_environment(home: Path) -> dict[str, str]:
    """An environment in which only the tests' own folders are found."""
    home.mkdir(parents=True, exist_ok=True)
    kept = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "DLT_DATA_DIR": str(home / "dlt"),
        "LANG": "C.UTF-8",
    }
