"""How much a probe may ask for: configured, with sane defaults, and refused where it makes no sense."""

from pathlib import Path

import pytest

from pilot.api.fetch import ProbeLimits
from pilot.api.prober import ApiProber
from pilot.api.settings import probe_limits
from pilot.api.show import profile_text
from pilot.errors import UsageError
from tests.support.api_server import Reply, people, serving


def _config(tmp_path: Path, text: str, user: bool = False) -> None:
    file = tmp_path / ("home/pilot" if user else "project/.pilot") / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _limits(tmp_path: Path, share: bool = False) -> ProbeLimits:
    return probe_limits(tmp_path / "project", {"XDG_CONFIG_HOME": str(tmp_path / "home")}, share)


def test_nothing_said_means_the_defaults(tmp_path: Path) -> None:
    assert _limits(tmp_path) == ProbeLimits()


def test_the_project_goes_before_the_user(tmp_path: Path) -> None:
    _config(tmp_path, "[probe]\nrequests = 3\nseconds = 5\n", user=True)
    _config(tmp_path, "[probe]\nrequests = 7\n")
    assert (_limits(tmp_path).requests, _limits(tmp_path).seconds) == (7, 5)


@pytest.mark.parametrize("text", ["[probe]\nrequest = 3\n", "[probe]\nrequests = 0\n", 'probe = "all"\n'])
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    _config(tmp_path, text)
    with pytest.raises(UsageError, match="probe"):
        _limits(tmp_path)


def test_samples_are_kept_only_where_they_are_shared(tmp_path: Path) -> None:
    assert (_limits(tmp_path).samples, _limits(tmp_path, share=True).samples) == (0, 2)


def test_row_values_are_in_the_profile_only_where_they_are_shared() -> None:
    with serving(lambda request: Reply(data=people(5))) as api:
        for shared in (0, 2):
            prober = ApiProber(lambda host, why: True, ProbeLimits(samples=shared))
            profile = prober.probe(f"{api.url}/items", None, {}, lambda text: None)
            assert len(profile.endpoints[0].samples) == shared
            assert ("person 1" in profile_text(profile)) is bool(shared)
            assert "person 4" not in profile_text(profile)
