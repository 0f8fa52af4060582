"""Keeps secrets, pilot's state and databases out of git."""

from __future__ import annotations

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


def _covered(lines: list[str], covers: tuple[str, ...]) -> bool:
    covered = False
    for line in lines:
        plain = line.lstrip("!").lstrip("/")
        if plain in covers:
            covered = not line.startswith("!")
    return covered
