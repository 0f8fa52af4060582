"""The commands: parse, hand over, tell errors. Imports nothing heavy at top level."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from pilot.errors import Interrupted, PilotError, UsageError
from pilot.flags import asking, looking, options, working
from pilot.notebook_commands import add_to
from pilot.options import Options

app = typer.Typer(
    name="pilot",
    help="A copilot for dlt pipelines: from an API in your words to queried tables.",
    epilog="Start in an empty folder: pilot init weather duckdb. See it work without a key: pilot demo.",
    pretty_exceptions_enable=False,
    # rich's panels cost as much again as all the rest, and a pipe wants plain text
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Api = Annotated[
    str | None, typer.Option("--api", metavar="TEXT", help="Which API to load, in words; its URLs are used.")
]
Docs = Annotated[str | None, typer.Option("--docs", metavar="PATH_OR_URL", help="Documentation of the API.")]
Endpoints = Annotated[
    list[str] | None,
    typer.Option("--endpoint", metavar="NAME_OR_PATH", help="An endpoint to load. Repeatable."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit code 1 unless every table is proven complete.")]


def run(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(words, standalone_mode=False)
    except PilotError as error:
        return _ended(words, error)
    except KeyboardInterrupt:
        return _ended(words, Interrupted())
    except BrokenPipeError:  # who read it has gone
        return 1
    except Exception as error:
        if (refusal := _refusal(error)) is not None:
            return _ended(words, refusal)
        wrong = _usage_error(error)
        _document(words, wrong or PilotError(f"{type(error).__name__}: {error}"))
        if wrong is None:
            raise
        return wrong.exit_code
    return code if isinstance(code, int) else 0


def _ended(words: list[str], error: PilotError) -> int:
    """Tell an error that came before the work began, or outside of any policy."""
    from pilot.commands.course import tell_error

    _document(words, error)
    tell_error(error.message, error.hint, interrupted=isinstance(error, Interrupted))
    return error.exit_code


def _document(words: list[str], error: PilotError) -> None:
    """Who asked for a document gets one, whatever happened."""
    if "--json" in words:
        from pilot.commands.course import document_of

        print(document_of(error, None))


def _refusal(error: Exception) -> PilotError | None:
    """What the system refused to who only looks, undoes or names."""
    if not isinstance(error, OSError) and type(error).__module__ != "sqlite3":
        return None
    return PilotError(f"The system refused: {error}.", "Put that right (is the disk full?), and do it again.")


def _usage_error(error: Exception) -> UsageError | None:
    """Tell what typer found wrong with the command line; anything else is a defect."""
    wrong: Any = error
    show, says = getattr(error, "show", None), getattr(error, "format_message", None)
    if show is None or says is None:
        return None
    wrong.message = str(wrong.message).removeprefix("Value error, ")  # its parser's prefix, not a person's
    show()
    return UsageError(says())


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False,
) -> None:
    """A copilot for dlt pipelines: from an API in your words to queried tables."""
    if version:
        from pilot import __version__

        print(f"pilot {__version__}")
    elif context.invoked_subcommand is None:
        from pilot.commands import look

        raise typer.Exit(look.status(options()))


@app.command()
@working
def init(
    options: Options,
    name: Annotated[
        str | None, typer.Argument(help="The pipeline's name; without it one is proposed.")
    ] = None,
    destination: Annotated[str, typer.Argument(help="Any destination of dlt's.")] = "duckdb",
    api: Api = None,
    docs: Docs = None,
    endpoint: Endpoints = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy to follow.")] = "create_pipeline",
    restart: Annotated[bool, typer.Option("--restart", help="Start over where a session is here.")] = False,
    strict: Strict = False,
) -> int:
    """Make a pipeline: from an API in your words to queried tables.

    Looks at the API, writes the code, checks it, loads it, checks the load, queries it, refines it.

    In an empty folder:   pilot init weather duckdb

    Nobody there:         pilot init weather --api "https://api.example.com/v1/stations"
    --secret api_key=env:KEY --yes --no-input --json
    """
    from pilot.commands import build

    chosen = replace(options, name=name, destination=destination, api=api, docs=docs, strict=strict)
    return build.init(replace(chosen, endpoints=tuple(endpoint or ()), policy=policy, restart=restart))


@app.command()
@working
def resume(
    options: Options, api: Api = None, docs: Docs = None, endpoint: Endpoints = None, strict: Strict = False
) -> int:
    """Go on after the last finished cell.

    pilot resume --secret api_key=env:KEY
    """
    from pilot.commands import build

    picked = tuple(endpoint or ())
    return build.resume(replace(options, api=api, docs=docs, endpoints=picked, strict=strict))


@app.command()
@working
def refine(
    options: Options,
    request: Annotated[str, typer.Argument(help="What should be different, in words.")],
    strict: Strict = False,
) -> int:
    """Change the pipeline in words, prove the change, and load again.

    pilot refine "add pagination"
    """
    from pilot.commands import build

    return build.refine(replace(options, strict=strict), request)


@app.command("run")
@working
def run_pipeline(options: Options, strict: Strict = False) -> int:
    """Load again with the script as it is, and look at what came.

    pilot run --yes --no-input --strict
    """
    from pilot.commands import build

    return build.load_again(replace(options, strict=strict))


@app.command()
@working
def check(
    options: Options,
    name: Annotated[
        str | None,
        typer.Argument(help="Which script or pipeline of the folder, where there are several."),
    ] = None,
    api: Api = None,
    look: Annotated[
        bool, typer.Option("--look", help="Judge what is loaded without a run of the script.")
    ] = False,
    twice: Annotated[
        bool, typer.Option("--twice", help="Rehearse a second run too: it should change no counts.")
    ] = False,
    strict: Strict = False,
) -> int:
    """Prove that what was loaded is complete, or that it is not.

    Also where pilot did not write the script.

    The script is rehearsed: it loads into a database that is thrown away.

    pilot check --twice --strict
    """
    from pilot.commands.check import check

    return check(replace(options, script=name, api=api, look=look, twice=twice, strict=strict))


@app.command()
@asking
def query(
    options: Options,
    words: Annotated[str, typer.Argument(metavar="SQL|QUESTION", help="SQL, or a question in words.")],
) -> int:
    """Ask the loaded tables, read-only.

    pilot query "SELECT count(*) FROM weather_data.stations"
    """
    from pilot.commands import look

    return look.query(options, words)


@app.command()
@looking
def status(options: Options) -> int:
    """Where things stand, and what comes next."""
    from pilot.commands import look

    return look.status(options)


@app.command()
@asking
def profile(
    options: Options,
    words: Annotated[str, typer.Argument(help="What to put right: 'records are at data.items'.")] = "",
) -> int:
    """What is known of the API; with words, put it right.

    pilot profile "key is sku"
    """
    from pilot.commands import look

    return look.profile(options, words)


add_to(app)


@app.command()
@asking
def doctor(
    options: Options,
    privacy: Annotated[
        bool, typer.Option("--privacy", help="Show what the next request to a model would hold.")
    ] = False,
) -> int:
    """What is set up here: dlt, destination, fence, writer."""
    from pilot.commands import doctor
    from pilot.commands import privacy as privacy_command

    return privacy_command.privacy(options) if privacy else doctor.doctor(options)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", metavar="PATH", help="A new folder for it.")] = Path(
        "pilot-demo"
    ),
) -> None:
    """Make a pipeline for a weather API that pilot serves itself.

    It needs no key and no network, and makes a folder of its own.
    """
    from pilot.commands import show_case

    raise typer.Exit(show_case.demo(folder))
