"""The client of a model's endpoint: one choke point for what leaves, and every failure told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from pilot.model.archive import Archive, key_of, text_of
from pilot.model.budget import estimate_tokens
from pilot.model.exchange import Collected, Exchange, within
from pilot.model.faults import Cure, EndpointFault, Fault, Judge, ModelFailed, TooLong
from pilot.model.patience import Patience
from pilot.model.preferences import Limits, Offered
from pilot.model.purse import Purse
from pilot.model.request import Message, RequestShape, size_of
from pilot.model.settings import DEFAULT_KEY_NAME, NO_KEY, is_loopback
from pilot.secrecy.forms import is_weak
from pilot.session.ledger import ModelExchange
from pilot.writers.writer import Usage

if TYPE_CHECKING:
    from openai import OpenAI

Say: TypeAlias = "Callable[[str], None]"
_MOST_REQUESTS = 20
_MOST_NAMES = 12
_CONNECT = 10.0
_LEAST_ANSWER = 256
"""Tokens: for less room than that nothing is asked."""
NO_LIST = (ValueError, TypeError, AttributeError)
"""What the SDK raises, beside its own errors, where the list of models is none."""


@dataclass(frozen=True)
class Answer:
    """What a model said."""

    text: str
    cut: bool = False
    """It ran into the reply's limit: the end is missing."""


@dataclass(frozen=True)
class Gate:
    """What every text passes on its way out."""

    redact: Callable[[str], str]
    """A text with the values of all known secrets masked."""
    leaks: Callable[[str], str | None]
    """The path of a secret that is still in a text."""


@dataclass(frozen=True)
class Endpoint:
    """Where the model is, and what it is called there."""

    url: str
    host: str
    model: str
    limits: Limits
    key: str | None = field(default=None, repr=False)
    key_name: str = DEFAULT_KEY_NAME
    next_models: tuple[str, ...] = ()
    """Tried in order when the endpoint refuses the model."""


class ModelClient:
    """Asks one endpoint, one request at a time. `usage` adds up everything that was answered."""

    def __init__(
        self,
        endpoint: Endpoint,
        gate: Gate,
        say: Say,
        patience: Patience | None = None,
        purse: Purse | None = None,
        archive: Archive | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.usage = Usage()
        self._gate = gate
        self._say = say
        self._patience = patience or Patience()
        self._purse = purse or Purse(spent=lambda: self.usage)
        self._archive = archive
        self._shape = RequestShape(endpoint.limits)
        self._judge = Judge(endpoint.host, endpoint.key_name)
        self._sdk: OpenAI | None = None

    @property
    def limits(self) -> Limits:
        """What the model takes and gives, as far as is known by now."""
        return self._shape.limits

    def narrow(self, window: int) -> None:
        """Take the model's window to be smaller than was thought."""
        self._shape.limits = Limits(window, min(self.limits.reply, window // 2))

    def ask(
        self, messages: Sequence[Message], watch: Say | None = None, wanted: int = _LEAST_ANSWER
    ) -> Answer:
        """One answer; `wanted` is how many tokens it needs at least.

        Raises ModelFailed, TooLong where the request is more than the model takes, and BudgetSpent where it
        is more than may be spent.
        """
        clean = [replace(message, content=self._gate.redact(message.content)) for message in messages]
        reply = self.limits.reply
        collected = self._answered(clean, reply, wanted, watch)
        allowed, more = self._shape.room(clean, reply), self._shape.room(clean, reply * 2)
        if collected.finish == "length" and more > allowed:
            self._say(f"The answer was longer than {allowed} tokens: asking again with room for {more}.")
            collected = self._answered(clean, reply * 2, allowed + 1, watch)
        return self._judged(collected)

    def offered(self) -> tuple[Offered, ...]:
        """The models that the endpoint says it has. Advice only. Raises OpenAIError and NO_LIST."""
        found: list[Offered] = []
        for model in self._open().with_options(timeout=10).models.list():
            extra = model.model_extra or {}
            shutdown = getattr(model, "shutdown_date", None)
            found.append(Offered(str(model.id), _window(extra), str(shutdown) if shutdown else None))
        return tuple(found)

    def _names_offered(self) -> str:
        import openai

        try:
            names = [model.name for model in self.offered()]
        except (openai.OpenAIError, *NO_LIST):
            return ""
        shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
        return f" It offers: {shown}." if names else ""

    def close(self) -> None:
        """Close the connections."""
        if self._sdk is not None:
            self._sdk.close()
            self._sdk = None

    def _refuse_leaks(self, body: Mapping[str, object]) -> None:
        """The second look: at everything that is about to be sent, as it is sent. Raises ModelFailed."""
        serialised = json.dumps(body, ensure_ascii=False)
        path = self._gate.leaks(serialised)
        key = self.endpoint.key
        if path is None and key and key in serialised and not is_weak(key):  # a local server's may be "none"
            path = self.endpoint.key_name
        if path:
            says = f"The request to the model holds the value of {path}, so it was not sent."
            raise ModelFailed(says, f"Take the value of {path} out of the script and of what you typed.")

    def _answered(self, messages: Sequence[Message], reply: int, wanted: int, watch: Say | None) -> Collected:
        """An answer that came before pilot was stopped, or else a new one, kept the moment it is complete."""
        if self._archive is None:
            return self._exchange(messages, reply, wanted, watch)
        key = key_of(self.endpoint.url, self.endpoint.model, messages)
        if (known := self._archive.known_exchange(key)) is not None:
            (watch or _ignore)(known.answer)
            return Collected(known.answer, known.finish, known.refusal)
        before, begun = self.usage, time.time()
        collected = self._exchange(messages, reply, wanted, watch)
        self._archive.record_exchange(
            ModelExchange(
                key,
                self.endpoint.model,
                text_of(messages),
                collected.text,
                collected.finish or "",
                collected.refusal,
                self.usage - before,
                seconds=time.time() - begun,
                at=begun,
            )
        )
        return collected

    def _exchange(self, messages: Sequence[Message], reply: int, wanted: int, watch: Say | None) -> Collected:
        """Try until there is an answer with an end."""
        attempt = 1
        for _ in range(_MOST_REQUESTS):
            most = self._shape.room(messages, reply)
            endpoint = self.endpoint
            allowed = self._purse.allow(endpoint.model, endpoint.url, size_of(messages), wanted, most)
            try:
                return self._once(messages, allowed, watch)
            except ModelFailed:  # pilot's own no: nothing was sent
                raise
            except Exception as error:  # the SDK lets through whatever an answer breaks: all of it is judged
                fault = self._judge.of_exception(error)
            if fault.cure is Cure.SHORTEN:
                raise TooLong(self._safe(fault.says), fault.limit)
            if fault.cure is Cure.NEXT_MODEL and self.endpoint.next_models:
                self._next_model(fault)
            elif fault.cure is Cure.ADAPT and self._shape.adapt(fault.parameter, fault.limit):
                reply = min(reply, fault.limit or reply)
            elif fault.cure is Cure.WAIT and self._wait(fault, attempt):
                attempt += 1
            else:
                break
        self._purse.in_time()  # what was in a hurry failed for lack of time, whatever it looks like
        hint = fault.hint or "pilot resume tries again."
        more = self._names_offered() if fault.cure is Cure.NEXT_MODEL else ""
        raise ModelFailed(self._safe(fault.says), hint + more)

    def _once(self, messages: Sequence[Message], reply: int, watch: Say | None) -> Collected:
        exchange = Exchange(self._open(), self._judge, reply if self._purse.bounds.set else None)
        body = self._shape.body(self.endpoint.model, messages, reply)
        self._refuse_leaks(body)
        try:
            patience = self._patience.within(self._purse.seconds_left())
            within(lambda emit: exchange.send(body, emit), watch or _ignore, patience.answer, self.close)
        finally:
            self._count(messages, exchange.collected)
        if exchange.collected.finish is None:
            raise EndpointFault(self._judge.broke_off())
        return exchange.collected

    def _next_model(self, fault: Fault) -> None:
        name, *others = self.endpoint.next_models
        self._say(f"{self._safe(fault.says)}. Trying {name} instead of {self.endpoint.model}.")
        self.endpoint = replace(self.endpoint, model=name, next_models=tuple(others))

    def _wait(self, fault: Fault, attempt: int) -> bool:
        patience = self._patience.within(self._purse.seconds_left())
        return patience.wait(fault, attempt, self._safe(fault.says), self._say)

    def _judged(self, collected: Collected) -> Answer:
        model = self.endpoint.model
        if collected.finish == "content_filter":
            says = f"{model} stopped: a content filter cut its answer off."
            raise ModelFailed(says, "Say it in other words.")
        if collected.refusal:
            says = self._safe(f"{model} refused: {' '.join(collected.refusal.split())[:240]}")
            raise ModelFailed(says, "Say it in other words, or try another model: --model NAME")
        return Answer(collected.text, collected.finish == "length")

    def _count(self, messages: Sequence[Message], collected: Collected) -> None:
        if collected.pieces:
            given, said = collected.input_tokens, collected.output_tokens
            self.usage += self._purse.usage(
                self.endpoint.model,
                self.endpoint.url,
                size_of(messages) if given is None else given,
                estimate_tokens(collected.text) if said is None else said,
            )

    def _safe(self, text: str) -> str:
        """An endpoint's words without secrets: some quote the key back."""
        text = self._gate.redact(text)
        return text.replace(self.endpoint.key, "[key]") if self.endpoint.key else text

    def _open(self) -> OpenAI:
        if self._sdk is None:
            import openai

            # a redirect would carry the prompt to another host; a proxy does not reach loopback
            timeout = openai.Timeout(self._patience.silence, connect=_CONNECT)
            connection = openai.DefaultHttpxClient(
                follow_redirects=False, trust_env=not is_loopback(self.endpoint.url), timeout=timeout
            )
            self._sdk = openai.OpenAI(
                api_key=self.endpoint.key or NO_KEY,
                base_url=self.endpoint.url,
                max_retries=0,
                timeout=timeout,
                http_client=connection,
            )
        return self._sdk


def _window(extra: dict[str, object]) -> int | None:
    """The context length, under the names that servers give it."""
    meta = extra.get("meta")
    fields = {**(meta if isinstance(meta, dict) else {}), **extra}
    names = (
        "loaded_context_length", "max_model_len", "context_length", "context_window", "n_ctx",
        "max_context_length", "n_ctx_train",
    )  # fmt: skip
    return next((size for name in names if isinstance(size := fields.get(name), int) and size > 0), None)


def _ignore(text: str) -> None:
    """Nobody watches."""
