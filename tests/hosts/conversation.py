"""A program that holds one small conversation through the terminal host; the tests type at it.

Run as `python conversation.py KIND [HISTORY]`. It prints what came of it as `-> …`.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from pilot.errors import Interrupted, PilotError
from pilot.host import Choice, Question
from pilot.hosts.choose import open_host
from pilot.hosts.terminal import TerminalHost
from pilot.run.load_progress import progress_read
from pilot.screen import Diff, Line

YES_NO = (Choice("y", "yes"), Choice("n", "no"), Choice("a", "always in this session"), Choice("e", "edit"))
SECRET = "s3cr3t-value"
LOG_OF_A_LOAD = """\
------------------------------ Extract weather -------------------------------
Resources: 0/1 (0.0%) | Time: 4.00s | Rate: 0.00/s
observations: 15000  | Time: 4.00s | Rate: 3750.00/s
Memory usage: 98.46 MB (9.40%) | CPU usage: 0.00%

"""

QUESTIONS = {
    "words": Question("Which API do you want to load?", flag="--api"),
    "default": Question("Which name?", flag="NAME", default="weather"),
    "optional": Question("What next?", flag="--request", optional=True),
    "choices": Question("Run the script?", flag="--yes", default="y", choices=YES_NO[:2], free=False),
    "wishes": Question("Write the file?", flag="--yes", default="y", choices=YES_NO),
    "hidden": Question("Value of api_key", flag="--secret", hidden=True),
    "many": Question(
        "Which endpoints?",
        flag="--endpoint",
        default="/teams",
        choices=tuple(Choice(f"/{name}", f"/{name}  List {name}") for name in ("teams", "users", "orders")),
        free=False,
        many=True,
    ),
    "long": Question(
        "Contact api.weather.example.com (look at the API that you named)?",
        flag="--yes",
        default="y",
        choices=YES_NO,
    ),
    "wide": Question("東京の天気 für Zürich?", flag="--api"),
}


def redact(text: str) -> str:
    return text.replace(SECRET, "[secret]")


def command(host: TerminalHost) -> Callable[[str], None]:
    def carry_out(text: str) -> None:
        if text == "/quit":
            raise Interrupted("Left with /quit.")
        host.show(Line(f"did {text}"))

    return carry_out


def ask(host: TerminalHost, kind: str) -> None:
    print(f"-> {host.ask(QUESTIONS[kind])!r}", flush=True)


def twice(host: TerminalHost) -> None:
    ask(host, "words")
    ask(host, "words")


def work(host: TerminalHost) -> None:
    """Two threads write while something runs, and a question comes up in the midst of it."""
    with host.working("Loading") as progress:
        threads = [Thread(target=write, args=(progress.write, name)) for name in ("left", "right")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        progress.say("Asking")
        host.show(Line("a line above"))
        ask(host, "choices")
        time.sleep(0.3)
    host.show(Line("it is over"))


def write(take: Callable[[str], None], name: str) -> None:
    for number in range(40):
        take(f"{name} {number}\x1b[31m red ")
        take(f"{SECRET[:5]}")
        take(f"{SECRET[5:]}\x1b[0m\n")
        time.sleep(0.01)


def load(host: TerminalHost) -> None:
    """A load that logs how far it is, and prints words of its own."""
    with host.working("Loading") as progress, progress_read(progress, everything=False) as watch:
        watch("a word of its own\n")
        watch(LOG_OF_A_LOAD)
        time.sleep(1.2)


def linger(host: TerminalHost) -> None:
    with host.working("Waiting for Ctrl-C") as progress:
        progress.write("last words\n")
        time.sleep(30)


def edit(host: TerminalHost) -> None:
    print(f"-> {host.edit('one', '.py')!r}", flush=True)


def hang_up(host: TerminalHost) -> None:
    """The terminal goes away at a prompt, or while something runs; what is shown then is lost."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        if sys.argv[3] == "working":
            with host.working("Loading") as progress:
                host.show(Line("load?"))
                for _ in range(50):
                    progress.write("line\n")
                    host.show(Line("line"))
                    time.sleep(0.01)
        ask(host, "words")
    except Interrupted as error:
        host.show(Line("lost"))
        Path(sys.argv[2]).write_text(type(error).__name__)


def show(host: TerminalHost) -> None:
    host.show(Diff("a.py", "one\ntwo\n", "one\n2\n"), Line("[bold]not markup[/bold] \x1b[2J here"))


ACTS: dict[str, Callable[[TerminalHost], None]] = {
    "twice": twice,
    "work": work,
    "linger": linger,
    "load": load,
    "edit": edit,
    "hang_up": hang_up,
    "show": show,
}


def main() -> int:
    kind = sys.argv[1]
    history = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    host = open_host(no_input=False, json=False, quiet=False, verbose=False, history=history, redact=redact)
    assert isinstance(host, TerminalHost)
    host.on_command = command(host)
    try:
        if kind in ACTS:
            ACTS[kind](host)
        else:
            ask(host, kind)
    except PilotError as error:
        print(f"-> {type(error).__name__}: {error.message} {error.hint}", flush=True)
        return error.exit_code
    except KeyboardInterrupt:
        print("-> KeyboardInterrupt", flush=True)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
