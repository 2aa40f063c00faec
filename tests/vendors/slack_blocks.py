"""What Slack takes as blocks, and how it keeps them (https://docs.slack.dev/reference/block-kit/blocks and .../block-elements/
button-element): `fault` says what is wrong, as the detail of `invalid_blocks`."""

import html
import re
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

Block = dict[str, Any]

MOST_BLOCKS, MOST_ELEMENTS = 50, 25
MAX_ALL = 13_000
"""Characters of all blocks together: more is `msg_blocks_too_long`, https://github.com/slackapi/bolt-js/issues/2509"""
_SECTION = {"type", "block_id", "text"}
_ACTIONS = {"type", "block_id", "elements"}
_BUTTON = {"type", "text", "action_id", "url", "value", "style"}


def fault(blocks: Any) -> str:
    """What is wrong with them; empty where nothing is."""
    if not isinstance(blocks, list) or not 0 < len(blocks) <= MOST_BLOCKS:
        return f"1 to {MOST_BLOCKS} blocks are allowed"
    names = [one.get("block_id") for one in blocks if isinstance(one, dict) and "block_id" in one]
    if len(names) != len(set(names)) or not all(isinstance(one, str) and 0 < len(one) <= 255 for one in names):
        return "block_id: 1 to 255 characters, each once"
    return next(filter(None, map(_block_fault, blocks)), "")


def _block_fault(block: Any) -> str:
    match block:
        case {"type": "section", "text": text}:
            return _unknown(block, _SECTION) or _text_fault(text, {"mrkdwn", "plain_text"}, 3000)
        case {"type": "actions", "elements": list(elements)} if 0 < len(elements) <= MOST_ELEMENTS:
            ids = [one.get("action_id") for one in elements]
            twice = "action_id: the same twice" if len(ids) != len(set(ids)) else ""
            return _unknown(block, _ACTIONS) or twice or next(filter(None, map(_button_fault, elements)), "")
    return f"no such block: {str(block)[:100]}"


def _button_fault(button: Any) -> str:
    if button.get("type") != "button" or button.get("style", "primary") not in ("primary", "danger"):
        return f"no such element: {str(button)[:100]}"
    for name, most in {"action_id": 255, "value": 2000, "url": 3000}.items():
        value = button.get(name, "x")
        if not isinstance(value, str) or not 0 < len(value) <= most:
            return f"{name}: 1 to {most} characters"
    if "url" in button and urlsplit(button["url"]).scheme not in ("http", "https"):
        return "url: no address"
    return _unknown(button, _BUTTON) or _text_fault(button.get("text"), {"plain_text"}, 75)


def _text_fault(text: Any, kinds: set[str], most: int) -> str:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return f"text: allowed are {kinds}"
    if not isinstance(text.get("text"), str) or not 0 < len(text["text"]) <= most:
        return f"text: 1 to {most} characters"
    return _unknown(text, {"type", "text", "verbatim" if text["type"] == "mrkdwn" else "emoji"})


def _unknown(given: dict[str, Any], known: set[str]) -> str:
    unknown = sorted(given.keys() - known)
    return f"not known: {unknown}" if unknown else ""


def kept(blocks: list[Block]) -> list[Block]:
    """As Slack gives them back: every block has a name, plain text says whether it has emoji."""
    blocks = deepcopy(blocks)
    for number, block in enumerate(blocks):
        block.setdefault("block_id", f"b{number:03}")
        for element in block.get("elements", []):
            element["text"].setdefault("emoji", True)
    return blocks


def shown(text: str) -> str:
    """What people see of mrkdwn: mentions, links and dates as they are worded, and the entities as letters."""
    worded = re.sub(r"<([^<>]*)>", lambda found: _worded(found[1]), text)
    return html.unescape(worded)


def _worded(inner: str) -> str:
    mention, _, words = inner.partition("|")
    return words or f"[MENTION {mention}]"
