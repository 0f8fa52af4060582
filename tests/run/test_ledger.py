"""The traffic ledger: what a script asked for, over whichever library, and what came."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pilot.run.answers import AnswerMemory
from pilot.run.result import Ending, RunMode, RunResult
from pilot.run.runner import ScriptRunner
from pilot.run.traffic import Exchange
from tests.run.scripts import SCRIPT, SECRET, Scripts
from tests.support.api_server import ApiServer, Reply, Request, people, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a child has no line there")

ROWS = people(50)


def pages(request: Request) -> Reply:
    """Fifty people, twenty on a page."""
    page = request.number("page", 1)
    shown = ROWS[20 * page - 20 : 20 * page]
    following = f"{request.base}/people?page={page + 1}" if page < 3 else None
    return Reply(data={"people": shown, "meta": {"total": 50, "next": following}})


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """The API of these tests."""
    routes = {
        "/people": pages,
        "/link": lambda r: Reply(data=ROWS[:5], headers={"Link": f'<{r.base}/link?page=2>; rel="next"'}),
        "/slow": lambda r: Reply(429, {"error": "slow down"}, {"Retry-After": "7"}),
        "/page": lambda r: Reply(raw=b"<html>", headers={"Content-Type": "text/html"}),
        "/one": lambda r: Reply(data={"id": 5, "name": "Ann", "tags": ["a", "b"]}),
        "/empty": lambda r: Reply(data={"people": [], "has_more": False}),
        "/stream": lambda r: Reply(chunks=[b'{"people": [', b"1" * 100, b"]}"]),
        "/moved": lambda r: Reply(302, headers={"Location": "/one"}),
    }
    with serving(routes) as server:
        yield server


def seen(scripts: Scripts, api: ApiServer, code: str) -> list[Exchange]:
    """The ledger of a script, in which URL stands for the API's."""
    result = scripts.run(code.replace("URL", api.url))
    assert (result.ok, result.remark) == (True, ""), result.stderr + result.remark
    return list(result.traffic)


ASKING = {
    "requests": "import requests; print(requests.get('URL/people').json()['meta'])",
    "requests, parsed elsewhere": "import json, requests; json.loads(requests.get('URL/people').text)",
    "a session, imported before": "from requests import Session; Session().get('URL/people')",
    "httpx": "import httpx; print(httpx.get('URL/people').json())",
    "async httpx": (
        "import asyncio, httpx\n"
        "async def get():\n"
        "    async with httpx.AsyncClient() as client: return (await client.get('URL/people')).json()\n"
        "print(asyncio.run(get()))"
    ),
    "aiohttp": (
        "import asyncio, aiohttp\n"
        "async def get():\n"
        "    async with aiohttp.ClientSession('URL') as session:\n"
        "        async with session.get('/people') as answer: return await answer.json()\n"
        "print(asyncio.run(get()))"
    ),
    "urllib": "import json, urllib.request as u; print(json.load(u.urlopen('URL/people')))",
    "urllib3": "import urllib3; print(urllib3.request('GET', 'URL/people').json())",
    "http.client": (
        "import http.client\n"
        "connection = http.client.HTTPConnection('URL'.removeprefix('http://'))\n"
        "connection.request('GET', '/people'); print(connection.getresponse().read()); connection.close()"
    ),
    "dlt's client": (
        "from dlt.sources.helpers.rest_client import RESTClient\n"
        "print(RESTClient('URL').get('people').json())"
    ),
}


@pytest.mark.parametrize("library", ASKING)
def test_an_exchange_is_told_whatever_library_makes_it(
    scripts: Scripts, api: ApiServer, library: str
) -> None:
    [exchange] = seen(scripts, api, ASKING[library])
    assert (exchange.method, exchange.url, exchange.status) == ("GET", f"{api.url}/people", 200)
    assert exchange.content_type == "application/json"
    assert (exchange.records, exchange.total) == (20, 50)
    assert (exchange.more, exchange.more_by) == (True, "meta.next")
    assert exchange.size > 1000 and exchange.seconds > 0 and not exchange.cached
    assert exchange.filled == ("id", "name", "updated_at")


def test_more_is_read_from_links_flags_and_totals(scripts: Scripts, api: ApiServer) -> None:
    paths = ("people?page=3", "link", "empty", "one")
    code = f"import requests\nfor path in {paths}: requests.get('URL/' + path).json()"
    last, link, empty, one = seen(scripts, api, code)
    assert (last.records, last.more, last.more_by, last.leads_to) == (10, False, "meta.next", "")
    assert (link.records, link.more, link.more_by) == (5, True, "Link")
    assert link.leads_to == f"{api.url}/link?page=2"
    assert (empty.records, empty.more, empty.more_by) == (0, False, "has_more")
    assert (one.records, one.more, one.nested) == (1, None, {"tags": 2})


def test_refusals_pages_and_redirects_are_told_as_they_are(scripts: Scripts, api: ApiServer) -> None:
    code = "import requests\nfor path in ('slow', 'page', 'moved'): requests.get('URL/' + path)"
    slow, page, moved, one = seen(scripts, api, code)
    assert (slow.status, slow.retry_after, slow.records) == (429, 7.0, None)
    assert (page.content_type, page.size, page.records) == ("text/html", 6, None)
    assert (moved.status, one.status, one.url) == (302, 200, f"{api.url}/one")


def test_where_no_answer_comes_the_error_is_told(scripts: Scripts) -> None:
    result = scripts.run("import requests\nrequests.get('http://127.0.0.1:9/x')")
    assert [(e.status, e.error) for e in result.traffic] == [(None, "ConnectionError")]


def test_a_stream_is_counted_as_far_as_it_is_read(scripts: Scripts, api: ApiServer) -> None:
    code = """
        import requests, httpx
        with requests.get('URL/stream', stream=True) as answer:
            print(next(answer.iter_content(5)))
        with httpx.stream('GET', 'URL/people') as answer:
            print(len(b''.join(answer.iter_bytes())) > 1000)
        with httpx.stream('GET', 'URL/people') as answer:
            pass
    """
    broken_off, whole, unread = seen(scripts, api, code)
    assert (broken_off.size, broken_off.records) == (5, None)
    assert whole.size > 1000 and unread.size == 0


def test_an_error_that_a_hook_leaves_unread_is_read_and_a_stream_is_not(
    scripts: Scripts, api: ApiServer
) -> None:
    code = """
        import requests
        def refuse(answer, *arguments, **options): answer.raise_for_status()
        for options in ({}, {"stream": True}):
            try:
                requests.get('URL/slow', hooks={"response": refuse}, **options)
            except requests.HTTPError as error:
                print(error.response.status_code)
    """
    read, unread = seen(scripts, api, code)
    assert (read.says, read.status) == ("slow down", 429)
    assert (unread.size, unread.says) == (0, "")


def test_no_secret_is_told(scripts: Scripts, api: ApiServer) -> None:
    code = f"""
        import requests
        url = 'URL/people'.replace('://', '://user:password@')
        asked = {{'api_key': 'k-1', 'q': '{SECRET}', 'per_page': 20}}
        requests.get(url, params=asked, headers={{'X-Key': 'k-2'}})
    """
    [exchange] = seen(scripts, api, code)
    assert exchange.url == f"{api.url}/people?api_key=…&q=[key]&per_page=20"
    assert exchange.page_size == 20
    assert not any(word in repr(exchange) for word in ("k-1", "k-2", "user", "password", SECRET))


def test_the_ledger_survives_the_end_of_the_process(scripts: Scripts, api: ApiServer) -> None:
    code = f"import os, requests, time\nrequests.get('{api.url}/people').json()\n"
    killed = scripts.run(code + "os.kill(os.getpid(), 9)")
    assert [exchange.records for exchange in killed.traffic] == [20]
    endless = scripts.run(code + "time.sleep(60)", timeout=1)
    assert endless.ending is Ending.TIME_LIMIT and len(endless.traffic) == 1


def test_a_ledger_that_fails_is_no_failure_of_the_script(scripts: Scripts, api: ApiServer) -> None:
    code = """
        import requests
        requests.Response.iter_content.__globals__['counted'] = None
        class Odd(dict):
            def __bool__(self): raise RuntimeError('odd')
        requests.Response.json.__wrapped__.__globals__['complexjson'].loads = lambda *a, **k: Odd(a=Odd())
        print('asked', requests.get('URL/one', stream=True).status_code)
        print(type(requests.get('URL/one', stream=True).json()))
    """
    result = scripts.run(code.replace("URL", api.url))
    assert "asked 200" in result.stdout


def test_nonsense_on_the_line_is_left_out(scripts: Scripts, api: ApiServer) -> None:
    code = """
        import json, os, requests, sys
        line = json.loads(sys.orig_argv[-1])['line']
        requests.get('URL/people').json()
        keep = {'request': 'a', 'times': 0, 'status': 200, 'headers': [], 'size': -1}
        told = [{'exchange': what} for what in (5, {'n': 'x'}, {'n': 9, 'url': 7})] + [{'keep': keep}]
        for text in ('nonsense', 'x' * 40000, *map(json.dumps, told)):
            os.write(line, text.encode() + b'\\n')
        requests.get('URL/one').json()
    """
    first, second = seen(scripts, api, code)
    assert (first.records, second.records) == (20, 1)


def test_a_fork_of_the_script_tells_as_well(scripts: Scripts, api: ApiServer) -> None:
    code = """
        import os, requests
        requests.get('URL/one')
        if os.fork() == 0:
            requests.get('URL/people').json()
            os._exit(0)
        os.wait()
    """
    assert [exchange.records for exchange in seen(scripts, api, code)] == [1, 20]


def remembering(scripts: Scripts, memory: AnswerMemory) -> ScriptRunner:
    """The runner of one session."""
    runner = scripts.runner
    runner._answers = memory
    return runner


def asked_again(
    scripts: Scripts, api: ApiServer, memory: AnswerMemory, code: str, mode: RunMode = RunMode.CHECK
) -> RunResult:
    """One more run in the same session."""
    (scripts.root / SCRIPT).write_text(code.replace("URL", api.url), "utf-8")
    return remembering(scripts, memory).run(SCRIPT, mode, {}, 30, scripts.live.append)


@pytest.mark.parametrize("library", ["requests", "httpx", "async httpx"])
def test_a_check_is_served_what_the_session_was_answered_before(
    scripts: Scripts, api: ApiServer, library: str
) -> None:
    memory = AnswerMemory()
    first = asked_again(scripts, api, memory, ASKING[library])
    again = asked_again(scripts, api, memory, ASKING[library])
    assert len(api.requests) == 1
    assert first.stdout == again.stdout != ""
    assert [e.cached for e in (*first.traffic, *again.traffic)] == [False, True]
    assert again.traffic[0].records == 20
    load = asked_again(scripts, api, memory, ASKING[library], RunMode.LOAD)
    assert len(api.requests) == 2 and not load.traffic[0].cached


def test_only_good_answers_to_equal_requests_are_served(scripts: Scripts, api: ApiServer) -> None:
    memory = AnswerMemory()
    code = """
import requests
requests.get('URL/slow')
requests.post('URL/people')
requests.get('URL/people', headers={'Authorization': 'KEY'})
requests.get('URL/people', stream=True).close()
"""
    asked_again(scripts, api, memory, code.replace("KEY", "one"))
    asked_again(scripts, api, memory, code.replace("KEY", "two"))
    assert len(api.requests) == 8
    result = asked_again(scripts, api, memory, code.replace("KEY", "one"))
    assert [exchange.cached for exchange in result.traffic] == [False, False, True, False]


def test_a_request_that_is_repeated_sees_the_same_course_again(scripts: Scripts) -> None:
    states = iter(["queued", "running", "ready", "more than was asked"])
    code = "import requests\nfor _ in range(N): print(requests.get('URL/items').json()['state'])"
    memory = AnswerMemory()
    with serving(lambda request: Reply(data={"state": next(states)})) as api:
        assert asked_again(scripts, api, memory, code.replace("N", "3")).stdout == "queued\nrunning\nready\n"
        again = asked_again(scripts, api, memory, code.replace("N", "4"))
    assert again.stdout == "queued\nrunning\nready\nmore than was asked\n"
    assert [exchange.cached for exchange in again.traffic] == [True, True, True, False]
