"""The profile for macOS's Seatbelt. Written by its documentation and not yet tried on a Mac."""

from __future__ import annotations

from collections.abc import Iterable

_SECRETS = (".ssh", ".aws", ".config", ".gnupg", ".kube", ".azure", ".netrc", ".docker", "Library")


def profile_of(home: str, writable: Iterable[str]) -> str:
    """Writes only there, none of the home folder's secrets, the network to this machine (the proxy)."""
    places = " ".join(f"(subpath {_quoted(path)})" for path in writable)
    hidden = " ".join(f"(subpath {_quoted(f'{home}/{name}')})" for name in _SECRETS)
    return "\n".join(
        (
            "(version 1)",
            "(allow default)",
            "(deny file-write*)",
            f"(allow file-write* {places})",
            f"(deny file-read* {hidden})",
            "(deny network*)",
            '(allow network-outbound (remote ip "localhost:*"))',
        )
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
