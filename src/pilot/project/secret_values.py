"""Which values in settings and environment are secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pilot.secrecy.forms import parts_of

_SETTINGS = """
    host port database schema dataset dataset_name username user warehouse role region region_name location
    project project_id client_email bucket_url endpoint_url drivername driver connect_timeout timeout
    base_url url api_url catalog http_path server_hostname destination_type secure cluster account_name
    file_format lance_uri embedding_model embedding_model_provider athena_work_group aws_data_catalog
    query_result_bucket info_tables_query_threshold token_uri auth_uri type
"""
SETTINGS = frozenset(_SETTINGS.split())
"""Values beside a secret that are none: hiding `weather` or 5432 everywhere would ruin every text."""

SECRET_NAME = re.compile(
    r"""(?: (?:^|_)(?:KEY|PASS|PWD|PAT|AUTH|DSN|CONN(?:ECTION)?_STR(?:ING)?|COOKIE|JWT|SIGNATURE|PIN)
        | API_?KEY | PASSWORD | PASSWD | PASSPHRASE | AUTHORIZATION | TOKEN | SECRET | CREDENTIALS? | APPID
    ) (?:_[A-Z0-9]{1,8})? \d*$""",
    re.VERBOSE,
)
NO_SECRET_NAME = re.compile(
    r"""ASKPASS$ | _(?:URL|URI|FILE|PATH|DIR|HOST|PORT|NAME|TYPE|TTL|SIZE|LIMIT|LIMITS|SOCK|EXPIRY|ENDPOINT)$
        | (?:PRIMARY|FOREIGN|SORT|PARTITION|MERGE|CURSOR|CLUSTER|PUBLIC|CACHE)_KEY$
        | (?:PAGE|NEXT|SYNC)_TOKEN$
        | ^(?:OLD)?PWD$ | ^GOOGLE_APPLICATION_CREDENTIALS$ | ^SSH_AUTH_SOCK$ | ^DLT_SECRETS_""",
    re.VERBOSE,
)
DLT_SECTIONS = frozenset({"SOURCES", "DESTINATION", "DESTINATIONS", "CREDENTIALS"})


def is_setting(path: str) -> bool:
    """Whether a path names something that need not be hidden."""
    return path.rpartition(".")[2].lower() in SETTINGS


def is_secret_name(name: str) -> bool:
    """Whether something of this name is a credential."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper().replace("-", "_")
    return SECRET_NAME.search(plain) is not None and NO_SECRET_NAME.search(plain) is None


def of_settings(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What of the values by path is secret; of a mere setting, the login inside of an address."""
    for path, value in values.items():
        yield from ((path, part) for part in (parts_of(value) if is_setting(path) else (value,)))


def environment_secrets(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Secrets in the environment: what dlt would read, what is called like a credential, logins in URLs."""
    for name, value in environ.items():
        parts = name.upper().split("__")
        path = name.lower().replace("__", ".") if len(parts) > 1 else name
        of_dlt = bool(DLT_SECTIONS.intersection(parts[:-1])) and not is_setting(parts[-1])
        if of_dlt or (is_secret_name(parts[-1]) and not NO_SECRET_NAME.search(name)):
            yield path, value
        elif "://" in value and "@" in value:
            yield from ((path, part) for part in parts_of(value))
