"""Hosts: which one a URL belongs to, and whether two URLs belong to the same."""

from __future__ import annotations

import ipaddress
from urllib.parse import urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> str:
    """Scheme and host: `https://api.example.com`, `http://localhost:8000`."""
    return f"{urlsplit(url).scheme.lower()}://{host_of(url)}"


def host_of(url: str) -> str:
    """The host as a person names it, with its port where that is not the usual one."""
    parts = urlsplit(url)
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, _PORTS.get(parts.scheme.lower())) else f"{name}:{parts.port}"


def same_site(here: str, there: str) -> bool:
    """Whether `there` is the same host as `here`. From http to https is the same, not the way back."""
    if origin(here) == origin(there):
        return True
    upgrade = (urlsplit(here).scheme.lower(), urlsplit(there).scheme.lower()) == ("http", "https")
    usual = urlsplit(here).port in (None, 80) and urlsplit(there).port in (None, 443)
    return upgrade and usual and host_of(here) == host_of(there)


def joined(url: str, link: str) -> str | None:
    """Where a link leads from a URL; None when that is no web address: links may hold anything."""
    try:
        there = urljoin(url, link)
        parts = urlsplit(there)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return there if usable else None


def is_loopback(url: str) -> bool:
    """Whether the URL is on this machine."""
    name = urlsplit(url).hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
