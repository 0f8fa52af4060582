"""Runs the real `dlt init` and makes sure of what came of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pilot.errors import PilotError, StepFailed, UsageError
from pilot.finding import Finding, FindingKind
from pilot.names import ProjectNames
from pilot.project.command import run_dlt
from pilot.project.files import PRIVATE, read_text, replace_bytes, write_text
from pilot.project.global_folder import global_folder
from pilot.project.ignored import GITIGNORE, ignoring
from pilot.project.interpreter import known_destinations
from pilot.project.naming import check_name
from pilot.project.rename import with_names
from pilot.project.requirements import requirements_for
from pilot.project.telemetry import settled
from pilot.project.toml_file import parse_toml
from pilot.run.program import Finished
from pilot.run.starting import Starter

CONFIG = ".dlt/config.toml"
SECRETS = ".dlt/secrets.toml"
REQUIREMENTS = "requirements.txt"


def files_of(names: ProjectNames) -> tuple[str, ...]:
    """The files that `dlt init` may make in a folder that has none of them."""
    return (names.script, CONFIG, SECRETS, REQUIREMENTS, ".gitignore")


@dataclass(frozen=True)
class DltInit:
    """One `dlt init` in one folder. Nothing that was there before is lost, whatever dlt does."""

    root: Path
    interpreter: Path
    starter: Starter
    environ: Mapping[str, str]
    timeout: float

    def run(self, names: ProjectNames, verified: bool) -> tuple[str, ...]:
        """The files that came, relative and sorted. Raises UsageError or StepFailed."""
        self._look_before(names)
        before, kept = self._files(names), {path: self._bytes(path) for path in (CONFIG, SECRETS)}
        result = self._start(names, verified)
        script = self.root / names.script
        if not result.ok or not script.is_file() or (verified and "Selecting the default" in result.stdout):
            self._take_back(self._files(names) - before, kept)
            raise self._failure(result, names, verified)
        self._settle(names, kept)
        came = self._files(names) - before
        if REQUIREMENTS in came:
            self._complete_requirements(names)
        if GITIGNORE in came:
            self._complete_gitignore()
        return tuple(sorted(came))

    def _look_before(self, names: ProjectNames) -> None:
        check_name(names.name)
        if (self.root / names.script).exists():
            raise UsageError(
                f"{names.script} is already there, and dlt init would leave it as it is.",
                "Choose another NAME, or move the file away.",
            )
        for path in (CONFIG, SECRETS):
            parse_toml(read_text(self.root / path) or "", path)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise _failed(
                f"Can't write in {self.root}: {error.strerror}.", "Use a folder of your own, with --dir PATH."
            ) from error

    def _start(self, names: ProjectNames, verified: bool) -> Finished:
        if verified:
            return self._dlt(names.name, names.destination)
        result = self._dlt(f"dlthub:{names.name}", names.destination)
        if "not a valid Python identifier" not in result.stdout:
            return result
        # a dlt that no longer knows `dlthub:` takes its templates from here instead of from the network
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "sources").mkdir()
            return self._dlt(names.name, names.destination, "--location", place)

    def _dlt(self, *arguments: str) -> Finished:
        return run_dlt(("init", *arguments), self.root, self.starter, self.environ, self.timeout)

    def _settle(self, names: ProjectNames, kept: Mapping[str, bytes | None]) -> None:
        script = self.root / names.script
        write_text(script, with_names(read_text(script) or "", names))
        user_config = global_folder(self.environ) / "config.toml"
        for path, data in kept.items():
            file = self.root / path
            if (text := read_text(file)) is None:
                continue
            before = None if data is None else data.decode("utf-8-sig")
            if path == CONFIG:
                text = settled(text, before, self.environ, user_config)
            if before is not None and "\r\n" in before:  # dlt writes plain line feeds
                text = re.sub(r"\r?\n", "\r\n", text)
            if text != read_text(file):
                write_text(file, text)
        with suppress(FileNotFoundError):
            (self.root / SECRETS).chmod(PRIVATE)

    def _complete_gitignore(self) -> None:
        """Add to dlt's new .gitignore what pilot and DuckDB leave besides."""
        file = self.root / GITIGNORE
        if (needed := ignoring(read_text(file))) is not None:
            write_text(file, needed)

    def _complete_requirements(self, names: ProjectNames) -> None:
        """Add to dlt's new requirements.txt what a script needs besides."""
        file = self.root / REQUIREMENTS
        script = read_text(self.root / names.script) or ""
        if (needed := requirements_for(script, read_text(file) or "")) is not None:
            write_text(file, needed)

    def _files(self, names: ProjectNames) -> set[str]:
        """The files where dlt init may put some: the folder itself, its settings, a source's own folder."""
        places = (self.root.glob("*"), self.root.glob(".dlt/**/*"), self.root.glob(f"{names.name}/**/*"))
        found = (file for place in places for file in place if file.is_file())
        return {file.relative_to(self.root).as_posix() for file in found if "__pycache__" not in file.parts}

    def _bytes(self, path: str) -> bytes | None:
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def _take_back(self, came: set[str], kept: Mapping[str, bytes | None]) -> None:
        for path in came:
            (self.root / path).unlink(missing_ok=True)
        for path, data in kept.items():
            if data is not None and self._bytes(path) != data:
                replace_bytes(self.root / path, data)
        with suppress(OSError):  # not empty: it was there before
            (self.root / ".dlt").rmdir()

    def _failure(self, result: Finished, names: ProjectNames, verified: bool) -> PilotError:
        said = f"{result.stdout}\n{result.stderr}"
        if "not one of the standard dlt destinations" in said:
            known = ", ".join(known_destinations(self.interpreter))
            return UsageError(
                f"dlt does not know the destination {names.destination!r}.",
                f"Known here: {known}." if known else "See `dlt init --list-destinations`.",
            )
        if result.timed_out:
            return _failed(f"dlt init did not end within {self.timeout:.0f} s.", "Try again with --timeout.")
        if verified and "Selecting the default" in said:
            return _failed(
                f"dlt has no verified source called {names.name!r}.", "Start from a description instead."
            )
        if verified and "git" in said:
            hint = "Check the network and that git is installed, or start without the verified source."
            if shutil.which("git") is None:
                hint = "Fetching a verified source needs git: install it, or start without it."
            return _failed(f"The verified source {names.name} can't be fetched: {_told(result)}", hint)
        return _failed(f"dlt init failed: {_told(result)}", "Put that right and start again.")


def _failed(says: str, hint: str) -> StepFailed:
    return StepFailed(Finding(FindingKind.INIT_FAILED, says, hint=hint))


def _told(result: Finished) -> str:
    """dlt's own words for what went wrong, in one line."""
    lines = [line.strip() for line in (*result.stderr.splitlines(), *result.stdout.splitlines())]
    telling = [
        line for line in lines if re.match(r"ERROR|fatal:|stderr:.*fatal|\w*(Error|Exception)\b", line)
    ]
    plain = [
        line for line in lines if line and not line.startswith(("NOTE:", "WARNING:", "Looking up", "Cmd("))
    ]
    told = (telling or plain or [f"it ended with exit code {result.exit_code}"])[0]
    return re.sub(r"^(ERROR|fatal|stderr): *'?", "", told)[:300]
