"""`pilot replay`: does again what a record tells, with its answers, in an empty folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from pathlib import Path

from pilot.commands.build import init, load_again, refine
from pilot.errors import Interrupted, UsageError
from pilot.options import Options
from pilot.replay.endpoint import Replies, serving
from pilot.replay.recording import Recording, read_recording

Act = Callable[[Options], int]


def replay(options: Options, file: Path, live: bool) -> int:
    """The whole session again; ends with the first part that fails, unless that failed before too."""
    recording = read_recording(file)
    others = [path for path in options.root.iterdir() if path.absolute() != file.absolute()]
    if others:
        raise UsageError(f"{options.root} is not empty.", "Replay in a new folder: --dir PATH")
    replies = Replies(recording.replies)
    with ExitStack() as stack:
        if recording.model is not None and not live:
            url = stack.enter_context(serving(replies, recording.model, recording.window))
            os.environ.update({"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "replay"})
        code = _all(_options(options, recording), _acts(recording))
    if recording.edits:
        print(f"Not done again: edits by hand ({'; '.join(recording.edits)}).", file=sys.stderr)
    if replies.moved:
        says = f"{replies.moved} answers of the model were given in their old order: it was asked otherwise."
        print(says, file=sys.stderr)
    return code


def _all(options: Options, acts: Sequence[tuple[Act, bool]]) -> int:
    """Act after act; one JSON document, that of the last, where one was asked for."""
    code = 0
    for number, (act, ended) in enumerate(acts, 1):
        with ExitStack() as stack:
            if options.json and number < len(acts):
                stack.enter_context(redirect_stdout(sys.stderr))
            code = act(options)
        if code and (ended or code == Interrupted.exit_code):
            break
    return code


def _acts(recording: Recording) -> list[tuple[Act, bool]]:
    """What is to be done again, and whether it came to its end then."""

    def asks(request: str) -> Act:
        return lambda options: refine(options, request)

    parts = recording.parts
    again = [(load_again if part.request is None else asks(part.request), part.ended) for part in parts]
    return [(init, True), *again]


def _options(options: Options, recording: Recording) -> Options:
    docs = recording.docs
    if docs is not None and "://" not in docs and not Path(docs).exists():
        print(f"{docs} is not here: going on without it.", file=sys.stderr)
        docs = None
    return replace(
        options,
        name=recording.name,
        destination=recording.destination,
        policy=recording.policy,
        api=recording.goal,
        docs=docs,
        endpoints=recording.picked,
        model=recording.model or "builtin",
        answers=recording.answers,
    )
