"""Failures of real scripts, and what they are classified as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pilot.finding import Finding, FindingKind, Remedy
from pilot.run.failure import classify
from pilot.run.result import Ending, ErrorLink, RunError, RunMode, RunResult
from pilot.run.traceback_text import parse_traceback
from tests.run.scripts import SCRIPT, Scripts
from tests.support.api_server import ApiServer, Reply, Request


def answer(request: Request) -> Reply:
    """Answers with the status that the path names."""
    status = int(request.path.rpartition("/")[2])
    if status == 429:
        return Reply(status, {"message": "slow down"}, {"Retry-After": "7"})
    if status == 200:
        return Reply(200, raw=b"<html>sign in</html>", headers={"Content-Type": "text/html"})
    return Reply(status, {"message": f"no: {status}"})


@pytest.fixture
def api() -> Iterator[ApiServer]:
    codes = (200, 400, 401, 403, 404, 422, 429, 500)
    with ApiServer({f"/{code}": answer for code in codes}) as server:
        yield server


def found(result: RunResult) -> Finding:
    """The finding, which keeps to its rules: one line, small, the same from a traceback in text."""
    finding = classify(result)
    assert finding is not None
    assert "\n" not in finding.says and len(finding.says) < 600
    assert len(repr(finding.evidence)) < 4000
    return finding


def test_a_good_run_is_no_failure(scripts: Scripts) -> None:
    assert classify(scripts.run("print(1)")) is None


@pytest.mark.parametrize(
    ("code", "kind", "remedy", "words"),
    [
        ("def f(:\n    pass\n", FindingKind.SYNTAX_ERROR, Remedy.REPAIR, f"{SCRIPT}:1: "),
        ("if 1:\n    x = 1\n  y = 2\n", FindingKind.SYNTAX_ERROR, Remedy.REPAIR, "unindent"),
        ("import requests\nimport no_such.thing", FindingKind.IMPORT_MISSING, Remedy.REPAIR, f"{SCRIPT}:2: "),
        ("from json import no_such", FindingKind.IMPORT_MISSING, Remedy.REPAIR, "no_such"),
        ("rows = {}\nrows['data']", FindingKind.CODE_ERROR, Remedy.REPAIR, f"{SCRIPT}:2: KeyError: 'data'"),
        ("print(undefined)", FindingKind.CODE_ERROR, Remedy.REPAIR, "undefined"),
        ("import sys; sys.exit(3)", FindingKind.FAILED, Remedy.REPAIR, "exit code 3"),
        ("import sys; sys.exit('no key set')", FindingKind.FAILED, Remedy.REPAIR, "no key set"),
        ("import os, signal; os.kill(os.getpid(), 11)", FindingKind.FAILED, Remedy.REPAIR, "signal 11"),
        ("import json; json.loads('')", FindingKind.UNEXPECTED_ANSWER, Remedy.REPAIR, "empty answer"),
        (
            "raise OSError(28, 'No space left on device')",
            FindingKind.OUT_OF_SPACE,
            Remedy.STOP,
            "disk is full",
        ),
        (
            "try:\n    1 / 0\nexcept Exception as e:\n    print(e)\n    raise SystemExit(1)",
            FindingKind.CODE_ERROR,
            Remedy.REPAIR,
            f"{SCRIPT}:2: ZeroDivisionError",
        ),
        (
            "import os, traceback\ntry:\n    1 / 0\nexcept Exception: traceback.print_exc()\nos._exit(1)",
            FindingKind.CODE_ERROR,
            Remedy.REPAIR,
            f"{SCRIPT}:3: ZeroDivisionError",
        ),
    ],
)
def test_failures_of_the_script(
    scripts: Scripts, code: str, kind: FindingKind, remedy: Remedy, words: str
) -> None:
    finding = found(scripts.run(code))
    assert (finding.kind, finding.remedy) == (kind, remedy)
    assert words in finding.says


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        (400, FindingKind.BAD_REQUEST, Remedy.REPAIR),
        (401, FindingKind.SECRET_REFUSED, Remedy.SECRET),
        (403, FindingKind.SECRET_REFUSED, Remedy.SECRET),
        (404, FindingKind.NOT_FOUND, Remedy.REPAIR),
        (422, FindingKind.BAD_REQUEST, Remedy.REPAIR),
        (429, FindingKind.RATE_LIMITED, Remedy.WAIT),
        (500, FindingKind.API_ERROR, Remedy.WAIT),
    ],
)
def test_answers_of_the_api(
    scripts: Scripts, api: ApiServer, status: int, kind: FindingKind, remedy: Remedy
) -> None:
    code = (
        f"import requests\nrequests.get('{api.url}/{status}', params={{'key': 'hidden'}}).raise_for_status()"
    )
    result = scripts.run(code)
    finding = found(result)
    assert (finding.kind, finding.remedy) == (kind, remedy)
    assert finding.evidence["status"] == status
    assert finding.evidence["url"] == f"{api.url}/{status}"
    assert finding.evidence.get("retry_after") == (7.0 if status == 429 else None)
    assert ("slow down" if status == 429 else f"no: {status}") in str(finding.evidence["body"])
    from_text = replace(result, error=parse_traceback(result.stderr, scripts.root))
    assert found(from_text).kind is kind


def test_a_page_in_place_of_json_keeps_its_beginning(scripts: Scripts, api: ApiServer) -> None:
    finding = found(scripts.run(f"import requests\nrequests.get('{api.url}/200').json()"))
    assert finding.kind is FindingKind.UNEXPECTED_ANSWER
    assert "HTML" in finding.says
    assert finding.evidence["body"] == "<html>sign in</html>"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("requests.get('http://127.0.0.1:1/x', params={'key': key})", "refuses the connection"),
        ("requests.get(f'http://no-such-host.invalid/x?key={key}')", "(DNS)"),
        ("urllib.request.urlopen(f'http://127.0.0.1:1/x?key={key}')", "refuses the connection"),
        ("requests.get(f'https://127.0.0.1:PORT/x?key={key}')", "(TLS)"),
    ],
)
def test_an_api_that_cannot_be_reached(scripts: Scripts, api: ApiServer, call: str, words: str) -> None:
    call = call.replace("PORT", api.host.rpartition(":")[2])
    finding = found(scripts.run(f"import requests, urllib.request\nkey = 'hid' + 'den'\n{call}"))
    assert (finding.kind, finding.remedy) == (FindingKind.UNREACHABLE, Remedy.STOP)
    assert words in finding.says
    assert "hidden" not in repr(finding)


def test_an_api_that_does_not_answer_in_time(scripts: Scripts) -> None:
    code = """
        import requests, socket
        silent = socket.create_server(("127.0.0.1", 0))
        requests.get(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2)
    """
    finding = found(scripts.run(code))
    assert finding.kind is FindingKind.UNREACHABLE
    assert "in time" in finding.says


def test_the_time_limit_means_endless_paging_only_in_a_check(scripts: Scripts) -> None:
    check = scripts.run("import time; time.sleep(60)", timeout=0.3)
    assert (found(check).kind, found(check).remedy) == (FindingKind.TIME_LIMIT, Remedy.REPAIR)
    load = replace(check, mode=RunMode.LOAD)
    assert (found(load).kind, found(load).remedy) == (FindingKind.TIME_LIMIT, Remedy.STOP)


def test_an_interrupted_run_is_never_repaired(scripts: Scripts) -> None:
    result = replace(scripts.run("print(1)"), ending=Ending.INTERRUPTED)
    assert found(result).remedy is Remedy.STOP


def test_the_same_failure_again_is_the_same_finding(scripts: Scripts) -> None:
    code = """
        import time, tempfile
        class Thing: pass
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        raise ValueError(f"{Thing()} at {time.time()} in {tempfile.mkdtemp()}/x {now}")
    """
    first, second = found(scripts.run(code)), found(scripts.run(code))
    assert first.same_as(second)


def test_a_printed_chain_is_read_from_its_first_block(tmp_path: Path) -> None:
    (tmp_path / SCRIPT).write_text("x")
    text = f'''2026-11-20 [WARNING] before
Traceback (most recent call last):
  File "{tmp_path}/.venv/lib/python3.11/site-packages/dlt/extract.py", line 5, in pipe
    run()
    ^^^^^
  File "{tmp_path}/{SCRIPT}", line 7, in rows
    yield page["data"]
          ~~~~^^^^^^^^
KeyError: 'data'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "{tmp_path}/{SCRIPT}", line 20, in <module>
    pipeline.run(rows())
dlt.pipeline.exceptions.PipelineStepFailed: Pipeline execution failed at `step=extract`:

<class 'KeyError'>
'data'
'''
    error = parse_traceback(text, tmp_path)
    assert error is not None
    assert [link.type for link in error.chain] == ["dlt.pipeline.exceptions.PipelineStepFailed", "KeyError"]
    assert error.root.message == "'data'"
    assert [(frame.line, frame.code) for frame in error.frames] == [
        (20, "pipeline.run(rows())"),
        (7, 'yield page["data"]'),
    ]


SHAPES = {
    "/list": Reply(data=[{"id": 1}]),
    "/text": Reply(data="maintenance"),
    "/error": Reply(data={"error": {"code": 401, "message": "Invalid API key"}}),
    "/busy": Reply(data={"status": "error", "message": "Rate limit exceeded"}),
    "/gone": Reply(410, {"message": "moved to v2"}),
    "/rows": Reply(data={"rows": [{"id": 1}], "count": 1}),
}


@pytest.mark.parametrize(
    ("path", "kind", "remedy", "words"),
    [
        ("/list", FindingKind.UNEXPECTED_ANSWER, Remedy.REPAIR, "gave a JSON list"),
        ("/text", FindingKind.UNEXPECTED_ANSWER, Remedy.REPAIR, "gave a JSON text"),
        ("/error", FindingKind.SECRET_REFUSED, Remedy.SECRET, "Invalid API key"),
        ("/busy", FindingKind.RATE_LIMITED, Remedy.WAIT, "Rate limit exceeded"),
        ("/gone", FindingKind.NOT_FOUND, Remedy.REPAIR, "the script went on"),
        ("/rows", FindingKind.CODE_ERROR, Remedy.REPAIR, "KeyError: 'results'"),
    ],
)
def test_an_answer_that_the_script_did_not_look_at(
    scripts: Scripts, path: str, kind: FindingKind, remedy: Remedy, words: str
) -> None:
    with ApiServer({path: lambda _: SHAPES[path]}) as server:
        finding = found(scripts.run(f"import requests\nrequests.get('{server.url}{path}').json()['results']"))
    assert (finding.kind, finding.remedy) == (kind, remedy)
    assert words in finding.says


def test_the_fields_that_are_there_go_with_a_missing_one(scripts: Scripts) -> None:
    with ApiServer({"/rows": lambda _: SHAPES["/rows"]}) as server:
        finding = found(scripts.run(f"import requests\nrequests.get('{server.url}/rows').json()['results']"))
    assert finding.evidence["answer"] == {"looks": "a JSON object", "fields": ["count", "rows"]}


def test_a_mistake_of_the_script_s_own_is_not_put_down_to_the_api(scripts: Scripts) -> None:
    with ApiServer({"/gone": lambda _: SHAPES["/gone"]}) as server:
        finding = found(scripts.run(f"import requests\nrequests.get('{server.url}/gone')\nundefined"))
    assert finding.kind is FindingKind.CODE_ERROR


@pytest.mark.parametrize(
    ("module", "remedy", "packages"),
    [("openpyxl", Remedy.INSTALL, ["openpyxl"]), ("no_such_thing", Remedy.REPAIR, None)],
)
def test_only_a_well_known_package_is_installed(
    scripts: Scripts, module: str, remedy: Remedy, packages: list[str] | None
) -> None:
    finding = found(scripts.run(f"import {module}"))
    assert (finding.kind, finding.remedy) == (FindingKind.IMPORT_MISSING, remedy)
    assert finding.evidence.get("packages") == packages


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("Name or service not known", "dns"),
        ("Connection refused", "refused"),
        ("the proxy on the way answered HTTP/1.1 407", "proxy"),
        ("timed out", "timeout"),
    ],
)
def test_what_the_fence_s_proxy_heard_tells_why(reason: str, cause: str) -> None:
    chain = (ErrorLink("requests.exceptions.ProxyError", "Unable to connect to proxy"),)
    error = RunError(chain, url="https://api.example.com/v1")
    result = RunResult(
        RunMode.LOAD, Ending.EXITED, 1, 1.0, "", "", error, unreached={"api.example.com:443": reason}
    )
    finding = found(result)
    assert finding.kind is FindingKind.UNREACHABLE and finding.evidence["cause"] == cause
    assert finding.remedy is (Remedy.WAIT if cause == "timeout" else Remedy.STOP)


@pytest.mark.parametrize(
    ("kind", "message", "raised_in"),
    [
        ("PermissionError", "[Errno 13] Permission denied", "socket"),
        (
            "urllib3.exceptions.NewConnectionError",
            "can't connect: [Errno 101] Network is unreachable",
            "urllib3",
        ),
        ("socket.gaierror", "[Errno -3] Temporary failure in name resolution", "socket"),
    ],
)
def test_a_library_that_asks_past_the_fence_is_told_from_an_api_that_is_down(
    kind: str, message: str, raised_in: str
) -> None:
    error = RunError((ErrorLink(kind, message),), raised_in=raised_in)
    held = "network: api.example.com only"
    causes = [
        found(RunResult(RunMode.LOAD, Ending.EXITED, 1, 1.0, "", "", error, fence=fence)).evidence["cause"]
        for fence in (held, "")
    ]
    assert causes[0] == "past_the_fence" and causes[1] in ("dns", "no_connection")


def test_a_file_that_may_not_be_written_is_no_network_that_is_down() -> None:
    error = RunError((ErrorLink("PermissionError", "[Errno 13] Permission denied: '/x'"),))
    result = RunResult(RunMode.LOAD, Ending.EXITED, 1, 1.0, "", "", error, fence="network: h only")
    assert found(result).kind is FindingKind.CODE_ERROR


def test_a_variable_that_is_set_and_withheld_is_allowed_and_not_repaired(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGE_LIMIT", "5")
    finding = found(scripts.run("import os\nos.environ['PAGE_LIMIT']"))
    assert finding.remedy is Remedy.STOP and "PAGE_LIMIT, which is set here" in finding.says
    assert finding.hint == "--allow-env PAGE_LIMIT lets it see the value."
    other = found(scripts.run("import os\nos.environ['NOT_SET']"))
    assert other.remedy is Remedy.REPAIR
