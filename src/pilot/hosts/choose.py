"""Which host a command gets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilot.hosts.terminal import TerminalHost
    from pilot.hosts.unattended import UnattendedHost


def open_host(
    *,
    no_input: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
    history: Path | None = None,
    redact: Callable[[str], str] = str,
) -> TerminalHost | UnattendedHost:
    """The host for this process: no terminal on standard input means that nobody is there.

    With `json` standard output belongs to the one document, so everything else goes to standard error.
    """
    stream = sys.stderr if json else sys.stdout
    if no_input or not _is_terminal():
        from pilot.hosts.unattended import UnattendedHost

        return UnattendedHost(stream=stream, quiet=quiet, verbose=verbose, redact=redact)
    from pilot.hosts.terminal import TerminalHost

    return TerminalHost(stream=stream, quiet=quiet, verbose=verbose, history=history, redact=redact)


def _is_terminal() -> bool:
    """Standard input may be closed, and is then None."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
