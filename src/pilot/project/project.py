"""The dlt project folder as the steps see it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pilot.errors import PilotError
from pilot.names import ProjectNames
from pilot.project.command import run_dlt
from pilot.project.files import encoded, inside, read_text, write_text
from pilot.project.init import DltInit
from pilot.project.interpreter import find_interpreter, has_package
from pilot.project.secrets import ProjectSecrets
from pilot.run.program import Finished
from pilot.run.starting import FreshInterpreter, Starter


class DltProject:
    """One folder with a dlt pipeline in it. Its files are named relative to `root`."""

    def __init__(
        self, root: Path, secrets: ProjectSecrets, timeout: float = 120.0, starter: Starter | None = None
    ) -> None:
        self.root = root
        self.secrets = secrets
        self._timeout = timeout
        self._starter = starter or FreshInterpreter(self.interpreter)

    def init(self, names: ProjectNames, verified: bool = False) -> tuple[str, ...]:
        """Run the real `dlt init`; the files that came, relative and sorted.

        `verified` fetches dlt's ready-made source of that name, which needs git and the network. Raises
        UsageError for a name, a script or a destination that won't do, and StepFailed for what dlt refuses.
        """
        return DltInit(self.root, self.interpreter(), self._starter, self.secrets.environ, self._timeout).run(
            names, verified
        )

    def read(self, path: str) -> str | None:
        """A file's text with its own line endings; None when there is no such file."""
        return read_text(inside(self.root, path))

    def encode(self, path: str, text: str) -> bytes:
        """The bytes that `write` would make of a text."""
        return encoded(inside(self.root, path), text)

    def write(self, path: str, text: str) -> None:
        """Write a file in one go, keeping its encoding and mode. Only the consent gate calls this."""
        write_text(inside(self.root, path), text)

    def interpreter(self) -> Path:
        """The Python that runs the script: the project's `.venv` if dlt is in there, else pilot's."""
        return find_interpreter(self.root)[0]

    def has_package(self, package: str) -> bool:
        """Whether the script can import a package."""
        return has_package(self.interpreter(), package)

    def interpreter_note(self) -> str:
        """What is worth knowing about that choice; mostly nothing."""
        return find_interpreter(self.root)[1]

    def dlt(self, arguments: Sequence[str]) -> str:
        """Run a dlt command in the project, without a shell; what it printed. Raises PilotError."""
        result = run_dlt(arguments, self.root, self._starter, self.secrets.environ, self._timeout)
        if result.timed_out:
            raise PilotError(
                f"dlt {arguments[0]} did not end within {self._timeout:.0f} s.", "It was stopped."
            )
        if not result.ok:
            raise PilotError(_failure(arguments, result), "`/dlt --help` lists what dlt can do.")
        return result.stdout or result.stderr


def _failure(arguments: Sequence[str], result: Finished) -> str:
    lines = [line.strip() for line in (result.stderr + "\n" + result.stdout).splitlines() if line.strip()]
    told = next((line for line in lines if not line.startswith(("usage:", "NOTE:"))), "no reason given")
    return f"dlt {' '.join(arguments)} ended with exit code {result.exit_code}: {told[:300]}"
