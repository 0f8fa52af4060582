"""The table of the documentation, from the attacks: `python -m tests.attacks.table` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.attacks import BASIC, FILES, FULL, NETWORK, OUTPUT, PROCESSES, Attack

PAGE = Path(__file__).parents[2] / "docs" / "fence.md"
BEGINS, ENDS = "<!-- the table begins -->\n", "<!-- the table ends -->\n"
_PARTS = {"Files": FILES, "Processes": PROCESSES, "Network": NETWORK, "Output": OUTPUT}


def table() -> str:
    """All attacks, and what stops them."""
    lines = ["| A script tries to | basic | full |", "|---|---|---|"]
    for part, attacks in _PARTS.items():
        lines.append(f"| **{part}** | | |")
        lines += [
            f"| {attack.tries} | {_mark(attack, BASIC)} | {_mark(attack, FULL)} |" for attack in attacks
        ]
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = page.partition(BEGINS)
    return before + BEGINS + table() + ENDS + rest.partition(ENDS)[2]


def _mark(attack: Attack, level: str) -> str:
    return "stopped" if level in attack.stopped_by else "**not stopped**"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
