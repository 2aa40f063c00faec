"""One turn of the built-in bot: what it says, and what it says it by. Ways to answer are tried in order."""

from collections.abc import Callable
from typing import NamedTuple

from assistant import fields, reactions, recall, wants
from assistant.intents import PERSON, UPSET
from assistant.knowledge import sentences
from assistant.retrieval import LONGEST_ANSWER, Hit, Index, excerpt, grounded, is_code, specific, terms
from handover.messages import Author, Score
from handover.ports import Question

UNKNOWN = "I'm sorry, I don't know that. I can only answer from the information that I have here."
UNCLEAR = "Could you tell me a bit more? Which product or service is it about?"
_WELCOME = "You're welcome! Just write if there is anything else."
_GLAD = "Glad to hear that! Just write if there is anything else."
_SORRY = "I'm sorry about the trouble. Tell me what went wrong, and I'll look for what can help."
_NO_OTHER_ANSWER = "I'm sorry that this didn't help. Could you describe it in other words?"
_NOTED = "Thank you, I've noted that. Is there anything else that you would like to add?"
_AGAIN = {"email": "That doesn't look like an email address.", "phone": "That doesn't look like a phone number."}
_DECLINED = "All right, that's fine without it."
_UPSET_FROM = 0.5
_CLEAR = 0.6
_MOST_ASKED = 2
_FEW = 2
"""Telling words up to which a reaction is nothing but one."""


class Reply(NamedTuple):
    """What the bot would say. grounded: None where there was nothing to look up."""

    answer: str
    grounded: bool | None = None
    passages: tuple[str, ...] = ()
    clarifying_question: str = ""


class Reading(NamedTuple):
    """What was understood of a turn before it is answered.

    asked: the field that the bot's last message asked for. given: fields in this text. known: those and the earlier ones.
    """

    question: Question
    knowledge: Index
    scores: dict[str, Score]
    helped: bool | None
    asked: str | None
    given: dict[str, str]
    known: dict[str, str]

    @property
    def text(self) -> str:
        return self.question.text


def reply(reading: Reading) -> Reply:
    """The first way to answer that has something to say."""
    return next(found for way in _WAYS if (found := way(reading)) is not None)


def pending(question: Question) -> str:
    """The contact's last request before this text: what they wrote when they were not answering the bot's own question."""
    lines = [line for line in question.transcript if line.author is not Author.note]
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        answered_a_question = fields.asked(question.bot, lines[:place]) is not None
        if line.author is Author.contact and not answered_a_question and not _asks_nothing(line.text):
            return line.text
    return ""


def _asks_nothing(text: str) -> bool:
    """Whether the text is a courtesy, or a mere reaction to an answer ("that didn't help")."""
    return reactions.only_courtesy(text) or _merely_reacts(text)


def _merely_reacts(text: str) -> bool:
    few = len(specific(text)) <= _FEW and "?" not in text and not any(map(is_code, terms(text)))
    return few and reactions.helped(text, "") is not None


def _greeting(reading: Reading) -> Reply | None:
    return Reply(reading.question.bot.greeting) if reactions.only_greets(reading.text) else None


def _person_wanted(reading: Reading) -> Reply | None:
    """Nothing to look up: the rules decide about a person, and an answer must not promise one."""
    wanted = reading.scores.get(PERSON, Score()).score >= _CLEAR
    return (
        Reply("I'm the automatic assistant here. Tell me what it is about, and I'll try to help.") if wanted else None
    )


def _field_given(reading: Reading) -> Reply | None:
    """The bot asked for a field and got one: on to the next one, then back to what the contact came for."""
    if reading.asked is None or not reading.given or "?" in reading.text:
        return None
    request = pending(reading.question)
    following = _next_field(request, reading)
    unanswered = "model" in reading.asked
    if unanswered or following is None:
        return _asking(_back_to(request, reading, _thanks(reading)), following)
    return Reply(f"{_thanks(reading)} {fields.question(following)}")


def _field_missed(reading: Reading) -> Reply | None:
    """The bot asked for a field and did not get it: once more where the answer was a slip, never after a refusal."""
    if reading.asked is None:
        return None
    question = reading.question
    tried = any(map(str.isdigit, reading.text)) or "@" in reading.text
    if tried and reading.asked in _AGAIN and fields.times_asked(reading.asked, question.transcript) < _MOST_ASKED:
        return Reply(f"{_AGAIN[reading.asked]} {fields.question(reading.asked)}")
    if not fields.refuses(reading.text):
        return None
    return _back_to(pending(question), reading, _DECLINED)


def _courtesy(reading: Reading) -> Reply | None:
    if reading.helped:
        return Reply(_GLAD) if _merely_reacts(reading.text) else None
    return Reply(_WELCOME) if reactions.only_courtesy(reading.text) else None


def _told_for_certain(reading: Reading) -> Reply | None:
    told = recall.told(reading.question.transcript, reading.text)
    return Reply(str(told), True) if told is not None and told.certain else None


def _told_perhaps(reading: Reading) -> Reply | None:
    told = recall.told(reading.question.transcript, reading.text)
    return Reply(str(told), True) if told is not None else None


def _field_first(reading: Reading) -> Reply | None:
    """An error code means something else on each model: the model first."""
    if not wants.diagnosis(reading.text):
        return None
    field = _next_field(reading.text, reading)
    asks_for_model = field is not None and "model" in field
    return _asking(Reply("I can look that up."), field) if asks_for_model else None


def _informed(reading: Reading) -> Reply | None:
    """From the knowledge, with a question for the next field where the request needs it."""
    found = None if _merely_reacts(reading.text) else _looked_up(reading.text, reading)
    if found is None or (reading.helped is False and found.answer in _already_said(reading)):
        return None
    return _asking(found, _next_field(reading.text, reading))


def _another_answer(reading: Reading) -> Reply | None:
    """The last answer did not help: the next best one to the same request, while there is one."""
    if reading.helped is not False:
        return None
    request = pending(reading.question)
    earlier = _already_said(reading)
    for hit in reading.knowledge.search(request, also=_model(reading)):
        text = excerpt(hit.passage, request)
        if grounded([hit]) and text not in earlier:
            return Reply(f"I'm sorry that this didn't help. Perhaps this does: {text}", True, (hit.passage.source,))
    return Reply(_NO_OTHER_ANSWER)


def _wanted_without_knowledge(reading: Reading) -> Reply | None:
    """A visit is wanted, and the knowledge says nothing about it: the details are still taken down."""
    if not wants.booking(reading.text):
        return None
    field = _next_field(reading.text, reading)
    return _asking(Reply("I can take down your details."), field) if field is not None else None


def _field_volunteered(reading: Reading) -> Reply | None:
    """Nothing but details, unasked: they are noted."""
    return Reply(_NOTED) if reading.given and "?" not in reading.text else None


def _upset(reading: Reading) -> Reply | None:
    """A complaint that asks nothing."""
    upset = reading.scores.get(UPSET, Score()).score >= _UPSET_FROM
    return Reply(_SORRY) if upset and "?" not in reading.text else None


def _decided_elsewhere(reading: Reading) -> Reply | None:
    """A scenario of the bot fires on this text: that the knowledge has nothing on it is no reason of its own."""
    scenarios = dict(reading.question.bot.handover.scenarios.items())
    fires = any(name in scenarios and one.score >= scenarios[name].threshold for name, one in reading.scores.items())
    return Reply(UNKNOWN) if fires else None


def _unknown(reading: Reading) -> Reply:
    vague = not [term for term in specific(reading.text) if term not in _SAYS_LITTLE]
    return Reply(UNKNOWN, False, clarifying_question=UNCLEAR if vague else "")


_SAYS_LITTLE = frozenset(
    terms("help work working broken issue trouble wrong support fix repair unit device product stuck")
)
_WAYS: tuple[Callable[[Reading], Reply | None], ...] = (
    _greeting,
    _person_wanted,
    _field_given,
    _field_missed,
    _courtesy,
    _told_for_certain,
    _field_first,
    _informed,
    _told_perhaps,
    _another_answer,
    _wanted_without_knowledge,
    _field_volunteered,
    _upset,
    _decided_elsewhere,
    _unknown,
)


def _next_field(request: str, reading: Reading) -> str | None:
    return wants.next_field(reading.question.bot, request, reading.known, reading.question.transcript)


def _asking(said: Reply, field: str | None) -> Reply:
    """The reply with a question for the field at its end; an answer of "I don't know" asks nothing."""
    if field is None or said.grounded is False:
        return said
    return said._replace(answer=f"{said.answer} {fields.question(field)}")


def _thanks(reading: Reading) -> str:
    name = reading.given.get("name", "")
    return f"Thank you, {name.split()[0]}." if name else "Thank you."


def _back_to(request: str, reading: Reading, lead: str) -> Reply:
    """The answer to the request that the bot had asked its questions for."""
    if not request:
        return Reply(f"{lead} How can I help you?")
    found = _looked_up(request, reading)
    if found is not None and found.answer not in _already_said(reading):
        return found._replace(answer=f"{lead} {found.answer}")
    if found is not None or wants.booking(request):
        return Reply(_NOTED if lead != _DECLINED else f"{lead} Is there anything else that you would like to add?")
    return Reply(f"{lead} {UNKNOWN}", False)


def _looked_up(text: str, reading: Reading) -> Reply | None:
    """What the knowledge says; for an error code only what it says of the contact's model."""
    model = _model(reading)
    if not wants.diagnosis(text):
        return _searched(text, reading)
    hits = reading.knowledge.search(text, also=model, required=terms(model))
    return _of_each_model(hits) if not model and len(hits) > 1 else _from(hits[0], text) if hits else None


def _searched(text: str, reading: Reading) -> Reply | None:
    """By the whole text, otherwise by the first of its sentences that the knowledge answers."""
    for part in dict.fromkeys([text, *sentences(text)]):
        hits = reading.knowledge.search(part, also=_model(reading))
        if grounded(hits):
            return _from(hits[0], part)
    return None


def _from(hit: Hit, text: str) -> Reply:
    return Reply(excerpt(hit.passage, text), True, (hit.passage.source,))


def _of_each_model(hits: list[Hit]) -> Reply:
    """The same code on several models: the first sentence on each."""
    firsts = [sentences(hit.passage.text)[0] for hit in hits]
    fitting = [text for number, text in enumerate(firsts) if len(" ".join(firsts[: number + 1])) <= LONGEST_ANSWER]
    return Reply(" ".join(fitting), True, tuple(hit.passage.source for hit in hits[: len(fitting)]))


def _model(reading: Reading) -> str:
    return next((value for field, value in reading.known.items() if "model" in field), "")


def _already_said(reading: Reading) -> str:
    return "\n".join(line.text for line in reading.question.transcript if line.author is Author.bot)
