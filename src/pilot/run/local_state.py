"""dlt's local state of a pipeline: one per name on a machine, whichever project it belongs to.

dlt 1.31 remembers in it the folder of the first run, and puts the DuckDB file there at every later one: a
pipeline of the same name in another project would load into that project's database, and go on from its
incremental state. So each project gets its own state back before it loads.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_STATE, _SCHEMAS = "state.json", "schemas"


def take_own_state(root: Path, pipeline: str, environment: Mapping[str, str]) -> Path | None:
    """Set another project's state aside and take this one's up again; the other's folder, or None."""
    folder = data_folder(environment) / "pipelines" / pipeline
    owner = owner_of(folder)
    if owner is None or owner.resolve() == root.resolve():
        return None
    with suppress(OSError):  # a folder that can't be renamed is left to dlt
        folder.rename(_free(_aside(folder, owner)))
        own = _aside(folder, root)
        if own.is_dir():
            own.rename(folder)
    return owner


def drop_half_state(pipeline: str, environment: Mapping[str, str]) -> None:
    """Drop what a killed run had only begun: dlt 1.31 fails for ever on a state without a schema.

    Where the state holds packages it stays, as dlt finishes them.
    """
    folder = data_folder(environment) / "pipelines" / pipeline
    whole = (folder / _STATE).is_file() and any((folder / _SCHEMAS).glob("*.schema.json"))
    if folder.is_dir() and not whole and not packages_in(folder):
        shutil.rmtree(folder, ignore_errors=True)


def packages_in(folder: Path) -> bool:
    """Whether a pipeline's folder holds packages that are not loaded yet."""
    return bool(_pending_in(folder))


def forget_state(root: Path, pipeline: str, environment: Mapping[str, str]) -> None:
    """Drop this project's state of a pipeline; at its next run dlt reads the destination's."""
    folder = data_folder(environment) / "pipelines" / pipeline
    owner = owner_of(folder)
    if owner is not None and owner.resolve() == root.resolve():
        shutil.rmtree(folder, ignore_errors=True)


def keep_state(root: Path, pipeline: str, environment: Mapping[str, str], into: Path) -> None:
    """Copy what dlt knows of this project's pipeline, pending packages aside."""
    take_own_state(root, pipeline, environment)
    folder = data_folder(environment) / "pipelines" / pipeline
    shutil.rmtree(into, ignore_errors=True)
    if (folder / _STATE).is_file():
        into.mkdir(parents=True)
        shutil.copy(folder / _STATE, into)
        shutil.copytree(folder / _SCHEMAS, into / _SCHEMAS)


def put_back_state(root: Path, pipeline: str, environment: Mapping[str, str], kept: Path) -> None:
    """Have dlt know what was kept, and nothing else; its pending packages are gone."""
    take_own_state(root, pipeline, environment)
    folder = data_folder(environment) / "pipelines" / pipeline
    shutil.rmtree(folder, ignore_errors=True)
    if kept.is_dir():
        shutil.copytree(kept, folder)


def knows(root: Path, pipeline: str, environment: Mapping[str, str]) -> bool:
    """Whether dlt keeps its state of this project's pipeline here; a script can have it elsewhere."""
    folder = data_folder(environment) / "pipelines" / pipeline
    owner = owner_of(folder)
    return folder.is_dir() and (owner is None or owner.resolve() == root.resolve())


def pending_of(root: Path, pipeline: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The load ids of this project's packages that are not loaded to their end."""
    ours = knows(root, pipeline, environment)
    return _pending_in(data_folder(environment) / "pipelines" / pipeline) if ours else ()


def _pending_in(folder: Path) -> tuple[str, ...]:
    stages = (folder / "normalize" / "extracted", folder / "load" / "normalized")
    return tuple(sorted({entry.name for stage in stages if stage.is_dir() for entry in stage.iterdir()}))


def owner_of(folder: Path) -> Path | None:
    """The folder that the pipeline first ran in."""
    try:
        state = json.loads((folder / _STATE).read_text("utf-8"))
        owner = state["_local"]["initial_cwd"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return Path(owner) if isinstance(owner, str) else None


def _aside(folder: Path, root: Path) -> Path:
    digest = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
    return folder.with_name(f"{folder.name}.of-{digest}")


def _free(path: Path) -> Path:
    """The path, or one beside it that nothing has yet."""
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{path.name.partition('.again')[0]}.again{number}")
    return path


def data_folder(environment: Mapping[str, str]) -> Path:
    """Where dlt keeps its data, by its own rules."""
    if "DLT_DATA_DIR" in environment:
        return Path(environment["DLT_DATA_DIR"])
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/dlt")
    home = Path(environment.get("HOME") or Path.home())
    if not os.access(home, os.W_OK):
        return Path(tempfile.gettempdir(), "dlt")
    if "XDG_DATA_HOME" in environment and not (home / ".dlt").is_dir():
        return Path(environment["XDG_DATA_HOME"], "dlt")
    return home / ".dlt"
