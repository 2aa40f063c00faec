"""Settings from the environment that are refused with what is allowed."""

import pytest
from pydantic import ValidationError

from settings import AppSettings


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_for_the_review(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HANDOVER_REVIEW_TIME_ZONE", name)
    assert AppSettings().review_time_zone == name


@pytest.mark.parametrize("name", ["", "Berlin", "Europe/Nowhere", "+01:00", "/etc/passwd", "../UTC", "Europe"])
def test_what_is_no_time_zone_is_refused_and_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HANDOVER_REVIEW_TIME_ZONE", name)
    with pytest.raises(ValidationError, match="is no time zone; allowed are IANA names like Europe/Berlin"):
        AppSettings()
