"""Where dlt keeps the settings of a user."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def global_folder(environ: Mapping[str, str]) -> Path:
    """dlt's folder for all projects of a user: `secrets.toml` and `config.toml` there are read as well."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/dlt")
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if not home or not os.access(home, os.W_OK):
        return Path(tempfile.gettempdir()) / "dlt"
    own = Path(home) / ".dlt"
    if (elsewhere := environ.get("XDG_DATA_HOME")) and not own.is_dir():
        return Path(elsewhere) / "dlt"
    return own
