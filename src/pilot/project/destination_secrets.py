"""Which credentials a destination still lacks."""

from __future__ import annotations

from pilot.project.placeholders import is_placeholder
from pilot.project.script_secrets import SecretRead
from pilot.project.secret_store import SecretStore
from pilot.project.secret_values import is_setting
from pilot.project.toml_file import Toml

WITHOUT = frozenset({"duckdb", "dummy", "ducklake"})
"""These work with nothing filled in."""

_ALWAYS_NEED = "clickhouse dremio fabric motherduck mssql postgres redshift snowflake sqlalchemy synapse"
ALWAYS_NEED = frozenset(_ALWAYS_NEED.split())
"""The others find credentials elsewhere too: in a cloud's own settings, or in none at all."""


def credentials_wanted(
    destination: str, store: SecretStore, contents: tuple[Toml, ...], bucket: str | None = None
) -> dict[str, bool]:
    """The credentials of a destination by dotted path, and whether each is filled in.

    `bucket` is a bucket's address that was given with `--secret`.
    """
    base = f"destination.{destination}"
    if destination in WITHOUT:
        return {}
    if destination == "filesystem" and _is_local(bucket or _bucket(store, base, contents)):
        return {f"{base}.bucket_url": False} if bucket else {}
    whole = store.find(_read(f"{base}.credentials"), "", contents)
    given = store.below(base, contents)
    places = [
        path for path in given if not (whole and _is_text(whole.value) and path != f"{base}.credentials")
    ]
    wanted = {
        path: _is_filled(path, given[path], store, contents) for path in places if _is_secret(path, given)
    }
    wanted = {path: filled for path, filled in wanted.items() if not (filled and is_setting(path))}
    if whole is None and destination in ALWAYS_NEED:
        wanted[f"{base}.credentials"] = False
    return wanted


def _is_secret(path: str, given: dict[str, object]) -> bool:
    return ".credentials" in path or is_placeholder(given[path])


def _is_filled(path: str, value: object, store: SecretStore, contents: tuple[Toml, ...]) -> bool:
    found = store.find(_read(path), "", contents)
    return not is_placeholder(found.value if found else value)


def _bucket(store: SecretStore, base: str, contents: tuple[Toml, ...]) -> str:
    found = store.find(_read(f"{base}.bucket_url"), "", contents)
    return "" if found is None or is_placeholder(found.value) else str(found.value)


def _is_local(url: str) -> bool:
    scheme, separator, _ = url.partition("://")
    return bool(url) and (not separator or scheme == "file")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not is_placeholder(value)


def _read(path: str) -> SecretRead:
    """How dlt looks for a setting of a destination: with its name, without it, on its own."""
    top, _, *rest = path.split(".")
    return SecretRead(path, tuple(dict.fromkeys((path, ".".join((top, *rest)), ".".join(rest)))))
