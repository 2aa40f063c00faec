"""The settings of tickets: off until they are whole, and wrong ones named in words."""

import base64

import pytest

from adapters import make_outside
from settings import AppSettings, settings_or_exit
from store import Store

WHOLE = {"ZENDESK_URL": "https://example.zendesk.com/", "ZENDESK_EMAIL": "help@example.com", "ZENDESK_TOKEN": "abc"}
HOOK = {"TICKET_WEBHOOK_URL": "http://10.0.0.7:8080/tickets"}
SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"HANDOVER_{name}", value)


def systems(settings: AppSettings) -> list[str]:
    return sorted(make_outside(settings, Store.at(settings.database)).ticketing)


def test_nothing_is_connected_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, ZENDESK_URL="", ZENDESK_EMAIL="", ZENDESK_TOKEN="", TICKET_WEBHOOK_SECRET="")
    assert systems(AppSettings()) == []


def test_each_is_connected_by_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **WHOLE, **HOOK, TICKET_WEBHOOK_SECRET=SECRET)
    assert systems(AppSettings()) == ["webhook", "zendesk"]
    assert AppSettings().zendesk_url == "https://example.zendesk.com"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ZENDESK_URL": WHOLE["ZENDESK_URL"]}, "not set: HANDOVER_ZENDESK_EMAIL, HANDOVER_ZENDESK_TOKEN"),
        ({"ZENDESK_TOKEN": "abc"}, "not set: HANDOVER_ZENDESK_URL, HANDOVER_ZENDESK_EMAIL"),
        (WHOLE | {"ZENDESK_URL": "example.zendesk.com"}, "HANDOVER_ZENDESK_URL: this is not where a Zendesk is"),
        (
            WHOLE | {"ZENDESK_URL": "https://example.zendesk.com/agent"},
            "HANDOVER_ZENDESK_URL: this is not where a Zendesk is",
        ),
        (WHOLE | {"ZENDESK_EMAIL": "help@example.com/token"}, "without /token"),
        (WHOLE | {"ZENDESK_EMAIL": "help:x@example.com"}, "HANDOVER_ZENDESK_EMAIL: this is no e-mail address"),
        (WHOLE | {"ZENDESK_TOKEN": "a b"}, "HANDOVER_ZENDESK_TOKEN: this is no key"),
        (HOOK, "HANDOVER_TICKET_WEBHOOK_SECRET: tickets by webhook are signed"),
        (HOOK | {"TICKET_WEBHOOK_SECRET": "secret-7"}, "HANDOVER_TICKET_WEBHOOK_SECRET: this is no secret"),
        ({"TICKET_WEBHOOK_URL": "hooks.example.org", "TICKET_WEBHOOK_SECRET": SECRET}, "HANDOVER_TICKET_WEBHOOK_URL: "),
    ],
)
def test_half_and_wrong_ones_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], values: dict[str, str], words: str
) -> None:
    given(monkeypatch, **values)
    with pytest.raises(SystemExit):
        settings_or_exit()
    error = capsys.readouterr().err
    assert words in error
    assert "secret-7" not in error
