"""Secrets that an unattended run is given with `--secret NAME=env:VAR` or `NAME=file:PATH`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pilot.errors import UsageError
from pilot.options import SecretSource

FORMS = "NAME=env:VAR or NAME=file:PATH"
NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")
LARGEST = 65_536


def parse_secret_option(text: str) -> SecretSource:
    """What follows `--secret`. A value given directly is refused: command lines are seen by others."""
    name, _, given = text.partition("=")
    kind, _, where = given.partition(":")
    name = name.strip()
    shown = f" {name}" if given and NAME.fullmatch(name) else ""
    if kind not in ("env", "file") or not NAME.fullmatch(name):
        raise UsageError(
            f"--secret{shown} must say where the value is, not what it is.", f"Write --secret {FORMS}."
        )
    if not where:
        raise UsageError(f"--secret {name} names no {_PLACES[kind]}.", f"Write --secret {FORMS}.")
    return SecretSource(name, kind, where)


_PLACES = {"env": "variable", "file": "file"}


def value_of(source: SecretSource, environ: Mapping[str, str]) -> str:
    """The value that a source stands for, without the line ending of a file. Raises UsageError."""
    hint = f"--secret {source.name} takes {FORMS}."
    if source.kind == "env":
        value = environ.get(source.where)
        if value is None:
            raise UsageError(f"The environment variable {source.where} is not set.", hint)
        where = f"The environment variable {source.where}"
    else:
        value, where = _content(Path(source.where), hint), f"The file {source.where}"
    if not value.strip():
        raise UsageError(f"{where} is empty.", hint)
    return value.rstrip("\r\n")


def match(source: SecretSource, paths: Sequence[str]) -> str | None:
    """The path that a source's name means. Raises UsageError where it could be more than one."""
    if source.name in paths:
        return source.name
    alike = sorted({path for path in paths if path.endswith(f".{source.name}")})
    if len(alike) > 1:
        raise UsageError(f"--secret {source.name} could mean {' or '.join(alike)}.", "Write the whole path.")
    return alike[0] if alike else None


def _content(file: Path, hint: str) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"The file {file} can't be read: {error.strerror}.", hint) from None
    if len(data) > LARGEST:
        raise UsageError(f"The file {file} is too large for a secret.", hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"The file {file} is not UTF-8 text.", hint) from None
