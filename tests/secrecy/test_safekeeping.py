"""Secrets files are private, and git takes none of what must stay here."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pilot.consent import Consent
from pilot.kit import Kit
from pilot.project.ignored import committed, completed, ignoring
from pilot.project.project import DltProject
from pilot.project.secrets import ProjectSecrets
from pilot.secrecy.safekeeping import keep_safe
from pilot.testing import ScriptedHost


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=me", "-c", "user.email=me@here", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@dataclass
class Place:
    """A project, and a person who answers."""

    root: Path
    answers: tuple[str, ...] = ()
    records: list[tuple[str, str]] = field(default_factory=list)

    def kept_safe(self) -> ScriptedHost:
        host = ScriptedHost(self.answers)
        project = DltProject(self.root, ProjectSecrets(self.root, (), {}))
        consent = Consent(host, project, False, lambda act, answer: self.records.append((act, answer)))
        keep_safe(cast(Kit, SimpleNamespace(host=host, project=project, consent=consent)))
        return host


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".dlt").mkdir()
    file = tmp_path / ".dlt" / "secrets.toml"
    file.write_text('api_key = "q8-Trf55"\n')
    file.chmod(0o600)
    return tmp_path


def mode(root: Path) -> int:
    return stat.S_IMODE((root / ".dlt" / "secrets.toml").stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="files have no mode there")
@pytest.mark.parametrize(("answer", "after"), [("y", 0o600), ("n", 0o644)])
def test_a_secrets_file_that_others_can_read_is_told_and_closed_when_agreed(
    root: Path, answer: str, after: int
) -> None:
    (root / ".dlt" / "secrets.toml").chmod(0o644)
    place = Place(root, (answer,))
    host = place.kept_safe()
    assert ".dlt/secrets.toml can be read by others" in host.asked[0].text
    assert mode(root) == after
    assert place.records == [("change a file: .dlt/secrets.toml (its mode)", answer)]
    assert (root / ".dlt" / "secrets.toml").read_text() == 'api_key = "q8-Trf55"\n'


def test_where_all_is_well_nothing_is_asked(root: Path) -> None:
    assert Place(root).kept_safe().asked == []


def test_gitignore_is_completed_where_the_project_is_in_git(root: Path) -> None:
    git(root, "init", "-q")
    (root / ".gitignore").write_text("*.pyc\n")
    Place(root, ("y",)).kept_safe()
    assert (root / ".gitignore").read_text().startswith("*.pyc\nsecrets.toml\n")
    assert Place(root).kept_safe().asked == []
    git(root, "add", "-A")
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert listed.split() == [".gitignore"]


def test_a_no_to_gitignore_is_taken_and_told(root: Path) -> None:
    git(root, "init", "-q")
    assert "git would take" in Place(root, ("n",)).kept_safe().lines[-1]


def test_what_a_folder_above_ignores_is_fine(root: Path) -> None:
    git(root, "init", "-q")
    (root / ".gitignore").write_text("project/\n")
    inner = root / "project"
    inner.mkdir()
    assert completed(inner, None) is None


def test_secrets_that_git_has_already_are_told(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", "-f", ".dlt/secrets.toml")
    assert committed(root) == (".dlt/secrets.toml",)
    assert any("git rm --cached .dlt/secrets.toml" in line for line in Place(root, ("y",)).kept_safe().lines)


@pytest.mark.parametrize("text", ["secrets.toml\n!secrets.toml\n", "", None, "*.duckdb\r\n"])
def test_what_lacks_or_takes_back_a_pattern_is_completed_once(text: str | None) -> None:
    after = ignoring(text)
    assert after is not None and ignoring(after) is None
    assert after.startswith(text or "")
    assert ("\r\n" in after) == ("\r\n" in (text or ""))
