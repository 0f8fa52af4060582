"""Which values in settings and environment are secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|PWD|PAT|CREDENTIALS?|AUTH|DSN|KEY_ID|CONNECTION_STRING)\d*$"
)
DLT_SECTIONS = frozenset({"SOURCES", "DESTINATION", "DESTINATIONS", "CREDENTIALS"})
NO_SECRETS = frozenset({"PWD", "OLDPWD", "GOOGLE_APPLICATION_CREDENTIALS", "SSH_AUTH_SOCK"})


def is_setting(path: str) -> bool:
    """Whether a path names something that need not be hidden."""
    return path.rpartition(".")[2].lower() in SETTINGS


def environment_secrets(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Secrets in the environment: what dlt would read, and what is called like a credential."""
    for name, value in environ.items():
        parts = name.upper().split("__")
        if name in NO_SECRETS or is_setting(parts[-1]):
            continue
        if DLT_SECTIONS.intersection(parts[:-1]) or SECRET_NAME.search(parts[-1]):
            yield (name.lower().replace("__", ".") if len(parts) > 1 else name), value
