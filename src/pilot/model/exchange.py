"""One exchange with a model's endpoint: sent, streamed, put together; nothing passes in silence."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from pilot.model.budget import MARGIN, estimate_tokens
from pilot.model.faults import EndpointFault, Judge

if TYPE_CHECKING:
    from openai import OpenAI

Emit: TypeAlias = "Callable[[str], None]"
_Result = TypeVar("_Result")
_LOOK_UP = 0.2


@dataclass
class Collected:
    """What came of an answer, put together from its pieces."""

    text: str = ""
    finish: str | None = None
    """Why the model stopped: `stop length content_filter …`; None means that it was cut off."""
    refusal: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    pieces: int = 0


@dataclass
class Exchange:
    """One request to be sent, and what has come back."""

    client: OpenAI
    judge: Judge
    most: int | None = None
    """Tokens after which a streamed answer is cut: not every server keeps to the length it was told."""
    collected: Collected = field(default_factory=Collected)

    def send(self, body: dict[str, object], emit: Emit) -> Collected:
        """Send it and collect the answer. Raises what the SDK raises, and EndpointFault."""
        said = 0
        with closing(self._payloads(body)) as payloads:
            for payload in payloads:
                before = len(self.collected.text)
                self._take(payload, emit)
                said += estimate_tokens(self.collected.text[before:])
                if self.most is not None and said > self.most * MARGIN:
                    self.collected.finish = "length"
                    break
        return self.collected

    def _payloads(self, body: dict[str, object]) -> Generator[object, None, None]:
        create: Callable[..., object] = self.client.chat.completions.create
        answer = create(**body)
        if isinstance(answer, str):
            raise EndpointFault(self.judge.not_a_model("a page, not JSON"))
        response = getattr(answer, "response", None)
        if response is None:
            yield _plain(answer)
            return
        try:
            kind = response.headers.get("content-type", "")
            if "html" in kind:
                raise EndpointFault(self.judge.not_a_model("an HTML page"))
            if "json" in kind and "stream" not in kind:
                response.read()  # a server that does not stream answers in one piece
                yield response.json()
                return
            for chunk in answer:  # type: ignore[attr-defined]  # a stream of chunks
                yield _plain(chunk)
        finally:
            response.close()

    def _take(self, payload: object, emit: Emit) -> None:
        """Add one chunk of a stream, or a whole completion: they differ in one name."""
        if not isinstance(payload, Mapping):
            raise EndpointFault(self.judge.not_a_model("JSON of another kind"))
        if payload.get("error"):
            raise EndpointFault(self.judge.of_error_body(payload))
        collected = self.collected
        collected.pieces += 1
        usage = _mapping(payload.get("usage"))
        collected.input_tokens = _count(usage.get("prompt_tokens"), collected.input_tokens)
        collected.output_tokens = _count(usage.get("completion_tokens"), collected.output_tokens)
        choices = payload.get("choices")
        if isinstance(choices, list) and choices:
            self._take_choice(_mapping(choices[0]), emit)

    def _take_choice(self, choice: Mapping[str, object], emit: Emit) -> None:
        said = _mapping(choice.get("delta") or choice.get("message"))
        if text := _text(said.get("content")) or _text(choice.get("text")):
            self.collected.text += text
            emit(text)
        self.collected.refusal += _text(said.get("refusal"))
        if reason := str(choice.get("finish_reason") or "").lower():
            self.collected.finish = "length" if reason == "max_tokens" else reason


def within(
    work: Callable[[Emit], _Result], emit: Emit, seconds: float, abandon: Callable[[], None]
) -> _Result:
    """Run `work` in a thread, so that neither a trickle nor a hanging server can hold the person up.

    What it emits is emitted here. Raises TimeoutError at the deadline; then, and on Ctrl-C, the work is
    abandoned.
    """
    news: queue.Queue[str | BaseException | None] = queue.Queue()
    results: list[_Result] = []

    def run() -> None:
        try:
            results.append(work(news.put))
            news.put(None)
        except BaseException as error:
            news.put(error)

    thread = threading.Thread(target=run, daemon=True, name="model")
    thread.start()
    deadline = time.monotonic() + seconds
    try:
        while isinstance(item := _next(news, deadline), str):
            emit(item)
    except BaseException:
        abandon()
        raise
    thread.join()
    if item is not None:
        raise item
    return results[0]


def _next(news: queue.Queue[str | BaseException | None], deadline: float) -> str | BaseException | None:
    """What comes next. Looks up often: a signal may not wake a waiting thread."""
    while (left := deadline - time.monotonic()) > 0:
        with suppress(queue.Empty):
            return news.get(timeout=min(left, _LOOK_UP))
    raise TimeoutError


def _plain(model: object) -> object:
    """The SDK's object as plain data: servers put other types into its fields than it declares."""
    dump: Callable[..., object] | None = getattr(model, "model_dump", None)
    return dump(warnings=False) if dump else model


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(content: object) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(_text(part if isinstance(part, str) else _mapping(part).get("text")) for part in content)


def _count(value: object, before: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else before
