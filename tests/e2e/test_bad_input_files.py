"""Files that are broken, in the way, held by another pilot, or do not fit on the disk. Nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.e2e.command import STATE, Project, new_project
from tests.support.api_server import ApiServer, Reply, Request, people, serving

SESSION = f"{STATE}/session.db"
INIT = ("init", "people", "--yes", "--json")


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """People, for everybody."""
    with serving(lambda request: Reply(data=people(3))) as served:
        yield served


@pytest.mark.parametrize("file", [".dlt/secrets.toml", ".dlt/config.toml"])
@pytest.mark.parametrize(
    "content",
    [
        b"key = [1,\n",
        b'key = "\xff\xfe"\n',
        b"just words\n",
        b'a = 1\na = 2\n[x]\nsecret = "sk-kept-quiet"\n',
    ],
    ids=["broken", "not UTF-8", "words", "twice"],
)
def test_a_settings_file_that_can_not_be_read_is_told_and_kept(
    project: Project, file: str, content: bytes
) -> None:
    project.write(file, content)
    result = project(*INIT, "--api", "x")
    assert (result.code, result.failure.kind) == (2, "usage"), result
    assert file.rpartition("/")[2] in result.error()
    assert "sk-kept-quiet" not in result.err + result.out
    assert project.files() == {file: content}


def test_a_secrets_file_that_breaks_later_is_told_and_resume_goes_on(
    project: Project, api: ApiServer
) -> None:
    words = ("--api", f"{api.url}/items")
    assert project("init", "people", "--json").code == 3
    good = project.read(".dlt/secrets.toml")
    project.write(".dlt/secrets.toml", "key = [1,\n")
    broken = project("resume", "--yes", "--json", *words)
    assert (broken.code, "secrets.toml" in broken.error()) == (2, True), broken
    project.write(".dlt/secrets.toml", good)
    assert project("resume", "--yes", "--json", *words).code == 0


@pytest.mark.parametrize("place", [".dlt", ".dlt/secrets.toml/x", ".dlt/config.toml/x"])
def test_something_in_the_way_of_dlts_files_is_told(project: Project, place: str) -> None:
    project.write(place, "mine")
    result = project(*INIT, "--api", "x")
    assert result.code in (1, 2), result
    assert result.failure.step == "init"
    assert ".dlt" in result.error() or "secrets.toml" in result.error() or "config.toml" in result.error()
    assert project.files() == {place: b"mine"}


@pytest.mark.skipif(sys.platform != "linux" and os.geteuid() == 0, reason="root may read everything")
def test_a_secrets_file_that_may_not_be_read_is_told(project: Project) -> None:
    file = project.write(".dlt/secrets.toml", 'api_key = "hidden-value"\n')
    file.chmod(0)
    result = project(*INIT, "--api", "x", ordinary=True)
    file.chmod(0o600)
    assert result.code in (1, 2), result
    assert "secrets.toml" in result.error()
    assert project.files() == {".dlt/secrets.toml": b'api_key = "hidden-value"\n'}


def test_requirements_that_can_not_be_read_are_kept(project: Project, api: ApiServer) -> None:
    project.write("requirements.txt", b"mine\xff\xfe")
    result = project(*INIT, "--api", f"{api.url}/items")
    assert "requirements.txt" in result.error()
    assert (project.root / "requirements.txt").read_bytes() == b"mine\xff\xfe"


def test_a_script_that_pilot_did_not_write_is_not_replaced_without_an_answer(
    project: Project, api: ApiServer
) -> None:
    mine = b"# -*- coding: latin-1 -*-\r\nprint('gr\xfc\xdfe')\r\n"
    project.write("people_pipeline.py", mine)
    result = project(*INIT, "--api", f"{api.url}/items")
    assert (result.code, result.failure.step) == (3, "init"), result
    assert "people_pipeline.py exists" in result.error()
    assert "--restart" in result.error()
    assert project.files() == {"people_pipeline.py": mine}
    done = project(*INIT, "--restart", "--api", f"{api.url}/items")
    assert done.code == 0, done
    while (project.root / "people_pipeline.py").read_bytes() != mine:
        assert project("undo").code == 0


def test_a_change_of_the_persons_is_not_undone(project: Project) -> None:
    project("init", "people", "--json")
    project.write("people_pipeline.py", "# mine now\n")
    before = project.files()
    result = project("undo", "--json")
    assert (result.code, "people_pipeline.py" in result.error()) == (1, True)
    assert project.files() == before


@pytest.mark.parametrize("how", ["words", "pages", "empty"])
def test_a_damaged_session_is_told_and_set_aside(project: Project, how: str) -> None:
    project("init", "people", "--json")
    before = project.files()
    _damage(project.root / SESSION, how)
    damaged = (project.root / SESSION).read_bytes()
    result = project("resume", "--yes", "--json")
    assert result.code == 1, result
    assert "Traceback" not in result.err
    if how != "empty":
        assert "damaged" in result.error()
        (aside,) = (project.root / STATE).glob("session.damaged-*.db")
        assert aside.read_bytes()[100:] == damaged[100:]  # SQLite counts openings in the head
    # an empty file says of no session; the script is there all the same
    assert ("pilot check" if how == "empty" else "pilot init") in result.error()
    assert project.files() == before
    assert project("status").code == 0
    assert project("init", "people", "--restart", "--json").code == 3


@pytest.mark.parametrize("how", ["facts", "cells"])
def test_what_can_be_understood_of_a_damaged_session_is_kept(project: Project, how: str) -> None:
    project("init", "people", "--json")
    before = project.files()
    _damage(project.root / SESSION, how)
    damaged = (project.root / SESSION).read_bytes()
    looked = project("status")
    assert (looked.code, "damaged" in looked.out + looked.err) == (0, True), looked
    assert (project.root / SESSION).read_bytes() == damaged, "a look changes nothing"
    result = project("resume", "--yes")
    assert (result.code, result.out.count("The session is damaged")) == (3, 1), result
    (aside,) = (project.root / STATE).glob("session.damaged-*.db")
    assert aside.name in result.out and "could be read" in result.out
    assert aside.read_bytes() == damaged
    assert project.files() == before
    assert "damaged" not in project("resume", "--yes").out


def _damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "words":
        file.write_bytes(b"this is no database " * 500)
    elif how == "pages":
        file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    elif how == "empty":
        file.write_bytes(b"")
    else:
        with sqlite3.connect(file) as connection:
            table, column = ("session", "facts") if how == "facts" else ("cell", "data")
            connection.execute(f"UPDATE {table} SET {column} = '{{\"name\": 5}}'")
        connection.close()


def test_a_session_of_a_newer_pilot_is_left_alone(project: Project) -> None:
    project("init", "people", "--json")
    with sqlite3.connect(project.root / SESSION) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for words in (("status",), ("resume", "--yes")):
        result = project(*words)
        assert (result.code, "newer pilot" in result.error()) == (1, True)


def test_a_second_pilot_is_told_who_works_here_and_may_look(project: Project) -> None:
    asked, over = Event(), Event()

    def slow(request: Request) -> Reply:
        asked.set()
        over.wait(20)
        return Reply(data=people(3))

    with serving(slow) as api:
        first = project.start(*INIT, "--api", f"{api.url}/items")
        assert asked.wait(20)
        before = project.files()
        for words in (("resume", "--yes"), ("init", "other", "--yes"), ("undo",)):
            second = project(*words, "--json")
            assert second.code == 1, second
            assert f"process {first.pid}" in second.error()
            assert "pilot status" in second.error()
        assert project("status").code == project("log").code == project().code == 0
        assert project.files() == before
        over.set()
        out, err = first.communicate(timeout=30)
    assert first.returncode == 0, (out, err)


def test_a_lock_that_a_dead_pilot_left_is_none(project: Project) -> None:
    asked, over = Event(), Event()

    def slow(request: Request) -> Reply:
        asked.set()
        over.wait(20)
        return Reply(data=people(3))

    with serving(slow) as api:
        process = project.start(*INIT, "--api", f"{api.url}/items")
        assert asked.wait(20)
        process.kill()
        process.communicate(timeout=20)
        over.set()
        done = project("resume", "--yes", "--json")
    assert done.code == 0, done


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Project]:
    """A project on a disk of its own, with room for little."""
    project = new_project(tmp_path)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(project.root)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can't be mounted here")
    yield project
    subprocess.run(["umount", "-l", str(project.root)], check=True)


@pytest.fixture
def sealed(project: Project, api: ApiServer) -> Iterator[Project]:
    """A project that was begun, on a disk that can't be written any more."""
    assert project(*INIT, "--api", f"{api.url}/items").code == 0
    bound = (
        ("mount", "--bind", project.root, project.root),
        ("mount", "-o", "remount,ro,bind", project.root),
    )
    for command in bound:
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("a disk can't be made read-only here")
    yield project
    subprocess.run(["umount", "-l", project.root], check=True)


def test_on_a_disk_that_cannot_be_written_everything_can_be_looked_at(sealed: Project) -> None:
    for words in (("status",), ("log",), ("show", "5"), ("sessions",), ("diff", "5"), ("query", "SELECT 1")):
        looked = sealed(*words)
        assert looked.code == 0, looked
    for words in (("resume", "--yes"), ("undo",)):
        refused = sealed(*words)
        assert (refused.code, "can't write" in refused.err) == (1, True), refused
        assert "Traceback" not in refused.err


def test_a_full_disk_is_told_and_resume_goes_on(small_disk: Project, api: ApiServer) -> None:
    project = small_disk
    assert project("init", "people", "--json").code == 3
    filler = project.root / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            assert file.write(bytes(4096)) > 0
    result = project("resume", "--yes", "--json", "--api", f"{api.url}/items")
    assert result.code == 1, result
    assert "Traceback" not in result.err
    assert "full" in result.error() or "No space" in result.error()
    for words in (("undo",), ("sessions", "--name", "first")):
        assert "full" in project(*words).error() or "No space" in project(*words).error()
    filler.unlink()
    looked = project("status", "--json")
    assert looked.code == 0
    again = project("resume", "--yes", "--json", "--api", f"{api.url}/items")
    assert again.document.statuses()["write_code"] == "done", again
