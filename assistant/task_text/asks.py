"""What a contact asked for, found in a transcript: the things of substance, apart from wishes for a person, courtesies,
reactions and answers to the bot's own questions."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from assistant.task_text.substance import LONGEST, Substance, completes, cut, substance
from handover.bot import Bot
from handover.messages import Author, Contact, Trigger
from handover.ports import Line
from handover.wording import plain, shortened

_MOST_BLOCKS = 30
"""How many remarks of a contact are read: the newest."""


class Ask(NamedTuple):
    """Something that the contact asked for, with what the bot said to it and what the contact answered to that."""

    text: str
    replies: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()


class _Block(NamedTuple):
    """What the contact wrote in a row; the bot's words before it and after it."""

    before: str
    texts: tuple[str, ...]
    replies: tuple[str, ...]


def main_request(bot: Bot, contact: Contact, transcript: Sequence[Line], trigger: Trigger) -> str:
    """What the contact needs somebody for. See handover.ports.Account.

    What the bot had no answer to is the newest thing said, however short; otherwise a word or two come after what stands by
    itself.
    """
    blocks, said = _blocks(of_now(bot, transcript)), trigger.request
    if said and not any(_has(block, said) for block in blocks):
        blocks.append(_Block("", (said,), ()))
    newest = ""
    for place in reversed(range(len(blocks))):
        found = _matter(bot, contact, blocks, place)
        if found is not None and (found.whole or trigger.reason == "lack_of_information"):
            return found.text
        newest = newest or (found.text if found else "")
    return newest or shortened(plain(said), LONGEST)


def asks(bot: Bot, contact: Contact, transcript: Sequence[Line], most: int) -> list[Ask]:
    """The last things that the contact asked for, oldest first; at most so many."""
    found: list[Ask] = []
    replies: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()
    blocks = _blocks(of_now(bot, transcript))
    for place in reversed(range(len(blocks))):
        block, matter = blocks[place], _matter(bot, contact, blocks, place)
        replies = block.replies + replies
        if matter is None or not matter.whole:
            reactions = block.texts + reactions
            continue
        found.insert(0, Ask(matter.text, replies, reactions))
        replies = reactions = ()
        if len(found) == most:
            break
    return found


def of_now(bot: Bot, transcript: Sequence[Line]) -> list[Line]:
    """What was said since a person wrote last, or since a silence in which the conversation would have been closed; without
    internal notes."""
    lines = [line for line in transcript if line.author is not Author.note]
    start = max((place + 1 for place, line in enumerate(lines) if line.author is Author.person), default=0)
    silences = (place + 1 for place, (one, next_) in enumerate(pairwise(lines)) if _silent(bot.close_after, one, next_))
    return lines[max([start, *silences]) :]


def _silent(length: timedelta, one: Line, next_: Line) -> bool:
    return next_.at - one.at >= length


def _blocks(lines: Iterable[Line]) -> list[_Block]:
    """The contact's newest messages, those in a row together. What Handover says itself stands between nobody's words."""
    blocks: list[_Block] = []
    replies: list[str] = []
    for line in lines:
        if line.author is Author.bot:
            replies.append(line.text)
        elif line.author is Author.contact and (replies or not blocks):
            if blocks:
                blocks[-1] = blocks[-1]._replace(replies=tuple(replies))
            blocks.append(_Block(replies[-1] if replies else "", (line.text,), ()))
            replies = []
        elif line.author is Author.contact:
            blocks[-1] = blocks[-1]._replace(texts=(*blocks[-1].texts, line.text))
    if blocks:
        blocks[-1] = blocks[-1]._replace(replies=tuple(replies))
    return blocks[-_MOST_BLOCKS:]


def _has(block: _Block, said: str) -> bool:
    """Whether these words, cut where they are long, are in the block."""
    return " ".join(said.split()).rstrip("…") in " ".join(" ".join(block.texts).split())


def _matter(bot: Bot, contact: Contact, blocks: Sequence[_Block], place: int) -> Substance | None:
    """The substance of a block. What only goes on ("and it is cold"), and a short answer to a question of the bot's, completes
    what was asked before."""
    block = blocks[place]
    found = substance(bot, contact, block.before, block.texts)
    if found is None or not place or not completes(bot, block.before, found):
        return found
    earlier = substance(bot, contact, blocks[place - 1].before, blocks[place - 1].texts)
    return Substance(cut([earlier.text, "–", found.text]), True) if earlier else found
