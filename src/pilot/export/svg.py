"""What the pictures share: numbers and text as SVG."""

from __future__ import annotations

from html import escape

CHARACTER = 7.3
"""Width of a character of the pictures' monospaced 12 px text, with a little to spare."""


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """A line of text; `kind` is its class in the page's style sheet."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def drawing(width: float, height: float, parts: list[str], label: str) -> str:
    """A picture that shrinks with the page and tells a screen reader what it is."""
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" style="max-width:{width:.0f}px" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def cut(words: str, most: int) -> str:
    """At most so many characters."""
    return words if len(words) <= most else words[: most - 1] + "…"
