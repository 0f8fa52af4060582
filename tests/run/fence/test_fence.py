"""The fence around a run: what it says of itself is what was tried, and nothing more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pilot.errors import PilotError
from pilot.options import Level
from pilot.run.fence.fence import ScriptFence
from pilot.run.fence.inside import landlock
from pilot.run.result import RunMode, RunResult
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from pilot.run.warm import WarmStarter
from tests.attacks.attacks import NETWORK
from tests.attacks.house import attack_house
from tests.support.api_server import Reply, serving

pytestmark = pytest.mark.skipif(landlock.version() < 6, reason="needs Landlock with scopes")

HOST = "api.example.com"


@dataclass
class Fenced:
    """A project whose runs are fenced."""

    root: Path

    def run(
        self,
        code: str,
        level: Level = Level.AUTO,
        *,
        destination: str = "duckdb",
        separate: bool = True,
        hosts: tuple[str, ...] = (HOST,),
        variables: tuple[str, ...] = (),
    ) -> RunResult:
        """Run a script of a few lines."""
        (self.root / "script.py").write_text(code, "utf-8")
        fence = ScriptFence(
            self.root, level, lambda: [*hosts], lambda: destination, lambda: variables, separate=separate
        )
        runner = ScriptRunner(self.root, FreshInterpreter(lambda: Path(sys.executable)), str, fence)
        return runner.run("script.py", RunMode.CHECK, {}, 20, lambda text: None)


@pytest.fixture
def fenced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fenced]:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "project").mkdir()
    yield Fenced(tmp_path / "project")


def test_without_namespaces_it_says_what_landlock_leaves_open(fenced: Fenced) -> None:
    result = fenced.run("print(1)", Level.FULL, separate=False)
    assert result.ok
    assert result.fence == (
        f"files: the project only (Landlock {landlock.version()}) · network: {HOST} only"
        " · processes: its own only"
        " · not covered: other hosts at the proxy's port number, changes to the project's own code"
    )


def test_without_namespaces_no_other_host_is_reached_either(tmp_path: Path) -> None:
    shared = [attack for attack in NETWORK if not attack.alone]
    with attack_house(tmp_path) as house:
        house.separate = False
        told = house.run_all(shared, Level.FULL)
    assert [name for name, text in told.items() if "GOT OUT" in text] == []


def test_a_library_that_leaves_proxies_aside_goes_through_the_fence_s_all_the_same(fenced: Fenced) -> None:
    code = """
import asyncio, aiohttp
async def get():
    async with aiohttp.ClientSession() as session, session.get("URL/items") as answer:
        return await answer.json()
print(asyncio.run(get()))
"""
    with serving(lambda request: Reply(data=[{"id": 1}])) as api:
        result = fenced.run(code.replace("URL", api.url), hosts=(api.host,))
    assert result.ok and [exchange.records for exchange in result.traffic] == [1]


def test_basic_and_off_claim_no_more_than_they_do(fenced: Fenced) -> None:
    basic = fenced.run("print(1)", Level.BASIC).fence
    assert basic == "basic: time, output, memory, environment · not covered: files, network"
    assert fenced.run("print(1)", Level.OFF).fence == "off: the script ran with your rights"


def test_a_destination_of_which_nothing_is_known_leaves_the_network_open_and_says_so(fenced: Fenced) -> None:
    result = fenced.run("print(1)", destination="my_database")
    assert result.fence.endswith(
        "not covered: network (my_database may need any host), changes to the project's own code"
    )
    with pytest.raises(PilotError, match="my_database may need any host"):
        fenced.run("print(1)", Level.FULL, destination="my_database")


def test_where_full_is_wanted_and_not_there_the_script_does_not_run(fenced: Fenced) -> None:
    with pytest.raises(PilotError, match="can't be put up"):
        fenced.run("open('ran', 'w')", Level.FULL, destination="my_database")
    assert not (fenced.root / "ran").exists()


def test_a_driver_that_knows_no_proxy_gets_its_port_and_that_is_told(fenced: Fenced) -> None:
    result = fenced.run("print(1)", Level.FULL, destination="postgres")
    assert f"network: {HOST}, port 5432 only" in result.fence
    assert "other hosts at port 5432" in result.fence


def test_a_script_cannot_come_to_the_gate_a_second_time(fenced: Fenced) -> None:
    code = """
import sys, json, socket
gate = json.loads(sys.orig_argv[-1])["fence"]
try:
    socket.socket(socket.AF_UNIX).connect(gate)
except OSError as error:
    print(type(error).__name__)
"""
    assert fenced.run(code, Level.BASIC).stdout == "FileNotFoundError\n"
    assert fenced.run(code, Level.FULL).stdout == "PermissionError\n"


def test_variables_come_by_name_and_passwords_of_proxies_do_not(
    fenced: Fenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret@127.0.0.1:9")
    monkeypatch.setenv("MY_TOKEN", "mine")
    code = "import os; print(os.environ.get('MY_TOKEN'), 's3cret' in open('/proc/self/environ').read())"
    assert fenced.run(code).stdout == "None False\n"
    assert fenced.run(code, variables=("MY_TOKEN",)).stdout == "mine False\n"


def test_a_project_that_is_the_home_folder_leaves_it_open_and_says_so(
    fenced: Fenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(fenced.root))
    assert "not covered: the home folder" in fenced.run("print(1)").fence


def test_shared_memory_and_pools_of_processes_still_work(fenced: Fenced) -> None:
    code = """
import multiprocessing
def double(number):
    return 2 * number
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(double, [1, 2]))
"""
    assert fenced.run(code, Level.FULL).stdout == "[2, 4]\n"


def test_files_that_settings_name_as_the_destination_can_be_written(fenced: Fenced) -> None:
    lake = fenced.root.parent / "lake"
    lake.mkdir()
    (fenced.root / ".dlt").mkdir()
    (fenced.root / ".dlt/config.toml").write_text(f'[destination.filesystem]\nbucket_url = "file://{lake}"\n')
    assert fenced.run(f"open({str(lake / 'x')!r}, 'w')", destination="filesystem").ok
    assert not fenced.run(f"open({str(lake.parent / 'x')!r}, 'w')", destination="filesystem").ok


def test_nothing_of_a_run_is_left_in_the_temp_folder(
    fenced: Fenced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    fenced.run("import tempfile; tempfile.mkdtemp(); print(tempfile.gettempdir())")
    assert list(place.iterdir()) == []


LOOKS_ABOUT = """
import os, sys
print("dlt" in sys.modules, "s3cret" in open("/proc/self/environ").read())
try:
    open(f"/proc/{os.getppid()}/environ")
except OSError as error:
    print(type(error).__name__)
"""


def test_a_fork_of_the_warm_parent_is_held_the_same(fenced: Fenced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret@127.0.0.1:9")
    monkeypatch.setenv("DESTINATION__SNOWFLAKE__PASSWORD", "s3cret")
    (fenced.root / "script.py").write_text(LOOKS_ABOUT)
    fence = ScriptFence(fenced.root, Level.FULL, lambda: [HOST], lambda: "duckdb")
    starter = WarmStarter(fenced.root, lambda: Path(sys.executable))
    with closing(starter):
        starter.warm_up()
        runner = ScriptRunner(fenced.root, starter, str, fence)
        for _ in range(2):
            result = runner.run("script.py", RunMode.CHECK, {}, 30, lambda text: None)
            assert result.stdout == "True False\nPermissionError\n"
            assert result.fence.endswith(f"network: {HOST} only · processes: its own only")
