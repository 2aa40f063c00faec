"""Everything that can be configured from the environment, with its default.

Variables are named `HANDOVER_...`; the ones that everybody has keep their names: `TEMPORAL_*` (read by Temporal's own
`envconfig`), `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"{name!r} is no time zone; allowed are IANA names like Europe/Berlin") from error
    return name


class AppSettings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="HANDOVER_", extra="ignore")

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
    openai_api_key: SecretStr | None = Field(default=None, validation_alias=AliasChoices("OPENAI_API_KEY"))
    openai_base_url: str | None = Field(default=None, validation_alias=AliasChoices("OPENAI_BASE_URL"))
    openai_model: str = "gpt-5-mini"
    openai_responses: bool = True
    """Whether the model's server has the Responses API; False: chat completions."""
    openai_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 20.0

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
