"""What a person sees of the fence, with the real command."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.e2e.house import SCRIPT, WITH_KEY, House
from tests.support.api_server import ApiServer, Reply


@pytest.fixture
def other() -> Iterator[ApiServer]:
    """A host that nobody spoke of."""
    with ApiServer({"/": lambda _: Reply(data=[])}) as server:
        yield server


def made(house: House) -> None:
    done = house.pilot(
        "init", "weather", "--api", f"The stations at {house.stations}", *WITH_KEY, "--yes", "--no-input"
    )
    assert done.returncode == 0, done.stderr


def also(house: House, lines: str) -> None:
    """The person writes something into the script."""
    house.edit(SCRIPT, lambda text: text.replace("import dlt\n", f"import dlt\n{lines}\n", 1))


def test_the_check_cell_tells_what_holds_the_script(house: House) -> None:
    made(house)
    shown = str(house.cells("check_api")[-1])
    assert "Fence: files: the project only" in shown
    assert f"network: {urlsplit(house.api.url).netloc}" in shown


def test_a_host_that_the_script_names_is_asked_for_before_it_runs(house: House, other: ApiServer) -> None:
    made(house)
    also(house, f"from dlt.sources.helpers import requests\nrequests.get('{other.url}/')")
    refused = house.pilot("run", "--yes", "--no-input", *WITH_KEY)
    assert refused.returncode == 3
    assert f"--allow-host {other.host}" in refused.stderr
    assert other.requests == []
    allowed = house.pilot("run", "--yes", "--no-input", "--allow-host", other.host, *WITH_KEY)
    assert allowed.returncode == 0, allowed.stderr
    assert other.requests


def test_a_host_that_only_shows_when_it_runs_is_a_finding_that_the_person_decides(
    house: House, other: ApiServer
) -> None:
    made(house)
    port = other.host.rpartition(":")[2]
    also(house, f"from dlt.sources.helpers import requests\nplace = '127.0.0.1:%d' % {port}\n"
                "requests.get('http://' + place + '/').raise_for_status()")  # fmt: skip
    refused = house.pilot("run", "--yes", "--no-input", *WITH_KEY)
    assert refused.returncode == 3 and other.requests == []
    assert other.host in refused.stderr
    terminal = house.terminal("run", "--yes", *WITH_KEY)
    terminal.expect(f"Contact another host, {other.host}")
    terminal.answer("y")
    assert terminal.wait() == 0
    assert other.requests


def test_what_lies_in_the_project_is_never_part_of_pilot(house: House) -> None:
    planted = house.home / "planted"
    for name in ("json", "typer", "msgspec", "shlex"):
        code = f"open({str(planted)!r}, 'a').write(__name__)\nraise ImportError(__name__)\n"
        (house.folder / f"{name}.py").write_text(code, "utf-8")
    done = house.pilot("status")
    assert (done.returncode, done.stderr) == (0, "") and not planted.exists()
