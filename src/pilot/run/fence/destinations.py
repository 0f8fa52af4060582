"""What the destinations of dlt's need of the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Needs:
    """How a destination is reached."""

    hosts: tuple[str, ...] = ()
    """Its vendor's hosts, `.example.com` for all below; reached through the proxy."""
    port: int | None = None
    """The port of a driver that knows no proxy."""
    network: bool = True
    """False: nothing but files."""


_GOOGLE = (".googleapis.com", "oauth2.googleapis.com")
_AMAZON = (".amazonaws.com", ".amazonaws.com.cn")
_BUCKETS = (*_AMAZON, ".googleapis.com", ".core.windows.net", "login.microsoftonline.com")

# fmt: off
_KNOWN = {
    "duckdb": Needs(network=False),
    "dummy": Needs(network=False),
    "filesystem": Needs(_BUCKETS),
    "bigquery": Needs(_GOOGLE),
    "athena": Needs(_AMAZON),
    "snowflake": Needs((".snowflakecomputing.com", ".snowflakecomputing.cn", *_BUCKETS)),
    "databricks": Needs((".cloud.databricks.com", ".azuredatabricks.net", ".gcp.databricks.com", *_BUCKETS)),
    "weaviate": Needs((".weaviate.network", ".weaviate.cloud")),
    "postgres": Needs(port=5432),
    "redshift": Needs(_AMAZON, 5439),
    "mssql": Needs(port=1433),
    "synapse": Needs(_BUCKETS, 1433),
}
# fmt: on


def needs_of(destination: str | None) -> Needs | None:
    """What is known of a destination; None: nothing, so the network can't be held for it."""
    return Needs(network=False) if destination is None else _KNOWN.get(destination)
