"""A script is held against what was seen of the API, before a run that would be refused."""

from __future__ import annotations

import pytest

from pilot.api.fit import misfits
from pilot.api.profile import ApiProfile, Auth, AuthKind, Endpoint, How, Records, Shape

HEADER = Auth(AuthKind.API_KEY, "header", "X-API-Key", How.SEEN)
QUERY = Auth(AuthKind.API_KEY, "query", "api_key", How.SEEN)
BEARER = Auth(AuthKind.BEARER, how=How.SEEN)
BASIC = Auth(AuthKind.BASIC, how=How.SEEN)

SECRET = 'dlt.secrets["sources.weather.api_key"]'
AS_BEARER = f'client = {{"auth": {{"type": "bearer", "token": {SECRET}}}}}'
API_KEY = 'client = {"auth": {"type": "api_key", "name": NAME, "api_key": SECRET, "location": PLACE}}'
AS_HEADER = API_KEY.replace("NAME", "'x-api-key'").replace("PLACE", "'header'").replace("SECRET", SECRET)
AS_QUERY = API_KEY.replace("NAME", "'api_key'").replace("PLACE", "'query'").replace("SECRET", SECRET)
BY_HAND = f'requests.get(url, headers={{"X-API-Key": {SECRET}}})'
IN_PARAMS = f"requests.get(url, params=dict(api_key={SECRET}))"
AS_LOGIN = f'requests.get(url, auth=("me", {SECRET}))'


@pytest.mark.parametrize(
    ("auth", "script"),
    [
        (HEADER, AS_HEADER),
        (HEADER, BY_HAND),
        (QUERY, AS_QUERY),
        (QUERY, IN_PARAMS),
        (BEARER, AS_BEARER),
        (
            BEARER,
            f'headers = {{"Authorization": f"Bearer {{{SECRET}}}"}}'.replace('["', "['").replace('"]', "']"),
        ),
        (BASIC, AS_LOGIN),
        (Auth(AuthKind.UNKNOWN, how=How.SEEN), AS_BEARER),
        (Auth(AuthKind.API_KEY, "header", "X-API-Key", How.GUESSED), AS_BEARER),
    ],
)
def test_a_script_that_sends_the_key_as_it_was_seen_fits(auth: Auth, script: str) -> None:
    assert misfits(script, ApiProfile(auth=auth)) == ()


@pytest.mark.parametrize(
    ("auth", "script", "place"),
    [
        (HEADER, AS_BEARER, "header X-API-Key"),
        (HEADER, AS_QUERY, "header X-API-Key"),
        (QUERY, AS_BEARER, "query api_key"),
        (QUERY, AS_HEADER, "query api_key"),
        (BEARER, AS_HEADER, "Bearer token"),
        (BASIC, AS_BEARER, "user and password"),
    ],
)
def test_a_script_that_sends_the_key_otherwise_is_told(auth: Auth, script: str, place: str) -> None:
    (line,) = misfits(script, ApiProfile(auth=auth))
    assert place in line


def test_a_selector_that_is_left_to_detection_is_told_and_an_explicit_one_fits() -> None:
    endpoint = Endpoint("items", "items", records=Records(Shape.LIST, "items"))
    profile = ApiProfile(endpoints=(endpoint,))
    script = 'rest_api_source({"resources": [{"name": "items", "endpoint": {"path": "items"}}]})'
    (line,) = misfits(script, profile)
    assert "leaves it to dlt" in line
    assert misfits(script.replace('"path"', '"data_selector": "items", "path"'), profile) == ()


def test_a_script_that_can_not_be_read_is_left_to_its_run() -> None:
    assert misfits("def (", ApiProfile(auth=HEADER)) == ()
