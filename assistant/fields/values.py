"""Reading the fields that a bot collects out of the contact's words."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from assistant.text import STOPWORDS, clauses, word_set
from handover.bot import Bot
from handover.messages import Contact

_LONGEST = 200
"""Characters of a field's value."""

LONGEST_NAME = 60
"""Characters of a person's name."""

_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0e4e\u102b-\u103e"
"""What stands above, below or beside a letter, and is none for Python: accents by themselves, vowels of Hindi or Thai."""

_EMAIL = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,253}")
_DIGITS = re.compile(r"\+?\d[\d\s().\-/]{4,20}\d")
_PHONE_FIELD = re.compile(r"^phone:[ \t]*(\S.{0,39})$", re.IGNORECASE | re.MULTILINE)
"""A line that says itself that it is a phone number, as the chat's form for an address writes it (web/static/chat.js)."""

_FEWEST_DIGITS = 6
"""Digits of a phone number."""

_LEAD = re.compile(
    r"^(?:(?:yes|yeah|sure|ok|okay|well|hi|hello|of course|please|thanks|no problem|so)\b[,.!\s]*)*"
    r"(?:(?:(?:my|the) [\w ]{1,30}?\b(?:is|are|:)|it\s+is|it'?s|i\s+am|i'?m|i\s+have|i'?ve got|this\s+is|that\s+is|that'?s|"
    r"i\s+think(?: it'?s| it is)?|call me|we have|name:|model:|you can (?:reach|call) me (?:at|on))\s*)?(?:(?:an?|the)\s+)?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"\b[Mm]y (?:full |first |real |correct )?name(?: is|['’]s|:)(?: actually| really)?"
    rf"\s+([^\W\d_][\w{_MARKS}'’-]*(?: [^\W\d_][\w{_MARKS}'’-]*){{0,3}})|"
    r"\b(?:[Tt]his is|I am|I'm|I’m)\s+([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})(?=$|[,.!]| from| and| here)"
)
_NAME = re.compile(rf"(?!.*[\d_])[^\W\d_][\w{_MARKS}'’.-]*(?: [^\W\d_][\w{_MARKS}'’.-]*){{0,4}}")
_IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{3,24}\b")
_REFUSED = re.compile(
    r"^(?:no|nope|nah|never|skip|later|why|none|pass)\b|\b(?:rather not|prefer not|no idea|none of your|will not|would not|"
    r"do not (?:want|have|know|wish|like|think)|what for|private|"
    r"not (?:want|sure|going|sharing|giving|comfortable|telling|needed|necessary))\b"
)
_NO_NAME = word_set("""
    angry upset sure back interested looking having calling fine good done sorry help price hello thanks
""")


def known(contact: Contact) -> dict[str, str]:
    """What is known of the contact, by the names that a bot's `collect` uses."""
    own = {"name": contact.name, "phone": contact.phone, "email": contact.email}
    return {field: value for field, value in {**contact.fields, **own}.items() if value}


def refuses(text: str) -> bool:
    """Whether the text declines to answer."""
    return any(_REFUSED.search(" ".join(clause)) for clause in clauses(text))


def read(bot: Bot, text: str, wanted: str | None, models: Sequence[str] = ()) -> dict[str, str]:
    """The fields that the text gives, cleaned: phone numbers as E.164, email addresses normalised.

    wanted: the field that the bot has just asked for; others are taken where the text names them itself. A phone number
    or an email address is taken wherever there is one, since it says how to be reached.
    """
    found = dict(_volunteered(bot, text, models))
    if wanted is not None and wanted not in found:
        value = _answer(bot, wanted, text, models)
        if value:
            found[wanted] = value
    return found


def phone(text: str, bot: Bot, lenient: bool = False) -> str:
    """The first phone number in the text as E.164, "" where there is none. lenient: take one that is not dialable as typed."""
    if _digits(text) < _FEWEST_DIGITS:
        return ""
    region = (bot.handover.hours.holidays or "US")[:2]
    leniency = phonenumbers.Leniency.POSSIBLE if lenient else phonenumbers.Leniency.VALID
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency):
        if phonenumbers.is_possible_number_with_reason(match.number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    typed = _DIGITS.search(text) if lenient else None
    return " ".join(typed[0].split()) if typed else ""


def email(text: str) -> str:
    """The first valid email address in the text, "" where there is none. Its domain is not looked up."""
    for match in _EMAIL.finditer(text):
        try:
            return validate_email(match[0].strip(".<>'"), check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            continue
    return ""


def contact_details(bot: Bot, text: str) -> dict[str, str]:
    """`email` and `phone`: the first address and the first phone number in the text, where there are any."""
    found = {"email": email(text), "phone": _given_phone(text, bot)}
    return {name: value for name, value in found.items() if value}


def without_addresses(bot: Bot, text: str) -> str:
    """The text without the email addresses and phone numbers in it."""
    rest = _EMAIL.sub(" ", _PHONE_FIELD.sub(" ", text) if _given_phone(text, bot) else text)
    return _DIGITS.sub(lambda match: " " if phone(match[0], bot) else match[0], rest)


def _given_phone(text: str, bot: Bot) -> str:
    """The first dialable number in the text; where there is none, what the text itself calls a phone number, as typed."""
    field = _PHONE_FIELD.search(text)
    typed = " ".join(field[1].split()) if field else ""
    return phone(text, bot) or (typed if _digits(typed) >= _FEWEST_DIGITS else "")


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _volunteered(bot: Bot, text: str, models: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Fields that the text gives without having been asked for them."""
    own = {"phone": _given_phone(text, bot), "email": email(text), "name": _introduced(text)}
    yield from ((field, value) for field, value in own.items() if value)
    for field in bot.collect:
        value = "" if field in own else _stated(field, text) or (_model(text, models) if "model" in field else "")
        if value:
            yield field, value


def _answer(bot: Bot, field: str, text: str, models: Sequence[str]) -> str:
    """The value that the text gives as the answer to a question for the field."""
    if field == "phone":
        return phone(text, bot, lenient=True)
    if field == "email" or "?" in text or refuses(text):
        return ""
    answer = _bare(text)
    if field == "name":
        return _as_name(answer)
    if "model" in field:
        return _model(text, models) or _identifier(text) or _short(answer)
    return answer[:_LONGEST]


def _introduced(text: str) -> str:
    """The name by which somebody introduces himself, unasked."""
    match = _NAMED.search(text)
    named = (match[1] or match[2]).split() if match else []
    return _as_name(" ".join(takewhile(lambda word: word.lower() not in STOPWORDS, named)))


def _stated(field: str, text: str) -> str:
    """A value given as "my order number is 123" or "order number: 123"."""
    named = re.escape(field.replace("_", " ").replace("-", " ")).replace(r"\ ", r"[\s_-]+")
    match = re.search(
        rf"\b{named}\s*(?:is|:|=|#)\s*(?:an? |the )?([\w][\w .-]{{0,60}}?)(?=$|[,;!?\n]|\. |\.$| and )",
        text,
        re.IGNORECASE,
    )
    return match[1].strip() if match else ""


def _model(text: str, models: Sequence[str]) -> str:
    """The known model that the text names, however it is spelt, as the knowledge spells it."""
    squeezed = _squeezed(text)
    return next((model for model in sorted(models, key=len, reverse=True) if _squeezed(model) in squeezed), "")


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).lower()


def _identifier(text: str) -> str:
    match = _IDENTIFIER.search(text)
    return match[0] if match else ""


def _bare(text: str) -> str:
    """An answer without what leads up to it ("Sure, it's a ...") and without its end mark."""
    return _LEAD.sub("", " ".join(text.replace("’", "'").split())).strip(" .!,;")


def _short(answer: str) -> str:
    few = len(answer.split()) <= 4
    return answer[:_LONGEST] if few and STOPWORDS.isdisjoint(answer.lower().split()) else ""


def _as_name(answer: str) -> str:
    """A name, "" where the words can be none; one typed in small letters gets its capitals."""
    first = re.split(r"[,;\n]|\band\b|\bfrom\b|\bhere\b", answer)[0].strip(" .!")
    if (
        len(first) > LONGEST_NAME
        or not _NAME.fullmatch(first)
        or not (STOPWORDS | _NO_NAME).isdisjoint(first.lower().split())
    ):
        return ""
    return first.title() if first.islower() else first
