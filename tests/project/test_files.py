"""Files are read and written with everything kept that is not their text."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from pilot.errors import PilotError, UsageError
from pilot.project.project import DltProject
from pilot.project.secrets import ProjectSecrets


@pytest.fixture
def project(tmp_path: Path) -> DltProject:
    root = tmp_path / "project"
    root.mkdir()
    return DltProject(root, ProjectSecrets(root, (), {}))


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_a_file_that_is_not_there_is_none(project: DltProject) -> None:
    assert project.read("weather_pipeline.py") is None
    assert project.read("no/such/folder.py") is None


@pytest.mark.parametrize("text", ["a = 1\r\nb = 2\r\n", "a = 1\rb = 2", "a\n\n", "", "x = 'é'\r\n"])
def test_line_endings_come_back_as_they_were(project: DltProject, text: str) -> None:
    project.write("a.py", text)
    assert project.read("a.py") == text
    assert (project.root / "a.py").read_bytes() == project.encode("a.py", text) == text.encode()


def test_a_byte_order_mark_stays(project: DltProject) -> None:
    file = project.root / "a.py"
    file.write_bytes(codecs.BOM_UTF8 + b"x = 1\r\n")
    assert project.read("a.py") == "x = 1\r\n"
    project.write("a.py", "x = 2\r\n")
    assert file.read_bytes() == codecs.BOM_UTF8 + b"x = 2\r\n"


def test_a_script_keeps_the_encoding_that_it_declares(project: DltProject) -> None:
    file = project.root / "a.py"
    file.write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    text = project.read("a.py")
    assert text == "# coding: latin-1\nx = 'é'\n"
    project.write("a.py", text.replace("x", "y"))
    assert file.read_bytes() == "# coding: latin-1\ny = 'é'\n".encode("latin-1")


def test_a_text_that_the_declared_encoding_can_not_hold_is_refused_and_nothing_is_lost(
    project: DltProject,
) -> None:
    project.write("a.py", "# coding: latin-1\n")
    with pytest.raises(PilotError, match="encoding"):
        project.write("a.py", "# coding: latin-1\nx = '雨'\n")
    assert project.read("a.py") == "# coding: latin-1\n"


def test_bytes_that_are_no_text_are_refused(project: DltProject) -> None:
    (project.root / "a.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not text"):
        project.read("a.py")


def test_the_mode_stays_and_secrets_are_private(project: DltProject) -> None:
    script = project.root / "a.py"
    script.write_text("")
    script.chmod(0o755)
    project.write("a.py", "x = 1\n")
    assert mode(script) == 0o755
    project.write(".dlt/secrets.toml", "a = 1\n")
    assert mode(project.root / ".dlt" / "secrets.toml") == 0o600


def test_a_new_file_gets_the_usual_mode(project: DltProject) -> None:
    before = os.umask(0o027)
    try:
        project.write("new.py", "")
        assert mode(project.root / "new.py") == 0o640
    finally:
        os.umask(before)


def test_no_half_written_file_and_no_leftover_is_ever_there(project: DltProject) -> None:
    project.write("a.py", "x = 1\n")
    (project.root / "folder").mkdir()
    with pytest.raises(PilotError):
        project.write("folder", "text")
    assert sorted(entry.name for entry in project.root.iterdir()) == ["a.py", "folder"]


@pytest.mark.parametrize("path", ["../outside.py", "/etc/passwd", "a/../../b", ".", "", "\0"])
def test_a_path_outside_the_project_is_refused(project: DltProject, path: str) -> None:
    for act in (project.read, lambda path: project.write(path, "x")):
        with pytest.raises(UsageError):
            act(path)


def test_a_link_that_leads_outside_is_refused(project: DltProject, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("mine")
    (project.root / "a.py").symlink_to(outside)
    with pytest.raises(UsageError, match="outside"):
        project.write("a.py", "theirs")
    assert outside.read_text() == "mine"


def test_a_link_inside_stays_a_link(project: DltProject) -> None:
    project.write("real.py", "x = 1\n")
    (project.root / "link.py").symlink_to("real.py")
    project.write("link.py", "x = 2\n")
    assert (project.root / "link.py").is_symlink()
    assert project.read("real.py") == "x = 2\n"
