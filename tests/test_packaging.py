"""The wheel carries everything that is named by file, and the README names only what exists."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_README = (_ROOT / "README.md").read_text("utf-8")

_COMMANDS = {*re.findall(r"^\| `pilot ([a-z]+)", _README, re.M), *re.findall(r"\$ pilot ([a-z]+)", _README)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run([*build, "--outdir", str(folder), str(_ROOT)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_every_step_policy_prompt_and_module(wheel: set[str]) -> None:
    for folder, suffix in (("steps", ".py"), ("policies", ".toml"), ("prompts", ".md")):
        for file in (_ROOT / folder).glob(f"*{suffix}"):
            assert f"pilot/shipped/{folder}/{file.name}" in wheel
    for file in (_ROOT / "src" / "pilot").rglob("*.py"):
        assert file.relative_to(_ROOT / "src").as_posix() in wheel


def test_the_wheel_is_typed_and_carries_nothing_else(wheel: set[str]) -> None:
    assert "pilot/py.typed" in wheel
    strays = [name for name in wheel if not name.startswith(("pilot/", "dlt_pilot-"))]
    assert strays == []


def test_every_command_in_the_readme_exists() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "pilot", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert _COMMANDS
    for command in _COMMANDS:
        assert re.search(rf"^\s+{command}\b", shown, re.M), command


def test_every_flag_in_the_readme_exists() -> None:
    helps = "".join(
        subprocess.run(
            [sys.executable, "-m", "pilot", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for command in _COMMANDS
    )
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", _README)) - {"--help"}
    assert flags
    assert [flag for flag in sorted(flags) if flag not in helps] == []


def test_the_make_targets_in_the_readme_exist() -> None:
    makefile = (_ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"`?make ([a-z]+)", _README)):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_pins_are_plain_versions() -> None:
    lines = (_ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line)] == []


def test_a_command_that_never_runs_the_script_has_no_bounds_of_its_runs() -> None:
    def help_of(command: str) -> str:
        words = [sys.executable, "-m", "pilot", command, "--help"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    bounds = ("--max-repairs", "--timeout", "--allow-host")
    for command in ("doctor", "query"):
        assert not [flag for flag in bounds if flag in help_of(command)]
    assert all(flag in help_of("run") for flag in bounds)


def test_a_wrong_level_of_the_fence_is_told_plainly() -> None:
    words = [sys.executable, "-m", "pilot", "run", "--fence", "foo"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Invalid value for '--fence': 'foo' is not one of" in done.stderr
