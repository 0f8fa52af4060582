"""How much a probe may ask for, as configured: the table `[probe]` of the configuration files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from pilot.api.fetch import ProbeLimits
from pilot.config import config_files, read_config
from pilot.errors import UsageError

_SHARED = 2
"""Records of each endpoint that a model sees, where the person shares row values."""


class _Settings(msgspec.Struct, forbid_unknown_fields=True):
    """What `[probe]` may say."""

    requests: int | None = None
    seconds: float | None = None
    bytes: int | None = None


def probe_limits(root: Path, environ: Mapping[str, str], share_samples: bool) -> ProbeLimits:
    """The limits of a probe. Raises UsageError for a setting that there is not, or that makes no sense."""
    requests, seconds, size = ProbeLimits.requests, ProbeLimits.seconds, ProbeLimits.size
    for file in config_files(root, environ):
        said = _said(file)
        requests, seconds, size = said.requests or requests, said.seconds or seconds, said.bytes or size
    return ProbeLimits(requests, seconds, size, samples=_SHARED if share_samples else 0)


def _said(file: Path) -> _Settings:
    try:
        said = msgspec.convert(read_config(file).get("probe", {}), _Settings)
    except msgspec.ValidationError as error:
        hint = "[probe] takes requests, seconds and bytes."
        raise UsageError(f"{file}: [probe] can't be used: {error}.", hint) from None
    if any(value is not None and value <= 0 for value in (said.requests, said.seconds, said.bytes)):
        raise UsageError(f"{file}: [probe] wants numbers above 0.", "Put it right, or delete it.")
    return said
