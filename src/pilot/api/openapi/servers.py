"""Where the API is, as the document says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

from pilot.api.openapi.document import Document, objects
from pilot.api.sites import host_of, joined, origin
from pilot.finding import Json


def base_url(document: Document, named: Sequence[str]) -> str:
    """The address that all paths start at; "" where it is not said.

    A host that the person named wins over the document's own servers: it may serve the same API.
    """
    servers = list(dict.fromkeys(_servers(document, named[0] if named else "")))
    if not named:
        return servers[0] if servers else ""
    hosts = {host_of(url) for url in named}
    if near := [url for url in servers if host_of(url) in hosts]:
        return near[0]
    path = next((urlsplit(url).path for url in servers), "")
    own = urlsplit(named[0]).path.rstrip("/")
    # what the person named may already hold the base path, or be one of another deployment
    return f"{origin(named[0])}{path if not own or own.startswith(path) else own}"


def own_server(document: Document, item: Mapping[str, Json], operation: Mapping[str, Json]) -> str:
    """The address of one operation, or of its path, where it has one of its own.

    Only a path where it lies on the API's own host: whoever serves the API elsewhere serves that there too.
    """
    listed = objects(operation.get("servers")) or objects(item.get("servers"))
    if document.is_swagger or not listed:
        return ""
    place = _filled(str(listed[0].get("url", "")), document.resolve(listed[0].get("variables")))
    if re.search(r"[{}<>]", place):
        return ""
    hosts = {host_of(server) for server in _servers(document, "")}
    if re.match(r"https?://", place, re.I) and host_of(place) not in hosts:
        return _without_query(place)
    return urlsplit(place).path.rstrip("/") or "/"


def _servers(document: Document, named: str) -> Iterator[str]:
    if document.is_swagger:
        yield from _of_swagger(document, named)
        return
    for server in objects(document.root.get("servers")) or [{"url": "/"}]:
        filled = _filled(str(server.get("url", "")), document.resolve(server.get("variables")))
        place = joined(document.url or named, filled) if filled else None
        if place and not re.search(r"[{}<>]", place):
            yield _without_query(place)


def _of_swagger(document: Document, named: str) -> Iterator[str]:
    root, here = document.root, document.url or named
    host = root.get("host")
    path = root.get("basePath")
    schemes = root.get("schemes")
    known = [s for s in schemes if s in ("https", "http")] if isinstance(schemes, list) else []
    scheme = "https" if "https" in known else known[0] if known else urlsplit(here).scheme or "https"
    if isinstance(host, str) and host:
        place = f"{scheme}://{host}"
    elif here:
        place = origin(here)
    else:
        return
    whole = joined(place, path) if isinstance(path, str) and path.startswith("/") else place
    if whole:
        yield _without_query(whole)


def _filled(url: str, variables: Mapping[str, Json]) -> str:
    """The URL with its variables' defaults."""

    def default(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        value = variable.get("default") if isinstance(variable, dict) else None
        return str(value) if isinstance(value, (str, int)) else match[0]

    return re.sub(r"\{([^{}]+)\}", default, url)


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.split("@")[-1], parts.path.rstrip("/"), "", ""))
