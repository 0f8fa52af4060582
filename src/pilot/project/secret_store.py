"""Where secrets are, and what dlt finds there, in dlt's own order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pilot.errors import PilotError, UsageError
from pilot.project.files import read_text
from pilot.project.global_folder import global_folder
from pilot.project.script_secrets import SecretRead
from pilot.project.secret_values import is_secret_name
from pilot.project.toml_file import Toml, leaf, leaves, parse_toml
from pilot.secrecy.forms import parts_of

SECRETS = ".dlt/secrets.toml"
MOUNTED = Path("/run/secrets")
MOST_MOUNTED = 100
LARGEST = 65_536
ASSIGNED = re.compile(r"""=\s*(?:\"([^\"\r\n]+)\"?|'([^'\r\n]+)'?|([^\s\"'#\[{][^\r\n#]*))""")


@dataclass(frozen=True)
class Found:
    """A value and the dotted path where it was found."""

    path: str
    value: object


class SecretStore:
    """The secrets files of project and user, mounted secrets and the environment, read afresh each time."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = environ
        self._read: dict[Path, tuple[tuple[int, int], dict[str, str]]] = {}

    def contents(self) -> tuple[Toml, ...]:
        """The secrets files that dlt reads, the project's first. Raises UsageError for one that it can't."""
        return tuple(_content(file, name) for file, name in self._places())

    def find(self, read: SecretRead, pipeline: str, contents: tuple[Toml, ...]) -> Found | None:
        """What dlt takes for a read: the first value in its order, be it a placeholder."""
        for prefix in (f"{pipeline}.", "") if read.injected else ("",):
            for place in read.places:
                if (value := self._in_environment(prefix + place)) is not None:
                    return Found(prefix + place, value)
            for place in read.places:
                for content in contents:
                    if (found := leaf(content, (prefix + place).split("."))) is not None:
                        return Found(prefix + place, found)
        return None

    def below(self, path: str, contents: tuple[Toml, ...]) -> dict[str, object]:
        """Every single value at or below a path, the environment's over the files'."""
        found: dict[str, object] = {}
        for content in reversed(contents):
            for parts, value in leaves(leaf(content, path.split(".")), tuple(path.split("."))):
                if value is not None:
                    found[".".join(parts)] = value
        name = environment_name(path)
        for variable, value in self._environ.items():
            if variable == name or variable.startswith(name + "__"):
                found[variable.lower().replace("__", ".")] = value
        return found

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """What tells that a settings file came, went or changed."""
        found = []
        for file in self._files():
            with suppress(OSError):
                state = file.stat()
                found.append((str(file), state.st_mtime_ns, state.st_size))
        return tuple(found)

    def _files(self) -> Iterator[Path]:
        for folder in (self._root / ".dlt", global_folder(self._environ)):
            with suppress(OSError):
                yield from sorted(file for file in folder.glob("*.toml"))

    def file_values(self) -> Iterator[dict[str, str]]:
        """Every single value in each secrets file, by path; of a broken file all that looks like one.

        Never raises: what is to be hidden must be known when something else went wrong.
        """
        for file in self._files():
            values = self._values_of(file)
            yield values if file.name.endswith("secrets.toml") else dict(_among_settings(values))

    def mounted_values(self) -> Iterator[tuple[str, str]]:
        """The secrets that a container was given as files. Never raises."""
        try:
            files = sorted(MOUNTED.iterdir())[:MOST_MOUNTED] if MOUNTED.is_dir() else []
        except OSError:
            return
        for file in files:
            file = file / file.name if file.is_dir() else file
            with suppress(OSError):
                yield file.name, file.read_text(encoding="utf-8", errors="replace")[:LARGEST]

    def _values_of(self, file: Path) -> dict[str, str]:
        try:
            state = file.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            known = self._read.get(file)
            if known is None or known[0] != stamp:
                known = self._read[file] = (stamp, _values(file))
            return known[1]
        except OSError:
            return {}

    def _places(self) -> tuple[tuple[Path, str], ...]:
        user = global_folder(self._environ) / "secrets.toml"
        return ((self._root / SECRETS, SECRETS), (user, str(user)))

    def _in_environment(self, path: str) -> str | None:
        name = environment_name(path)
        mounted = MOUNTED / name.lower().replace("_", "-")
        if mounted.is_dir():
            mounted = mounted / mounted.name
        if mounted.is_file():
            return mounted.read_text(encoding="utf-8", errors="replace")
        return self._environ.get(name, self._environ.get(path) if "." not in path else None)


def environment_name(path: str) -> str:
    """The environment variable that dlt reads for a dotted path."""
    return path.replace(".", "__").upper()


def _content(file: Path, name: str) -> Toml:
    if file.is_dir():
        raise UsageError(f"{name} is a folder.", "Move it away: dlt keeps secrets in a file of that name.")
    try:
        text = read_text(file)
    except PilotError as error:
        raise UsageError(f"{name}: {error.message}", error.hint) from None
    return parse_toml(text or "", name)


def _among_settings(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What of config.toml is a secret all the same: what is called a key, and logins in addresses."""
    for path, value in values.items():
        if is_secret_name(path.rpartition(".")[2]):
            yield path, value
        elif "://" in value and "@" in value:
            yield from ((f"{path}.login {number}", part) for number, part in enumerate(parts_of(value), 1))


def _values(file: Path) -> dict[str, str]:
    text = file.read_bytes().decode("utf-8-sig", "replace")
    try:
        content = parse_toml(text, file.name)
    except UsageError:
        found = enumerate(next(filter(None, groups)) for groups in ASSIGNED.findall(text))
        return {f"{file.name}.{number}": value.strip() for number, value in found}
    values: dict[str, str] = {}
    for parts, value in leaves(content):
        path = ".".join(parts)
        values[path if path not in values else f"{path}.{len(values)}"] = str(value)
    return values
