"""The environment of a child: an allow-list, so that no key of pilot's own gets into code nobody has read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from pilot.run.result import RunMode

# fmt: off
_SYSTEM = {
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
    "PYTHONPATH", "PYTHONPYCACHEPREFIX",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE",
    "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "NUMBER_OF_PROCESSORS",
}
# fmt: on

_PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}

_NEVER = ("_", "OPENAI", "ANTHROPIC", "PILOT")

_SECTIONS = frozenset(
    {
        "SOURCES", "DESTINATION", "CREDENTIALS", "RUNTIME", "EXTRACT", "NORMALIZE", "LOAD", "SCHEMA",
        "DATA_WRITER", "PIPELINES", "DATASET", "BUFFERS",
    }
)  # fmt: skip
"""Where dlt's settings begin, or go on after the pipeline's name. Other programs write `A__B` too."""

_DESTINATIONS = frozenset(
    {
        "ATHENA", "BIGQUERY", "CLICKHOUSE", "DATABRICKS", "DREMIO", "DUCKDB", "DUCKLAKE", "FABRIC",
        "FILESYSTEM", "LANCEDB", "MOTHERDUCK", "MSSQL", "POSTGRES", "QDRANT", "REDSHIFT", "SNOWFLAKE",
        "SQLALCHEMY", "SYNAPSE", "WEAVIATE",
    }
)  # fmt: skip

_ALWAYS = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}

_IN_A_CHECK = {
    # dlt's defaults are silent for 15 seconds up to 5 minutes before an API's failure shows
    "RUNTIME__REQUEST_MAX_ATTEMPTS": "2",
    "RUNTIME__REQUEST_TIMEOUT": "10",
    "RUNTIME__HTTP_SHOW_ERROR_BODY": "true",
}

_IN_A_LOAD = {
    # what is going on: rows and their rate, every second, for the live region
    "PROGRESS": "log",
    "PYTHONWARNINGS": "ignore:psutil dependency",
}


def child_environment(
    own: Mapping[str, str], given: Mapping[str, str], mode: RunMode | None = None
) -> dict[str, str]:
    """The environment for a child.

    `own` is the environment that pilot itself has: of it only what the system and dlt need is passed on;
    what the person set for dlt there beats the settings of a mode. `given` are the secrets of this run.
    """
    passed = {name: value for name, value in own.items() if _is_for_dlt(name) or _is_for_system(name)}
    modes = {RunMode.CHECK: _IN_A_CHECK, RunMode.LOAD: _IN_A_LOAD}
    return {**(modes[mode] if mode else {}), **passed, **_ALWAYS, **given}


def _is_for_system(name: str) -> bool:
    return name.upper() in _SYSTEM or name.startswith("LC_")


def _is_for_dlt(name: str) -> bool:
    """dlt's own variables, and its configuration: `SOURCES__WEATHER__API_KEY`."""
    if name.upper().startswith(_NEVER):
        return False
    return name.startswith("DLT_") or any(part in _SECTIONS for part in name.split("__")[:-1][:2])


def with_allowed(
    environment: Mapping[str, str], allowed: Iterable[str], destination: str | None
) -> dict[str, str]:
    """The environment with variables that the person allowed, without other destinations' keys."""
    own = (destination or "").upper()
    kept = {name: value for name, value in environment.items() if _destination_of(name) in (own, "")}
    return {**kept, **{name: os.environ[name] for name in allowed if name in os.environ}}


def without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the person's proxies, whose addresses may hold a password."""
    return {name: value for name, value in environment.items() if name.upper() not in _PROXIES}


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without dlt's settings and the person's proxies: what importing needs, and no more."""
    return {name: value for name, value in without_proxies(environment).items() if "__" not in name}


def _destination_of(name: str) -> str:
    """Whose setting a variable is, where it is that of one destination of dlt's."""
    parts = name.split("__")
    place = parts.index("DESTINATION") + 1 if "DESTINATION" in parts[:-1] else len(parts)
    return parts[place] if place < len(parts) - 1 and parts[place] in _DESTINATIONS else ""
