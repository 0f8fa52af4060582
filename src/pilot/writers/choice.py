"""Finds out which writer can be used, asks before a key can cost anything, and opens the writer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Protocol

from pilot.errors import UsageError
from pilot.facts import WriterChoice
from pilot.host import Choice, Host, Question
from pilot.model.archive import Archive
from pilot.model.client import NO_LIST, Endpoint, Gate, ModelClient
from pilot.model.patience import Patience
from pilot.model.preferences import PREFERRED, Limits, Offered, after, best_of, is_known, limits_of
from pilot.model.prices import PriceList
from pilot.model.purse import Bounds, Purse
from pilot.model.settings import ModelSettings, Source
from pilot.screen import Line
from pilot.writers.requests import PromptSource
from pilot.writers.writer import Usage, Writer

if TYPE_CHECKING:
    from pilot.model.rehearsal import Rehearsed

BUILTIN = "builtin"
_NOTHING = "No model configured: the built-in writer is used. OPENAI_API_KEY or --model sets one."
_YES, _NO = "y", "n"


class Answers(Protocol):
    """What the person answered once for this project."""

    def recall(self, name: str) -> str | None:
        """An answer given before."""

    def remember(self, name: str, answer: str) -> None:
        """Keep an answer."""


class WriterRoom:
    """The writers of one process."""

    def __init__(
        self,
        host: Host,
        settings: ModelSettings,
        prompts: PromptSource,
        *,
        redact: Callable[[str], str],
        leaks: Callable[[str], str | None],
        memory: Answers,
        shares: Callable[[], bool] = bool,
        patience: Patience | None = None,
        has_pyarrow: Callable[[], bool] | None = None,
        bounds: Bounds | None = None,
        prices: PriceList | None = None,
    ) -> None:
        self._host = host
        self._settings = settings
        self._prompts = prompts
        self._gate = Gate(redact, leaks)
        self._memory = memory
        self._patience = patience
        self._has_pyarrow = has_pyarrow
        self._shares = shares
        self._clients: dict[WriterChoice, ModelClient] = {}
        self._archive: Archive | None = None
        self._before = Usage()
        self._purse = Purse(bounds or Bounds(), prices or PriceList(), self._spent)

    @property
    def usage(self) -> Usage:
        """Everything asked of models in this process."""
        return sum((client.usage for client in self._clients.values()), Usage())

    def count_on(self, before: Usage) -> None:
        """The bounds are a session's: count what it asked of models in earlier processes too."""
        self._before = before

    def hurry(self, deadline: float | None) -> None:
        """What is asked from now on must have come by then, by the monotonic clock; None: no hurry."""
        self._purse.deadline = deadline

    def _spent(self) -> Usage:
        return self._before + self.usage

    def set_up(self, model: str | None) -> tuple[WriterChoice, str]:
        """The writer to use, and one line on why. Raises UsageError, AnswerMissing."""
        if model == BUILTIN:
            return WriterChoice(BUILTIN), "The built-in writer, as asked."
        settings = self._settings.with_model(model)
        if settings.model == BUILTIN:
            return WriterChoice(BUILTIN), f"The built-in writer, as {_source(settings)} says."
        if reason := _without_endpoint(settings):
            return WriterChoice(BUILTIN), reason
        if not self._agreed(settings):
            says = (
                f"The built-in writer: {settings.key_name} is not to be used here. --model NAME changes that."
            )
            return WriterChoice(BUILTIN), says
        warm_up()
        return self._choose(settings)

    def keep_in(self, archive: Archive) -> None:
        """Where answers are kept, and found again after a stop."""
        self._archive = archive

    def open(self, choice: WriterChoice, watch: Callable[[str], None] | None = None) -> Writer:
        """The writer; what a model says streams to `watch`."""
        if choice.kind == BUILTIN or choice.model is None:
            from pilot.writers.builtin import BuiltinWriter

            return BuiltinWriter(self._has_pyarrow)
        from pilot.writers.model_writer import ModelWriter

        if choice not in self._clients:
            self._refuse_unpriced(choice)
            self._clients[choice] = self._client(choice)
        return ModelWriter(self._clients[choice], self._prompts, watch, shares=self._shares())

    def rehearse(self, choice: WriterChoice, ask: Callable[[Writer], object]) -> Rehearsed | None:
        """What asking the writer would send to a model first; None where nothing would be sent."""
        from pilot.model.rehearsal import Rehearsed, RehearsedClient
        from pilot.writers.model_writer import ModelWriter

        if choice.kind == BUILTIN or choice.model is None:
            return None
        client = self._client(choice, RehearsedClient)
        try:
            ask(ModelWriter(client, self._prompts, shares=self._shares()))
        except Rehearsed as request:
            return request
        return None

    def close(self) -> None:
        """Close the connections to models."""
        for client in self._clients.values():
            client.close()

    def _agreed(self, settings: ModelSettings) -> bool:
        """Whether the endpoint may be used: asked once per project where nobody named it for pilot."""
        if not _to_confirm(settings):
            return True
        what = f"{settings.key_name} at {settings.host}" if settings.key else settings.host
        answer = self._memory.recall(f"model: {what}")
        if answer is None:
            answer = self._host.ask(_question(settings, what))
            self._memory.remember(f"model: {what}", answer)
        return answer == _YES

    def _choose(self, settings: ModelSettings) -> tuple[WriterChoice, str]:
        """The model that was named; else the best one that the endpoint offers."""
        named, note = settings.model, ""
        best = Offered(named or PREFERRED[0], settings.window)
        if named is None or not (is_known(named) or settings.window):
            with self._host.working(f"Asking {settings.host} for its models"):
                offered, note = self._offered(settings)
            found = next((model for model in offered if model.name == named), None)
            best = (found if named else best_of(offered, date.today())) or best
        limits = limits_of(best.name, settings.window or best.window)
        choice = WriterChoice(
            "model",
            best.name,
            settings.address,
            limits.window,
            limits.reply,
            named=settings.model is not None,
        )
        self._refuse_unpriced(choice)
        says = (
            f"{best.name} at {settings.host}: window {limits.window:,}, replies up to {limits.reply:,} tokens"
        )
        return choice, f"{says}{note}"

    def _refuse_unpriced(self, choice: WriterChoice) -> None:
        """A bound on money can't be kept where the price is not known."""
        if not self._purse.affords(choice.model or "", choice.base_url or ""):
            raise UsageError(
                f"What {choice.model} costs is not known, so --max-cost can't be kept.",
                "Give it, in dollars per million tokens, in the table [prices] of .pilot/config.toml: "
                f'"{choice.model}" = {{ input = 1.0, output = 5.0 }}. --max-tokens needs no price.',
            )

    def _offered(self, settings: ModelSettings) -> tuple[tuple[Offered, ...], str]:
        """What the endpoint offers, and a note when it does not say."""
        import openai

        client = ModelClient(_endpoint(settings, "", limits_of("", None)), self._gate, _ignore)
        try:
            return client.offered(), ""
        except openai.AuthenticationError:
            return (), f"; it refused the key in {settings.key_name}"
        except (openai.OpenAIError, *NO_LIST):
            return (), "; it does not list its models"
        finally:
            client.close()

    def _client(self, choice: WriterChoice, kind: type[ModelClient] = ModelClient) -> ModelClient:
        settings = self._settings.with_model(choice.model)
        model = choice.model or PREFERRED[0]
        limits = limits_of(model, choice.window)
        if choice.base_url != settings.address:
            now = settings.address if settings.base_url or settings.key else "none"
            raise UsageError(
                f"This session used the model at {choice.base_url}; now {now} is configured.",
                "Set OPENAI_BASE_URL as it was, or choose a model again: --model NAME, or /model NAME.",
            )
        others = () if choice.named else after(model)
        affordable = tuple(name for name in others if self._purse.affords(name, settings.url))
        endpoint = _endpoint(settings, model, limits, affordable)
        archive = self._archive if kind is ModelClient else None
        return kind(endpoint, self._gate, self._tell, self._patience, self._purse, archive)

    def _tell(self, text: str) -> None:
        self._host.show(Line(text, "warn"))


def warm_up() -> None:
    """Begin the slow import of the SDK while the person still answers questions."""
    threading.Thread(target=lambda: __import__("openai"), daemon=True, name="warm-up").start()


def _endpoint(
    settings: ModelSettings, model: str, limits: Limits, next_models: tuple[str, ...] = ()
) -> Endpoint:
    return Endpoint(settings.url, settings.host, model, limits, settings.key, settings.key_name, next_models)


def _without_endpoint(settings: ModelSettings) -> str:
    """Why there is no endpoint to ask; "" when there is one. Raises UsageError where one was wanted."""
    if settings.base_url or settings.key:
        return ""
    if settings.model is None:
        return _NOTHING
    if settings.model_from is Source.PROJECT:
        return f"No key in {settings.key_name}: the built-in writer is used, not {settings.model}."
    raise UsageError(
        f"{settings.model} needs a key: {settings.key_name} is not set.",
        f"Set {settings.key_name}, or OPENAI_BASE_URL for a local server; --model builtin needs neither.",
    )


def _to_confirm(settings: ModelSettings) -> bool:
    """Whether the person should say first that this endpoint is to be used.

    A project's file may come from anybody: that it names an endpoint is no reason to send a key or a
    prompt there. A key in the environment may be there for something else.
    """
    if settings.from_project:
        named = settings.on_loopback and settings.model_from is Source.FLAG
        return not named and (settings.key is not None or not settings.on_loopback)
    by_person = settings.model_from in (Source.FLAG, Source.ENVIRONMENT, Source.USER) or (
        settings.base_url_from is Source.USER
    )
    return not by_person and not settings.on_loopback


def _question(settings: ModelSettings, what: str) -> Question:
    choices = (Choice(_YES, "yes"), Choice(_NO, "no"))
    if settings.from_project:
        text = f"This project's {Source.PROJECT.value} names a model's endpoint: use {what}?"
        flag = f"OPENAI_BASE_URL={settings.address} (or --model builtin)"
        return Question(text, flag, default=_NO, choices=choices, free=False)
    text = f"Use a model with {what} for this project? Its requests may cost money."
    return Question(text, "--model NAME (or --model builtin)", default=_YES, choices=choices, free=False)


def _source(settings: ModelSettings) -> str:
    return settings.model_from.value if settings.model_from else "the configuration"


def _ignore(text: str) -> None:
    """Listing models waits for nothing."""
