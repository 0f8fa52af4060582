"""Keeps dlt's telemetry setting in a project as it would be without pilot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pilot.project.toml_file import leaf, parse_toml

SETTING = "dlthub_telemetry"
LINE = re.compile(rf"^{SETTING}[ \t]*=[ \t]*false\b[^\r\n]*(\r\n|\n|\Z)", re.MULTILINE)


def settled(after: str, before: str | None, environ: Mapping[str, str], global_config: Path) -> str:
    """config.toml after `dlt init`, told what dlt wrote only because pilot starts it with telemetry off.

    In a new file the setting becomes what dlt would have written; in one that was there and said nothing
    about it, it goes again.
    """
    if before is None:
        value = "true" if _wanted(environ, global_config) else "false"
        return LINE.sub(lambda found: found.group().replace("false", value, 1), after, count=1)
    if leaf(parse_toml(before, "config.toml"), ("runtime", SETTING)) is not None:
        return after
    return LINE.sub("", after, count=1)


def _wanted(environ: Mapping[str, str], global_config: Path) -> bool:
    """What dlt takes as the setting: the person's environment, then the user's own file, then yes."""
    said = environ.get(f"RUNTIME__{SETTING.upper()}")
    if said is not None:
        return said.strip().lower() in ("true", "1", "yes", "y", "on", "t")
    if global_config.is_file():
        text = global_config.read_text(encoding="utf-8")
        return leaf(parse_toml(text, str(global_config)), ("runtime", SETTING)) is not False
    return True
