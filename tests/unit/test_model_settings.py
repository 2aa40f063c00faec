"""The settings of the language model: what is refused, where people are told, and that the key is told to nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from handover.bot import Bot
from handover.documents import read_bot
from handover.errors import SettingsError
from settings import AppSettings, settings_or_exit

ROOT = Path(__file__).parents[2]
SECRET = "sk-abc def"
NO_ADDRESS = "this is no address of an API; allowed are addresses like https://models.example.org/v1"
ONE_CALL = "this is the address of one call; allowed is what all calls begin with, most often up to /v1"
WRONG = [
    ("OPENAI_BASE_URL", "models.example.org/v1", NO_ADDRESS),
    ("OPENAI_BASE_URL", "ftp://models.example.org/v1", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://models.example.org:port/v1", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://models.example.org/v 1", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://models.example.org/v1?key=1", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://models.example.org/v1#top", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://me:secret@models.example.org/v1", NO_ADDRESS),
    ("OPENAI_BASE_URL", "https://models.example.org/v1/responses", ONE_CALL),
    ("OPENAI_BASE_URL", "https://models.example.org/v1/chat/completions/", ONE_CALL),
    ("OPENAI_API_KEY", SECRET, "this is no key; allowed are letters, digits and signs of ASCII, without blanks"),
    ("OPENAI_API_KEY", "sk-\nabc", "this is no key; allowed are letters, digits and signs of ASCII, without blanks"),
    ("OPENAI_API_KEY", "sk-äbc", "this is no key; allowed are letters, digits and signs of ASCII, without blanks"),
    ("HANDOVER_OPENAI_MODEL", "", "allowed"),
    ("HANDOVER_OPENAI_MODEL", "gpt 5", "allowed"),
    ("HANDOVER_OPENAI_RESPONSES", "perhaps", "allowed"),
    ("HANDOVER_OPENAI_TIMEOUT_SECONDS", "0", "allowed is greater than 0"),
    ("HANDOVER_OPENAI_TIMEOUT_SECONDS", "121", "allowed is less than or equal to 120"),
    ("HANDOVER_OPENAI_TRY_SECONDS", "-1", "allowed is greater than 0"),
    ("HANDOVER_OPENAI_TRY_SECONDS", "nan", "allowed"),
    ("HANDOVER_OPENAI_RETRIES", "6", "allowed is less than or equal to 5"),
    ("HANDOVER_OPENAI_RETRIES", "-1", "allowed is greater than or equal to 0"),
    ("HANDOVER_OPENAI_OUTPUT_TOKENS", "255", "allowed is greater than or equal to 256"),
    ("HANDOVER_OPENAI_OUTPUT_TOKENS", "many", "allowed"),
]


@pytest.mark.parametrize(("name", "value", "says"), WRONG)
def test_a_wrong_setting_ends_the_process_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        settings_or_exit()
    [line] = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert line.startswith(f"{name}: ")
    assert says in line
    assert "Input should" not in line
    assert not value or name != "OPENAI_API_KEY" or value not in line


def test_all_wrong_settings_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OPENAI_BASE_URL", "HANDOVER_OPENAI_RETRIES", "HANDOVER_REVIEW_TIME_ZONE"):
        monkeypatch.setenv(name, "wrong")
    with pytest.raises(SystemExit):
        settings_or_exit()
    named = [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()]
    assert sorted(named) == ["HANDOVER_OPENAI_RETRIES", "HANDOVER_REVIEW_TIME_ZONE", "OPENAI_BASE_URL"]


@pytest.mark.parametrize("command", [["worker.py"], ["starter.py", "migrate"], ["starter.py", "server"]])
def test_whatever_is_started_says_so_in_lines_for_people(command: list[str]) -> None:
    environment = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "here", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert [line.partition(":")[0] for line in run.stderr.splitlines()] == ["OPENAI_API_KEY", "OPENAI_BASE_URL"]
    assert SECRET not in run.stderr + run.stdout


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("OPENAI_BASE_URL", " http://localhost:11434/v1/ ", "http://localhost:11434/v1/"),
        ("OPENAI_BASE_URL", "https://[::1]:8443/openai/v1", "https://[::1]:8443/openai/v1"),
        ("OPENAI_BASE_URL", "", ""),
        ("HANDOVER_OPENAI_MODEL", "org/model:7b-q4_0", "org/model:7b-q4_0"),
    ],
)
def test_what_can_be_used_is_kept(monkeypatch: pytest.MonkeyPatch, name: str, value: str, kept: str) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(AppSettings(), name.lower().removeprefix("handover_")) == kept


def test_a_key_from_a_file_loses_its_line_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abc\r\n")
    key = AppSettings().openai_api_key
    assert key is not None
    assert key.get_secret_value() == "sk-abc"


@pytest.mark.parametrize(
    "model", ["gpt-5-mini", "llama3:8b", "org/model-1.5", "ft:gpt-4o:org::id", "@cf/org/model", None]
)
def test_a_bot_names_its_model(model: str | None) -> None:
    assert Bot.model_validate({"id": "a", "name": "A", "model": model}).model == model


@pytest.mark.parametrize("model", ["gpt 5", "", "-mini", "gpt-5\n", "modèle", "x" * 201])
def test_a_name_that_no_model_has_is_refused_with_what_is_allowed(model: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_bot(f"id: a\nname: A\nmodel: {model!r}\n", "bot.yaml")
    [problem] = refused.value.problems
    assert (problem.key, problem.line) == ("model", 3)
    assert "allowed are letters, digits and . _ : / @ + -, as in gpt-5-mini, 200 in all" in problem.text
