"""The look at a script: what it finds, and that ordinary scripts give no alarm."""

from __future__ import annotations

from pathlib import Path

import dlt
import pytest

from pilot.project import acts
from pilot.project.look_at_code import look_at_code
from tests.e2e import replies

TEMPLATES = sorted((Path(dlt.__file__).parent / "_workspace" / "_templates").rglob("*.py"))


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("import subprocess\nsubprocess.run(['ls'])", acts.PROGRAM),
        ("from subprocess import Popen as P\nP('ls')", acts.PROGRAM),
        ("import os as o\no.system('ls')", acts.PROGRAM),
        ("import os\nif os.fork() == 0: pass", acts.PROCESS),
        ("exec(requests.get(url).text)", acts.CODE),
        ("import pickle\npickle.loads(data)", acts.CODE),
        ("__import__(name)", acts.MODULE),
        ("import importlib\nimportlib.import_module('socket')", acts.NETWORK),
        ("import os\ngetattr(os, 'sys' + 'tem')('ls')", acts.HIDDEN),
        ("import os\ngetattr(os, 'system', None)('ls')", acts.PROGRAM),
        ("__import__('os').system('ls')", acts.PROGRAM),
        ("import importlib\nimportlib.import_module('subprocess').run('ls')", acts.PROGRAM),
        ("import http.client\nhttp.client.HTTPSConnection('x.example')", acts.NETWORK),
        ("import asyncio\nasyncio.open_connection('x.example', 80)", acts.NETWORK),
        ("import ctypes", acts.SYSTEM),
        ("from socket import create_connection", acts.NETWORK),
        ("import shutil\nshutil.rmtree('data')", acts.DELETES),
        ("from pathlib import Path\nPath('x').unlink()", acts.DELETES),
        ("open('/etc/cron.d/x', 'w')", acts.WRITES),
        ("open('../x', mode='a')", acts.WRITES),
        ("from pathlib import Path\n(Path.home() / 'x').write_text('y')", acts.WRITES),
        ("import os\nos.path.expanduser('~/x')", acts.HOME),
        ("path = '~/.ssh/id_rsa'", acts.CREDENTIALS),
        ("open('.dlt/secrets.toml')", acts.CREDENTIALS),
        ("data = open('/proc/1/environ')", acts.CREDENTIALS),
        ("import os\nprint(dict(os.environ))", acts.ENVIRONMENT),
        ("import os\nfor k, v in os.environ.items(): pass", acts.ENVIRONMENT),
        ("command = 'pip install evil'", acts.INSTALLS),
        ("import requests\nrequests.delete('https://api.example.com/1')", acts.SENDS),
        ("import keyring", acts.PASSWORDS),
        ("import os\nos.kill(1, 9)", acts.SIGNALS),
    ],
)
def test_what_a_script_also_does_is_said_with_its_line(code: str, what: str) -> None:
    remarks = look_at_code(code).remarks
    assert [remark for remark in remarks if remark.startswith(f"{what} (line ")], remarks


@pytest.mark.parametrize(
    "code",
    [
        "import re\nre.compile('x')",
        "exec('x = 1')",
        "text = text.replace('a', 'b')",
        "with open('rows.json', 'w') as file: pass",
        "import os\nos.environ['RUNTIME__LOG_LEVEL'] = 'INFO'",
        '"""Reads ~/.ssh/config, says the documentation."""',
        "pipeline.drop()",
        "def f(:",
    ],
)
def test_what_is_ordinary_is_not_remarked_on(code: str) -> None:
    assert look_at_code(code).remarks == []


def test_the_templates_of_dlt_give_no_alarm() -> None:
    assert len(TEMPLATES) > 10
    alarms = {file.name: look_at_code(file.read_text("utf-8")).remarks for file in TEMPLATES}
    assert {name: remarks for name, remarks in alarms.items() if remarks} == {}


def test_a_script_that_a_writer_makes_gives_no_alarm_and_names_its_host() -> None:
    look = look_at_code(replies.script("http://127.0.0.1:8000"))
    assert look.remarks == []
    assert list(look.hosts) == ["127.0.0.1:8000"]


def test_hosts_are_those_that_are_called_and_not_those_that_are_only_named() -> None:
    look = look_at_code(
        """
# https://comment.example.com
LICENCE = "https://licence.example.com"
BASE_URL = "https://api.example.com/v1"
config = {"client": {"base_url": f"https://other.example.com:8443/{version}"}, "docs": "https://no.example.com"}
def rows(endpoint="https://default.example.com/x"): return client.get("https://got.example.com", params={})
where = f"https://{host}/x"
page, url = 1, "https://second.example.com/x"
"""
    )
    assert sorted(look.hosts) == [
        "api.example.com",
        "default.example.com",
        "got.example.com",
        "other.example.com:8443",
        "second.example.com",
    ]


@pytest.mark.parametrize(
    "url", ["f'{site}/orders'", "site + '/orders'", "site + f'/orders/{n}'", "f'{site}?page=1'"]
)
def test_a_name_that_a_url_begins_with_is_called_whatever_it_is_called(url: str) -> None:
    look = look_at_code(
        f"site = 'http://127.0.0.1:8901'\nlicence = 'https://no.example.com'\nwhere = {url}\n"
    )
    assert look.hosts == {"127.0.0.1:8901": 1}


@pytest.mark.parametrize(
    ("before", "url"),
    [
        ("h = 'x.example'", "f'https://{h}/a'"),
        ("h: str = 'x.example'", "'https://' + h + '/a'"),
        ("", "''.join(['https://', 'x', '.example/a'])"),
        ("a = 'https://x.example'\nb = a + '/a'", "b"),
    ],
)
def test_a_host_that_is_put_together_of_written_texts_is_named(before: str, url: str) -> None:
    look = look_at_code(f"import requests\n{before}\nrequests.get({url})\n")
    assert list(look.hosts) == ["x.example"]


@pytest.mark.parametrize(
    "code",
    [
        "h = 'x.example'\nh = input()\nrequests.get(f'https://{h}/a')",
        "h = 'x.example'\ndef read(h):\n    requests.get(f'https://{h}/a')",
        "requests.get(f'https://{region}.x.example/a')",
    ],
)
def test_a_host_that_is_known_only_when_it_runs_is_not_guessed(code: str) -> None:
    assert look_at_code(f"import requests\n{code}\n").hosts == {}


def test_variables_are_named() -> None:
    look = look_at_code(
        "import os\nos.environ['A']; os.getenv('B'); os.environ.get('C', '')\nos.environ['D'] = '1'"
    )
    assert sorted(look.variables) == ["A", "B", "C"]
