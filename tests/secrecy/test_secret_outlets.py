"""No secret leaves, in whatever disguise, through any outlet; ordinary texts come out as they went in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pilot.facts import Facts
from pilot.hosts.paper import Paper
from pilot.model.client import Endpoint, Gate, ModelClient
from pilot.model.preferences import Limits
from pilot.model.request import Message
from pilot.run.output import KeptOutput, LiveOutput
from pilot.run.report import read_report
from pilot.secrecy.redaction import MARK, Redactor
from pilot.session.session import Session
from pilot.session.store import STATE, Store
from tests.secret_cases import CASES, CLEAN, LIKELY, WITHOUT_A_FILE, Case
from tests.support.model_server import ModelServer

_PATH = "sources.weather.api_key"
Outlet = Callable[[Redactor, str, Path], str]
_SERVER: list[ModelServer] = []


@pytest.fixture(scope="module", autouse=True)
def model() -> Iterator[None]:
    with ModelServer(["fine"]) as server:
        _SERVER.append(server)
        yield
        _SERVER.clear()


def through_text(redactor: Redactor, text: str, _: Path) -> str:
    return redactor.text(text)


def through_json(redactor: Redactor, text: str, _: Path) -> str:
    shown = redactor.tree({"a": [text, {text: text}]})
    assert isinstance(shown, dict) and isinstance(shown["a"], list) and isinstance(shown["a"][0], str)
    return shown["a"][0] + json.dumps(shown)


def through_the_screen(redactor: Redactor, text: str, _: Path) -> str:
    paper = Paper(io.StringIO(), redactor.text)
    return paper.clean(text) + paper.clean_output(text)


def through_the_session(redactor: Redactor, text: str, folder: Path) -> str:
    with closing(Store.open(folder)) as store:
        session = Session.start(store, redactor, "p", Facts(goal=text))
        session.record_answer("k", text, text)
    data = b"".join(file.read_bytes() for file in (folder / STATE).glob("*") if file.is_file())
    again = data.decode("utf-8", "replace")
    with closing(Store.open(folder)) as store:
        kept = Session.newest(store, redactor)
        assert kept is not None
        return again + (kept.facts.goal or "")


def through_kept_output(redactor: Redactor, text: str, _: Path) -> str:
    output = KeptOutput(redactor.text)
    for byte in text.encode():
        output.feed(bytes([byte]))
    return output.text()


def through_a_report(redactor: Redactor, text: str, folder: Path) -> str:
    error = {"chain": [{"type": "ValueError", "message": text}], "body": text, "url": text, "fields": [text]}
    report = folder / "report.json"
    report.write_text(json.dumps({"error": error}), "utf-8")
    read = read_report(report, redactor.text).error
    assert read is not None
    return "\n".join((read.root.message, read.body or "", read.url or "", *read.fields))


def through_a_request(redactor: Redactor, text: str, _: Path) -> str:
    server = _SERVER[0]
    endpoint = Endpoint(server.url, "here", "gpt-6.1-sol", Limits(100_000, 1_000), "none")
    client = ModelClient(endpoint, Gate(redactor.outgoing, redactor.leak), lambda _: None)
    with closing(client):
        client.ask([Message("system", "Be brief."), Message("user", text)])
    return str(server.requests[-1]["messages"][1]["content"])


OUTLETS: dict[str, Outlet] = {
    "text": through_text,
    "JSON": through_json,
    "screen": through_the_screen,
    "output": through_kept_output,
    "report": through_a_report,
}
SLOW_OUTLETS: dict[str, Outlet] = {"session": through_the_session, "request": through_a_request}


def left_of(case: Case, shown: str) -> list[str]:
    """What of the secret can still be seen; the screen spells control characters out."""
    shown = MARK.sub("", shown)
    pieces = case.pieces or (case.secret, case.text)
    return [piece for piece in pieces if piece in shown]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS)
def test_no_secret_gets_out(outlet: Outlet, case: Case, tmp_path: Path) -> None:
    shown = outlet(Redactor({_PATH: case.secret}), case.text, tmp_path)
    assert MARK.search(shown)
    assert not left_of(case, shown)


@pytest.mark.parametrize("outlet", SLOW_OUTLETS.values(), ids=SLOW_OUTLETS)
def test_no_secret_gets_out_of_all_of_them_together(outlet: Outlet, tmp_path: Path) -> None:
    values = dict.fromkeys(case.secret for case in CASES)
    redactor = Redactor({f"{_PATH}.{number}": value for number, value in enumerate(values)})
    shown = outlet(redactor, "\n\n".join(case.text for case in CASES), tmp_path)
    assert [case.name for case in CASES if left_of(case, shown)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_hidden_stays_as_it_is(case: Case) -> None:
    redactor = Redactor({_PATH: case.secret})
    hidden = redactor.text(case.text)
    assert redactor.text(hidden) == hidden
    assert redactor.leak(hidden) is None
    assert redactor.leak(json.dumps(hidden)) is None


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_secret_is_seen_while_a_program_prints_it(case: Case, size: int) -> None:
    redactor = Redactor({_PATH: case.secret})
    shown: list[str] = []
    live = LiveOutput(redactor.text, shown.append, redactor.begun)
    data = f"first line\n{case.text}\nlast line".encode()
    for start in range(0, len(data), size):
        live.feed(data[start : start + size])
    live.close()
    assert not left_of(case, "".join(shown))
    assert "first line" in "".join(shown) and "last line" in "".join(shown)


def everything() -> Redactor:
    values = dict.fromkeys(case.secret for case in CASES)
    return Redactor({f"s{number}.value": value for number, value in enumerate(values)})


@pytest.mark.parametrize("text", CLEAN)
def test_a_text_without_secrets_is_left_alone(text: str) -> None:
    redactor = everything()
    assert redactor.text(text) == text
    assert redactor.outgoing(text) == text
    assert redactor.tree(text) == text
    assert redactor.leak(text) is None


@pytest.mark.parametrize("text", WITHOUT_A_FILE.values(), ids=WITHOUT_A_FILE)
def test_a_key_that_is_in_no_file_is_known_by_its_shape(text: str) -> None:
    assert "[secret that looks like a" in Redactor({}).text(text)
    assert "[secret that looks like a" in Redactor({}).outgoing(text)


@pytest.mark.parametrize("text", LIKELY.values(), ids=LIKELY)
def test_what_stands_like_a_key_and_looks_like_one_goes_to_no_model(text: str) -> None:
    assert "[secret that looks like a key]" in Redactor({}).outgoing(text)


def test_a_word_of_the_project_s_own_code_is_hidden_only_as_a_credential() -> None:
    redactor = Redactor({"sources.shop.password": "inventory"}, lambda: frozenset({"inventory"}))
    assert redactor.text("the inventory, password=inventory") == (
        "the inventory, password=[secret sources.shop.password]"
    )
    assert redactor.is_weak("sources.shop.password", "inventory")
    assert not redactor.is_weak("sources.shop.password", "inventory-9f8e7d")
