"""The flags that commands share, declared once and handed over as one `Options`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from pilot.errors import UsageError
from pilot.options import Level, Options, SecretSource

_MODELS, _SIGHT, _RUNS = "Models and their bounds", "What a model sees", "Runs of the script"
"""Under which headings flags stand in a help that is drawn."""
_BOUNDS = ("max_repairs", "max_seconds", "timeout", "fresh", "allow_env", "allow_host", "allow_install")

Dir = Annotated[Path, typer.Option("--dir", metavar="PATH", help="The project folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show everything, stack traces too.")]


Which = Annotated[
    str | None, typer.Option("--session", metavar="N|NAME", help="Another of the project's sessions.")
]


def _looking(
    folder: Dir = Path(), session: Which = None, json: Json = False, verbose: Verbose = False
) -> None:
    """The flags of commands that only look."""


def _working(
    folder: Dir = Path(),
    session: Which = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|builtin", help="A model, or pilot's own built-in writer.", rich_help_panel=_MODELS
        ),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=env:VAR|file:PATH",
            help="Where a secret's value is found. Repeatable.",
            rich_help_panel=_RUNS,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Agree to hosts you named, to shown diffs and to runs.")
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Never ask: a missing answer ends with exit code 3.")
    ] = False,
    json: Json = False,
    max_repairs: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Repairs per step; 3 by default.", rich_help_panel=_MODELS),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Tokens that models may take in this session, in and out.",
            rich_help_panel=_MODELS,
        ),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="USD",
            help="Dollars that models may cost in this session.",
            rich_help_panel=_MODELS,
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(
            min=1, metavar="S", help="Seconds that the repairs of one step may take.", rich_help_panel=_MODELS
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="S", help="Seconds that one run may take.", rich_help_panel=_RUNS)
    ] = 600,
    share_samples: Annotated[
        bool | None,
        typer.Option(
            "--share-samples/--no-share-samples",
            help="Let a model see values of records, or no longer.",
            rich_help_panel=_SIGHT,
        ),
    ] = None,
    always_share_samples: Annotated[
        bool,
        typer.Option(
            "--always-share-samples", help="The same, always for this project.", rich_help_panel=_SIGHT
        ),
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Ask the API each time, also what a check was answered before.",
            rich_help_panel=_RUNS,
        ),
    ] = False,
    fence: Annotated[
        Level,
        typer.Option(
            help="How generated code is held; auto is the best that this system has.", rich_help_panel=_RUNS
        ),
    ] = Level.AUTO,
    allow_env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="An environment variable that the script may see. Repeatable.",
            rich_help_panel=_RUNS,
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]",
            help="Another host that may be contacted. Repeatable.",
            rich_help_panel=_RUNS,
        ),
    ] = None,
    allow_install: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PACKAGE", help="A package that may be installed. Repeatable.", rich_help_panel=_RUNS
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show results and errors only.")] = False,
    verbose: Verbose = False,
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Trust the project's own Python in .pilot/.", rich_help_panel=_RUNS),
    ] = False,
) -> None:
    """The flags of commands that work."""


def looking(command: Callable[..., int]) -> Callable[..., None]:
    """Give a command the flags for looking; it gets them as its first argument, `options`."""
    return _with(command, _looking)


def working(command: Callable[..., int]) -> Callable[..., None]:
    """Give a command the flags for working; it gets them as its first argument, `options`."""
    return _with(command, _working)


def asking(command: Callable[..., int]) -> Callable[..., None]:
    """The same for a command that works and never runs the script: without the bounds of its runs."""
    return _with(command, _working, without=_BOUNDS)


def _with(
    command: Callable[..., int], template: Callable[..., None], without: Collection[str] = ()
) -> Callable[..., None]:
    """A function with the command's own parameters and the template's, as typer reads them."""
    own = _parameters(command)
    own.pop("options")
    shared = {name: each for name, each in _parameters(template).items() if name not in without}

    def invoke(**values: Any) -> None:
        mine = {name: values.pop(name) for name in own}
        raise typer.Exit(command(options(**values), **mine))

    parameters = {**own, **shared}
    invoke.__signature__ = inspect.Signature(list(parameters.values()))  # type: ignore[attr-defined]  # read by typer
    invoke.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    invoke.__doc__, invoke.__name__ = command.__doc__, command.__name__
    return invoke


def _parameters(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    hints = get_type_hints(function, include_extras=True)
    found = inspect.signature(function).parameters.values()
    return {p.name: p.replace(annotation=hints[p.name], kind=inspect.Parameter.KEYWORD_ONLY) for p in found}


def options(
    folder: Path = Path(),
    secret: list[str] | None = None,
    allow_env: list[str] | None = None,
    allow_host: list[str] | None = None,
    allow_install: list[str] | None = None,
    **values: Any,
) -> Options:
    """The parsed flags. Raises UsageError."""
    return Options(
        root=_root(folder),
        secrets=_secrets(secret),
        allow_env=tuple(allow_env or ()),
        allow_host=tuple(allow_host or ()),
        allow_install=tuple(allow_install or ()),
        **values,
    )


def _root(folder: Path) -> Path:
    root = folder.expanduser().absolute()
    if not root.exists():
        try:
            root.mkdir()
        except OSError as error:
            raise UsageError(f"{folder} can't be made: {error.strerror}.", "Name another --dir.") from None
    if not root.is_dir():
        raise UsageError(f"{folder} is no folder.", "Name another --dir.")
    return root


def _secrets(texts: list[str] | None) -> tuple[SecretSource, ...]:
    if not texts:
        return ()
    from pilot.project.secrets import parse_secret_option

    return tuple(parse_secret_option(text) for text in texts)
