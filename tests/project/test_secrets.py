"""Secrets are found where dlt finds them, filled in without harm, and never shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import UsageError
from pilot.facts import SecretWanted
from pilot.names import ProjectNames
from pilot.options import SecretSource
from pilot.project.placeholders import is_placeholder
from pilot.project.script_secrets import secrets_read
from pilot.project.secret_store import environment_name
from pilot.project.secret_values import environment_secrets
from pilot.project.secrets import ProjectSecrets, parse_secret_option
from pilot.project.toml_file import parse_toml

NAMES = ProjectNames("weather")
SOURCE = "import dlt\n\n@dlt.source\ndef weather_source(api_key: str = dlt.secrets.value):\n    yield []\n"
PATH = "sources.weather_source.api_key"
VALUE = "s3cr3t-Value-9"


def loaded(text: str) -> dict[str, Any]:
    return dict(parse_toml(text, "secrets.toml"))


def secrets_in(root: Path, script: str = SOURCE, toml: str | None = None, **environ: str) -> ProjectSecrets:
    (root / NAMES.script).write_text(script)
    if toml is not None:
        (root / ".dlt").mkdir(exist_ok=True)
        (root / ".dlt/secrets.toml").write_bytes(toml.encode())
    return ProjectSecrets(root, (), environ)


def wanted(root: Path, script: str = SOURCE, toml: str | None = None, **environ: str) -> dict[str, bool]:
    return {one.path: one.present for one in secrets_in(root, script, toml, **environ).wanted(NAMES)}


READS = {
    "by path": ('dlt.secrets["sources.weather.api_key"]', "sources.weather.api_key"),
    "by get": ('dlt.secrets.get("a.b")', "a.b"),
    "through a name": ('KEY = "a.b"\nprint(dlt.secrets[KEY])', "a.b"),
    "imported": ('from dlt import secrets\nprint(secrets["a.b"])', "a.b"),
    "renamed module": ('import dlt as tool\nprint(tool.secrets["a.b"])', "a.b"),
    "environment": ('import os\nprint(os.environ["WEATHER_API_KEY"])', "WEATHER_API_KEY"),
    "getenv": ('import os\nprint(os.getenv("WEATHER_TOKEN"))', "WEATHER_TOKEN"),
    "getenv imported": ('from os import getenv\nprint(getenv("WEATHER_TOKEN"))', "WEATHER_TOKEN"),
    "resource": ("@dlt.resource\ndef days(token=dlt.secrets.value): yield 1", "sources.days.token"),
    "named": ('@dlt.source(name="w", section="s")\ndef f(k=dlt.secrets.value): yield 1', "sources.w.k"),
    "keyword": ("@dlt.transformer\ndef f(item, *, k=dlt.secrets.value): yield 1", "sources.f.k"),
    "async": ("@dlt.resource\nasync def f(k=dlt.secrets.value): yield 1", "sources.f.k"),
    "nested": (
        "@dlt.source\ndef s():\n    @dlt.resource\n    def r(k=dlt.secrets.value): yield 1\n",
        "sources.r.k",
    ),
}


@pytest.mark.parametrize(("script", "path"), READS.values(), ids=READS)
def test_a_secret_that_the_script_reads_is_wanted(tmp_path: Path, script: str, path: str) -> None:
    assert wanted(tmp_path, f"import dlt\n{script}\n") == {path: False}


@pytest.mark.parametrize(
    "script",
    [
        "x = 1",
        "def (",
        'import os\nos.environ["HOME"]',
        'import os\nos.environ["MY_API_KEY"] = "x"',
        'import os\nos.getenv("MY_API_KEY", "none")',
        'import dlt\nkey = dlt.secrets.get("a.b") or None',
        "import dlt\ndef plain(key=dlt.secrets.value): pass",
        "import dlt\n@dlt.source\ndef f(url=dlt.config.value): yield 1",
        "# dlt.secrets['a.b']",
    ],
)
def test_nothing_is_wanted_where_nothing_must_be_filled_in(tmp_path: Path, script: str) -> None:
    assert wanted(tmp_path, script) == {}


def test_a_placeholder_counts_even_where_the_script_could_do_without(tmp_path: Path) -> None:
    script = 'import dlt\nkey = dlt.secrets.get("a.b") or None'
    assert wanted(tmp_path, script, '[a]\nb = "<configure me>"\n') == {"a.b": False}


def test_modules_of_the_project_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "chess").mkdir()
    (tmp_path / "chess/__init__.py").write_text(
        "import dlt\n@dlt.source\ndef s(k=dlt.secrets.value): yield 1\n"
    )
    assert wanted(tmp_path, "from chess import s\n", "[sources.chess]\nk = 'abc-123'\n") == {
        "sources.s.k": True
    }


PLACES = (
    "weather.sources.weather_pipeline.weather_source.api_key",
    "weather.api_key",
    "sources.weather_pipeline.weather_source.api_key",
    "sources.weather_pipeline.api_key",
    "sources.weather_source.api_key",
    "sources.api_key",
    "api_key",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_value_anywhere_that_dlt_looks_counts(tmp_path: Path, place: str) -> None:
    assert wanted(tmp_path, toml=f'{place} = "{VALUE}"\n') == {PATH: True}
    (tmp_path / ".dlt/secrets.toml").unlink()
    assert wanted(tmp_path, **{environment_name(place): VALUE}) == {PATH: True}


def test_our_places_are_dlt_s_own_in_the_same_order(tmp_path: Path) -> None:
    script = (
        "import json\nimport dlt\n"
        "from dlt.common.configuration.exceptions import ConfigFieldMissingException\n"
        "@dlt.source\ndef weather_source(api_key: str = dlt.secrets.value):\n    return []\n"
        '@dlt.source(name="n", section="s")\ndef other(api_key: str = dlt.secrets.value):\n    return []\n'
        '@dlt.source(name="weather_pipeline")\ndef same(api_key: str = dlt.secrets.value):\n    return []\n'
        "tried = []\n"
        "for source in (weather_source, other, same):\n"
        "    try:\n        source()\n"
        "    except ConfigFieldMissingException as error:\n"
        "        tried.append([trace.key for trace in error.traces['api_key']])\n"
        "print(json.dumps(tried))\n"
    )
    (tmp_path / NAMES.script).write_text(script)
    command = [sys.executable, NAMES.script]
    environ = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false"}
    result = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    ours = [
        [environment_name(place) for place in read.places]
        for read in secrets_read(tmp_path, NAMES.script, script)
    ]
    assert [list(dict.fromkeys(names)) for names in json.loads(result.stdout)] == ours


def test_the_first_value_that_dlt_meets_decides(tmp_path: Path) -> None:
    toml = f'api_key = "{VALUE}"\n[sources.weather_source]\napi_key = "<configure me>"\n'
    assert wanted(tmp_path, toml=toml) == {PATH: False}
    assert wanted(tmp_path, toml=toml, SOURCES__API_KEY=VALUE) == {PATH: True}


def test_a_placeholder_is_named_where_it_stands(tmp_path: Path) -> None:
    assert wanted(tmp_path, toml='api_key = "<configure me>"\n') == {"api_key": False}


@pytest.mark.parametrize(
    "text",
    ["", "  ", "<configure me>", "<your key>", "your-api-key-here", "YOUR_TOKEN", "changeme", "change-me!",
     "xxx", "XXXXXXXX", "...", "…", "****", "${API_KEY}", "{{ key }}", "todo", "insert-key-here", "api_key",
     "my-token", "sk-your-key", "placeholder", "paste your key", "<...>", '"<configure me>"', "access_token"],
)  # fmt: skip
def test_a_value_that_nobody_filled_in_is_known(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    ["abc123", "1234", "test", "sk-proj-4f9a", "xoxb-12-ab", "hunter2", "x9", "keyboard cat", "Passw0rd!",
     "postgresql://u:p@h/d", "-----BEGIN KEY-----\nabc", "thereheresomething", "tokenish42", 5432, True],
)  # fmt: skip
def test_a_real_value_is_none_however_short(text: object) -> None:
    assert not is_placeholder(text)


def test_a_destination_lacks_what_dlt_init_left_open(tmp_path: Path) -> None:
    toml = (
        '[destination.postgres.credentials]\ndatabase = "<configure me>"\npassword = "<configure me>"\n'
        'username = "me"\nhost = "localhost"\nport = 5432\n'
    )
    secrets = secrets_in(tmp_path, "", toml)
    found = {one.path: one.present for one in secrets.wanted(ProjectNames("weather", "postgres"))}
    base = "destination.postgres.credentials"
    assert found == {f"{base}.database": False, f"{base}.password": False}


def test_credentials_as_one_url_are_enough(tmp_path: Path) -> None:
    postgres = ProjectNames("weather", "postgres")
    variable = "DESTINATION__POSTGRES__CREDENTIALS"
    (given,) = secrets_in(tmp_path, "", None, **{variable: "postgresql://u:p@h/d"}).wanted(postgres)
    assert given == SecretWanted("destination.postgres.credentials", True)
    (missing,) = secrets_in(tmp_path, "").wanted(postgres)
    assert missing == SecretWanted("destination.postgres.credentials", False)


@pytest.mark.parametrize("destination", ["duckdb", "bigquery", "my.own.destination"])
def test_a_destination_that_may_need_none_asks_for_none(tmp_path: Path, destination: str) -> None:
    assert secrets_in(tmp_path, "").wanted(ProjectNames("weather", destination)) == ()


def test_a_local_folder_needs_no_credentials_and_a_bucket_does(tmp_path: Path) -> None:
    filesystem = ProjectNames("weather", "filesystem")
    keys = '[destination.filesystem.credentials]\naws_access_key_id = "<configure me>"\n'
    local = '[destination.filesystem]\nbucket_url = "file:///tmp/x"\n' + keys
    assert secrets_in(tmp_path, "", local).wanted(filesystem) == ()
    (key,) = secrets_in(tmp_path, "", local.replace("file:///", "s3://")).wanted(filesystem)
    assert key == SecretWanted("destination.filesystem.credentials.aws_access_key_id", False)


BROKEN = {
    "not TOML": (b'a = 1\nkey = "s3cr3t\n', "line 2"),
    "no quotes": (b"api_key = s3cr3t\n", "line 1"),
    "not UTF-8": (b'key = "\xff s3cr3t"\n', "UTF-8"),
    "twice": (b'key = "s3cr3t"\nkey = "s3cr3t"\n', "line"),
}


@pytest.mark.parametrize(("content", "told"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_can_not_be_read_is_told_without_its_content(
    tmp_path: Path, content: bytes, told: str
) -> None:
    secrets = secrets_in(tmp_path, SOURCE, "")
    (tmp_path / ".dlt/secrets.toml").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        secrets.wanted(NAMES)
    said = f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"
    assert "secrets.toml" in said and told in said
    assert "s3cr3t" not in said
    assert any("s3cr3t" in value for value in secrets.values().values()), "hidden all the same"


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dlt/secrets.toml").mkdir(parents=True)
    with pytest.raises(UsageError, match="folder"):
        secrets_in(tmp_path).wanted(NAMES)


def test_placeholders_go_into_a_new_file_in_dlt_s_own_words(tmp_path: Path) -> None:
    before, after = secrets_in(tmp_path).with_placeholders([PATH, "access_token"])
    assert before is None
    content = loaded(after)
    assert content["access_token"] == content["sources"]["weather_source"]["api_key"] == "<configure me>"
    assert "# fill in your api_key" in after


LAID_OUT = '# mine\r\ntop = 1 # one\r\n\r\n[sources.other] # two\r\nkey   =   "abc"\r\n\r\n# end\r\n'


def test_placeholders_leave_everything_else_as_it_is(tmp_path: Path) -> None:
    secrets = secrets_in(tmp_path, SOURCE, LAID_OUT)
    before, after = secrets.with_placeholders(
        [PATH, "sources.other.key", "destination.x.credentials", "token"]
    )
    assert before == LAID_OUT
    assert after.count("\n") == after.count("\r\n")
    left = iter(after.split("\r\n"))
    assert all(line in left for line in LAID_OUT.rstrip().split("\r\n")), "the old lines, in order"
    content = loaded(after)
    assert content["sources"]["other"]["key"] == "abc"
    assert content["token"] == content["destination"]["x"]["credentials"] == "<configure me>"


def test_a_placeholder_that_is_there_is_not_put_in_again(tmp_path: Path) -> None:
    toml = '[sources.weather_source]\napi_key = "<configure me>" # fill this in!\n'
    assert secrets_in(tmp_path, SOURCE, toml).with_placeholders([PATH]) == (toml, toml)


@pytest.mark.parametrize(
    "toml",
    ["", LAID_OUT, '[sources]\nx = 1\n[destination]\n[sources.z]\ny = 2\n', "sources.other.key = 1\n",
     'sources = { other = { key = "a" } }\n', "[[sources.list]]\na = 1\n",
     '[sources.weather_source]\napi_key = "old" # why\n', "a = [1,\n 2]\n"],
)  # fmt: skip
def test_a_saved_value_is_there_private_and_alone_changed(tmp_path: Path, toml: str) -> None:
    secrets = secrets_in(tmp_path, SOURCE, toml)
    value = 'wei"rd\\ välue\n#'
    secrets.save(PATH, value)
    file = tmp_path / ".dlt/secrets.toml"
    content, old = loaded(file.read_text()), loaded(toml)
    assert content["sources"]["weather_source"].pop("api_key") == value
    assert {**content, "sources": None} == {**old, "sources": None}
    assert file.stat().st_mode & 0o777 == 0o600
    assert wanted(tmp_path) == {PATH: True}
    assert value in secrets.values().values()


def test_the_reminder_goes_with_the_placeholder_and_other_comments_stay(tmp_path: Path) -> None:
    toml = 'a_key = "<configure me>" # fill this in!\nb_key = "real-1" # mine\n'
    secrets = secrets_in(tmp_path, SOURCE, toml)
    secrets.save("a_key", "new-1")
    secrets.save("b_key", "new-2")
    assert (tmp_path / ".dlt/secrets.toml").read_text() == 'a_key = "new-1"\nb_key = "new-2" # mine\n'


def test_a_value_in_the_way_of_a_section_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="sources"):
        secrets_in(tmp_path, SOURCE, 'sources = "text"\n').save(PATH, VALUE)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("api_key=env:KEY", SecretSource("api_key", "env", "KEY")),
        (
            "sources.weather.api_key=file:/run/key",
            SecretSource("sources.weather.api_key", "file", "/run/key"),
        ),
        ("a=file:C:\\x=y", SecretSource("a", "file", "C:\\x=y")),
    ],
)
def test_an_option_says_where_the_value_is(text: str, source: SecretSource) -> None:
    assert parse_secret_option(text) == source


@pytest.mark.parametrize(
    "text", ["api_key=s3cr3t", "s3cr3t", "=s3cr3t", "api_key=", "a=env:", "s3 cr3t=x", "a=ENVX:s3cr3t"]
)
def test_a_value_on_the_command_line_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_secret_option(text)
    assert "s3cr3t" not in caught.value.message + caught.value.hint
    assert "env:VAR" in caught.value.hint


def given_secrets(root: Path, *sources: SecretSource, **environ: str) -> ProjectSecrets:
    (root / NAMES.script).write_text(SOURCE)
    return ProjectSecrets(root, sources, environ)


@pytest.mark.parametrize("name", [PATH, "api_key", "weather_source.api_key"])
def test_a_given_value_reaches_the_script_under_dlt_s_name(tmp_path: Path, name: str) -> None:
    secrets = given_secrets(tmp_path, SecretSource(name, "env", "KEY"), KEY=VALUE)
    found = secrets.wanted(NAMES)
    assert found == (SecretWanted(PATH, True),)
    assert secrets.environment(found) == {"SOURCES__WEATHER_SOURCE__API_KEY": VALUE}
    assert VALUE in secrets.values().values()
    assert not (tmp_path / ".dlt").exists(), "nothing is written to disk"


def test_a_value_from_a_file_comes_without_its_line_ending(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{VALUE}\r\n")
    secrets = given_secrets(tmp_path, SecretSource("api_key", "file", str(tmp_path / "key")))
    assert list(secrets.environment(secrets.wanted(NAMES)).values()) == [VALUE]


def test_a_given_name_that_means_two_secrets_is_told_with_both(tmp_path: Path) -> None:
    (tmp_path / NAMES.script).write_text(SOURCE + SOURCE.replace("weather_source", "other"))
    secrets = ProjectSecrets(tmp_path, (SecretSource("api_key", "env", "KEY"),), {"KEY": VALUE})
    with pytest.raises(UsageError, match="sources.other.api_key or sources.weather_source.api_key"):
        secrets.wanted(NAMES)


def test_a_given_name_that_means_none_is_told_with_what_is_missing(tmp_path: Path) -> None:
    secrets = given_secrets(tmp_path, SecretSource("token", "env", "KEY"), KEY=VALUE)
    with pytest.raises(UsageError) as caught:
        secrets.wanted(NAMES)
    assert "token" in caught.value.message and PATH in caught.value.hint


def test_a_given_value_that_nothing_misses_does_no_harm(tmp_path: Path) -> None:
    secrets = ProjectSecrets(tmp_path, (SecretSource("token", "env", "KEY"),), {"KEY": VALUE})
    assert secrets.environment(secrets.wanted(NAMES)) == {}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (SecretSource("api_key", "env", "NOT_SET"), "NOT_SET is not set"),
        (SecretSource("api_key", "env", "EMPTY"), "EMPTY is empty"),
        (SecretSource("api_key", "file", "/no/such/file"), "can't be read"),
        (SecretSource("api_key", "file", "/dev/null"), "empty"),
        (SecretSource("api_key", "file", "/dev/zero"), "too large"),
    ],
)
def test_a_given_value_that_is_not_there_is_told(tmp_path: Path, source: SecretSource, told: str) -> None:
    secrets = given_secrets(tmp_path, source, EMPTY=" ")
    with pytest.raises(UsageError, match=told):
        secrets.wanted(NAMES)
    assert secrets.values() == {}


def test_a_variable_that_the_script_reads_is_handed_on(tmp_path: Path) -> None:
    script = 'import os\nkey = os.environ["WEATHER_API_KEY"]\n'
    secrets = secrets_in(tmp_path, script, None, WEATHER_API_KEY=VALUE, OTHER_API_KEY="x")
    assert secrets.environment(secrets.wanted(NAMES)) == {"WEATHER_API_KEY": VALUE}
    secrets = secrets_in(tmp_path, script)
    secrets.save("WEATHER_API_KEY", VALUE)
    assert secrets.environment(secrets.wanted(NAMES)) == {"WEATHER_API_KEY": VALUE}


def test_a_real_run_gets_saved_and_given_values(tmp_path: Path) -> None:
    script = (
        "import dlt\n"
        "@dlt.source\ndef one(api_key: str = dlt.secrets.value):\n    print(api_key)\n    return []\n"
        "@dlt.source\ndef two(token: str = dlt.secrets.value):\n    print(token)\n    return []\n"
        'one()\ntwo()\nprint(dlt.secrets["a.b"])\n'
    )
    (tmp_path / NAMES.script).write_text(script)
    secrets = ProjectSecrets(tmp_path, (SecretSource("token", "env", "KEY"),), {"KEY": "given-2"})
    secrets.save("sources.one.api_key", "saved-1")
    secrets.save("a.b", "saved-3")
    environ = {
        **os.environ,
        **secrets.environment(secrets.wanted(NAMES)),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }
    command = [sys.executable, NAMES.script]
    result = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["saved-1", "given-2", "saved-3"]


def test_every_secret_value_is_known_and_settings_are_not(tmp_path: Path) -> None:
    toml = (
        'api_key = "top-1"\nkeys = ["list-1", "list-2"]\npin = 123456\n[destination.postgres.credentials]\n'
        'host = "localhost"\nport = 5432\npassword = "pass-1"\nusername = "<configure me>"\n'
    )
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt/dev.secrets.toml").write_text('other = "dev-1"\n')
    environ = {
        "OPENAI_API_KEY": "sk-1",
        "SOURCES__WEATHER__API_KEY": "env-1",
        "DESTINATION__POSTGRES__CREDENTIALS__HOST": "db",
        "PWD": "/tmp",
        "PATH": "/bin",
        "RUNTIME__LOG_LEVEL": "INFO",
    }
    values = secrets_in(tmp_path, SOURCE, toml, **environ).values()
    assert set(values.values()) == {"top-1", "list-1", "list-2", "123456", "pass-1", "dev-1", "sk-1", "env-1"}
    assert values["sources.weather.api_key"] == "env-1" and values["OPENAI_API_KEY"] == "sk-1"


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    secrets = secrets_in(tmp_path, SOURCE, 'a = "first-1"\n')
    assert list(secrets.values().values()) == ["first-1"]
    secrets_in(tmp_path, SOURCE, 'a = "second-22"\n')
    assert list(secrets.values().values()) == ["second-22"]
    secrets.save("a", "third-3")
    assert "third-3" in secrets.values().values()


@pytest.mark.parametrize(
    "name",
    ["PGPASSWORD", "GITHUB_TOKEN", "APIKEY", "MY_API_KEY_PROD", "AWS_SECRET_ACCESS_KEY", "SHOP__ACCESS_TOKEN",
     "SOURCES__SHOP__ANYTHING", "SESSION_COOKIE", "stripe_api_key", "TOKEN_2"],
)  # fmt: skip
def test_a_variable_that_is_called_like_a_credential_is_a_secret(name: str) -> None:
    assert [value for _, value in environment_secrets({name: "q8-Trf55zz"})] == ["q8-Trf55zz"]


@pytest.mark.parametrize(
    "name",
    ["PWD", "GIT_ASKPASS", "SSH_AUTH_SOCK", "TOKEN_URL", "KEYBOARD", "PASSWORD_FILE", "MONKEY"],
)
def test_a_variable_that_only_sounds_like_one_is_none(name: str) -> None:
    assert not list(environment_secrets({name: "/usr/lib/thing"}))


def test_a_login_in_an_address_is_a_secret_and_the_address_is_none(tmp_path: Path) -> None:
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text('base_url = "https://me:q8-Trf55@host/v1"\n')
    (tmp_path / ".dlt" / "config.toml").write_text(
        '[sources.shop]\napi_key = "in-config-9"\nlevel = "INFO-1x"\nbase_url = "http://u:cfG-66yy@h"\n'
    )
    secrets = ProjectSecrets(tmp_path, (), {"HOME": str(tmp_path), "HTTPS_PROXY": "http://u:prX-55zz@p:1"})
    assert {"q8-Trf55", "in-config-9", "prX-55zz", "cfG-66yy"} <= set(secrets.values().values())
    assert "INFO-1x" not in secrets.values().values()
    assert not [value for value in secrets.values().values() if "://" in value]


def test_the_names_in_the_project_s_code_are_known_and_its_texts_are_not(tmp_path: Path) -> None:
    (tmp_path / "shop_pipeline.py").write_text(
        'def inventory(region):\n    return call("q8-hidden", page=1)\n'
    )
    words = ProjectSecrets(tmp_path, (), {}).words()
    assert {"inventory", "region", "call", "page", "shop_pipeline", "shop"} <= words
    assert "q8-hidden" not in words
