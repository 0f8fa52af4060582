"""The runner: what a script sees, what is kept of it, and that nothing of it is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pilot.errors import PilotError
from pilot.run.result import Ending, RunMode
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from pilot.run.tree import ProcessTree
from tests.run.scripts import SCRIPT, SECRET, Scripts

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

FAMILY = """
import os, subprocess, sys, time
marks = "{marks}"
sleeper = [sys.executable, "-c", "import time; time.sleep(60)", marks]
subprocess.Popen(sleeper)
subprocess.Popen(sleeper, start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, sleeper, {{}})
    os._exit(0)
time.sleep(0.2)
{then}
"""


def alive(marks: str) -> list[str]:
    """The processes that carry these words on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if marks.encode() in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_a_script_runs_as_python_would_run_it(scripts: Scripts) -> None:
    (scripts.root / "sibling.py").write_text("NAME = 'sibling'")
    code = """
        import json, sys, os
        import sibling
        main = sys.modules["__main__"]
        print(json.dumps([
            __name__, sys.argv, sys.path[0], os.getcwd(), __file__, main.__dict__ is globals(), sibling.NAME,
            sys.stdin.read(), __doc__,
        ]))
    """
    ours = scripts.run(code)
    theirs = subprocess.run(
        [sys.executable, SCRIPT],
        cwd=scripts.root,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    assert ours.ok
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(3)",
        "exit()",
        "raise SystemExit('told why')",
        "raise KeyError('data')",
        "def f(:\n    pass",
        "import os; os._exit(7)",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('second') from error",
        "import threading\nthreading.Timer(0.1, print, ['late']).start()\n1 / 0",
        "import atexit\natexit.register(print, 'bye')\nraise RuntimeError",
        "import sys\nsys.excepthook = lambda *_: print('own hook')\n1 / 0",
    ],
)
def test_exit_code_and_output_are_those_of_python(scripts: Scripts, code: str) -> None:
    ours = scripts.run(code)
    theirs = subprocess.run(
        [sys.executable, SCRIPT], cwd=scripts.root, capture_output=True, text=True, check=False
    )
    assert (ours.exit_code, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_a_script_runs_where_the_report_cannot_be_written(scripts: Scripts) -> None:
    code = """
        import json, pathlib, sys
        pathlib.Path(json.loads(sys.orig_argv[-1])["report"]).mkdir()
        print("still here")
        raise KeyError("data")
    """
    result = scripts.run(code)
    assert result.stdout == "still here\n"
    assert result.exit_code == 1
    assert result.error is not None  # read from the traceback in text instead
    assert result.error.root.type == "KeyError"
    assert result.error.frames[-1].code == 'raise KeyError("data")'


def test_a_missing_script_is_a_failure(scripts: Scripts) -> None:
    result = scripts.runner.run("nowhere.py", RunMode.CHECK, {}, 10, scripts.live.append)
    assert (result.exit_code, result.ok) == (1, False)
    assert "nowhere.py" in result.stderr


def test_a_missing_interpreter_is_an_error_for_the_person(scripts: Scripts) -> None:
    runner = ScriptRunner(scripts.root, FreshInterpreter(lambda: scripts.root / "gone" / "python"), str)
    with pytest.raises(PilotError, match="can't be started"):
        runner.run(SCRIPT, RunMode.CHECK, {}, 10, scripts.live.append)


@linux_only
def test_where_nothing_was_started_nothing_is_killed(scripts: Scripts) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        tree = ProcessTree()
        started = time.monotonic()
        tree.end()
        assert time.monotonic() - started < 1
        assert other.poll() is None
        other.communicate(b"\n")


def test_the_time_limit_ends_a_script_that_ignores_being_asked(scripts: Scripts) -> None:
    code = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("waiting", flush=True)
        while True:
            time.sleep(1)
    """
    result = scripts.run(code, timeout=0.5)
    assert (result.ending, result.ok) == (Ending.TIME_LIMIT, False)
    assert result.stdout == "waiting\n"
    assert result.seconds < 4


@linux_only
@pytest.mark.parametrize(("then", "ending"), [("time.sleep(60)", Ending.TIME_LIMIT), ("", Ending.EXITED)])
def test_nothing_of_a_family_with_daemons_is_left(scripts: Scripts, then: str, ending: Ending) -> None:
    marks = f"family-{os.getpid()}-{time.monotonic_ns()}"
    result = scripts.run(FAMILY.format(marks=marks, then=then), timeout=1)
    assert result.ending is ending
    assert alive(marks) == []


@linux_only
def test_processes_that_were_there_before_are_left_alone(scripts: Scripts) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        scripts.run("print(1)")
        assert other.poll() is None
        other.communicate(b"\n")
        assert other.returncode == 0


def press_ctrl_c_after(seconds: float, times: int = 1) -> threading.Thread:
    """As a terminal would: a signal to this process."""

    def press() -> None:
        for _ in range(times):
            time.sleep(seconds)
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    return thread


@linux_only
def test_ctrl_c_stops_the_child_and_says_so(scripts: Scripts) -> None:
    marks = f"interrupted-{time.monotonic_ns()}"
    presser = press_ctrl_c_after(0.7)
    result = scripts.run(FAMILY.format(marks=marks, then="time.sleep(60)"))
    presser.join()
    assert result.ending is Ending.INTERRUPTED
    assert alive(marks) == []


@linux_only
def test_a_second_ctrl_c_leaves_at_once_but_no_child_behind(scripts: Scripts) -> None:
    marks = f"twice-{time.monotonic_ns()}"
    code = f"""
        import signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", {marks!r}])
        time.sleep(60)
    """
    presser = press_ctrl_c_after(0.5, times=2)
    with pytest.raises(PilotError) as stopped:
        scripts.run(code)
    presser.join()
    assert stopped.value.exit_code == 130
    assert alive(marks) == []


@linux_only
def test_a_killed_pilot_leaves_no_child(scripts: Scripts) -> None:
    marks = f"orphan-{time.monotonic_ns()}"
    (scripts.root / SCRIPT).write_text(
        f"import subprocess, sys, time\nprint('on', flush=True)\n"
        f"subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)', '{marks}'])"
    )
    driver = (
        "import sys; from pathlib import Path; from pilot.run.runner import ScriptRunner; "
        "from pilot.run.starting import FreshInterpreter; "
        "from pilot.run.result import RunMode\n"
        f"ScriptRunner(Path({str(scripts.root)!r}), FreshInterpreter(lambda: Path(sys.executable)), str).run("
        f"{SCRIPT!r}, RunMode.LOAD, {{}}, 60, lambda text: print(text, flush=True))"
    )
    environment = {**os.environ, "TMPDIR": str(scripts.root)}  # a killed process leaves its folder there
    command = [sys.executable, "-c", driver]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as pilot:
        assert pilot.stdout is not None
        pilot.stdout.readline()
        deadline = time.monotonic() + 5
        while not alive(marks) and time.monotonic() < deadline:
            time.sleep(0.01)
        pilot.kill()
    while alive(marks) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert alive(marks) == []


def test_what_the_watcher_raises_ends_the_run(scripts: Scripts) -> None:
    (scripts.root / SCRIPT).write_text("import time\nprint('x', flush=True)\ntime.sleep(60)")

    def watch(text: str) -> None:
        raise PilotError("seen enough")

    started = time.monotonic()
    with pytest.raises(PilotError, match="seen enough"):
        scripts.runner.run(SCRIPT, RunMode.CHECK, {}, 60, watch)
    assert time.monotonic() - started < 5


def test_secrets_are_in_the_environment_and_nowhere_else(scripts: Scripts) -> None:
    code = """
        import os, pathlib, sys
        key = os.environ["SOURCES__WEATHER__API_KEY"]
        print(key == "s3cr3t-value-0815", key)
        print(sys.orig_argv, file=sys.stderr)
        raise ValueError(f"refused: {key}")
    """
    result = scripts.run(code, environment={"SOURCES__WEATHER__API_KEY": SECRET})
    assert result.stdout == "True [key]\n"
    assert SECRET not in repr(result) and SECRET not in "".join(scripts.live)
    assert result.error is not None and result.error.root.message == "refused: [key]"


def test_the_childs_environment_is_the_one_made_for_it(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("PILOT_MODEL", "some")
    result = scripts.run("import os; print(sorted(os.environ))")
    assert "OPENAI" not in result.stdout and "PILOT" not in result.stdout
    assert "RUNTIME__REQUEST_TIMEOUT" in result.stdout
    assert "RUNTIME__REQUEST_TIMEOUT" not in scripts.run("import os; print(os.environ)", RunMode.LOAD).stdout


def test_a_check_that_takes_all_memory_is_stopped(scripts: Scripts) -> None:
    result = scripts.run("kept = []\nwhile True:\n    kept.append(b'x' * 10_000_000)")
    assert (result.ending, result.exit_code) == (Ending.EXITED, 1)
    assert result.error is not None
    assert result.error.root.type == "MemoryError"
    assert "more than 1,000 MB" in result.error.root.message
