"""The project's secrets: what the script needs, what is there, and the values to keep to oneself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from pilot.errors import UsageError
from pilot.facts import SecretWanted
from pilot.names import ProjectNames
from pilot.options import SecretSource
from pilot.project.code_words import code_words
from pilot.project.destination_secrets import credentials_wanted
from pilot.project.files import inside, read_text, write_text
from pilot.project.given_secrets import match, parse_secret_option, value_of
from pilot.project.placeholders import PLACEHOLDER, is_placeholder
from pilot.project.script_secrets import SecretRead, secrets_read
from pilot.project.secret_store import SECRETS, SecretStore, environment_name
from pilot.project.secret_values import environment_secrets, is_setting, of_settings
from pilot.project.toml_file import Toml, leaf, leaves, parse_toml, with_values
from pilot.secrecy.forms import is_weak

__all__ = ["ProjectSecrets", "parse_secret_option"]


class ProjectSecrets:
    """Finds, fills in and gives out secrets the way dlt does, without dlt."""

    def __init__(self, root: Path, sources: Sequence[SecretSource], environ: Mapping[str, str]) -> None:
        self.environ = environ
        self._root = root
        self._sources = tuple(sources)
        self._store = SecretStore(root, environ)
        self._saved: dict[str, str] = {}
        self._met: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self._state: object = None
        self._known: dict[str, str] = {}

    def wanted(self, names: ProjectNames) -> tuple[SecretWanted, ...]:
        """The secrets that script and destination read, and which of them have a value.

        One that holds a placeholder is named by the place of that placeholder. Raises UsageError for a
        secrets file that can't be read, and for a `--secret` that fits none while some are missing.
        """
        contents = self._store.contents()
        script = read_text(inside(self._root, names.script)) or ""
        found: dict[str, bool] = {}
        for read in secrets_read(self._root, names.script, script):
            found.update(self._look(read, names.pipeline, contents))
        if "credentials=" not in script.replace(" ", ""):
            bucket = self._given_for(f"destination.{names.destination}.bucket_url")
            found.update(credentials_wanted(names.destination, self._store, contents, bucket))
        self._count_given(found)
        return tuple(SecretWanted(path, present) for path, present in found.items())

    def with_placeholders(self, paths: Sequence[str]) -> tuple[str | None, str]:
        """secrets.toml as it is (None: no file) and with a placeholder for each path that it lacks."""
        before = read_text(inside(self._root, SECRETS))
        content = parse_toml(before or "", SECRETS)
        after = before or ""
        for path in paths:
            if leaf(content, path.split(".")) is None:
                note = f"fill in your {path.rpartition('.')[2]}"
                after = with_values(after, {path: PLACEHOLDER}, SECRETS, note)
        return before, after

    def with_value(self, path: str, value: str) -> str:
        """secrets.toml with a value put in; from now on the value is known."""
        self._saved[path] = value
        return with_values(read_text(inside(self._root, SECRETS)) or "", {path: value}, SECRETS)

    def hear(self, where: str, value: str) -> None:
        """Know a value that is in no file, so that it is hidden."""
        if value not in self._met.values():
            self._met[where if where not in self._met else f"{where} ({len(self._met)})"] = value

    def take(self, name: str, value: str) -> None:
        """Use a value that was said in words for the secret of that name, in this run alone."""
        self._taken[name] = value

    def is_weak(self, path: str, value: str) -> bool:
        """Whether a value is too ordinary to be hidden wherever it stands."""
        return is_weak(value.strip(), path, self.words())

    def save(self, path: str, value: str) -> None:
        """Write one value into secrets.toml, layout kept, mode 0600."""
        self._saved[path] = value
        file = inside(self._root, SECRETS)
        write_text(file, with_values(read_text(file) or "", {path: value}, SECRETS))

    def environment(self, wanted: Sequence[SecretWanted]) -> dict[str, str]:
        """What the script's environment must hold beside dlt's own files.

        That are the values given with `--secret`, under dlt's names, and the variables that the script
        reads by their bare names; such a one may also be kept at the top of secrets.toml.
        """
        paths = [secret.path for secret in wanted]
        given = {path: value for path in paths if "." not in path and (value := self._bare(path))}
        given |= {environment_name(p): value for p in paths if (value := self._said_for(p)) is not None}
        for source in self._sources:
            path = match(source, paths) or source.name
            if path in paths or "." in path:
                value = value_of(source, self.environ)
                given[environment_name(path)] = value
                given.update({path: value} if path in given else {})
        return given

    def given(self) -> dict[str, str]:
        """The values said in words or given with `--secret`, by their names. Raises UsageError."""
        said = {f"sources.{name}": value for name, value in self._taken.items()}
        return said | {source.name: value_of(source, self.environ) for source in self._sources}

    def values_of(self, wanted: Sequence[SecretWanted]) -> dict[str, str]:
        """The values of these secrets by dotted path, wherever they come from."""
        known, given = self.values(), self.environment(wanted)
        found = {s.path: given.get(environment_name(s.path), known.get(s.path)) for s in wanted}
        return {path: value for path, value in found.items() if value is not None}

    def values(self) -> dict[str, str]:
        """Every secret value that is known, by dotted path. Never raises.

        Asked for with every text that leaves: what is known is collected anew when something has changed.
        """
        said = (*self._saved.items(), *self._taken.items())
        state = (self._store.stamp(), said, len(self._met))
        if state != self._state:
            self._state, self._known = state, self._collected()
        return self._known

    def _collected(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for path, value in self._all_values():
            if not is_placeholder(value) and value not in (values.get(path), None):
                values[path if path not in values else f"{path}.{len(values)}"] = value
        return values

    def words(self) -> frozenset[str]:
        """The names that the project's code uses: a secret of the same name can't be hidden everywhere."""
        return code_words(self._root)

    def _look(self, read: SecretRead, pipeline: str, contents: tuple[Toml, ...]) -> dict[str, bool]:
        found = self._store.find(read, pipeline, contents)
        if any(source.name in read.places for source in self._sources):
            return {read.path: True}
        if found is not None and isinstance(found.value, str) and not is_setting(found.path):
            self._met[found.path] = found.value
        if found is None:
            return {} if read.optional else {read.path: False}
        below = leaves(found.value, tuple(found.path.split(".")))
        unfilled = {".".join(parts): False for parts, value in below if is_placeholder(value)}
        return unfilled or {read.path: True}

    def _given_for(self, path: str) -> str | None:
        """What `--secret` gives for a path."""
        fitting = (source for source in self._sources if match(source, (path,)))
        return next((value_of(source, self.environ) for source in fitting), None)

    def _said_for(self, path: str) -> str | None:
        """What the words give for a path: a key's name is the last part of it."""
        return self._taken.get(path.rpartition(".")[2]) if path.startswith("sources.") else None

    def _count_given(self, found: dict[str, bool]) -> None:
        found.update({path: True for path in found if self._said_for(path) is not None})
        unmatched = []
        for source in self._sources:
            value_of(source, self.environ)
            path = match(source, tuple(found))
            if path:
                found[path] = True
            else:
                unmatched.append(source.name)
        missing = [path for path, present in found.items() if not present]
        if missing and unmatched:
            raise UsageError(
                f"--secret {unmatched[0]} is none of the secrets that are missing.",
                f"Missing: {', '.join(missing)}.",
            )

    def _bare(self, variable: str) -> str | None:
        """The value of a variable that is read by its bare name."""
        value = self.environ.get(variable) or leaf(self._store.contents()[0], (variable,))
        return None if is_placeholder(value) else str(value)

    def _all_values(self) -> Iterator[tuple[str, str]]:
        yield from list(self._taken.items())
        for source in self._sources:
            try:
                yield source.name, value_of(source, self.environ)
            except UsageError:
                continue
        for values in self._store.file_values():
            yield from of_settings(values)
        yield from self._store.mounted_values()
        yield from self._of_environment
        # last: what is in the file may be another value since
        yield from (*self._met.items(), *self._saved.items())

    @cached_property
    def _of_environment(self) -> tuple[tuple[str, str], ...]:
        """Asked for with every line that is shown, and nothing in pilot changes its own environment."""
        return tuple(environment_secrets(self.environ))
