"""A package index in a folder, and a project's environment that has dlt: for missing packages, offline."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

MODULE = "xmltodict"
"""A well-known package that nothing here needs."""


def wheel(folder: Path, module: str = MODULE, code: str = "VALUE = 1\n") -> dict[str, str]:
    """Put a package into the folder; the variables with which pip finds it there, and nowhere else."""
    folder.mkdir(exist_ok=True)
    name = f"{module}-9.9.9"
    files = {
        f"{module}/__init__.py": code,
        f"{name}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {module}\nVersion: 9.9.9\n",
        f"{name}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in files)
    with ZipFile(folder / f"{name}-py3-none-any.whl", "w") as archive:
        for path, text in {**files, f"{name}.dist-info/RECORD": record}.items():
            archive.writestr(path, text)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def environment_with_dlt(root: Path) -> Path:
    """A `.venv` that sees what is installed here, and can be installed into; its Python."""
    subprocess.run([sys.executable, "-m", "venv", root / ".venv"], check=True, capture_output=True)
    python = root / ".venv" / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    inside = Path(
        subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()
    )
    here = Path(sysconfig.get_path("purelib"))
    inside.joinpath("here.pth").write_text(f"{here}\n", "utf-8")
    (inside / "dlt").symlink_to(here / "dlt")
    return python
