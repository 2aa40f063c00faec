"""Secrets that Handover makes itself: keys, sessions, one-time links."""

from hashlib import sha256

SECRET_BYTES = 32


def plain_hash(secret: str) -> str:
    """A plain hash is enough for secrets of 256 random bits: nobody can guess them one by one."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
