"""The warm parent: its forks do what a fresh interpreter does, and nothing of it is left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pilot.run.result import Ending, RunMode, RunResult
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter, Starter
from pilot.run.warm import WarmStarter, begin_ahead
from tests.run.scripts import SCRIPT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are sound on Linux only")

PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmStarter]:
    """A warm parent for all of these tests."""
    warm = WarmStarter(tmp_path_factory.mktemp("warm"), lambda: PYTHON)
    warm.warm_up()
    yield warm
    warm.close()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder; dlt's data stays beside it."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt_data"))
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def ran(root: Path, starter: Starter, code: str, **given: str) -> RunResult:
    """Run a script."""
    (root / SCRIPT).write_text(code, "utf-8")
    return ScriptRunner(root, starter, str).run(SCRIPT, RunMode.CHECK, given, 30, lambda text: None)


def came(result: RunResult) -> tuple[object, ...]:
    """What is to be equal."""
    stderr = re.sub(r"0x[0-9a-f]+", "0x", result.stderr)
    return result.ending, result.exit_code, result.stdout, stderr, result.error, len(result.loads)


SAME = {
    "a clean end": "print('done')",
    "an exit code": "import sys; sys.exit(3)",
    "an exit in words": "raise SystemExit('told why')",
    "exit()": "exit()",
    "an exception": "def f():\n    raise KeyError('data')\nf()",
    "a chain": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('two') from e",
    "a syntax error": "def f(:\n    pass",
    "an import that is missing": "import no_such_module_here",
    "an end without ceremony": "import os; print('x', flush=True); os._exit(7)",
    "a keyboard interrupt": "raise KeyboardInterrupt",
    "a signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "an abort": "import os; os.abort()",
    "a thread that ends late": "import threading; threading.Timer(0.1, print, ['late']).start(); 1 / 0",
    "a daemon": "import threading as t, time; t.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "atexit": "import atexit; atexit.register(print, 'bye'); raise RuntimeError('now')",
    "an excepthook": "import sys; sys.excepthook = lambda *_: print('own hook'); 1 / 0",
    "an end that fails": "import atexit\natexit.register(lambda: 1 / 0)",
    "a file that is not closed": "kept = open('out.txt', 'w'); kept.write('all of it')",
    "an object's own end": "class A:\n    def __del__(self): print('gone')\na = A()",
    "warnings": "import warnings; warnings.warn('old', DeprecationWarning); warnings.warn('look out')",
    "logging": "import logging; logging.basicConfig(level='INFO'); logging.info('x')",
    "what is around": (
        "import os, sys, time, locale, signal\n"
        "main = sys.modules['__main__']\n"
        "print(__name__, sys.argv, sys.path, os.getcwd(), __file__, main.__dict__ is globals(), __doc__)\n"
        "print(sys.stdin.read(), sys.stdout.encoding, sys.stdout.isatty(), sys.flags, sys.warnoptions)\n"
        "print(sorted(os.environ.items()), time.tzname, locale.getlocale(), sys.executable, sys.prefix)\n"
        "print(os.getpid() == os.getsid(0) == os.getpgid(0), os.getppid(), os.umask(0))\n"
        "print([signal.getsignal(n) for n in (2, 13, 15)], sys.excepthook, sys.getrecursionlimit())\n"
    ),
    "many processes": (
        "import multiprocessing as m\n"
        "def f(x): return x * x\n"
        "if __name__ == '__main__':\n"
        "    with m.get_context('spawn').Pool(1) as pool: print(pool.map(f, [1, 2, 3]))\n"
        "    with m.get_context('fork').Pool(1) as pool: print(pool.map(f, [1, 2, 3]))\n"
    ),
    "a program": "import subprocess, sys; print(subprocess.run(['echo', 'x'], capture_output=True).stdout)",
    "asyncio": "import asyncio\nasync def f(): return 5\nprint(asyncio.run(f()))",
    "a source that is read again": "import inspect\ndef f(): return 1\nprint(inspect.getsource(f))",
}


@pytest.mark.parametrize("what", SAME)
def test_a_fork_does_what_a_fresh_interpreter_does(root: Path, starter: WarmStarter, what: str) -> None:
    theirs = came(ran(root, FreshInterpreter(lambda: PYTHON), SAME[what]))
    files = {file.name: file.read_bytes() for file in root.glob("*.txt")}
    for file in root.glob("*.txt"):
        file.unlink()
    ours = came(ran(root, starter, SAME[what]))
    assert ours == theirs
    assert {file.name: file.read_bytes() for file in root.glob("*.txt")} == files


LOADS = """
import dlt, os

@dlt.resource(primary_key="id", write_disposition="merge")
def rows(size: int = dlt.config.value, key: str = dlt.secrets.value):
    print("key", key, "size", size)
    yield [{"id": n, "inner": [n]} for n in range(size)]

if __name__ == "__main__":
    pipeline = dlt.pipeline("counted", destination="duckdb", dataset_name="data")
    info = pipeline.run(rows())
    with pipeline.sql_client() as client:
        for table in ("rows", "rows__inner"):
            print(client.execute_sql(f"SELECT count(*) FROM {table}"))
"""


def test_loads_secrets_and_settings_are_those_of_now(root: Path, starter: WarmStarter) -> None:
    settings = root / ".dlt"
    settings.mkdir()

    def put(size: int, key: str) -> None:
        (settings / "config.toml").write_text(f"size = {size}\n")
        (settings / "secrets.toml").write_text(f'key = "{key}"\n')

    put(3, "first")
    one = ran(root, starter, LOADS)
    put(5, "second")
    two = ran(root, starter, LOADS)
    three = ran(root, starter, LOADS, KEY="third")
    four = ran(root, FreshInterpreter(lambda: PYTHON), LOADS, KEY="third")
    assert (one.ok, two.ok, three.ok) == (True, True, True), one.stderr
    assert one.stdout == "key first size 3\n[(3,)]\n[(3,)]\n"
    assert two.stdout == "key second size 5\n[(5,)]\n[(5,)]\n"
    assert three.stdout == four.stdout == "key third size 5\n[(5,)]\n[(5,)]\n"
    assert len(three.loads) == len(four.loads) == 1
    assert (root / "counted.duckdb").exists()  # and nobody holds it: the fresh one could load


def test_modules_of_the_project_are_read_anew(root: Path, starter: WarmStarter) -> None:
    for value in ("one", "another"):
        (root / "sibling.py").write_text(f"VALUE = {value!r}")
        assert ran(root, starter, "import sibling; print(sibling.VALUE)").stdout == f"{value}\n"


def test_a_project_module_hides_an_imported_one_as_it_always_would(root: Path, starter: WarmStarter) -> None:
    (root / "requests.py").write_text("WHOSE = 'the project'")
    result = ran(root, starter, "import requests; print(requests.WHOSE)")
    assert (result.stdout, result.remark) == ("the project\n", "")


def test_nothing_is_shared_between_runs(root: Path, starter: WarmStarter) -> None:
    code = (
        "import builtins, dlt, os, random, sys\n"
        "print(hasattr(builtins, 'left'), hasattr(dlt, 'left'), 'LEFT' in os.environ, 'left' in sys.argv)\n"
        "builtins.left = dlt.left = 1; os.environ['LEFT'] = '1'; sys.argv.append('left')\n"
        "print(random.random(), file=sys.stderr)"
    )
    first, second = ran(root, starter, code), ran(root, starter, code)
    assert first.stdout == second.stdout == "False False False False\n"
    assert first.stderr != second.stderr


def test_a_fork_s_parent_knew_no_secret(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__OTHER__API_KEY", "k-of-another")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:word@proxy")
    warm = WarmStarter(root, lambda: PYTHON)
    warm.warm_up()
    code = "print(open('/proc/self/environ').read(), open(f'/proc/{PARENT}/environ').read())"
    with closing(warm):
        warm.prepare()
        result = ran(root, warm, code.replace("PARENT", str(warm.parent_pid)))
    assert "PATH=" in result.stdout
    assert "k-of-another" not in result.stdout and "user:word" not in result.stdout


def test_an_end_of_time_takes_all_of_a_fork_along(root: Path, starter: WarmStarter) -> None:
    (root / SCRIPT).write_text(
        "import os, subprocess, time\nprint(os.getpid(), subprocess.Popen(['sleep', '61']).pid, flush=True)\n"
        "if os.fork() == 0: os.setsid()\ntime.sleep(60)"
    )
    result = ScriptRunner(root, starter, str).run(SCRIPT, RunMode.CHECK, {}, 1, lambda text: None)
    assert result.ending is Ending.TIME_LIMIT
    for pid in result.stdout.split():
        assert not Path("/proc", pid).exists()
    assert ran(root, starter, "print('again')").stdout == "again\n"


def test_the_parent_has_no_children_and_dies_with_pilot(tmp_path: Path) -> None:
    (tmp_path / SCRIPT).write_text("import time; print('on', flush=True); time.sleep(60)")
    driver = (
        "import sys; from pathlib import Path; from pilot.run.runner import ScriptRunner; "
        "from pilot.run.result import RunMode; from pilot.run.warm import WarmStarter\n"
        f"root = Path({str(tmp_path)!r}); starter = WarmStarter(root, lambda: Path(sys.executable))\n"
        "starter.warm_up(); starter.prepare(); print(starter.parent_pid, flush=True)\n"
        f"ScriptRunner(root, starter, str).run({SCRIPT!r}, RunMode.LOAD, {{}}, 60, "
        "lambda text: print(text, flush=True))"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", driver]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as pilot:
        assert pilot.stdout is not None
        parent = int(pilot.stdout.readline())
        assert pilot.stdout.readline() == "on\n"
        assert Path(f"/proc/{parent}/task/{parent}/children").read_text() == ""
        job = [pid for pid in children(pilot.pid) if pid != parent]
        pilot.kill()
    deadline = time.monotonic() + 5
    while any(alive(pid) for pid in (parent, *job)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(alive(pid) for pid in (parent, *job))


def children(pid: int) -> list[int]:
    """A process's children."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_project_s_own_python_waits_for_the_first_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    own = tmp_path / "python"
    own.symlink_to(PYTHON)
    starter = WarmStarter(tmp_path, lambda: own)
    starter.warm_up()
    assert starter.parent_pid is None
    with closing(starter):
        assert ran(tmp_path, starter, "import sys; print(sys.executable)").stdout == f"{own}\n"
        assert starter.parent_pid is not None


def test_what_was_begun_ahead_serves_its_folder_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = children(os.getpid())
    begin_ahead()
    (ahead,) = set(children(os.getpid())) - set(before)
    with closing(WarmStarter(tmp_path, lambda: PYTHON)) as starter:
        starter.warm_up()
        assert starter.parent_pid == ahead
    begin_ahead()
    with closing(WarmStarter(tmp_path / "elsewhere", lambda: PYTHON)) as starter:
        starter.warm_up()
        assert children(os.getpid()) == before  # nothing is left of the first, and there is no such folder


def test_beside_a_project_s_own_python_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".venv").mkdir()
    monkeypatch.chdir(tmp_path)
    before = children(os.getpid())
    begin_ahead()
    assert children(os.getpid()) == before


def test_what_was_installed_meanwhile_gets_a_new_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(packages))
    starter = WarmStarter(tmp_path, lambda: PYTHON)
    starter.warm_up()
    try:
        assert ran(tmp_path, starter, "print(1)").ok
        first = starter.parent_pid
        (packages / "new_package.py").write_text("VALUE = 5")
        result = ran(tmp_path, starter, "import new_package; print(new_package.VALUE)")
        assert result.stdout == "5\n"
        assert starter.parent_pid not in (None, first)
    finally:
        starter.close()


def test_without_dlt_every_run_has_a_fresh_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "dlt.py").write_text("raise ImportError('no dlt here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    starter = WarmStarter(tmp_path, lambda: PYTHON)
    starter.warm_up()
    assert ran(tmp_path, starter, "print('runs')").stdout == "runs\n"
    assert starter.parent_pid is None


def test_a_parent_that_was_killed_is_no_loss(root: Path) -> None:
    starter = WarmStarter(root, lambda: PYTHON)
    starter.warm_up()
    starter.prepare()
    assert starter.parent_pid is not None
    os.kill(starter.parent_pid, 9)
    assert ran(root, starter, "print('runs')").stdout == "runs\n"
    starter.close()
