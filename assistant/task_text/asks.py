"""What a contact asked for, found in a transcript: the things of substance, apart from wishes for a person, courtesies,
reactions and answers to the bot's own questions.

English is told apart by its words. Of other languages only the bot's phrases for a person and the commonest courtesies are
known: there a short remark may count as something asked for.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from assistant import fields
from assistant.dialogue import merely_reacts, reactions
from assistant.knowledge import is_code, specific, terms
from assistant.recognition import PERSON, recogniser
from assistant.text import word_set
from handover.bot import Bot
from handover.messages import Author, Contact, Trigger
from handover.ports import Line
from handover.triggers import OFFER
from handover.turns import Score
from handover.wording import plain, shortened, whole_sentences

LONGEST = 290
"""Characters of a request."""

_MOST_BLOCKS, _MOST_PARTS = 30, 20
"""How many remarks of a contact are read, and how many sentences of each: the newest, and the first and the last."""

_SHORT = 6
"""Words up to which a remark may be an answer to a question of the bot's."""

_TELLING = 2
"""Telling words from which on a remark has substance of its own."""

_NOTHING, _GOES_ALONG, _A_WORD, _WHOLE = range(4)
"""How much a sentence says: nothing of the matter; something only together with others ("What does it mean?"); a telling
word or two; enough to stand by itself."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])\s*|\s*\n\s*")
_QUESTION = re.compile(
    r"[?？؟]|^(?:who|what|when|where|why|how|which|do|does|did|is|are|can|could|will|would|should|may|have|has)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"^(?:and|also|plus|but|because|or)\b", re.IGNORECASE)
_WISH = re.compile(
    r"\b(?:can|could|would|will) (?:you|i|we|someone|somebody)\b|\bi(?:'d| would) like\b|\b(?:i|we) (?:need|want)\b|\bplease\b",
    re.IGNORECASE,
)
_OF_A_PERSON = frozenset(
    terms("""
    talk speak speaking chat call phone ring reach contact connect transfer put pass patch through escalate human person
    people real live actual agent representative rep operator manager supervisor boss someone somebody anyone anybody team
    support customer service center desk staff member colleague employee advisor specialist expert bot robot machine computer
    chatbot automated chance answer reply respond back regarding concerning directly
    """)
)
"""Words of a wish for a person that do not tell what the person is needed for."""

_EMPTY = frozenset(
    terms("""
    asap urgent urgently immediately quick quickly soon fast wait waiting tomorrow already told said again
    problem matter case thing stuff situation concern
    angry mad furious fuming livid upset annoyed annoying frustrated frustrating disappointed unacceptable ridiculous useless
    pathetic terrible awful horrible worst bad joke stupid idiot idiots dumb hate sick tired enough rubbish crap shit
    bullshit damn fuck fucking wtf hell lol haha omg ugh absolutely totally completely
    day morning evening afternoon night nice great good perfect wonderful awesome fine bye goodbye cheers
    morgen tag abend hallo bitte danke ja nein doch genau merci bonjour salut oui non svp plait hola gracias favor por sí
    adios grazie prego ciao obrigado obrigada olá sim não dank hoi alstublieft tak hej dzień dobry tack
    """)
) | word_set("si")
"""Words that tell nothing of the matter: haste, anger, and courtesies of several languages."""


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


class _Substance(NamedTuple):
    """What a block says of the matter. `whole`: it stands by itself, rather than being a word or two."""

    text: str
    whole: bool


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


def _matter(bot: Bot, contact: Contact, blocks: Sequence[_Block], place: int) -> _Substance | None:
    """The substance of a block. What only goes on ("and it is cold"), and a short answer to a question of the bot's, completes
    what was asked before."""
    block = blocks[place]
    found = _substance(bot, contact, block)
    if found is None or not place or not _completes(bot, block, found):
        return found
    earlier = _substance(bot, contact, blocks[place - 1])
    return _Substance(_cut([earlier.text, "–", found.text]), True) if earlier else found


def _completes(bot: Bot, block: _Block, found: _Substance) -> bool:
    """Whether the block goes on with what was asked before, or answers a question about it, such as which product it is."""
    if _GOES_ON.search(found.text):
        return True
    questions = [part for part in _SENTENCE_END.split(block.before) if part]
    asked = bool(questions) and all(_QUESTION.search(part) for part in questions)
    about_it = asked and block.before not in (bot.greeting, OFFER) and "else" not in block.before.lower()
    return about_it and len(found.text.split()) <= _SHORT and not _QUESTION.search(found.text)


def _substance(bot: Bot, contact: Contact, block: _Block) -> _Substance | None:
    """What a block says of the matter, without the sentences that say nothing of it; None where all are such."""
    asked = fields.asked(bot, block.before) is not None
    known = _known(contact)
    parts = [(part, _weight(bot, part, known, asked)) for part in _parts(block.texts)]
    most = max((weight for _, weight in parts), default=_NOTHING)
    if most <= _GOES_ALONG:
        return None
    return _Substance(_cut([plain(part) for part, weight in parts if weight > _NOTHING]), most == _WHOLE)


def _parts(texts: Sequence[str]) -> list[str]:
    """The messages' sentences, without the lines that they quote where there are others; of many the first and the last."""
    lines = [line for text in texts for line in text.splitlines()]
    own = "\n".join(line for line in lines if not line.lstrip().startswith(">")) or "\n".join(lines)
    parts = [part for part in _SENTENCE_END.split(own.strip()) if part]
    return parts if len(parts) <= _MOST_PARTS else parts[: _MOST_PARTS // 2] + parts[-_MOST_PARTS // 2 :]


def _weight(bot: Bot, part: str, known: frozenset[str], asked: bool) -> int:
    """How much a sentence says of the matter.

    known: what is on record of the contact anyway. asked: the bot had just asked for such a detail.
    """
    answers = asked and len(part.split()) <= _SHORT and not _QUESTION.search(part)
    if answers or reactions.only_courtesy(part) or merely_reacts(part):
        return _NOTHING
    person = recogniser(bot).scores(part).get(PERSON, Score())
    wants_a_person = person.score >= bot.handover.scenarios.human_requested.threshold
    said = specific(part)
    empty = known | _EMPTY | (_OF_A_PERSON | _phrases(bot) if wants_a_person else frozenset())
    telling = [term for term in said if term not in empty]
    if not telling:
        return _NOTHING if said or wants_a_person else _GOES_ALONG
    enough = len(telling) >= _TELLING or wants_a_person or _QUESTION.search(part) or any(map(is_code, telling))
    return _WHOLE if enough else _A_WORD


def _known(contact: Contact) -> frozenset[str]:
    return frozenset(terms(" . ".join(fields.known(contact).values())))


def _phrases(bot: Bot) -> frozenset[str]:
    """The words of the phrases by which this bot recognises a wish for a person, in whatever language it speaks."""
    return frozenset(terms(" . ".join(bot.handover.scenarios.human_requested.phrases or [])))


def _cut(parts: Sequence[str]) -> str:
    """The sentences on one line, cut where they are too long; the last one that asks for something stays."""
    whole = " ".join(parts)
    wishes = [part for part in parts if _QUESTION.search(part) or _WISH.search(part)]
    if len(whole) <= LONGEST or not wishes or whole.startswith(wishes[-1]):
        return whole_sentences(whole, LONGEST)
    wish = shortened(wishes[-1], LONGEST // 2)
    return f"{whole_sentences(whole[: whole.index(wishes[-1])], LONGEST - len(wish) - 3).removesuffix('…').rstrip()} … {wish}"
