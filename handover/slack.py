"""Messages in Slack: texts in which nothing is markup by accident, blocks with buttons, and what is answered to a press.

https://docs.slack.dev/reference/block-kit, https://docs.slack.dev/messaging/formatting-message-text and
https://docs.slack.dev/interactivity/handling-user-interaction
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from handover.ids import HandoverId
from handover.wording import shortened

API = "https://slack.com"
"""Where Slack's Web API is."""
HOOKS = "https://hooks.slack.com"
"""Where a `response_url` leads."""
CLAIM, OPEN = "claim_case", "open_case"
"""The action ids of our buttons. A press of a link is told to us as well."""
MAX_TEXT = 3000
"""Characters of one section, markup included."""
MOST_BLOCKS = 50
_LONGEST_ESCAPE = len("&amp;")

Block = dict[str, Any]
Message = dict[str, Any]


def escaped(text: str, most: int = MAX_TEXT) -> str:
    """A text as Slack shows it, letter for letter, mentions and links included; one that would be too long is cut."""
    found = _escaped(text)
    return found if len(found) <= most else _escaped(shortened(text, most // _LONGEST_ESCAPE))


def when(at: datetime) -> str:
    """A time that Slack shows by the reader's own clock."""
    return f"<!date^{int(at.timestamp())}^{{date_long}} at {{time}}|{at.astimezone(UTC):%d %B %Y, %H:%M} UTC>"


def section(text: str) -> Block:
    """A paragraph of escaped text. Names of channels and people in it stay words."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def buttons(handover: HandoverId, link: str, *, claim: bool = False) -> list[Block]:
    """The buttons under a case: to open it, where there is a link, and to claim it. No block where that is no button.

    The block has the handover's name, so that it is found again when one of them was pressed.
    """
    name = str(handover)
    found = [_button(CLAIM, "Claim", value=name, style="primary")] if claim else []
    found += [_button(OPEN, "Open the case", url=link)] if link else []
    return [{"type": "actions", "block_id": name, "elements": found}] if found else []


def replaced(blocks: Sequence[Block], block_id: str, text: str, instead: Sequence[Block]) -> Message:
    """What takes a message's place: the same, with what has come of it instead of the buttons that were pressed. What is not
    known of the message is left out."""
    fits = any(one.get("block_id") == block_id for one in blocks) and len(blocks) + len(instead) < MOST_BLOCKS
    new = [section(text), *instead]
    kept = [part for one in blocks for part in (new if one.get("block_id") == block_id else [one])] if fits else new
    return {"replace_original": True, "text": text, "blocks": kept}


def privately(text: str) -> Message:
    """What only the one who pressed sees; the message stays as it is."""
    return {"replace_original": False, "response_type": "ephemeral", "text": text}


def is_response_url(url: str, hooks: str) -> bool:
    """Whether an answer may go there: to Slack, and nowhere else."""
    return url.startswith(f"{hooks}/")


def _button(action_id: str, label: str, **more: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": label}, **more}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
