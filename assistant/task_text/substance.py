"""What a contact's messages say of the matter: which of their sentences have substance, and which only accompany it.

English is told apart by its words. Of other languages only the bot's phrases for a person and the commonest courtesies are
known: there a short remark may count as something asked for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant import fields
from assistant.dialogue import merely_reacts, reactions
from assistant.knowledge import is_code, specific, terms
from assistant.recognition import PERSON, recogniser
from assistant.text import word_set
from handover.bot import Bot
from handover.messages import Contact
from handover.triggers import OFFER
from handover.turns import Score
from handover.wording import plain, shortened, whole_sentences

LONGEST = 290
"""Characters of a request."""

_MOST_PARTS = 20
"""How many sentences of messages in a row are read: the first and the last."""

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

_OF_A_DETAIL = frozenset(
    terms(
        "name named names first last full email mail e-mail address phone telephone mobile cell number tel reach call write"
    )
)
"""Words by which a contact names a detail of theirs, next to the detail."""


class Substance(NamedTuple):
    """What messages say of the matter. `whole`: it stands by itself, rather than being a word or two."""

    text: str
    whole: bool


def substance(bot: Bot, contact: Contact, before: str, texts: Sequence[str]) -> Substance | None:
    """What the contact's messages say of the matter, without the sentences that say nothing of it; None where all are such.

    before: what the bot said before them, "" where nothing.
    """
    asked = fields.asked(bot, before) is not None
    known = _known(contact)
    parts = [(part, _weight(bot, part, known, asked)) for part in _parts(texts)]
    most = max((weight for _, weight in parts), default=_NOTHING)
    if most <= _GOES_ALONG:
        return None
    return Substance(cut([plain(part) for part, weight in parts if weight > _NOTHING]), most == _WHOLE)


def completes(bot: Bot, before: str, found: Substance) -> bool:
    """Whether what was found goes on with what was asked earlier, or answers the bot's question about it, such as which
    product it is."""
    if _GOES_ON.search(found.text):
        return True
    questions = [part for part in _SENTENCE_END.split(before) if part]
    asked = bool(questions) and all(_QUESTION.search(part) for part in questions)
    about_it = asked and before not in (bot.greeting, OFFER) and "else" not in before.lower()
    return about_it and len(found.text.split()) <= _SHORT and not _QUESTION.search(found.text)


def cut(parts: Sequence[str]) -> str:
    """The sentences on one line, cut where they are too long; the last one that asks for something stays."""
    whole = " ".join(parts)
    wishes = [part for part in parts if _QUESTION.search(part) or _WISH.search(part)]
    if len(whole) <= LONGEST or not wishes or whole.startswith(wishes[-1]):
        return whole_sentences(whole, LONGEST)
    wish = shortened(wishes[-1], LONGEST // 2)
    return f"{whole_sentences(whole[: whole.index(wishes[-1])], LONGEST - len(wish) - 3).removesuffix('…').rstrip()} … {wish}"


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
    given = fields.read(bot, part, None)
    said = specific(fields.without_addresses(bot, part) if given else part)
    empty = known | _EMPTY | (_OF_A_PERSON | _phrases(bot) if wants_a_person else frozenset())
    telling = [term for term in said if term not in empty]
    if given and not set(telling) - _of_details(given):
        return _NOTHING
    if not telling:
        return _NOTHING if said or wants_a_person else _GOES_ALONG
    enough = len(telling) >= _TELLING or wants_a_person or _QUESTION.search(part) or any(map(is_code, telling))
    return _WHOLE if enough else _A_WORD


def _known(contact: Contact) -> frozenset[str]:
    return frozenset(terms(" . ".join(fields.known(contact).values())))


def _of_details(given: Mapping[str, str]) -> frozenset[str]:
    """The words of details that a sentence gives, and those by which it names them."""
    return _OF_A_DETAIL | frozenset(terms(" . ".join([*given, *given.values()]).replace("_", " ")))


def _phrases(bot: Bot) -> frozenset[str]:
    """The words of the phrases by which this bot recognises a wish for a person, in whatever language it speaks."""
    return frozenset(terms(" . ".join(bot.handover.scenarios.human_requested.phrases or [])))
