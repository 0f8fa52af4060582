"""Which package brings a module: well-known ones only, since a guessed name may be somebody's trap."""

from __future__ import annotations

OTHER_NAMES = {
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "confluent_kafka": "confluent-kafka",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "github": "PyGithub",
    "googleapiclient": "google-api-python-client",
    "jwt": "PyJWT",
    "magic": "python-magic",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "requests_oauthlib": "requests-oauthlib",
    "serial": "pyserial",
    "simple_salesforce": "simple-salesforce",
    "sklearn": "scikit-learn",
    "slack_sdk": "slack-sdk",
    "snowflake": "snowflake-connector-python",
    "websocket": "websocket-client",
    "yaml": "PyYAML",
}
"""Modules that are installed under another name."""

SHARED = frozenset({"azure", "google"})
"""Modules that many packages share: their name alone says nothing."""
_OF_GOOGLE = {
    "google.auth": "google-auth",
    "google.oauth2": "google-auth",
    "google.cloud.bigquery": "google-cloud-bigquery",
    "google.cloud.storage": "google-cloud-storage",
    "google.cloud.secretmanager": "google-cloud-secret-manager",
    "google.protobuf": "protobuf",
}
"""Parts of a package that many share."""

_SAME_NAMES = """
    adlfs aiohttp arrow asyncpg backoff boto3 botocore cachetools certifi chardet clickhouse_connect
    connectorx cryptography deltalake dlt duckdb elasticsearch faker fastavro feedparser fsspec
    gcsfs geopandas gspread h3 html5lib httpx humanize isodate jinja2 jmespath jsonpath_ng
    jsonschema lxml marimo markdown matplotlib msgpack msgspec numpy oauthlib openpyxl orjson pandas
    paramiko pendulum phonenumbers pint polars praw psutil psycopg pyarrow pydantic pyiceberg pymongo pymysql
    pyodbc pypdf pytest pytz redis regex requests rich s3fs scipy shapely simplejson sqlalchemy sqlglot stripe
    tabulate tenacity toml tomlkit tqdm twilio typer tzdata tzlocal ujson unidecode websockets xlrd xlsxwriter
    xmltodict zstandard
"""
_OF_THEIR_OWN_NAME = frozenset(_SAME_NAMES.split())


def package_of(module: str) -> str | None:
    """The package that is known to bring a module; None where only a person can say."""
    if module in _OF_GOOGLE:
        return _OF_GOOGLE[module]
    top, _, inner = module.partition(".")
    if inner:
        return None  # the package is there, and what is wanted of it is not
    return OTHER_NAMES.get(top) or (top.replace("_", "-") if top in _OF_THEIR_OWN_NAME else None)
