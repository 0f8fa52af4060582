"""Which places are agreed to, and that an address can't be spelled past it."""

from __future__ import annotations

import pytest

from pilot.run.fence.agreed import is_agreed
from pilot.run.fence.proxy import Place


@pytest.mark.parametrize(
    ("host", "port", "agreed"),
    [
        ("api.example.com", 443, True),
        ("api.example.com", 80, True),
        ("api.example.com", 22, False),
        ("evil.api.example.com", 443, False),
        ("example.com", 443, False),
        ("api.example.com.evil.com", 443, False),
        ("127.0.0.1", 8000, True),
        ("127.0.0.1", 8001, False),
        ("127.0.0.1", 443, False),
        ("::1", 9000, True),
        ("10.0.0.1", 443, False),
        ("bucket.s3.amazonaws.com", 443, True),
        ("amazonaws.com", 443, False),
        ("eviltamazonaws.com", 443, False),
        ("bucket.s3.amazonaws.com", 22, False),
    ],
)
def test_a_place_is_agreed_to_by_name_and_port(host: str, port: int, agreed: bool) -> None:
    hosts = ["api.example.com", "127.0.0.1:8000", "[::1]:9000", ".amazonaws.com"]
    assert is_agreed(Place(host, port), hosts) is agreed
