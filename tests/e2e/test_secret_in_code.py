"""A model that writes a key into the script: it is moved into secrets.toml, and shown nowhere."""

from __future__ import annotations

import json
import stat

from tests.e2e.house import SCRIPT, SECRETS, House, answer
from tests.e2e.replies import QUERY, reply, script
from tests.support.weather_api import KEY

_READ = 'dlt.secrets["sources.weather.api_key"]'


def test_a_key_that_a_model_writes_out_is_moved_and_the_load_goes_on(house: House) -> None:
    server = house.model([reply(script(house.api.url).replace(_READ, f"'{KEY}'")), QUERY])
    done = house.pilot("init", "weather", "--api", house.stations, "--yes", "--no-input", "--json")
    assert done.returncode == 0, done.stderr
    text = (house.folder / SCRIPT).read_text("utf-8")
    assert KEY not in text and _READ in text
    file = house.folder / SECRETS
    assert f'api_key = "{KEY}"' in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(server.requests) == 2
    assert KEY not in done.stdout + done.stderr
    assert any(table["rows"] for table in json.loads(done.stdout)["tables"])


def test_a_key_that_is_typed_among_words_goes_into_secrets_toml_and_nowhere_else(house: House) -> None:
    token = "ghp_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78"
    server = house.model([reply(script(house.api.url)), QUERY])
    terminal = house.terminal("init", "weather")
    answer(terminal, ("Which API", f"{house.stations} with {token}"), ("What should become of it?", ""))
    answer(terminal, ("Contact 127.0.0.1", "y"), ("Write weather_pipeline.py?", "n"))
    terminal.wait()
    assert f'api_key = "{token}"' in (house.folder / SECRETS).read_text("utf-8")
    assert server.requests and not any(token in str(request) for request in server.requests)
    assert token not in terminal.raw.decode().replace(f"with {token}", "")
    assert house.holding(token) == [f"project/{SECRETS}"]
