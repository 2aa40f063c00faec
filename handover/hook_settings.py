"""The settings of the generic webhook channels, and how their conversations are called here: docs/webhook-channel.md."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from handover.bot import Id
from handover.errors import shown
from handover.ids import CONVERSATION_ID, SETTINGS_ID
from handover.signatures import standard_key
from handover.trying import TEST_CHANNEL

TAKEN_NAMES = frozenset({"web", "sms", "chatwoot", "api", TEST_CHANNEL})
"""Channels that have a name already."""

LONGEST_ID = 128
"""The longest id of a conversation, in characters."""


def _secret(given: SecretStr) -> SecretStr:
    standard_key(given.get_secret_value())
    return given


def hook_name(name: str) -> str:
    """The name of such a channel. Raises ValueError in words."""
    if not _fits(SETTINGS_ID, name):
        raise ValueError(f"{shown(name)} is no name; allowed are small letters, digits, - and _, at most 63")
    if name in TAKEN_NAMES:
        raise ValueError(f"the name {name} is taken; allowed is every other than {', '.join(sorted(TAKEN_NAMES))}")
    return name


HookName = Annotated[str, AfterValidator(hook_name)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]


class HookSettings(BaseModel):
    """One system outside. `secrets`: older or coming ones, while they are changed; all are taken, and all sign.

    url: where answers go; without it, they are read from the API. bot_id: who answers there; None is the default bot.
    allow_private: the url may be in a private network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    secret: Secret
    secrets: Annotated[list[Secret], Field(max_length=5)] = []
    url: Annotated[str | None, Field(repr=False)] = None
    bot_id: Id | None = None
    allow_private: bool = False

    @property
    def all_secrets(self) -> list[str]:
        return [one.get_secret_value() for one in (self.secret, *self.secrets)]


def is_id(text: str) -> bool:
    """Whether a conversation may be called so."""
    return _fits(CONVERSATION_ID, text)


def our_id(name: str, theirs: str) -> str:
    """How a conversation of such a channel is called here. Raises ValueError where that would be too long."""
    ours = f"{name}:{theirs}"
    if len(ours) > LONGEST_ID:
        most = LONGEST_ID - len(name) - 1
        raise ValueError(f"{shown(theirs)} is too long; allowed are at most {most} characters here")
    return ours


def their_id(name: str, ours: str) -> str | None:
    """How such a channel calls a conversation; None where it did not come in there."""
    return ours.removeprefix(f"{name}:") if ours.startswith(f"{name}:") else None


def _fits(pattern: str, text: str) -> bool:
    """A dollar sign alone would let a line end pass."""
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text) is not None
