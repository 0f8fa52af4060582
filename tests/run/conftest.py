"""A project folder whose dlt data stays in the test's own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.scripts import Scripts


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripts:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt_data"))
    root = tmp_path / "project"
    root.mkdir()
    return Scripts(root)
