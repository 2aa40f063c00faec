"""The settings of the channels by signed webhooks: what is refused in which words, and what they connect."""

import pytest

from adapters import make_outside
from settings import AppSettings, settings_or_exit
from store import Store
from tests.unit.hook_world import SECRET

GOOD = f'"secret": "{SECRET}"'


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{", "HANDOVER_INBOUND: this is no JSON object"),
        ("[]", "HANDOVER_INBOUND: this is no JSON object"),
        ('"x"', "HANDOVER_INBOUND: this is no JSON object"),
        ('{"messenger": 5}', "HANDOVER_INBOUND: messenger"),
        ('{"messenger": {}}', "HANDOVER_INBOUND: messenger.secret: Field required"),
        ('{"messenger": {"secret": "hush-hush"}}', "messenger.secret: this is no secret; allowed is whsec_ and Base64"),
        ('{"messenger": {"secret": ""}}', "messenger.secret: this is no secret; allowed is whsec_ and Base64"),
        (f'{{"messenger": {{{GOOD}, "secrets": ["hush-hush"]}}}}', "messenger.secrets.0: this is no secret"),
        (f'{{"messenger": {{{GOOD}, "uri": "x"}}}}', "messenger.uri: Extra inputs are not permitted"),
        (f'{{"messenger": {{{GOOD}, "bot_id": "A b"}}}}', "messenger.bot_id: "),
        (f'{{"messenger": {{{GOOD}, "url": "hush-hush"}}}}', "messenger.url: this is no address; allowed are"),
        (f'{{"messenger": {{{GOOD}, "url": "http://10.0.0.1/"}}}}', "messenger.url: 10.0.0.1 is not public; allowed"),
        (f'{{"Messenger": {{{GOOD}}}}}', "'Messenger' is no name; allowed are small letters, digits, - and _"),
        (f'{{"a:b": {{{GOOD}}}}}', "'a:b' is no name"),
        (f'{{"a\\n": {{{GOOD}}}}}', "is no name"),
        *(
            (f'{{"{name}": {{{GOOD}}}}}', f"the name {name} is taken")
            for name in ("web", "sms", "chatwoot", "api", "test")
        ),
    ],
)
def test_wrong_settings_end_the_start_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str, words: str
) -> None:
    monkeypatch.setenv("HANDOVER_INBOUND", value)
    with pytest.raises(SystemExit) as ended:
        settings_or_exit()
    told = capsys.readouterr().err
    assert (ended.value.code, words in told) == (2, True), told
    assert "hush-hush" not in told
    assert SECRET not in told


@pytest.mark.parametrize("value", ["", "{}"])
def test_without_a_name_nothing_is_connected(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HANDOVER_INBOUND", value)
    assert AppSettings().inbound == {}


def test_who_has_a_url_is_sent_to_and_the_others_read_from_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://hooks.example.org/secret-path"
    monkeypatch.setenv("HANDOVER_INBOUND", f'{{"a": {{{GOOD}, "url": "{url}"}}, "b": {{{GOOD}}}}}')
    settings = AppSettings()
    assert make_outside(settings, Store.at("sqlite+aiosqlite://")).remote.keys() == {"a"}
    for shown in (repr(settings), str(settings), repr(settings.inbound)):
        assert SECRET not in shown
        assert "secret-path" not in shown
