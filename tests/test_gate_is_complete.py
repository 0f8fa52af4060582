"""No way round the gate: who in pilot can write, start a program or connect, and a whole run watched."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pilot.session.store import Store
from tests.e2e.command import clean_environment
from tests.e2e.house import SCRIPT, WITH_KEY, House, well_api
from tests.support.weather_api import serve

_ROOT = Path(__file__).parent.parent
_PACKAGE = _ROOT / "src" / "pilot"

STARTS = {
    "warehouse/unloading.py": "takes rows out after Consent.take_out",
    "commands/doctor.py": "asks the project's Python for its packages",
    "commands/export.py": "reads dlt's schema of the pipeline for the picture",
    "hosts/editor.py": "the person's own editor, when they ask for it",
    "project/ignored.py": "asks git what it ignores",
    "project/installing.py": "after Consent.install, package by package",
    "run/starting.py": "the harness: scripts after Consent.run, dlt's own commands",
    "run/warm.py": "the harness, ahead: nothing of the project runs in it",
    "run/tree.py": "the lifeline of a run, and taskkill",
    "run/harness/": "in the child: a fork, or the interpreter anew, for each job",
    "run/fence/inside/namespaces.py": "in the child: tries a namespace",
    "warehouse/reader.py": "reads what was loaded, for as long as a course asks",
    "warehouse/warehouse.py": "reads what was loaded",
}
CONNECTS = {
    "api/fetch.py": "asks Consent.contact for each host",
    "model/client.py": "the model's endpoint, which the person chose",
    "run/fence/fence.py": "listens on this machine for the fence",
    "run/fence/gate.py": "listens in a private folder",
    "run/fence/upstream.py": "for the script, to hosts that Consent.agreed names",
    "run/fence/inside/hold.py": "in the child: its gate",
    "run/fence/inside/namespaces.py": "in the child: its own network",
    "run/fence/inside/proof.py": "in the child: tries what must fail",
    "run/harness/warm.py": "in the child: its line to pilot",
    "run/line.py": "the line to a child",
    "run/warm.py": "the line to a child",
}
WRITES = {
    "project/files.py": "the one place that writes a project's files; Consent.change calls it",
    "project/project.py": "Project.write, which only Consent.change calls",
    "project/init.py": "what dlt init made, in the same act",
    "project/installing.py": "the environment that Consent.install was for",
    "project/secrets.py": "a value that the person typed, into secrets.toml",
    "session/": "pilot's own state in .pilot/state, and undo, which the person asks for",
    "memory.py": "answers of the person, in pilot's own state folder",
    "hosts/editor.py": "a temporary file for the person's editor",
    "hosts/prompts.py": "the history of what was typed, in pilot's state",
    "commands/export.py": "the file that the person asked for",
    "commands/show_case.py": "the folder of the demo",
    "flags.py": "the folder that --dir names",
    "run/local_state.py": "dlt's working folder of this pipeline",
    "run/fence/": "private temporary folders, and dlt's working folder",
    "run/harness/": "in the child",
    "run/warm.py": "private temporary folders",
}

_STARTING = re.compile(
    r"(subprocess\.(run|Popen|call|check_\w+)|os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*))$"
)
_CONNECTING = re.compile(
    r"(socket\.(socket|create_connection|socketpair)|^requests\.\w+|^Session|urlopen|^OpenAI|^openai\.\w+)$"
)
_WRITING = re.compile(
    r"\.(write_text|write_bytes|unlink|rename|rmdir|mkdir|touch|symlink_to|makedirs)$"
    r"|^(os\.(remove|truncate)|shutil\.(rmtree|copy\w*|move)|tempfile\.mkstemp|write_text|replace_bytes)$"
)


def _files() -> list[Path]:
    files = [*_PACKAGE.rglob("*.py"), *(_ROOT / "steps").glob("*.py")]
    return [file for file in files if "demo" not in file.parts]


def _doing(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Who calls something of that kind: file and name."""
    for file in _files():
        inside = file.relative_to(_PACKAGE if file.is_relative_to(_PACKAGE) else _ROOT).as_posix()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and pattern.search(name := ast.unparse(node.func)):
                yield inside, name


@pytest.mark.parametrize(
    ("pattern", "known"),
    [(_STARTING, STARTS), (_CONNECTING, CONNECTS), (_WRITING, WRITES)],
    ids=["starts", "connects", "writes"],
)
def test_who_acts_is_known_and_has_a_reason(pattern: re.Pattern[str], known: Mapping[str, str]) -> None:
    unknown = {(file, name) for file, name in _doing(pattern) if not file.startswith(tuple(known))}
    assert not unknown, "give a reason here, or go through pilot.consent"


def test_only_the_gate_writes_a_file_of_the_project() -> None:
    callers = {file for file, name in _doing(re.compile(r"(project|_files|files)\.write$"))}
    assert callers <= {"consent.py", "workshop.py"}


def test_packages_are_installed_after_consent_of_their_own() -> None:
    text = (_ROOT / "steps" / "install_packages.py").read_text("utf-8")
    assert text.index("consent.install") and "carry_out(" in text
    importers = [f for f in _files() if "from pilot.project.installing import" in f.read_text("utf-8")]
    assert [file.name for file in importers] == ["install_packages.py"]


MADE_BY_INIT = (SCRIPT, ".dlt/config.toml", ".dlt/secrets.toml", "requirements.txt", ".gitignore")
"""dlt init's own files, which pilot completes in the same act."""

_WATCHED = """
import atexit, json, os, sys, time
log, arguments = sys.argv[1], sys.argv[2:]
events, kinds = [], ("open", "subprocess.Popen", "socket.connect", "os.remove", "os.rename", "os.mkdir")
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def watch(event, args):
    if event in kinds and (event != "open" or (args[2] or 0) & writing):
        told = [" ".join(map(str, args[1]))] if event == "subprocess.Popen" else [str(a) for a in args[:2]]
        events.append((time.time(), event, told))

def dump():
    with open(log, "w") as file:
        json.dump(events, file)

sys.addaudithook(watch)
atexit.register(dump)
from pilot.__main__ import main
sys.argv = ["pilot", *arguments]
main()
"""


def watched_run(house: House, *arguments: str) -> list[tuple[float, str, list[str]]]:
    """Run the real command under an audit hook: every write, start and connection, with its time."""
    log = house.home / "events.json"
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(log), *arguments],
        cwd=house.folder,
        env=house.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    return [(at, event, told) for at, event, told in json.loads(log.read_text("utf-8"))]


def agreed(house: House) -> dict[str, float]:
    """When each act was first agreed to."""
    with closing(Store.open(house.folder)) as store:
        found: dict[str, float] = {}
        for _, at, act, answer in store.consents(1):
            assert answer in ("y", "a")
            found.setdefault(act, at)
    return found


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, list[Any]]]:
    """A whole pipeline made under watch."""
    api = well_api()
    with serve(api):
        house = House(tmp_path_factory.mktemp("watched"), api)
        house.environ |= clean_environment(house.home / "home")
        goal = f"The stations at {house.stations}"
        command = ("init", "weather", "--api", goal, *WITH_KEY, "--yes", "--no-input", "--model", "builtin")
        yield house, watched_run(house, *command)
        api.over.set()


def _place(house: House, path: str) -> Path:
    return (house.folder / path).resolve()


def test_every_file_of_the_project_was_written_after_the_person_agreed(
    watched: tuple[House, list[Any]],
) -> None:
    house, events = watched
    given = agreed(house)
    seen = set()
    for at, event, told in events:
        place = _place(house, told[0])
        if (
            event not in ("open", "os.rename")
            or told[0].isdecimal()
            or not place.is_relative_to(house.folder)
        ):
            continue
        inside = place.relative_to(house.folder).as_posix()
        if inside == "." or inside.startswith(".pilot/state") or "__pycache__" in inside:
            continue  # a nameless file, to see whether one can be made; pilot's own state
        name = re.sub(r"(^|/)\.([^/]+?)\.\w+\.new$", r"\1\2", inside)
        by_init = name in MADE_BY_INIT and at < given[f"change a file: {SCRIPT}"]
        assert by_init or given.get(f"change a file: {name}", 1e12) <= at, (event, told)
        seen.add(name)
    assert SCRIPT in seen


def test_no_host_was_connected_to_before_the_person_agreed(watched: tuple[House, list[Any]]) -> None:
    house, events = watched
    given = agreed(house)
    hosts = []
    for at, event, told in events:
        if event == "socket.connect" and told[1].startswith("('"):
            name, port = ast.literal_eval(told[1])[:2]
            hosts.append(f"{name}:{port}")
            assert given[f"contact a host: {name}:{port}"] <= at
    assert hosts


def test_no_script_was_started_before_the_person_agreed(watched: tuple[House, list[Any]]) -> None:
    house, events = watched
    given = agreed(house)
    started = [(at, told[0]) for at, event, told in events if event == "subprocess.Popen"]
    runs = [(at, command) for at, command in started if SCRIPT in command]
    assert all(given[f"run the script: {SCRIPT}"] <= at for at, _ in runs)
    for _, command in started:
        known = (SCRIPT, "harness/start.py", "_child.py", "/bin/sh -c read", "dlt", "git ")
        assert any(part in command for part in known), command


def test_nothing_outside_the_project_was_changed_but_pilots_own_state_and_temporary_files(
    watched: tuple[House, list[Any]],
) -> None:
    house, events = watched
    own, temporary = (house.folder, house.home / "home"), Path(tempfile.gettempdir())
    for _, event, told in events:
        if event not in ("open", "os.rename", "os.remove", "os.mkdir") or told[0].isdecimal():
            continue
        place = _place(house, told[0])
        fine = any(place.is_relative_to(folder) for folder in own) or "__pycache__" in place.parts
        fine = fine or (place.is_relative_to(temporary) and not place.is_relative_to(house.home))
        assert fine or str(place).startswith(("/dev/", "/proc/")) or place.name == "events.json", (
            event,
            told,
        )
