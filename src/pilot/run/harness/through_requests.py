"""The ledger's ears in requests."""

from __future__ import annotations

from functools import wraps
from typing import Any

from .ledger import Ledger, counted

_CALL = "_pilot_call"


def install(adapters: Any, ledger: Ledger) -> None:
    """Listen at the adapter: every try and every redirect passes there, and dlt's hooks come later."""
    send = adapters.HTTPAdapter.send

    @wraps(send)
    def told_send(self: Any, request: Any, *arguments: Any, **options: Any) -> Any:
        call = ledger.begin(request.method, request.url)
        if call is None:
            return send(self, request, *arguments, **options)
        ledger.step(1)
        try:
            response = send(self, request, *arguments, **options)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            ledger.step(-1)
        call.answered(response.status_code, response.headers.items())
        response.__dict__[_CALL] = call
        return response

    adapters.HTTPAdapter.send = told_send


def install_body(models: Any) -> None:
    """Count what is read of a body, and see what `json` makes of it."""
    iter_content, parse = models.Response.iter_content, models.Response.json

    @wraps(iter_content)
    def told_content(self: Any, *arguments: Any, **options: Any) -> Any:
        pieces = iter_content(self, *arguments, **options)
        call = self.__dict__.get(_CALL)
        return pieces if call is None or options.get("decode_unicode") else counted(call, pieces)

    @wraps(parse)
    def told_json(self: Any, **options: Any) -> Any:
        document = parse(self, **options)
        call = self.__dict__.get(_CALL)
        if call is not None:
            call.shows(document)
        return document

    models.Response.iter_content = told_content
    models.Response.json = told_json
