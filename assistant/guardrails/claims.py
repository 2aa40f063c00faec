"""Which sentences of a model's summary the conversation vouches for: every number, name and address in them stands in it.

What cannot be checked by words, such as a "not" too many, passes: a summary only helps to read the last messages.
"""

import re
from collections.abc import Iterator, Sequence

from assistant import fields
from assistant.guardrails.promises import reveals
from assistant.model import summary_instructions
from assistant.task_text import LONGEST_SUMMARY
from assistant.text import STOPWORDS, word_set
from handover.bot import Bot
from handover.brief import reason_in_words
from handover.casefile import Case
from handover.messages import Author
from handover.ports import Line
from handover.wording import plain, whole_sentences

_MOST_CHECKED = 4000
"""Characters of a model's text that are looked at."""

_FEWEST = 0.5
"""The share of its sentences that has to hold for a summary to be used at all."""

_SENTENCE_END = re.compile(r"(?<=[.!?])[”\"')]?\s+|\s*\n\s*")
_LIST_MARK = re.compile(r"^(?:[-*•#>]+|\d{1,2}[.)])\s+")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-/]{5,}\d")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"[“\"]([^”\"]*)[”\"]")
_DATE_OR_AMOUNT = word_set("""
    two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million dozen half today tomorrow yesterday tonight noon midnight weekly monthly yearly
    monday tuesday wednesday thursday friday saturday sunday weekend january february march april june july august september
    october november december
""")
"""Words that name a number or a day, however they are written."""

_ORDINARY = word_set("""
    customer customers contact client caller user visitor guest person bot assistant chatbot team agent staff details known
    request issue problem question questions summary conversation asked asks asking wants wanted needs needed wishes requested
    requests reports reported says said states stated describes described mentions mentioned provided provides gave gives
    shared explained explains confirmed denied tried tries complains complained expects expresses expressed currently
    initially then next finally later earlier afterwards previously first second also additionally furthermore moreover
    however although though despite because since while during upon until unfortunately instead according based overall both
    several many most nothing none everything all another other others name phone email address tags language two three
""")
"""What may have a capital letter in a sentence about a conversation without being a name."""

_NOT_AN_ACCOUNT = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|you|your|yours|please|should|must|shall|ought|recommend(?:ed|s)?|advis(?:e|ed|able)|"
    r"make sure|be sure|ensure|needs? to be|has to be|have to be|let's)\b|"
    r"\b(?:technicians?|engineers?|agents?|team|staff|someone|somebody|specialists?|colleagues?|managers?|"
    r"representatives?|company) (?:will|shall|(?:is|are) going to)\b|\b(?:will|shall) be \w+ed\b|"
    r"^(?:call|phone|contact|email|text) (?:the|him|her|them|this|that|back|at)\b|"
    r"^(?:do|don't|never|always|send|transfer|pay|give|refund|click|visit|open|go|ignore|disregard|forward|reply|respond|"
    r"answer|tell|offer|use|remember|make|wire|approve|delete|disable|grant|provide|check|verify|follow|escalate|assign|write|"
    r"see|read|download|install|log|enter|apologi[sz]e|be|treat|consider)\b",
    re.IGNORECASE,
)
"""Words addressed to the reader, or the writer's own: advice, instructions, promises, refusals. An account tells of the
contact and the bot only."""

_DECIDED = word_set("""
    approved authorised authorized granted agreed accepted verified confirmed entitled eligible promised guaranteed refunded
    waived compensated credited allowed permitted
""")
"""What only the team or the bot can have done: a contact who has it written into the summary has decided nothing."""


def vouched(text: str, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
    """A model's summary as far as it may be shown, on one line: its sentences without any claim of which the conversation, the
    contact and the case know nothing, without promises, advice and instructions. Empty where half of them or more do not hold,
    or where it repeats its instructions: the plain summary is better then."""
    if reveals(text, summary_instructions(bot)):
        return ""
    known = _Known("\n".join(_sources(bot, case, transcript)), "\n".join(_decisions(transcript)))
    parts = map(_bare, _SENTENCE_END.split(text.strip()[:_MOST_CHECKED]))
    written = [part for part in parts if _WORD.search(part)]
    kept = [part for part in written if not _NOT_AN_ACCOUNT.search(_without_quotes(part)) and known.vouches_for(part)]
    return whole_sentences(" ".join(kept), LONGEST_SUMMARY) if len(kept) > _FEWEST * len(written) else ""


class _Known:
    """Everything that was said and is on record, and what the team and the bot said of it, prepared to look claims up."""

    def __init__(self, source: str, decisions: str) -> None:
        self._text = _flat(source)
        self._not_decided = _DECIDED - frozenset(_WORD.findall(_flat(decisions)))
        self._words = frozenset(_WORD.findall(self._text))
        self._numbers = frozenset(map(_digits, _NUMBER.findall(source)))
        self._long = "\n".join(map(_only_digits, _LONG_NUMBER.findall(source)))

    def vouches_for(self, sentence: str) -> bool:
        """Whether every quotation, address, number, day and name of the sentence was said before, and what is decided by us."""
        if not self._not_decided.isdisjoint(_WORD.findall(_flat(sentence))):
            return False
        quoted = [_flat(found).strip(" .,;:!?…") for found in _QUOTED.findall(sentence)]
        if not all(words in self._text for words in quoted):
            return False
        addresses = [found.strip(".,;:!?()<>\"'“”").lower() for found in _ADDRESS.findall(sentence)]
        if not all(address in self._text for address in addresses):
            return False
        rest = _ADDRESS.sub(" ", sentence)
        numbers = _LONG_NUMBER.findall(rest) + _NUMBER.findall(_LONG_NUMBER.sub(" ", rest))
        return all(map(self._has_number, numbers)) and self._words.issuperset(_names(rest))

    def _has_number(self, number: str) -> bool:
        """Whether the number was said: the same one, or a phone number in another form."""
        same_phone = _LONG_NUMBER.fullmatch(number) and _only_digits(number) in self._long
        return bool(same_phone) or _digits(number) in self._numbers


def _sources(bot: Bot, case: Case, transcript: Sequence[Line]) -> Iterator[str]:
    """What a summary may draw on: the conversation without internal notes, the contact's details, the case."""
    yield from (f"{line.label}\n{line.text}" for line in transcript if line.author is not Author.note)
    yield from (f"{name.replace('_', ' ')}\n{value}" for name, value in fields.known(case.contact).items())
    yield from (bot.name, case.trigger.request, reason_in_words(case.trigger.reason))


def _decisions(transcript: Sequence[Line]) -> Iterator[str]:
    yield from (line.text for line in transcript if line.author not in (Author.note, Author.contact))


def _names(sentence: str) -> Iterator[str]:
    """The words that may be names, amounts or days, in lower case: those with a capital letter, apart from ordinary ones, and
    those that name a number or a day."""
    for word in _WORD.findall(_flat(sentence, lower=False)):
        flat = word.lower()
        if flat in _DATE_OR_AMOUNT or (word[0].isupper() and flat not in STOPWORDS | _ORDINARY):
            yield flat


def _bare(sentence: str) -> str:
    return _LIST_MARK.sub("", plain(sentence)).replace("**", "").strip()


def _without_quotes(sentence: str) -> str:
    """The sentence without what it quotes: a contact may well say "you must"."""
    return _QUOTED.sub(" ", sentence.replace("’", "'"))


def _flat(text: str, lower: bool = True) -> str:
    text = plain(text).replace("’", "'").replace("'s", "")
    return text.lower() if lower else text


def _digits(number: str) -> str:
    """A number as it counts: without the commas between thousands."""
    return re.sub(r",(?=\d{3}\b)", "", number)


def _only_digits(number: str) -> str:
    return re.sub(r"\D", "", number)
