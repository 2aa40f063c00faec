"""Everything that can be configured from the environment, with its default.

Variables are named `HANDOVER_...`; the ones that everybody has keep their names: `TEMPORAL_*` (read by Temporal's own
`envconfig`), `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

import os
import re
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"{name!r} is no time zone; allowed are IANA names like Europe/Berlin") from error
    return name


def _sendable(key: SecretStr) -> SecretStr:
    """A key without what a file or a shell has put around it. What can't be a key would fail at every call, unexplained."""
    text = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]*", text):
        raise ValueError("this is no key; allowed are letters, digits and signs of ASCII, without blanks between them")
    return SecretStr(text)


def _api_address(url: str) -> str:
    """Where the paths of the API begin; empty: OpenAI's own."""
    url = url.strip()
    if not url:
        return url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or " " in url:
        raise ValueError("this is no address of an API; allowed are addresses like https://models.example.org/v1")
    if re.search(r"/(responses|completions|models)/?$", parts.path):
        raise ValueError("this is the address of one call; allowed is what all calls begin with, most often up to /v1")
    return url


def _model_name(name: str) -> str:
    if not re.fullmatch(r"[!-~]{1,200}", name):
        raise ValueError(f"{name!r} is no model; allowed are names without blanks, as in gpt-5-mini")
    return name


class AppSettings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="HANDOVER_", extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Path("data")
    """Where the embedded engine and SQLite keep their files."""
    database_url: str = ""
    """An SQLAlchemy URL; empty: SQLite in the data directory."""
    api_key: SecretStr | None = None
    """A fixed API key; without one, the first start makes one and keeps it in the data directory."""
    signing_secret: SecretStr | None = None
    """What signs visitors' cookies, the same for all web processes; without one, it is made and kept like the key."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people reach the pages: for links in notifications and the check of where a form came from."""
    host: str = "127.0.0.1"
    metrics_address: str = ""
    """Where a worker serves its Prometheus metrics, as HOST:PORT; empty: nowhere."""
    temporal_binary: str = ""
    """The `temporal` command of the embedded engine; empty: the one on PATH, then the one installed with Handover."""
    graceful_shutdown_seconds: Annotated[float, Field(ge=0, le=300)] = 10.0
    """How long a worker that is told to stop may finish what it has begun."""
    review_time_zone: Annotated[str, AfterValidator(_known_time_zone)] = "UTC"
    """Where the managers are, as an IANA name like Europe/Berlin: the weekly review is sent on Monday at 08:00 there, about
    the week that ended there at midnight."""
    openai_api_key: Annotated[SecretStr | None, AfterValidator(lambda key: key and _sendable(key))] = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY")
    )
    """With it, a language model answers (docs/models.md); without it, the built-in assistant."""
    openai_base_url: Annotated[str | None, AfterValidator(lambda url: url and _api_address(url))] = Field(
        default=None, validation_alias=AliasChoices("OPENAI_BASE_URL")
    )
    """The model's server; empty: OpenAI's own."""
    openai_model: Annotated[str, AfterValidator(_model_name)] = "gpt-5-mini"
    """The model of the bots that name none themselves."""
    openai_responses: bool = True
    """Whether the model's server has the Responses API; False: chat completions."""
    openai_timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 45.0
    """How long a turn may wait for the model, all tries and the pauses between them together."""
    openai_try_seconds: Annotated[float, Field(gt=0, le=120)] = 20.0
    """How long one try may take."""
    openai_retries: Annotated[int, Field(ge=0, le=5)] = 2
    """How often a try may be repeated where that can help."""
    openai_output_tokens: Annotated[int, Field(ge=256, le=100_000)] = 4000
    """How long an answer of the model may be, its own thoughts included."""

    @property
    def database(self) -> str:
        """The database's URL, the default one filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'handover.db').resolve()}"

    @property
    def engine_file(self) -> Path:
        """Where the embedded engine keeps its runs."""
        return self.data_dir / "temporal.db"

    @property
    def uses_embedded_engine(self) -> bool:
        """Whether a Temporal server is to be started; with TEMPORAL_ADDRESS set, that one is used."""
        return not os.environ.get("TEMPORAL_ADDRESS")


def settings_or_exit() -> AppSettings:
    """The settings from the environment. Wrong ones are named on standard error, one a line, and the process ends with 2."""
    try:
        return AppSettings()
    except ValidationError as error:
        problems = [f"{_variable(one['loc'][0])}: {_in_words(one['msg'])}" for one in error.errors(include_input=False)]
    print("\n".join(problems), file=sys.stderr)
    raise SystemExit(2)


def _variable(name: str | int) -> str:
    """What a setting is called in the environment; an alias is that already."""
    return str(name) if str(name).isupper() else f"HANDOVER_{name}".upper()


def _in_words(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "allowed is")
