"""The ledger's ears in aiohttp, and its way through the fence's proxy, which aiohttp takes no notice of."""

from __future__ import annotations

from functools import wraps
from typing import Any

from .ledger import CALL, Ledger


def use_proxies(client: Any) -> None:
    """Have each session ask the environment for proxies, as all other libraries do."""
    begin = client.ClientSession.__init__

    @wraps(begin)
    def begun(self: Any, *arguments: Any, **options: Any) -> None:
        options.setdefault("trust_env", True)
        begin(self, *arguments, **options)

    client.ClientSession.__init__ = begun


def install(client: Any, ledger: Ledger) -> None:
    """Listen at the session, once for all redirects; a body that is not read as a whole is not counted."""
    ask = client.ClientSession._request
    read, parse = client.ClientResponse.read, client.ClientResponse.json

    @wraps(ask)
    async def told_ask(self: Any, method: str, url: Any, **options: Any) -> Any:
        call = ledger.begin(method, str(url))
        if call is None:
            return await ask(self, method, url, **options)
        try:
            response = await ask(self, method, url, **options)
        except BaseException as error:
            call.failed(error)
            raise
        call.led_to(str(response.url))
        call.answered(response.status, response.headers.items())
        response.__dict__[CALL] = call
        return response

    @wraps(read)
    async def told_read(self: Any) -> Any:
        body = await read(self)
        call = self.__dict__.get(CALL)
        if call is not None:
            call.read(body)
            call.ended()
        return body

    @wraps(parse)
    async def told_json(self: Any, **options: Any) -> Any:
        document = await parse(self, **options)
        call = self.__dict__.get(CALL)
        if call is not None:
            call.shows(document)
        return document

    client.ClientSession._request = told_ask
    client.ClientResponse.read = told_read
    client.ClientResponse.json = told_json
