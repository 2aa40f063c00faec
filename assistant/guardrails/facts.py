"""What of the form that a language model filled in about a turn counts as facts."""

import re

from assistant import fields
from assistant.dialogue import UNKNOWN
from assistant.guardrails.sayable import Grounds, sayable
from assistant.model import Form, chosen
from assistant.recognition import PERSON, UNSCORED
from assistant.text import content, folded, visible, words
from handover.messages import Author
from handover.ports import Question
from handover.turns import Facts, Score

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,4})?")
_LONGEST_QUESTION = 300
_LONGEST_MATCH = 200
"""Characters of a clarifying question and of a matched phrase."""

_TELLING_DIGITS = 7
"""Digits by which a phone number is known again."""

_SUPPORTED = 0.7
"""The share of an answer's telling words that must be found where it names no source."""


def facts_from(form: Form, own: Facts, question: Question, instructions: str) -> Facts:
    """The model's facts as far as they hold, with the built-in recognition's own for what must not depend on a model.

    A plain request for a person, a keyword of the settings, a plain reaction and a detail that can be checked count whatever
    the model says. An answer of which nothing may be said is one that the bot doesn't know.
    """
    held, names = Grounds(question), _names(question)
    answer = sayable(form.answer, held, instructions, names)
    return Facts(
        answer=answer or UNKNOWN,
        grounded=_grounded(form, question, answer),
        passages=_sources(form, question),
        clarifying_question=sayable(form.clarifying_question, held, instructions, names)[:_LONGEST_QUESTION],
        scores=_scores(form, own, question),
        sentiment=_within(form.sentiment, -1.0, 1.0),
        language=form.language if _LANGUAGE.fullmatch(form.language) else "",
        fields=_checked(form, question) | own.fields,
        helped=_helped(form, own, question),
        accepts=_accepts(form, own) if question.offered else None,
    )


def _names(question: Question) -> frozenset[str]:
    """What only the form and the settings call so."""
    return frozenset({*Form.model_fields, *question.bot.handover.scenarios.model_dump()})


def _sources(form: Form, question: Question) -> list[str]:
    """The passages that the model was shown and says it used, each once."""
    shown = [passage.source for passage in chosen(question)]
    return [source for source in dict.fromkeys(form.sources) if source in shown]


def _grounded(form: Form, question: Question, answer: str) -> bool | None:
    """Grounds need something to stand on: a passage that was shown, a person's words, or what the conversation says anyway."""
    if form.grounded is None:
        return None
    stands = bool(_sources(form, question)) or _spoken_by_a_person(question) or _said_before(answer, question)
    return form.grounded and bool(answer) and stands


def _spoken_by_a_person(question: Question) -> bool:
    return any(line.author is Author.person for line in question.transcript)


def _said_before(answer: str, question: Question) -> bool:
    """Whether one thing that the model was shown has most of the answer's telling words, though it is named as no source."""
    shown = [passage.text for passage in chosen(question)]
    said = [line.text for line in question.transcript if line.author is Author.bot]
    known = " ".join(fields.known(question.contact).values())
    telling = set(content(words(answer)))
    shares = (len(telling & set(content(words(text)))) for text in (*shown, *said, known))
    return bool(telling) and max(shares) >= _SUPPORTED * len(telling)


def _helped(form: Form, own: Facts, question: Question) -> bool | None:
    """A plain rejection is one whatever the model says, and where the bot has said nothing, nothing has helped."""
    if own.helped is False or not any(line.author is Author.bot for line in question.transcript):
        return own.helped
    return form.helped


def _accepts(form: Form, own: Facts) -> bool | None:
    """A plain yes is one whatever the model says: it is what a request for a person is after an offer."""
    return True if own.accepts else form.accepts if form.accepts is not None else own.accepts


def _scores(form: Form, own: Facts, question: Question) -> dict[str, Score]:
    """The model's scores for what the bot watches, the highest where it gives several; the built-in one's where certain."""
    settings = question.bot.handover
    watched = {name for name, one in settings.scenarios.items() if one.enabled}
    watched |= {one.name for one in settings.rules if one.enabled}
    judged: dict[str, Score] = {}
    for one in form.scores:
        score = Score(score=_within(one.score, 0.0, 1.0), matched=visible(one.matched)[:_LONGEST_MATCH], kind="model")
        if one.name in watched - UNSCORED and score.score >= judged.get(one.name, Score()).score:
            judged[one.name] = score
    for name, score in own.scores.items():
        certain = name == PERSON or score.kind == "keyword"
        if certain and score.score > judged.get(name, Score()).score:
            judged[name] = score
    return judged


def _checked(form: Form, question: Question) -> dict[str, str]:
    """Fields that the bot collects, in plain text.

    A name, a phone number and a mail address say who is answered, and count only where the contact wrote them: not where a
    document or a person's message has the model put in others.
    """
    allowed = {"name", "phone", "email", *question.bot.collect}
    given = {one.name: " ".join(visible(one.value).split())[:200] for one in form.fields if one.name in allowed}
    checked = {
        name: _OWN_DETAILS[name](value, question) if name in _OWN_DETAILS else value for name, value in given.items()
    }
    return {name: value for name, value in checked.items() if value}


def _name(value: str, question: Question) -> str:
    wrote = set(words(folded(_written(question)).casefold()))
    short = len(value) <= fields.LONGEST_NAME
    return value if short and wrote & set(words(folded(value).casefold())) else ""


def _phone(value: str, question: Question) -> str:
    """The number, where its last digits stand in what the contact wrote; a code of the country may be the model's."""
    number = fields.phone(value, question.bot, lenient=True)
    last = _digits(number)[-_TELLING_DIGITS:]
    return number if last and last in _digits(folded(_written(question))) else ""


def _email(value: str, question: Question) -> str:
    address = fields.email(value)
    return address if address.casefold() in folded(_written(question)).casefold() else ""


_OWN_DETAILS = {"name": _name, "phone": _phone, "email": _email}


def _written(question: Question) -> str:
    """Everything that the contact has written."""
    before = [line.text for line in question.transcript if line.author is Author.contact]
    return "\n".join([*before, question.text])


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _within(value: float, least: float, most: float) -> float:
    return max(least, min(most, value))
