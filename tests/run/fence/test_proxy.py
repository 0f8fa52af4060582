"""The proxy: who is let through, who is not, and what a script sees where a host does not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import requests

from pilot.run.fence.agreed import is_agreed
from pilot.run.fence.answer_head import LastAnswer
from pilot.run.fence.proxy import EgressProxy, Place
from pilot.run.fence.upstream import Upstream
from tests.support.api_server import ApiServer, Reply, Request


@pytest.fixture
def api() -> Iterator[ApiServer]:
    routes = {"/": lambda _: Reply(data=[1]), "/echo": _echo}
    with ApiServer(routes) as server:
        yield server


def _echo(request: Request) -> Reply:
    return Reply(data={"body": request.body.decode(), "headers": request.headers, "query": request.query})


@contextmanager
def proxy(*hosts: str, environ: dict[str, str] | None = None) -> Iterator[tuple[EgressProxy, str]]:
    with (
        socket.socket() as ears,
        closing(EgressProxy(lambda p: is_agreed(p, hosts), Upstream(environ or {}))) as one,
    ):
        ears.bind(("127.0.0.1", 0))
        ears.listen()
        url = f"http://127.0.0.1:{ears.getsockname()[1]}"
        one.serve(ears.dup())
        yield one, url


def through(url: str, *, method: str = "GET", target: str, **more: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, target, proxies={"http": url, "https": url}, timeout=5, **more)  # type: ignore[arg-type]


def test_an_agreed_host_answers_as_if_nothing_were_between(api: ApiServer) -> None:
    with proxy(api.host) as (_, url):
        answer = through(
            url, method="POST", target=f"{api.url}/echo?a=1&b=%2F", data=b"words", headers={"X-Own": "1"}
        )
    said = answer.json()
    assert said["body"] == "words"
    assert said["query"] == {"a": "1", "b": "/"}
    assert said["headers"]["x-own"] == "1" and said["headers"]["host"] == api.host
    assert not [name for name in said["headers"] if name.startswith("proxy")]


def test_each_answer_says_that_its_connection_ends(api: ApiServer) -> None:
    with proxy(api.host) as (_, url), requests.Session() as session:
        session.trust_env = False
        for _n in range(30):
            answer = session.get(f"{api.url}/", proxies={"http": url}, timeout=5)
            assert answer.json() == [1]
            assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_head_of_an_answer_may_come_in_pieces(size: int) -> None:
    first = b"HTTP/1.1 100 Continue\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nX-Own: 1"
    sent = first + head + b"\r\n\r\nbody\r\n\r\nConnection: keep-alive"
    answer = LastAnswer()
    pieces = [sent[n : n + size] for n in range(0, len(sent), size)]
    told = b"".join(answer.passed(piece) for piece in [*pieces, b""])
    wanted = b"HTTP/1.1 200 OK\r\nX-Own: 1\r\nConnection: close"
    assert told == first + wanted + b"\r\n\r\nbody\r\n\r\nConnection: keep-alive"


def test_another_host_is_refused_in_words_and_remembered(api: ApiServer) -> None:
    with proxy("api.example.com") as (one, url):
        answer = through(url, target=f"{api.url}/")
        assert one.refused == [Place("127.0.0.1", int(api.host.rpartition(":")[2]))]
    assert answer.status_code == 403
    assert answer.text == f"pilot's fence: {api.host} was not agreed to.\n"
    assert api.requests == []


def test_the_url_counts_and_not_the_host_header(api: ApiServer) -> None:
    with proxy("api.example.com") as (_, url):
        assert through(url, target=f"{api.url}/", headers={"Host": "api.example.com"}).status_code == 403


@pytest.mark.parametrize(
    "spelling", ["2130706433", "0x7f000001", "127.1", "127.0.0.1.", "[::ffff:127.0.0.1]"]
)
def test_a_spelling_of_an_address_is_no_other_address(api: ApiServer, spelling: str) -> None:
    port = api.host.rpartition(":")[2]
    with proxy("127.0.0.1:1") as (_, url):
        assert through(url, target=f"http://{spelling}:{port}/").status_code == 403
    assert api.requests == []


def test_a_tunnel_is_decided_by_its_target(api: ApiServer) -> None:
    port = int(api.host.rpartition(":")[2])
    with (
        proxy(api.host) as (_, url),
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 5) as s,
    ):
        s.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        assert s.recv(100).startswith(b"HTTP/1.1 200")
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in s.recv(1000)
    with (
        proxy("example.com") as (_, url),
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 5) as s,
    ):
        s.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        assert b"403" in s.recv(1000)


def test_a_host_that_does_not_answer_looks_as_it_does_without_a_proxy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        with proxy(host) as (one, url):
            with pytest.raises(requests.ConnectionError):
                through(url, target=f"http://{host}/")
            assert list(one.failed.values()) == ["Connection refused"]


@pytest.mark.parametrize(
    "words", [b"", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"CONNECT x:y HTTP/1.1\r\n\r\n", b"\xff" * 9]
)
def test_nonsense_gets_no_further(words: bytes) -> None:
    with proxy() as (_, url), socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 5) as s:
        s.sendall(words)
        s.shutdown(socket.SHUT_WR)
        assert b"200" not in s.recv(1000)


def test_the_persons_own_proxy_is_gone_through_with_its_password(api: ApiServer) -> None:
    port = api.host.rpartition(":")[2]
    with proxy("api.example.com") as (_, url):
        pass
    with proxy("localhost.example", environ={"http_proxy": f"http://me:s%40cret@127.0.0.1:{port}"}) as (
        _,
        url,
    ):
        through(url, target="http://localhost.example/somewhere?x=1")
    asked = api.requests[-1]
    assert asked.path == "/somewhere" or asked.path.endswith("/somewhere")
    assert asked.headers["proxy-authorization"] == "Basic bWU6c0BjcmV0"


def test_a_proxy_that_cannot_be_chained_is_told_without_its_password() -> None:
    assert Upstream({"ALL_PROXY": "socks5://me:secret@proxy:1080"}).unusable == "ALL_PROXY (socks5)"
    assert Upstream({"HTTPS_PROXY": "proxy:3128"}).unusable == ""


def test_a_public_name_does_not_lead_to_this_machine(api: ApiServer) -> None:
    port = api.host.rpartition(":")[2]
    name = "some.name.localdomain"
    with pytest.raises(OSError):
        Upstream({}).connect(name, int(port), tunnel=False)
    assert api.requests == []
