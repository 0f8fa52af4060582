"""The demo's weather API."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests

from pilot.demo.weather_api import HEADER, KEY, WeatherApi, observations, serve, stations
from tests.support.weather_api import Fault, nobody_there, serve_faulty


def get(url: str, key: str | None = KEY, timeout: float = 5, query: str = "") -> requests.Response:
    headers = {} if key is None else {HEADER: key}
    return requests.get(url + query, headers=headers, timeout=timeout, allow_redirects=False)


def test_the_index_names_the_endpoints_and_where_the_key_goes() -> None:
    with serve() as api:
        index = get(api.url, key=None).json()
        assert index["authentication"] == {"type": "api_key", "in": "header", "name": "X-API-Key"}
        assert index["endpoints"] == [f"{api.url}/v1/stations", f"{api.url}/v1/observations"]


def test_without_a_key_and_with_a_wrong_one_it_says_which() -> None:
    with serve() as api:
        without, wrong = (get(f"{api.url}/v1/stations", key=key) for key in (None, "nonsense"))
    assert (without.status_code, without.json()["error"]) == (401, "missing_api_key")
    assert "X-API-Key" in without.json()["message"]
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_api_key")


def test_pages_hold_every_observation_once() -> None:
    with serve() as api:
        first = get(f"{api.url}/v1/observations").json()
        pages = [
            get(f"{api.url}/v1/observations", query=f"?page={number}").json()["observations"]
            for number in range(1, first["paging"]["total_pages"] + 1)
        ]
        beyond = get(f"{api.url}/v1/observations", query="?page=99").json()
    rows = [row for page in pages for row in page]
    assert len(rows) == first["paging"]["total"] == 240
    assert len({row["id"] for row in rows}) == 240
    assert beyond["observations"] == []


@pytest.mark.parametrize("query", ["?page=0", "?per_page=1000", "?per_page=0", "?page=two"])
def test_a_page_that_can_not_be_is_refused(query: str) -> None:
    with serve() as api:
        assert get(f"{api.url}/v1/observations", query=query).status_code == 400


def test_every_observation_belongs_to_a_station() -> None:
    assert {row["station_id"] for row in observations()} == {row["id"] for row in stations()}


def test_the_weather_is_believable() -> None:
    temperatures = [row["temperature_c"] for row in observations()]
    humidity = [row["humidity_percent"] for row in observations()]
    assert all(isinstance(value, float) and -20 < value < 40 for value in temperatures)
    assert all(isinstance(value, int) and 0 <= value <= 100 for value in humidity)


def test_requests_are_kept_in_order() -> None:
    with serve() as api:
        get(api.url)
        get(f"{api.url}/v1/observations", query="?page=2")
        assert api.requests == ["GET /", "GET /v1/observations?page=2"]


def test_a_connection_kept_open_does_not_keep_the_server() -> None:
    with requests.Session() as session:
        with serve() as api:
            session.get(api.url, timeout=5)
        with pytest.raises(requests.ConnectionError):
            session.get(api.url, timeout=5)


def test_an_unknown_path_points_to_the_index() -> None:
    with serve() as api:
        answer = get(f"{api.url}/v2/nothing")
    assert answer.status_code == 404
    assert "/v2/nothing" in answer.json()["message"]


@pytest.mark.parametrize(
    ("fault", "status", "sign"),
    [
        (Fault.HTML, 200, "<h1>"),
        (Fault.EMPTY_LIST, 200, '"stations": []'),
        (Fault.RATE_LIMIT, 429, "too_many_requests"),
        (Fault.SERVER_ERROR, 500, "holiday"),
        (Fault.GARBAGE, 200, '"st-'),
    ],
)
def test_a_fault_is_answered_as_often_as_wanted(fault: Fault, status: int, sign: str) -> None:
    with serve_faulty(fault, times=1) as api:
        faulty, good = (get(f"{api.url}/v1/stations") for _ in range(2))
    assert faulty.status_code == status
    assert sign in faulty.text
    assert good.json()["total"] == len(stations())


def test_an_endless_answer_goes_on_until_nobody_listens() -> None:
    with serve_faulty(Fault.ENDLESS) as api:
        url = f"{api.url}/v1/stations"
        with requests.get(url, headers={HEADER: KEY}, stream=True, timeout=5) as answer:
            read = sum(len(piece) for piece, _ in zip(answer.iter_content(65536), range(50), strict=False))
    assert read > 1_000_000


def test_a_slow_answer_comes_too_late() -> None:
    with serve_faulty(Fault.SLOW) as api, pytest.raises(requests.Timeout):
        get(f"{api.url}/v1/stations", timeout=0.2)


def test_a_redirect_names_the_other_place() -> None:
    with serve() as other, serve_faulty(Fault.REDIRECT) as api:
        api.redirect_to = f"{other.url}/v1/stations"
        answer = get(f"{api.url}/v1/stations")
    assert urlsplit(answer.headers["Location"]).port != urlsplit(api.url).port


def test_nobody_is_there() -> None:
    with pytest.raises(requests.ConnectionError):
        get(nobody_there())


def test_the_api_can_be_made_with_another_key() -> None:
    with serve(WeatherApi(key="other")) as api:
        assert get(f"{api.url}/v1/stations", key="other").ok
