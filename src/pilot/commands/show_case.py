"""`pilot demo`: the whole policy against a small weather API that pilot itself serves on loopback."""

from __future__ import annotations

import os
from pathlib import Path

from pilot.commands.build import init
from pilot.errors import UsageError
from pilot.options import Options, SecretSource

_KEY = "PILOT_DEMO_KEY"
_LOOPBACK = "127.0.0.1"


def demo(folder: Path) -> int:
    """Make the weather pipeline in a new folder, unattended, and leave it there to look at."""
    from pilot.demo.weather_api import serve

    root = folder.expanduser().absolute()
    if root.exists() and any(root.iterdir()):
        raise UsageError(f"{folder} is not empty.", "Name a new folder: pilot demo --dir PATH")
    root.mkdir(parents=True, exist_ok=True)
    _spare_loopback_the_proxy()
    with serve() as api:
        os.environ[_KEY] = api.key
        stations, observations = f"{api.url}/v1/stations", f"{api.url}/v1/observations"
        options = Options(
            root=root,
            name="weather",
            api=f"Load the stations and the observations: {stations} and {observations}",
            model="builtin",
            secrets=(SecretSource("api_key", "env", _KEY),),
            yes=True,
            no_input=True,
        )
        return init(options)


def _spare_loopback_the_proxy() -> None:
    """A proxy of the person's can't reach a server on this machine."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, _LOOPBACK]))
