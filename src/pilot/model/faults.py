"""What can go wrong between pilot and a model's endpoint, and what is done about each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind, Remedy

WRONG_ADDRESS = "Is OPENAI_BASE_URL the address of an OpenAI-compatible endpoint? It mostly ends in /v1."
OWN_PARAMETERS = ("max_completion_tokens", "max_tokens", "stream_options", "stream")
"""What a request can do without, or in another way."""


class Cure(Enum):
    """What helps against a fault."""

    WAIT = "wait and try again"
    NEXT_MODEL = "try the next model"
    ADAPT = "leave out or change a parameter"
    SHORTEN = "send less"
    NONE = "tell the person"


@dataclass(frozen=True)
class Fault:
    """One failed request, judged."""

    cure: Cure
    says: str
    hint: str = ""
    most: int | None = None
    """How often it is worth trying in all, where that is less than patience allows."""
    after: float | None = None
    """Seconds to wait, where the endpoint says so."""
    parameter: str = ""
    """The request's parameter that was refused."""
    limit: int | None = None
    """The most that the endpoint takes, in tokens, where it says so."""


class EndpointFault(Exception):
    """A fault that was found in an answer, not raised by the SDK."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.says)
        self.fault = fault


class ModelFailed(StepFailed):
    """The model can't be used, or not for this."""

    def __init__(self, says: str, hint: str = "") -> None:
        super().__init__(Finding(FindingKind.WRITER_FAILED, says, Remedy.STOP, hint=hint))


class TooLong(ModelFailed):
    """The request is more than the model takes; `window` is what it says it takes."""

    def __init__(self, says: str, window: int | None = None) -> None:
        super().__init__(says, "Try a model with a larger window: --model NAME")
        self.window = window


_TOO_LONG = re.compile(r"context.{0,20}(length|window|size)|maximum.{0,20}context|prompt is too long", re.I)
_WINDOW = re.compile(r"(?:context|maximum)\D{0,40}?(\d[\d,]{2,})", re.I)
_AT_MOST = re.compile(
    r"(?:at most|maximum(?: value)?(?: of| is)?|less than or equal to|<=)\s*(\d[\d,]+)", re.I
)
_NO_MODEL = re.compile(
    r"\bmodel\b.*(not|n't|unknown|invalid|no access)|(unknown|invalid|no such)\s+model", re.I
)
_PASSING = re.compile(r"rate.?limit|overload|server_error|unavailable|timeout|try again", re.I)


@dataclass(frozen=True)
class Judge:
    """Judges the failures of one endpoint."""

    host: str
    key_name: str

    def of_exception(self, error: Exception) -> Fault:
        """What an exception means: the SDK raises more than its own kinds."""
        import openai

        if isinstance(error, EndpointFault):
            return error.fault
        if isinstance(error, openai.APIStatusError):
            headers = {name.lower(): value for name, value in error.response.headers.items()}
            return self._of_status(error.status_code, _Said.of(error.body or error.message), headers)
        if isinstance(error, openai.APITimeoutError | TimeoutError):
            return Fault(Cure.WAIT, f"{self.host} did not answer in time", most=2)
        if isinstance(error, openai.APIConnectionError):
            hint = "Is it running? Is OPENAI_BASE_URL right?"
            return Fault(Cure.WAIT, f"{self.host} can't be reached: {_root(error)}", hint, most=3)
        if isinstance(error, openai.APIError):
            return self.of_error_body(error.body or str(error))
        if isinstance(error, json.JSONDecodeError):
            return Fault(Cure.WAIT, f"{self.host} answered with broken JSON", WRONG_ADDRESS, most=2)
        return self.not_a_model(_root(error))

    def of_error_body(self, body: object) -> Fault:
        """What an error inside an answer with status 200, or inside a stream, means."""
        said = _Said.of(body)
        status = said.status or (503 if _PASSING.search(f"{said.code} {said.message}") else 0)
        return self._of_status(status, said, {})

    def not_a_model(self, what: str) -> Fault:
        """The fault of an answer that no model gives."""
        return Fault(Cure.NONE, f"{self.host} did not answer like a model ({what})", WRONG_ADDRESS)

    def broke_off(self) -> Fault:
        """The fault of an answer without an end."""
        return Fault(Cure.WAIT, f"The answer of {self.host} broke off", most=2)

    def _of_status(self, status: int, said: _Said, headers: Mapping[str, str]) -> Fault:
        end = (f" ({status})" if status else "") + (f": {said.message}" if said.message else "")
        return (
            self._of_account(status, said, end)
            or self._of_size(status, said, end)
            or self._of_model(status, said, end)
            or self._of_parameter(status, said, end)
            or self._of_load(status, headers, end)
            or self._of_rest(status, end)
        )

    def _of_account(self, status: int, said: _Said, end: str) -> Fault | None:
        if "insufficient_quota" in said.code or status == 402:
            hint = "Add credit, or use another key."
            return Fault(Cure.NONE, f"The account at {self.host} has no credit left{end}", hint)
        if status == 401:
            hint = f"Set {self.key_name} to a key of {self.host}."
            return Fault(Cure.NONE, f"{self.host} refused the key in {self.key_name}{end}", hint)
        return None

    def _of_size(self, status: int, said: _Said, end: str) -> Fault | None:
        if "context_length" in said.code or (status in (0, 400, 413, 422, 500) and said.matches(_TOO_LONG)):
            return Fault(
                Cure.SHORTEN, f"The request is too long for the model{end}", limit=said.number(_WINDOW)
            )
        return None

    def _of_model(self, status: int, said: _Said, end: str) -> Fault | None:
        hint = "--model NAME chooses another model."
        if "model_not_found" in said.code or (status in (400, 404) and said.matches(_NO_MODEL)):
            return Fault(Cure.NEXT_MODEL, f"{self.host} does not offer this model{end}", hint)
        if status == 403:
            hint = f"Check what {self.key_name} is allowed. {hint}"
            return Fault(Cure.NEXT_MODEL, f"{self.host} does not allow this{end}", hint)
        return None

    def _of_parameter(self, status: int, said: _Said, end: str) -> Fault | None:
        if status not in (400, 422):
            return None
        named = (said.parameter, *(name for name in OWN_PARAMETERS if re.search(rf"\b{name}\b", said.all)))
        name = next((name for name in named if name in OWN_PARAMETERS), None)
        if name is None:
            return None
        limit = said.number(_AT_MOST) if name.startswith("max_") else None
        return Fault(Cure.ADAPT, f"{self.host} refused {name}{end}", parameter=name, limit=limit)

    def _of_load(self, status: int, headers: Mapping[str, str], end: str) -> Fault | None:
        if status not in (408, 409, 429) and status < 500:
            return None
        says = f"{self.host} {'is busy' if status == 429 else 'has trouble'}{end}"
        cure = Cure.NONE if headers.get("x-should-retry") == "false" else Cure.WAIT
        return Fault(cure, says, after=_retry_after(headers))

    def _of_rest(self, status: int, end: str) -> Fault:
        hint = WRONG_ADDRESS if status == 404 or 300 <= status < 400 else ""
        return Fault(Cure.NONE, f"{self.host} refused the request{end}", hint)


@dataclass(frozen=True)
class _Said:
    """The parts of an error body, wherever a server puts them."""

    message: str
    code: str
    parameter: str = ""
    status: int | None = None
    all: str = field(default="", repr=False)

    @classmethod
    def of(cls, body: object) -> _Said:
        inner = body.get("error", body) if isinstance(body, Mapping) else body
        fields: Mapping[str, object] = inner if isinstance(inner, Mapping) else {"message": inner}
        message = fields.get("message") or fields.get("detail") or ""
        code = fields.get("code")
        return cls(
            message=_short(message if isinstance(message, str) else json.dumps(message, default=str)),
            code=f"{code or ''} {fields.get('type') or ''}",
            parameter=str(fields.get("param") or ""),
            status=code if isinstance(code, int) and 400 <= code < 600 else None,
            all=body if isinstance(body, str) else json.dumps(body, default=str),
        )

    def matches(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.message) is not None

    def number(self, pattern: re.Pattern[str]) -> int | None:
        found = pattern.search(self.message)
        return int(found[1].replace(",", "")) if found else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    for name, unit in (("retry-after-ms", 1_000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) / unit)
        except ValueError:
            continue
    return _until(headers.get("retry-after", ""))


def _until(when: str) -> float | None:
    """Seconds until an HTTP date."""
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, (parsedate_to_datetime(when) - datetime.now(timezone.utc)).total_seconds())
    except (ValueError, TypeError):
        return None


def _root(error: BaseException) -> str:
    """The words of the root cause: the SDK's own hide it."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return _short(str(error)) or type(error).__name__


def _short(text: str, most: int = 240) -> str:
    """One line; of an HTML page only its title."""
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
    flat = " ".join((title[1] if title else text).split())
    return flat if len(flat) <= most else f"{flat[:most]}…"
