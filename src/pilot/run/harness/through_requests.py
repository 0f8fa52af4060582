"""The ledger's ears in requests."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import wraps
from io import BytesIO
from typing import Any

from .ledger import CALL, Call, Ledger, counted, watch_json
from .memory import Remembered

_OF_THE_TRANSFER = {"content-encoding", "content-length", "transfer-encoding"}


def install(adapters: Any, ledger: Ledger) -> None:
    """Listen at the adapter: every try and every redirect passes there, and dlt's hooks come later."""
    send = adapters.HTTPAdapter.send

    @wraps(send)
    def told_send(self: Any, request: Any, *arguments: Any, **options: Any) -> Any:
        call = ledger.begin(request.method, request.url)
        if call is None:
            return send(self, request, *arguments, **options)
        kept = None if request.body else call.recall(request.method, request.url, request.headers.items())
        if kept is not None:
            return _begun(call, self.build_response(request, _raw(kept)))
        ledger.step(1)
        try:
            response = send(self, request, *arguments, **options)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            ledger.step(-1)
        return _with_words(_begun(call, response), options)

    adapters.HTTPAdapter.send = told_send


def _begun(call: Call, response: Any) -> Any:
    """The head of an answer is here, its body is to be read."""
    call.answered(response.status_code, response.headers.items())
    response.__dict__[CALL] = call
    return response


def _with_words(response: Any, options: dict[str, Any]) -> Any:
    """An error with what the API says of it: a hook that raises leaves it unread, which requests would read.

    Not of a stream, which the script reads as it likes. One that breaks off is left at its status.
    """
    if response.status_code >= 400 and not options.get("stream"):
        with suppress(Exception):
            response.content  # noqa: B018  (the library's way to read and keep it)
    return response


def _raw(kept: Remembered) -> Any:
    """An answer of pilot's memory as urllib3 would have given it; its body was decoded before it was kept."""
    headers = [(name, value) for name, value in kept.headers if name.lower() not in _OF_THE_TRANSFER]
    return sys.modules["urllib3.response"].HTTPResponse(
        body=BytesIO(kept.body), headers=headers, status=kept.status, preload_content=False
    )


def install_body(models: Any) -> None:
    """Count what is read of a body, and see what `json` makes of it."""
    iter_content = models.Response.iter_content

    @wraps(iter_content)
    def told_content(self: Any, *arguments: Any, **options: Any) -> Any:
        pieces = iter_content(self, *arguments, **options)
        call = self.__dict__.get(CALL)
        return pieces if call is None or options.get("decode_unicode") else counted(call, pieces)

    models.Response.iter_content = told_content
    watch_json(models.Response)
