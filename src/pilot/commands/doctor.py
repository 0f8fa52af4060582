"""`pilot doctor`: what is set up here."""

from __future__ import annotations

_VERSIONS = (
    "import importlib.metadata as m, json, sys;"
    "v = lambda n: m.version(n) if any(True for _ in m.distributions(name=n)) else None;"
    "print(json.dumps([sys.version.split()[0], v('dlt'), v('duckdb')]))"
)
_SECONDS = 20
