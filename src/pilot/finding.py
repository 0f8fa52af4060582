"""Findings: what is wrong, with evidence, and which remedy fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
else:
    Json = Any  # decoders of stored state read this annotation, and a recursive one is beyond them


class Remedy(str, Enum):
    """What is done about a finding. A policy says which step carries a remedy out."""

    REPAIR = "repair"
    """The writer repairs the script."""
    SECRET = "secret"
    """The person puts a secret right."""
    WAIT = "wait"
    """Wait and try again."""
    INSTALL = "install"
    """Install a missing package, after consent of its own."""
    CLEAR = "clear"
    """Drop load packages that a failed run left behind."""
    UNLOCK = "unlock"
    """Wait until nobody else holds the database, or load into another file."""
    CONTACT = "contact"
    """Ask whether the script may contact a host; the fence kept it from it."""
    MOVE = "move"
    """Move a key out of the script into secrets.toml."""
    CHANGE = "change"
    """The person said what should be different: the writer changes the script."""
    ASK = "ask"
    """The person describes the API anew."""
    STOP = "stop"
    """Nothing that pilot can do: tell the person."""


class FindingKind(str, Enum):
    """The stable names of what can be wrong; they appear in `--json`."""

    SECRET_MISSING = "secret_missing"
    SECRET_PLACEHOLDER = "secret_placeholder"
    SECRET_REFUSED = "secret_refused"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    API_ERROR = "api_error"
    UNEXPECTED_ANSWER = "unexpected_answer"
    SYNTAX_ERROR = "syntax_error"
    IMPORT_MISSING = "import_missing"
    CONFIGURATION = "configuration"
    CODE_ERROR = "code_error"
    ENDLESS_PAGING = "endless_paging"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    DESTINATION = "destination"
    DESTINATION_LOCKED = "destination_locked"
    DESTINATION_REFUSED = "destination_refused"
    OUT_OF_SPACE = "out_of_space"
    SCHEMA_CONFLICT = "schema_conflict"
    PENDING_PACKAGES = "pending_packages"
    NO_RECORDS = "no_records"
    ERROR_AS_DATA = "error_as_data"
    TEMPLATE_ROWS = "template_rows"
    LIMIT_LEFT = "limit_left"
    NOTHING_LOADED = "nothing_loaded"
    EMPTY_TABLE = "empty_table"
    INCOMPLETE = "incomplete"
    DUPLICATES = "duplicates"
    ALL_NULL = "all_null"
    CHILD_ROWS_LOST = "child_rows_lost"
    UNSTABLE_COUNTS = "unstable_counts"
    SECRET_IN_CODE = "secret_in_code"
    FENCED = "fenced"
    BUDGET_SPENT = "budget_spent"
    QUERY_FAILED = "query_failed"
    BEYOND_WRITER = "beyond_writer"
    WRITER_FAILED = "writer_failed"
    INIT_FAILED = "init_failed"
    PROFILE_MISMATCH = "profile_mismatch"
    INTERRUPTED = "interrupted"
    ANSWER_MISSING = "answer_missing"
    USAGE = "usage"
    DECLINED = "declined"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """What a validator (or a step) found wrong, worded for person and model alike.

    `says` is one line. `evidence` is what it was judged from: small, free of secrets, JSON.
    Two findings with the same kind, words and evidence are the same failure: see `same_as`.
    """

    kind: FindingKind
    says: str
    remedy: Remedy = Remedy.STOP
    evidence: Mapping[str, Json] = field(default_factory=dict)
    hint: str = ""
    """What the person can do next."""

    def looks_like(self, other: Finding | None) -> bool:
        """Whether `other` is told in the same words, whatever it was judged from."""
        return other is not None and (self.kind, self.says) == (other.kind, other.says)

    def same_as(self, other: Finding | None) -> bool:
        """Whether `other` is the same failure again, unchanged."""
        return other is not None and (self.kind, self.says, self.evidence) == (
            other.kind,
            other.says,
            other.evidence,
        )
