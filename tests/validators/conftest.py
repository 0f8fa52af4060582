"""A real session for validators to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pilot.facts import Facts
from pilot.session.session import Session
from pilot.session.store import Store
from tests.support.rooms import PlainRedactor


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store.open(tmp_path)
    yield Session.start(store, PlainRedactor(), "create_pipeline", Facts(name="weather"))
    store.close()
