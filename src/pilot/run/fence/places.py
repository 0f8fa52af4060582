"""Where a run may read and write, beside where its Python lives (the child knows that itself)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pilot.config import read_config
from pilot.errors import UsageError
from pilot.project.global_folder import global_folder
from pilot.run.local_state import data_folder

# fmt: off
_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/gnu/store",
    "/proc", "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/kernel/mm", "/sys/block",
    "/sys/fs/cgroup",  # DuckDB 2.0 aborts where it can see this folder and not read it
    "/run/systemd/resolve",
)
_SETTINGS = (
    "alternatives", "ca-certificates", "crypto-policies", "debian_version", "gai.conf", "group", "host.conf",
    "hostname", "hosts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf",
    "localtime", "machine-id", "mime.types", "nsswitch.conf", "odbc.ini", "odbcinst.ini", "os-release",
    "passwd", "pki",
    "protocols", "resolv.conf", "services", "ssl", "static", "timezone", "freetds", "krb5.conf",
)
"""Of /etc: what names, certificates and libraries need. The rest holds keys, and root reads all."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")
_LIBRARIES = ("LD_LIBRARY_PATH", "PYTHONPATH")
# fmt: on
_MOUNTED_SECRETS = Path("/run/secrets")
_OF_THE_CLUSTER = "kubernetes.io"
_DESTINATION = "DESTINATION__"

_CODE = ("*.py", "*.toml", "requirements*.txt", "setup.cfg", "Makefile", ".*")
"""What decides what runs next time, on top of the project: a run has no business in it."""


def readable(environment: Mapping[str, str], allowed: tuple[str, ...]) -> list[str]:
    """What a run may read: the system, certificates, dlt's settings, files that allowed variables name."""
    settings = [f"/etc/{name}" for name in _SETTINGS]
    named = [environment[name] for name in (*_CERTIFICATES, *allowed) if name in environment]
    libraries = [path for name in _LIBRARIES for path in environment.get(name, "").split(os.pathsep)]
    own = [str(data_folder(environment)), str(global_folder(environment))]
    found = [*_SYSTEM, *settings, *named, *libraries, *own, *_mounted_secrets()]
    home = home_of(environment)
    return [path for path in found if path.startswith("/") and not home.is_relative_to(Path(path).resolve())]


def writable(root: Path, environment: Mapping[str, str]) -> list[str]:
    """What a run may change: the project, dlt's working folders, and a destination's local files."""
    pipelines = data_folder(environment) / "pipelines"
    pipelines.mkdir(parents=True, exist_ok=True)
    home = home_of(environment)
    named = local_destinations(root, environment)
    places = [place for place in named if not home.is_relative_to(place.resolve())]
    return [str(root.resolve()), str(pipelines), *map(str, places), *_DEVICES]


def home_of(environment: Mapping[str, str]) -> Path:
    """The home folder, symlinks followed."""
    return Path(environment.get("HOME") or Path.home()).resolve()


def protected(root: Path) -> list[str]:
    """What of the project no run may change: code, settings, the environment, git's and pilot's folders."""
    found = {entry for pattern in _CODE for entry in root.glob(pattern)}
    found |= {mark.parent for mark in root.glob("*/pyvenv.cfg")} | {
        mark.parent for mark in root.glob("*/*.py")
    }
    if (root / ".dlt" / ".workspace").exists():  # dlt keeps a workspace's data below its settings
        found = {entry for entry in found if entry.name != ".dlt"} | set(root.glob(".dlt/*.toml"))
    kept = (entry for entry in found if not entry.is_symlink() and _is_plain(entry) and not _is_dlts(entry))
    return sorted(str(entry.resolve()) for entry in kept)


def _is_dlts(folder: Path) -> bool:
    """Whether a folder holds dlt's working folders of pipelines, and nothing else."""
    inner = [*folder.iterdir()] if folder.is_dir() else []
    return bool(inner) and all((entry / "state.json").is_file() for entry in inner)


def local_destinations(root: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Folders outside the project that its settings, or the run's own, name as the destination."""
    given = [value for name, value in environment.items() if name.startswith(_DESTINATION)]
    for text in given:
        if (place := _local_place(text)) is not None:
            yield place
    for file in ("config.toml", "secrets.toml"):
        try:
            settings = read_config(root / ".dlt" / file)
        except UsageError:
            continue
        for text in _texts(settings.get("destination")):
            if (place := _local_place(text)) is not None:
                yield place


def _texts(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from _texts(part)


def _local_place(text: str) -> Path | None:
    """The folder that a bucket URL or a connection string means, where that is on this machine.

    One that is not there yet is made: a script that may not change what is around it can't.
    """
    scheme, separator, rest = text.partition("://")
    path = rest if separator else text
    if (separator and scheme not in ("file", "duckdb")) or not path.startswith("/"):
        return None
    place = Path("/" + path.lstrip("/").partition("?")[0])
    folder = place.parent if place.suffix or place.is_file() else place
    if folder.parent.is_dir():
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
    return folder if folder.is_dir() and folder != Path("/") else None


def _mounted_secrets() -> list[str]:
    """Where dlt looks for secrets that a container got; not the cluster's own key."""
    try:
        return [str(entry) for entry in _MOUNTED_SECRETS.iterdir() if entry.name != _OF_THE_CLUSTER]
    except OSError:
        return []


def _is_plain(entry: Path) -> bool:
    return entry.is_dir() or entry.is_file()
