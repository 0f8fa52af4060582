"""Which Python runs a project's script, and what dlt brings along there."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PLACES = ("bin/python", "Scripts/python.exe")
PACKAGES = ("lib/python3.*/site-packages", "lib64/python3.*/site-packages", "Lib/site-packages")


def find_interpreter(root: Path) -> tuple[Path, str]:
    """The project's `.venv` when dlt is installed there, else pilot's Python; and a note if one is due."""
    environment = root / ".venv"
    python = next((environment / place for place in PLACES if (environment / place).is_file()), None)
    own = Path(sys.executable)
    if python is None:
        return own, ""
    if has_dlt(environment):
        return python, ""
    return own, "The project's .venv has no dlt, so pilot's own Python runs the script."


def has_dlt(environment: Path) -> bool:
    """Whether dlt is installed in a virtual environment."""
    return any(folder.joinpath("dlt/__init__.py").is_file() for folder in _site_packages(environment))


def known_destinations(interpreter: Path) -> tuple[str, ...]:
    """The destinations that the dlt of an interpreter ships, looked up without running anything."""
    folders = [*_site_packages(interpreter.parent.parent), *map(Path, sys.path)]
    shipped = (folder / "dlt" / "destinations" / "impl" for folder in folders)
    found = next((folder for folder in shipped if folder.is_dir()), None)
    if found is None:
        return ()
    return tuple(
        sorted(
            entry.name
            for entry in found.iterdir()
            if (entry / "factory.py").is_file() and entry.name != "destination"
        )
    )


def has_package(interpreter: Path, package: str) -> bool:
    """Whether an interpreter can import a package, looked up without running anything."""
    if interpreter == Path(sys.executable):
        return find_spec(package) is not None
    places = (folder / package / "__init__.py" for folder in _site_packages(interpreter.parent.parent))
    return any(place.is_file() for place in places)


def _site_packages(environment: Path) -> list[Path]:
    return [folder for pattern in PACKAGES for folder in environment.glob(pattern)]
