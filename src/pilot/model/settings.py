"""Where the model's settings come from: flag, then environment, then project, then user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pilot.config import config_files, read_config
from pilot.errors import UsageError

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_KEY_NAME = "OPENAI_API_KEY"
NO_KEY = "none"
"""What is sent as the key to a server that wants none: the SDK insists on one."""

_PASSWORD = "the model's address"
_KNOWN = ("model", "base_url", "api_key_env", "window")


class Source(str, Enum):
    """Who said it."""

    FLAG = "--model"
    ENVIRONMENT = "the environment"
    PROJECT = ".pilot/config.toml"
    USER = "the user's config.toml"


@dataclass(frozen=True)
class ModelSettings:
    """What is configured about a model. None: nothing is."""

    model: str | None = None
    model_from: Source | None = None
    base_url: str | None = None
    base_url_from: Source | None = None
    key_name: str = DEFAULT_KEY_NAME
    """The environment variable that holds the key."""
    key_name_from: Source | None = None
    key: str | None = field(default=None, repr=False)
    window: int | None = None

    @property
    def url(self) -> str:
        """The base URL that is used."""
        return self.base_url or DEFAULT_BASE_URL

    @property
    def host(self) -> str:
        """The endpoint's host, for the person."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def on_loopback(self) -> bool:
        """Whether the endpoint runs on this machine."""
        return is_loopback(self.url)

    @property
    def address(self) -> str:
        """The base URL without a login: what may be kept of it."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=self.host).geturl() if "@" in parts.netloc else self.url

    @property
    def secrets(self) -> dict[str, str]:
        """What of these must not be shown, by what it is called: the key, and a password in the address."""
        password = urlsplit(self.url).password
        return {name: value for name, value in ((self.key_name, self.key), (_PASSWORD, password)) if value}

    @property
    def from_project(self) -> bool:
        """Whether the project's own file says where requests (or which key) go."""
        return Source.PROJECT in (self.base_url_from, self.key_name_from)

    def with_model(self, model: str | None) -> ModelSettings:
        """These settings with the command line's model over them."""
        return replace(self, model=model, model_from=Source.FLAG) if model else self


def load_settings(root: Path, environ: Mapping[str, str]) -> ModelSettings:
    """Everything that is configured for one project. Raises UsageError for what can't be used."""
    user, project = (_checked(file) for file in config_files(root, environ))
    environment = {"model": environ.get("PILOT_MODEL"), "base_url": environ.get("OPENAI_BASE_URL")}
    layers = ((Source.ENVIRONMENT, environment), (Source.PROJECT, project), (Source.USER, user))

    def first(name: str) -> tuple[str | None, Source | None]:
        for source, values in layers:
            if value := str(values.get(name) or "").strip():
                return value, source
        return None, None

    key_name, key_name_from = first("api_key_env")
    window, _ = first("window")
    settings = ModelSettings(
        *first("model"),
        *first("base_url"),
        key_name=key_name or DEFAULT_KEY_NAME,
        key_name_from=key_name_from,
        key=environ.get(key_name or DEFAULT_KEY_NAME) or None,
        window=int(window) if window else None,
    )
    _check(settings)
    return settings


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine."""
    name = urlsplit(url).hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _checked(file: Path) -> dict[str, object]:
    values = read_config(file)
    for name, value in values.items():
        _check_entry(file, name, value)
    return values


def _check_entry(file: Path, name: str, value: object) -> None:
    """Refuse what would be ignored in silence. Tables belong to others."""
    if name in ("api_key", "key", "token"):
        raise UsageError(
            f"{file} holds {name!r}: keys have no place in a file that may be shared.",
            f'Put the key into an environment variable and name it: api_key_env = "{DEFAULT_KEY_NAME}"',
        )
    if name not in _KNOWN and not isinstance(value, dict):
        raise UsageError(f"{file} has an unknown setting {name!r}.", f"There are: {', '.join(_KNOWN)}.")
    good = type(value) is int and value > 0 if name == "window" else isinstance(value, str)
    if name in _KNOWN and not good:
        kind = "a number of tokens" if name == "window" else "a text"
        raise UsageError(f"{file}: {name} should be {kind}, it is {value!r}.", "Put it right.")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _check(settings: ModelSettings) -> None:
    where = settings.base_url_from.value if settings.base_url_from else ""
    if not _is_web_address(settings.url):
        raise UsageError(
            f"The model's address {settings.url!r} (from {where}) is not a URL.",
            "It begins with http:// or https:// and mostly ends in /v1: http://127.0.0.1:8080/v1",
        )
    key = settings.key or ""
    if not key.isascii() or any(character.isspace() or not character.isprintable() for character in key):
        raise UsageError(
            f"The key in {settings.key_name} has a space, a line break or a character that no key has.",
            f"Set {settings.key_name} again; copy the key alone.",
        )
