"""The first API key and the secret that signs cookies: made at the first start, kept in the data directory."""

import os
import secrets
from pathlib import Path

from settings import AppSettings


def first_key(settings: AppSettings) -> str:
    """HANDOVER_API_KEY where it is set; otherwise the key that is kept in the data directory."""
    return settings.api_key.get_secret_value() if settings.api_key else kept(settings.data_dir / "api-key")


def signing_secret(settings: AppSettings) -> str:
    """What signs the cookies of visitors: derived by each web process of one installation alike."""
    return settings.signing_secret.get_secret_value() if settings.signing_secret else kept(settings.data_dir / "secret")


def kept(file: Path) -> str:
    """The secret in a file that only its owner may read, made where there is none; safe for processes that race."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(32))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text().strip()
