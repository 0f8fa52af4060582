"""From what was typed to the command that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from pilot.errors import Interrupted, PilotError
from pilot.host import Host
from pilot.screen import Block, Line, table
from pilot.slash.command import Command, SlashContext
from pilot.slash.commands import COMMANDS

_HELP = Command("help", "", "list these commands", lambda context, text: (), also=("?", "h"))


class SlashCommands:
    """Carries out what was typed with a slash, and shows what came of it.

    What goes wrong is shown as well, so that the question stays; leaving (Interrupted) and everything
    that is no PilotError passes through.
    """

    def __init__(self, context: SlashContext, host: Host, commands: Sequence[Command] = COMMANDS) -> None:
        self._context = context
        self._host = host
        self._commands = (_HELP, *commands)

    def __call__(self, typed: str) -> None:
        """Carry out one line."""
        try:
            self._host.show(*self.run(typed))
        except Interrupted:
            raise
        except PilotError as error:
            self._host.show(Line(error.message, "warn"))
            if error.hint:
                self._host.show(Line(error.hint, "quiet"))

    def run(self, typed: str) -> Sequence[Block]:
        """What a line gives to be shown."""
        name, _, rest = typed.strip().removeprefix("/").partition(" ")
        command = self._find(name.casefold())
        if command is None and name:
            return [Line(self._unknown(name), "warn"), self._help()]
        if command is None or command is _HELP:
            return [self._help()]
        return command.act(self._context, rest.strip())

    def _find(self, name: str) -> Command | None:
        return next((c for c in self._commands if name == c.name or name in c.also), None)

    def _unknown(self, name: str) -> str:
        close = get_close_matches(name, [command.name for command in self._commands], n=1)
        return f"There is no /{name}.{f' Did you mean /{close[0]}?' if close else ''}"

    def _help(self) -> Block:
        return table(["command", "what it does"], [(c.usage, c.help) for c in self._commands])
