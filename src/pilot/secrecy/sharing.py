"""Whether a model may see row values: never by itself, by a flag, or by a "yes, always for this project"."""

from __future__ import annotations

from pilot.host import Choice, Host, Question
from pilot.memory import Memory

_NAME = "share row values"
_ALWAYS, _ONCE = "a", "o"


class Sharing:
    """Asks once per project how long the flag holds; the answer is kept in the person's own folder."""

    def __init__(self, host: Host, memory: Memory, granted: bool | None, always: bool) -> None:
        self._host = host
        self._memory = memory
        self._granted = granted
        self._always = always

    @property
    def allowed(self) -> bool:
        """Whether row values may go to a model now."""
        return self._granted if self._granted is not None else self._always or self.remembered

    @property
    def remembered(self) -> bool:
        """Whether the person said "always" for this project."""
        return self._memory.recall(_NAME) == _ALWAYS

    def settle(self) -> None:
        """Take the flags up: `--no-share-samples` takes an "always" back, `--share-samples` asks how long."""
        if self._granted is False and self.remembered:
            self._memory.remember(_NAME, _ONCE)
        elif self._always:
            self._memory.remember(_NAME, _ALWAYS)
        elif self._granted and self._host.interactive and self._memory.recall(_NAME) is None:
            question = Question(
                "A model may see values of records: only now, or always for this project?",
                flag="--always-share-samples",
                default=_ONCE,
                choices=(Choice(_ONCE, "only now"), Choice(_ALWAYS, "always for this project")),
                free=False,
            )
            self._memory.remember(_NAME, self._host.ask(question))
