"""The rules of the house that a reader relies on, checked."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_PACKAGE = _ROOT / "src" / "pilot"
_ROOMS = ("api", "judge", "model", "project", "run", "warehouse", "writers", "validators", "session")
_ABOVE = ("engine", "hosts", "cli", "commands", "workshop", "catalogue", "desk", "slash")
_HEAVY = ("dlt", "duckdb", "openai", "rich", "questionary", "prompt_toolkit", "requests", "tomlkit")


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*.py")) if "__pycache__" not in file.parts]


@pytest.mark.parametrize("room", _ROOMS)
def test_a_room_knows_neither_the_engine_nor_a_host_nor_a_command(room: str) -> None:
    for file in _files(_PACKAGE / room):
        above = [name for name in _imports(file) if name.startswith(tuple(f"pilot.{a}" for a in _ABOVE))]
        assert not above, f"{file.relative_to(_ROOT)} imports {above}"


def test_steps_know_no_other_step_and_no_engine() -> None:
    for file in _files(_ROOT / "steps"):
        named = set(_imports(file))
        assert not [name for name in named if name.startswith(("steps", "pilot.shipped", "pilot.engine"))], (
            file
        )


def test_pilot_imports_no_step_by_name() -> None:
    for file in _files(_PACKAGE):
        named = [n for n in _imports(file) if n.startswith(("steps", "policies", "pilot.shipped."))]
        assert not named, f"{file.relative_to(_ROOT)} imports {named}"


def test_dlt_is_imported_in_child_processes_only() -> None:
    for file in _files(_PACKAGE):
        if "child" in file.stem or "harness" in file.parts:
            continue
        assert not [name for name in _imports(file) if name.split(".")[0] == "dlt"], file


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["init", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from pilot.__main__ import main\n"
        f"sys.argv = ['pilot', *{arguments!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.rpartition("LOADED")[2].split()
    assert not set(loaded) & set(_HEAVY)


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    names = [
        ".".join(file.relative_to(_PACKAGE.parent).with_suffix("").parts)
        for file in _files(_PACKAGE)
        if file.name != "__main__.py" and "child" not in file.stem and "harness" not in file.parts
    ]
    program = (
        f"import importlib\nfor name in {names!r}: importlib.import_module(name.removesuffix('.__init__'))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def _calls(node: ast.AST) -> list[str]:
    return [ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)]


def test_nothing_but_a_host_or_a_command_prints() -> None:
    allowed = ("hosts", "commands", "cli.py", "__main__.py")
    for file in _files(_PACKAGE) + _files(_ROOT / "steps"):
        inside = file.relative_to(_PACKAGE) if file.is_relative_to(_PACKAGE) else file
        if inside.parts[0] in allowed or "child" in file.stem or "harness" in file.parts:
            continue
        assert "print" not in _calls(ast.parse(file.read_text("utf-8"))), file


def test_files_are_changed_through_the_gate_only() -> None:
    for file in [
        *_files(_ROOT / "steps"),
        _PACKAGE / "desk.py",
        _PACKAGE / "drafting.py",
        *_files(_PACKAGE / "engine"),
    ]:
        calls = _calls(ast.parse(file.read_text("utf-8")))
        assert not [
            call for call in calls if call.endswith(("project.write", ".write_text", ".write_bytes"))
        ], file


def test_whoever_runs_the_script_asks_the_gate_first() -> None:
    runs = 0
    for file in [*_files(_ROOT / "steps"), *_files(_PACKAGE)]:
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = _calls(function)
                if any(call.endswith("kit.runner.run") for call in calls):
                    runs += 1
                    assert any(call.endswith("consent.run") for call in calls), f"{file}: {function.name}"
    assert runs >= 3


def test_one_place_alone_sends_requests_to_a_model() -> None:
    senders, makers = [], []
    for file in _files(_PACKAGE):
        text = file.read_text("utf-8")
        tree = ast.parse(text)
        if any(
            isinstance(n, ast.Attribute) and n.attr in ("completions", "responses") for n in ast.walk(tree)
        ):
            senders.append(file.name)
        calls = _calls(tree)
        makers += [
            f"{file.name}: {call}" for call in calls if call.endswith(("openai.OpenAI", "exchange.send"))
        ]
    assert senders == ["exchange.py"]
    assert sorted(makers) == ["client.py: exchange.send", "client.py: openai.OpenAI"]


def test_every_request_to_a_model_is_looked_at_right_before_it_is_sent() -> None:
    tree = ast.parse((_PACKAGE / "model" / "client.py").read_text("utf-8"))
    senders = [
        function
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and "exchange.send" in _calls(function)
    ]
    assert len(senders) == 1
    lines = [
        next(
            n.lineno for n in ast.walk(senders[0]) if isinstance(n, ast.Call) and ast.unparse(n.func) == name
        )
        for name in ("self._shape.body", "self._refuse_leaks", "exchange.send")
    ]
    assert lines == sorted(lines)
