"""The client against a real server, through the real SDK."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from signal import SIGINT, raise_signal
from typing import Any

import pytest

from pilot.model.budget import estimate_tokens
from pilot.model.client import Endpoint, Gate, ModelClient
from pilot.model.faults import ModelFailed, TooLong
from pilot.model.patience import Patience
from pilot.model.preferences import Limits
from pilot.model.request import Message
from tests.support.model_server import ModelServer, Script

HURRIED = Patience(first=0.01, longest=1.0, answer=5.0, silence=5.0)
LIMITS = Limits(100_000, 1_000)
ASKED = [Message("system", "You write pipelines."), Message("user", "Write one.")]


class Client(ModelClient):
    """A client that keeps what it says."""

    def __init__(self, endpoint: Endpoint, gate: Gate, patience: Patience) -> None:
        self.said: list[str] = []
        super().__init__(endpoint, gate, self.said.append, patience)


def path_in(text: str) -> str | None:
    return "sources.weather.api_key" if "hunter2" in text else None


def unguarded() -> Gate:
    return Gate(redact=lambda text: text, leaks=lambda text: None)


@contextmanager
def client_of(
    server: ModelServer, patience: Patience = HURRIED, gate: Gate | None = None, **more: Any
) -> Iterator[Client]:
    endpoint = Endpoint(
        server.url, "the-endpoint", "gpt-6.1-sol", Limits(100_000, 1_000), "sk-the-key-of-the-test"
    )
    client = Client(replace(endpoint, **more), gate or unguarded(), patience)
    try:
        yield client
    finally:
        client.close()


def failure(
    script: Script, patience: Patience = HURRIED, **more: Any
) -> tuple[ModelFailed, ModelServer, Client]:
    with ModelServer(script) as server, client_of(server, patience, **more) as client:
        with pytest.raises(ModelFailed) as caught:
            client.ask(ASKED)
        return caught.value, server, client


def test_an_answer_streams_to_the_watcher_and_is_counted() -> None:
    seen: list[str] = []
    with (
        ModelServer([{"content": "a long answer " * 20, "usage": [120, 45]}]) as server,
        client_of(server) as client,
    ):
        answer = client.ask(ASKED, seen.append)
    assert answer.text == "a long answer " * 20 == "".join(seen)
    assert len(seen) > 1
    assert not answer.cut
    assert (client.usage.requests, client.usage.input_tokens, client.usage.output_tokens) == (1, 120, 45)


def test_what_is_sent_is_what_newer_models_take() -> None:
    with ModelServer(["fine"]) as server, client_of(server) as client:
        client.ask(ASKED)
    body = server.requests[0]
    assert body["messages"][0]["role"] == "system"
    assert body["max_completion_tokens"] == 1_000
    assert not {"temperature", "top_p", "stop", "tools", "max_tokens", "reasoning_effort"} & set(body)


def test_a_server_that_does_not_stream_is_understood_without_asking_twice() -> None:
    with ModelServer([{"content": "whole", "stream": False}]) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "whole"
    assert len(server.requests) == 1


def test_content_in_parts_is_put_together() -> None:
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    replies: list[dict[str, Any]] = [{"content": parts}, {"content": parts, "stream": False}]
    with ModelServer(replies) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "one two"
        assert client.ask(ASKED).text == "one two"


def test_a_server_that_counts_nothing_is_estimated() -> None:
    with ModelServer([{"content": "three words here", "usage": None}]) as server, client_of(server) as client:
        client.ask(ASKED)
    assert client.usage.input_tokens == sum(estimate_tokens(message.content) for message in ASKED)
    assert client.usage.output_tokens == estimate_tokens("three words here")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"fault": "html"}, "HTML page"),
        ({"fault": "badjson"}, "broken JSON"),
        ({"fault": "noend", "content": "half of"}, "broke off"),
        ({"fault": "drop", "content": "half of"}, "can't be reached"),
        ({"fault": "error_in_200", "error": {"message": "no such tenant"}}, "no such tenant"),
        (
            {"fault": "error_in_stream", "content": "x", "error": {"message": "model crashed"}},
            "model crashed",
        ),
        ({"content": "x", "finish": "content_filter"}, "content filter"),
        ({"content": None, "refusal": "I won't do that."}, "I won't do that."),
        ({"status": 402, "error": {"message": "pay first"}}, "no credit left"),
        ({"status": 403, "error": {"message": "not in your country"}}, "not in your country"),
        ({"status": 404, "error": {"message": "404 page not found"}}, "refused the request (404)"),
        ({"status": 307, "headers": {"Location": "http://127.0.0.1:1/"}}, "(307)"),
        ({"status": 418, "error": "a bare text"}, "a bare text"),
    ],
)
def test_no_failure_passes_in_silence(reply: dict[str, Any], words: str) -> None:
    error, server, _ = failure([reply])
    assert words in error.message
    assert error.finding.kind.value == "writer_failed"
    assert error.hint
    assert len(server.requests) <= 3


def test_an_answer_without_choices_is_no_answer() -> None:
    error, _, _ = failure([{"fault": "empty"}])
    assert "broke off" in error.message


def test_a_wrong_key_is_told_with_the_variable_and_without_the_key() -> None:
    wanted = ModelServer(["never"], key="sk-another")
    with wanted as server, client_of(server) as client, pytest.raises(ModelFailed) as caught:
        client.ask(ASKED)
    assert "OPENAI_API_KEY" in caught.value.message
    assert "sk-the-key" not in caught.value.message + caught.value.hint
    assert not server.requests


def test_a_busy_endpoint_is_waited_for_and_the_person_told() -> None:
    busy = {"status": 429, "error": {"message": "slow down"}, "headers": {"Retry-After": "0.05"}}
    with ModelServer([busy, {"status": 503}, "at last"]) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "at last"
    assert "slow down" in client.said[0]
    assert "Trying again in" in client.said[0]
    assert "(503)" in client.said[1]


def test_a_long_wait_is_counted_down() -> None:
    busy = {"status": 429, "headers": {"Retry-After": "61"}}
    error, server, client = failure([busy])
    assert "61 s, which is too long" in client.said[0]
    assert len(server.requests) == 1
    assert "busy" in error.message


def test_waiting_has_an_end() -> None:
    error, server, client = failure([{"status": 500, "error": {"message": "boom"}}])
    assert len(server.requests) == HURRIED.attempts
    assert len(client.said) == HURRIED.attempts - 1
    assert "boom" in error.message


def test_an_empty_account_is_not_asked_again() -> None:
    error, server, _ = failure([{"status": 429, "error": {"message": "quota", "code": "insufficient_quota"}}])
    assert len(server.requests) == 1
    assert "no credit" in error.message


def test_an_endpoint_that_says_not_to_retry_is_not_asked_again() -> None:
    _, server, _ = failure([{"status": 503, "headers": {"x-should-retry": "false"}}])
    assert len(server.requests) == 1


def test_a_refused_connection_is_told_soon_with_its_cause() -> None:
    with ModelServer(["never"]) as server:
        pass
    started = time.monotonic()
    with client_of(server) as client, pytest.raises(ModelFailed, match="refused") as caught:
        client.ask(ASKED)
    assert time.monotonic() - started < 5
    assert "OPENAI_BASE_URL" in caught.value.hint


def test_a_model_that_is_not_offered_gives_way_to_the_next_one() -> None:
    def script(body: dict[str, Any]) -> Any:
        if body["model"] == "gpt-6.1-sol":
            error = {"message": "The model does not exist", "code": "model_not_found"}
            return {"status": 404, "error": error}
        return {"status": 403} if body["model"] == "gpt-6-sol" else body["model"]

    with ModelServer(script) as server, client_of(server, next_models=("gpt-6-sol", "gpt-5.5")) as client:
        assert client.ask(ASKED).text == "gpt-5.5"
        assert client.ask(ASKED).text == "gpt-5.5"
    assert "gpt-6-sol instead of gpt-6.1-sol" in client.said[0]
    assert len(server.requests) == 4


def test_a_model_that_was_named_has_no_substitute() -> None:
    error, _, _ = failure(
        [{"status": 404, "error": {"message": "model 'x' not found, try pulling it first"}}]
    )
    assert "does not offer this model" in error.message
    assert "--model" in error.hint
    assert "It offers: gpt-6.1-sol." in error.hint


@pytest.mark.parametrize(
    ("parameter", "message", "then"),
    [
        ("max_completion_tokens", "Unsupported parameter", {"max_tokens"}),
        ("stream_options", "Extra inputs are not permitted", {"max_completion_tokens"}),
    ],
)
def test_a_refused_parameter_is_left_out_and_remembered(parameter: str, message: str, then: set[str]) -> None:
    def script(body: dict[str, Any]) -> Any:
        if parameter not in body:
            return "fine"
        return {
            "status": 400,
            "error": {"message": message, "param": parameter, "code": "unsupported_parameter"},
        }

    with ModelServer(script) as server, client_of(server) as client:
        client.ask(ASKED)
        client.ask(ASKED)
    assert [parameter in body for body in server.requests] == [True, False, False]
    assert then <= set(server.requests[-1])


def test_a_parameter_named_only_in_the_words_is_found() -> None:
    def script(body: dict[str, Any]) -> Any:
        if "stream_options" in body:
            detail = [{"loc": ["body", "stream_options"], "msg": "extra fields not permitted"}]
            return {"status": 422, "error": {"detail": detail}}
        return "fine"

    with ModelServer(script) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "fine"


def test_a_server_that_can_not_stream_is_asked_without() -> None:
    def script(body: dict[str, Any]) -> Any:
        error = {"message": "streaming is not supported", "param": "stream", "code": "unsupported_value"}
        return {"status": 400, "error": error} if body["stream"] else "fine"

    with ModelServer(script) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "fine"


def test_a_smaller_reply_limit_is_learned_from_the_refusal() -> None:
    def script(body: dict[str, Any]) -> Any:
        if body["max_completion_tokens"] > 512:
            said = (
                "max_completion_tokens is too large: 1000. This model supports at most 512 completion tokens"
            )
            return {"status": 400, "error": {"message": said, "param": "max_completion_tokens"}}
        return "fine"

    with ModelServer(script) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "fine"
    assert client.limits.reply == 512


def test_a_refusal_that_nothing_cures_ends() -> None:
    refusal = {"message": "bad", "param": "max_tokens", "code": "unsupported_parameter"}
    _, server, _ = failure([{"status": 400, "error": refusal}])
    assert len(server.requests) <= 3


@pytest.mark.parametrize("text", ["", "the beginning of"])
def test_an_answer_that_ran_into_its_limit_is_asked_for_once_with_twice_the_room(text: str) -> None:
    replies: list[Any] = [{"content": text, "finish": "length"}, "the whole"]
    with ModelServer(replies) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "the whole"
    assert [body["max_completion_tokens"] for body in server.requests] == [1_000, 2_000]


def test_an_answer_that_stays_too_long_is_called_cut() -> None:
    with ModelServer([{"content": "half", "finish": "length"}]) as server, client_of(server) as client:
        assert client.ask(ASKED).cut
    assert len(server.requests) == 2


def test_a_request_beyond_the_window_says_what_the_window_is() -> None:
    said = "This model's maximum context length is 4096 tokens. However, you requested 5000."
    with (
        ModelServer(
            [{"status": 400, "error": {"message": said, "code": "context_length_exceeded"}}]
        ) as server,
        client_of(server) as client,
        pytest.raises(TooLong) as caught,
    ):
        client.ask(ASKED)
    assert caught.value.window == 4_096


@pytest.mark.parametrize("fault", ["trickle", "hang"])
def test_no_server_holds_the_person_up_for_ever(fault: str) -> None:
    started = time.monotonic()
    error, _, _ = failure([{"fault": fault, "seconds": 20}], Patience(answer=0.4, silence=10, first=0.01))
    assert "did not answer in time" in error.message
    assert time.monotonic() - started < 5


def test_ctrl_c_passes_at_once() -> None:
    with ModelServer([{"fault": "hang", "seconds": 20}]) as server, client_of(server) as client:
        timer = threading.Timer(0.5, raise_signal, [SIGINT])
        timer.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            client.ask(ASKED)
        timer.join()
    assert time.monotonic() - started < 5


def test_every_text_is_redacted_on_its_way_out() -> None:
    gate = Gate(
        lambda text: text.replace("hunter2", "[REDACTED]"), lambda text: "p" if "hunter2" in text else None
    )
    with ModelServer(["fine"]) as server, client_of(server, gate=gate) as client:
        client.ask([Message("user", "the key is hunter2")])
    assert server.requests[0]["messages"][0]["content"] == "the key is [REDACTED]"


def test_a_secret_that_is_still_there_stops_the_request() -> None:
    gate = Gate(lambda text: text, path_in)
    with ModelServer(["never"]) as server, client_of(server, gate=gate) as client:
        error = pytest.raises(ModelFailed, client.ask, [Message("user", "hunter2")]).value
    assert "sources.weather.api_key" in error.message
    assert "hunter2" not in error.message + error.hint
    assert not server.requests


def test_the_model_s_own_key_is_never_in_a_message() -> None:
    with ModelServer(["never"]) as server, client_of(server) as client:
        error = pytest.raises(ModelFailed, client.ask, [Message("user", "sk-the-key-of-the-test")]).value
    assert "OPENAI_API_KEY" in error.message
    assert not server.requests
    assert "sk-the-key" not in repr(client.endpoint)


def test_a_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ModelServer(["direct"]) as server, client_of(server) as client:
        assert client.ask(ASKED).text == "direct"


def test_a_local_server_without_a_key_gets_a_stand_in() -> None:
    with ModelServer(["fine"]) as server, client_of(server, key=None) as client:
        client.ask(ASKED)
    assert server.headers[0]["authorization"] == "Bearer none"


def test_the_window_is_found_under_the_names_that_servers_use() -> None:
    models = [{"id": "a", "context_length": 4_096}, {"id": "b", "meta": {"n_ctx_train": 32_768}}, "c"]
    with ModelServer(["x"], models) as server, client_of(server) as client:
        assert [(model.name, model.window) for model in client.offered()] == [
            ("a", 4_096),
            ("b", 32_768),
            ("c", None),
        ]
