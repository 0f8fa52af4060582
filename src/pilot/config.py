"""Configuration files: the user's own, and the project's, which may be committed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from pilot.errors import UsageError


def config_files(root: Path, environ: Mapping[str, str]) -> tuple[Path, Path]:
    """The user's `config.toml` and the project's, which goes before it."""
    folder = environ.get("XDG_CONFIG_HOME")
    user = Path(folder) if folder else Path(environ.get("HOME") or Path.home()) / ".config"
    return user / "pilot" / "config.toml", root / ".pilot" / "config.toml"


def read_config(file: Path) -> dict[str, object]:
    """What a file says; nothing where there is none. Raises UsageError for one that can't be read."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} can't be read: {error}", "Put it right, or delete it.") from None
