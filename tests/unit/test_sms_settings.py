"""Twilio's settings: all or none, and what is wrong with one is said without showing it."""

import pytest
from pydantic import ValidationError

from settings import AppSettings, settings_or_exit
from tests.vendors.twilio import OUR_NUMBER, SERVICE, SID, TOKEN

ALL = {"ACCOUNT_SID": SID, "AUTH_TOKEN": TOKEN, "FROM": OUR_NUMBER}


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"HANDOVER_TWILIO_{name}", value)


@pytest.mark.parametrize("values", [{}, dict.fromkeys(ALL, ""), ALL, ALL | {"FROM": SERVICE}])
def test_all_or_none(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    set_all(monkeypatch, values)
    settings = AppSettings()
    assert settings.twilio_from == values.get("FROM", "")
    assert settings.twilio_api_url == "https://api.twilio.com"


@pytest.mark.parametrize("missing", ALL)
def test_one_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    set_all(monkeypatch, ALL | {missing: ""})
    with pytest.raises(SystemExit):
        settings_or_exit()
    said = capsys.readouterr().err
    assert "text messages need all three settings of Twilio" in said
    assert said.strip().endswith(f"not set: HANDOVER_TWILIO_{missing}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCOUNT_SID", "a-secret-pasted-here"),
        ("ACCOUNT_SID", SID + "0"),
        ("AUTH_TOKEN", "two words"),
        ("FROM", "a-secret-pasted-here"),
        ("FROM", "15550199"),
        ("FROM", "MG1"),
        ("API_URL", "twilio.example.org"),
        ("API_URL", "https://api.twilio.com/2010-04-01"),
        ("API_URL", "https://user:secret@api.twilio.com"),
    ],
)
def test_what_is_wrong_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    set_all(monkeypatch, ALL | {name: value})
    with pytest.raises(ValidationError) as raised:
        AppSettings()
    [error] = raised.value.errors(include_input=False)
    assert error["loc"] == (f"twilio_{name.lower()}",)
    assert "allowed" in error["msg"]
    assert value not in str(raised.value)
