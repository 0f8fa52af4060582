"""The ledger's ears in `http.client`, for urllib and urllib3 by themselves."""

from __future__ import annotations

from functools import wraps
from typing import Any

from .ledger import CALL, Ledger

_READING = "_pilot_reading"


def install(client: Any, ledger: Ledger) -> None:
    """Listen at the connection."""
    put, get = client.HTTPConnection.putrequest, client.HTTPConnection.getresponse

    @wraps(put)
    def told_put(self: Any, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        if not ledger.inside:
            secure = isinstance(self, getattr(client, "HTTPSConnection", ()))
            self.__dict__[CALL] = ledger.begin(method, _whole(self, url, secure))
        return put(self, method, url, *arguments, **options)

    @wraps(get)
    def told_get(self: Any, *arguments: Any, **options: Any) -> Any:
        call = self.__dict__.pop(CALL, None)
        if call is None:
            return get(self, *arguments, **options)
        try:
            response = get(self, *arguments, **options)
        except BaseException as error:
            call.failed(error)
            raise
        call.answered(response.status, response.headers.items())
        response.__dict__[CALL] = call
        return response

    client.HTTPConnection.putrequest = told_put
    client.HTTPConnection.getresponse = told_get
    for name in ("read", "read1", "readline"):
        setattr(client.HTTPResponse, name, _told_read(getattr(client.HTTPResponse, name)))
    client.HTTPResponse.readinto = _told_readinto(client.HTTPResponse.readinto)


def _told_read(read: Any) -> Any:
    @wraps(read)
    def told_read(self: Any, *arguments: Any) -> Any:
        call = self.__dict__.get(CALL)
        if call is None or _READING in self.__dict__:
            return read(self, *arguments)
        self.__dict__[_READING] = True
        try:
            piece = read(self, *arguments)
        finally:
            self.__dict__.pop(_READING, None)
        _taken(self, call, piece)
        return piece

    return told_read


def _told_readinto(readinto: Any) -> Any:
    @wraps(readinto)
    def told_readinto(self: Any, buffer: Any) -> Any:
        count = readinto(self, buffer)
        call = self.__dict__.get(CALL)
        if call is not None and _READING not in self.__dict__:
            _taken(self, call, bytes(memoryview(buffer)[:count]))
        return count

    return told_readinto


def _taken(response: Any, call: Any, piece: bytes) -> None:
    if piece:
        call.read(piece)
    if response.isclosed():
        call.ended()


def _whole(connection: Any, url: str, secure: bool) -> str:
    """The URL, of which the request line has the end only."""
    if url.startswith(("http://", "https://")):
        return url
    host = getattr(connection, "_tunnel_host", None) or connection.host
    port = getattr(connection, "_tunnel_port", None) or connection.port
    usual = 443 if secure else 80
    place = host if port in (None, usual) else f"{host}:{port}"
    return f"{'https' if secure else 'http'}://{place}{url}"
