"""The ledger's ears in httpx, and in its successor httpx2."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import wraps
from typing import Any

from .ledger import CALL, Ledger, watch_json
from .memory import Remembered


def install(httpx: Any, ledger: Ledger) -> None:
    """Listen at the transports of a client and of an async one: every redirect passes there."""
    watch_json(httpx.Response)
    handle, handle_async = (
        httpx.HTTPTransport.handle_request,
        httpx.AsyncHTTPTransport.handle_async_request,
    )
    stream, async_stream = _counting(httpx.SyncByteStream), _counting_async(httpx.AsyncByteStream)

    @wraps(handle)
    def told_handle(self: Any, request: Any) -> Any:
        call = ledger.begin(request.method, str(request.url))
        if call is None:
            return handle(self, request)
        kept = call.recall(request.method, str(request.url), request.headers.items())
        if kept is not None:
            return _listened(_served(httpx, kept), call, stream)
        try:
            response = handle(self, request)
        except BaseException as error:
            call.failed(error)
            raise
        return _listened(response, call, stream)

    @wraps(handle_async)
    async def told_handle_async(self: Any, request: Any) -> Any:
        call = ledger.begin(request.method, str(request.url))
        if call is None:
            return await handle_async(self, request)
        kept = call.recall(request.method, str(request.url), request.headers.items())
        if kept is not None:
            return _listened(_served(httpx, kept), call, async_stream)
        try:
            response = await handle_async(self, request)
        except BaseException as error:
            call.failed(error)
            raise
        return _listened(response, call, async_stream)

    httpx.HTTPTransport.handle_request = told_handle
    httpx.AsyncHTTPTransport.handle_async_request = told_handle_async


def _listened(response: Any, call: Any, stream: Any) -> Any:
    call.answered(response.status_code, response.headers.items())
    response.stream = stream(response.stream, call)
    response.__dict__[CALL] = call
    return response


def _served(httpx: Any, kept: Remembered) -> Any:
    """An answer of pilot's memory as the transport would have given it."""
    return httpx.Response(kept.status, headers=kept.headers, stream=httpx.ByteStream(kept.body))


def _counting(kind: Any) -> Any:
    class Counting(kind):  # type: ignore[misc]  # the library's own class of streams
        """A body that is counted as it is read."""

        def __init__(self, inner: Any, call: Any) -> None:
            self._inner, self._call = inner, call

        def __iter__(self) -> Iterator[bytes]:
            for piece in self._inner:
                self._call.read(piece)
                yield piece
            self._call.ended()

        def close(self) -> None:
            self._call.ended(False)  # of no consequence after the last piece
            self._inner.close()

    return Counting


def _counting_async(kind: Any) -> Any:
    class Counting(kind):  # type: ignore[misc]  # the library's own class of streams
        """A body that is counted as it is read."""

        def __init__(self, inner: Any, call: Any) -> None:
            self._inner, self._call = inner, call

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for piece in self._inner:
                self._call.read(piece)
                yield piece
            self._call.ended()

        async def aclose(self) -> None:
            self._call.ended(False)
            await self._inner.aclose()

    return Counting
