"""One pipeline with a known truth: a script, the API that it reads, and what pilot must say of it.

A case is a project folder (`script` as `case_pipeline.py`, and `files`), a local server (`routes`), and the
answer: the kinds of finding that are right, the remedy that fits, or none of both where all is well. `{base}`
in the script and in the files stands for the server's URL; other braces are left alone. To add one: put a
`Case` into the tuple of a module beside this one, and name that tuple in `cases.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from pilot.finding import FindingKind, Remedy
from tests.support.api_server import ApiServer, Route

SCRIPT = "case_pipeline.py"


@dataclass(frozen=True)
class Place:
    """Where a case is played."""

    root: Path
    """The project folder."""
    server: ApiServer
    python: Callable[[str], None]
    """Runs a script of the folder as a person would, whatever comes of it."""
    remedies: bool = False
    """Whether pilot may do something about what it finds."""


def _no_more(_place: Place) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Case:
    """One pipeline. The server is made anew for each play."""

    name: str
    """`group/what_is_wrong`."""
    script: str
    expects: tuple[FindingKind, ...] = ()
    """Any of these is the right kind; none: the pipeline is healthy, and every finding a false alarm."""
    remedy: Remedy | None = None
    """The remedy that fits; None: any."""
    routes: Callable[[], Mapping[str, Route]] = dict
    """What the API answers, by path."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows of each table at the end, where the case ends well (healthy, or healed)."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Other files of the project, by path: `.dlt/config.toml`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    """Hosts that the person spoke of, besides the server's."""
    flags: tuple[str, ...] = ()
    """More flags for the command."""
    around: Callable[[Place], AbstractContextManager[None]] = _no_more
    """What else goes on while pilot works: an earlier load, another program at the database."""
    heals: bool = False
    """The remedy is a rule of pilot's own: with it, the load must end well."""
    seconds: float = 60.0
    """How long one run of the script may take: `--timeout`."""

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.expects
