"""Secrets stay with the person: nobody else on the machine reads their file, and git does not take it."""

from __future__ import annotations

import os
import stat

from pilot.errors import Declined
from pilot.kit import Kit
from pilot.project.ignored import GITIGNORE, committed, completed
from pilot.screen import Line

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_safe(kit: Kit) -> None:
    """Look, each time; put right what is agreed to, and tell what is left."""
    _keep_private(kit)
    _keep_out_of_git(kit)


def _keep_private(kit: Kit) -> None:
    if os.name != "posix":
        return
    for file in sorted((kit.project.root / ".dlt").glob("*secrets.toml")):
        path = file.relative_to(kit.project.root).as_posix()
        if file.stat().st_mode & _OTHERS and kit.consent.restrict(path):
            kit.host.show(Line(f"{path} is readable by you alone now.", "quiet"))


def _keep_out_of_git(kit: Kit) -> None:
    root = kit.project.root
    for path in committed(root):
        told = (
            f"git has {path}: whoever has the repository has your keys. Take it out: git rm --cached {path}"
        )
        kit.host.show(Line(f"{told}, and change the keys.", "warn"))
    text = completed(root, kit.project.read(GITIGNORE))
    if text is None:
        return
    try:
        kit.consent.change(GITIGNORE, text)
    except Declined:
        kit.host.show(Line("git would take secrets, pilot's state or databases along.", "warn"))
