"""A child process that reads a destination: asked and answering in lines, with nothing open in between."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile


class Late(Exception):
    """No answer came in time."""


class Reader:
    """One child, from its start to its end."""

    def __init__(self, command: Sequence[str], root: Path, environment: Mapping[str, str]) -> None:
        self._said = TemporaryFile()  # noqa: SIM115  (closed with the child)
        self._process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )

    @property
    def ended(self) -> bool:
        """It is gone, whyever."""
        return self._process.poll() is not None

    def ask(self, question: bytes, seconds: float) -> bytes:
        """The answer's line; not a whole one where the child ended over it. Raises Late."""
        assert self._process.stdin and self._process.stdout
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        limit = threading.Timer(seconds, give_up)
        limit.start()
        try:
            with suppress(BrokenPipeError):
                self._process.stdin.write(question + b"\n")
                self._process.stdin.flush()
            answer = self._process.stdout.readline()
        finally:
            limit.cancel()
        if late.is_set():
            raise Late
        return answer

    def last_words(self) -> str:
        """Why it ends without an answer."""
        self._hang_up()
        code = self._process.wait()
        if code < 0:
            return f"The query was stopped by signal {-code}, most likely because memory ran out."
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"The destination gave no answer (exit code {code})."

    def close(self) -> None:
        """End it: after its answer it has nothing to lose."""
        assert self._process.stdout
        self._process.kill()
        self._hang_up()
        self._process.stdout.close()
        self._process.wait()
        self._said.close()

    def _hang_up(self) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.close()
