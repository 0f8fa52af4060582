"""Keeps secrets, pilot's state and databases out of git."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

GITIGNORE = ".gitignore"
_KEPT_OUT = (
    ".dlt/secrets.toml",
    ".dlt/prod.secrets.toml",
    ".pilot/state/x",
    "a.duckdb",
    "a.duckdb.wal",
)
"""What git must not take, whatever it is called in the end."""
_SECONDS = 10

WANTED = {
    "secrets.toml": ("secrets.toml", "*secrets.toml", ".dlt/", ".dlt"),
    "*.secrets.toml": ("*.secrets.toml", "*secrets.toml", ".dlt/", ".dlt"),
    ".pilot/state/": (".pilot/state/", ".pilot/state", ".pilot/", ".pilot"),
    "*.duckdb": ("*.duckdb", "*.duckdb*"),
    "*.wal": ("*.wal", "*.duckdb*", "*.duckdb.wal"),
}
"""A pattern, and the patterns that cover it as well."""


def ignoring(text: str | None) -> str | None:
    """.gitignore with every pattern that it lacks added at its end; None when it has them all.

    A pattern that a later line takes back with `!` is lacking.
    """
    lines = [line.strip() for line in (text or "").splitlines()]
    lacking = [pattern for pattern, covers in WANTED.items() if not _covered(lines, covers)]
    if not lacking:
        return None
    ending = "\r\n" if text and "\r\n" in text else "\n"
    start = text or ""
    start += ending if start and not start.endswith(("\n", "\r")) else ""
    return start + "".join(pattern + ending for pattern in lacking)


def completed(root: Path, text: str | None) -> str | None:
    """.gitignore as it should be; None where it is fine, and where the folder is in no git repository."""
    if not _in_git(root):
        return None
    ignored = _git(root, "check-ignore", "--no-index", "--", *_KEPT_OUT)
    if ignored is not None and set(ignored.splitlines()) >= set(_KEPT_OUT):
        return None  # another of git's files covers them
    return ignoring(text)


def committed(root: Path) -> tuple[str, ...]:
    """Secrets files that git has already."""
    if not _in_git(root):
        return ()
    return tuple((_git(root, "ls-files", "--", ".dlt/*secrets.toml") or "").splitlines())


def _in_git(root: Path) -> bool:
    return any((folder / ".git").exists() for folder in (root, *root.resolve().parents))


def _git(root: Path, *arguments: str) -> str | None:
    """What git says; None where it can't be asked. A repository's own settings run no program here."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode in (0, 1) else None


def _covered(lines: list[str], covers: tuple[str, ...]) -> bool:
    covered = False
    for line in lines:
        plain = line.lstrip("!").lstrip("/")
        if plain in covers:
            covered = not line.startswith("!")
    return covered
