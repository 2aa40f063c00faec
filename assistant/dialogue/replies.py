"""What the built-in bot says to a turn. Ways to answer are tried in order; the first that has something to say does."""

from collections.abc import Callable
from typing import NamedTuple

from assistant import fields
from assistant.dialogue import reactions, recall
from assistant.dialogue.lookup import another, looked_up
from assistant.dialogue.reading import UNCLEAR, Reading, merely_reacts
from assistant.fields import wants
from assistant.knowledge import specific, terms
from assistant.recognition import PERSON, UPSET
from handover.turns import Score

UNKNOWN = "I'm sorry, I don't know that. I can only answer from the information that I have here."
_ASSISTANT = "I'm the automatic assistant here. Tell me what it is about, and I'll try to help."
_BLIND = "I can't look at pictures or files. Please tell me in words what they show."
_WELCOME = "You're welcome! Just write if there is anything else."
_GLAD = "Glad to hear that! Just write if there is anything else."
_TROUBLE = "I'm sorry about the trouble. Tell me what went wrong, and I'll look for what can help."
_NO_HELP = "I'm sorry that this didn't help."
_OTHER_WORDS = "Could you describe it in other words?"
_NOTED = "Thank you, I've noted that. Is there anything else that you would like to add?"
_GO_ON = "Is there anything else that I can look up for you?"
_GO_AHEAD = "All right. Just write if there is anything that I can look up for you."
_DECLINED = "All right, that's fine without it."
_AGAIN = {"email": "That doesn't look like an email address.", "phone": "That doesn't look like a phone number."}

_CLEAR, _UPSET_FROM = 0.6, 0.5
_MOST_ASKED = 2


class Reply(NamedTuple):
    """What the bot would say. grounded: None where there was nothing to look up."""

    answer: str
    grounded: bool | None = None
    passages: tuple[str, ...] = ()
    clarifying_question: str = ""


def reply(reading: Reading) -> Reply:
    """The bot's answer to a turn. It never promises a person: only a handover does that."""
    return next(found for way in _WAYS if (found := way(reading)) is not None)


def _greeting(reading: Reading) -> Reply | None:
    return Reply(reading.question.bot.greeting) if reactions.only_greets(reading.text) else None


def _only_attached(reading: Reading) -> Reply | None:
    """Nothing was said that the bot could read; that the knowledge has nothing on it is no failure of it."""
    return Reply(_BLIND) if reading.attached and not reading.text else None


def _person_wanted(reading: Reading) -> Reply | None:
    """Nothing to look up: the rules decide about a person."""
    return Reply(_ASSISTANT) if _scored(reading, PERSON) >= _CLEAR else None


def _field_given(reading: Reading) -> Reply | None:
    """The bot asked for a field and got one: on to the next one, or back to what the contact came for."""
    if reading.asked is None or not reading.given or "?" in reading.text:
        return None
    following = _next_field(reading.request, reading)
    if following is None or "model" in reading.asked:
        return _asking(_back_to_the_request(reading, _thanks(reading)), following)
    return _asking(Reply(_thanks(reading)), following)


def _field_missed(reading: Reading) -> Reply | None:
    """The bot asked for a field and did not get it: once more where the answer was a slip, never after a refusal."""
    if reading.asked is None:
        return None
    tried = any(map(str.isdigit, reading.text)) or "@" in reading.text
    asked_before = fields.times_asked(reading.asked, reading.question.transcript)
    if tried and reading.asked in _AGAIN and asked_before < _MOST_ASKED:
        return _asking(Reply(_AGAIN[reading.asked]), reading.asked)
    return _back_to_the_request(reading, _DECLINED) if fields.refuses(reading.text) else None


def _courtesy(reading: Reading) -> Reply | None:
    if reading.helped:
        return Reply(_GLAD) if merely_reacts(reading.text) else None
    if reactions.only_courtesy(reading.text):
        return Reply(_WELCOME)
    mere_yes_or_no = reactions.accepts(reading.text) is not None and not specific(reading.text) and not reading.asked
    return Reply(_GO_AHEAD) if mere_yes_or_no else None


def _told_for_certain(reading: Reading) -> Reply | None:
    """What a person said in this conversation goes before what is said to everybody."""
    told = recall.told(reading.question.transcript, reading.text)
    return Reply(str(told), True) if told is not None and told.certain else None


def _model_first(reading: Reading) -> Reply | None:
    """An error code means something else on each model."""
    field = _next_field(reading.text, reading) if wants.diagnosis(reading.text) else None
    return _asking(Reply("I can look that up."), field) if field is not None and "model" in field else None


def _informed(reading: Reading) -> Reply | None:
    """From the knowledge, with a question for the next field where the request needs it."""
    found = None if merely_reacts(reading.text) else looked_up(reading.text, reading)
    if found is None or (reading.helped is False and found.text in reading.said_already):
        return None
    return _asking(Reply(found.text, True, found.sources), _next_field(reading.text, reading))


def _told_perhaps(reading: Reading) -> Reply | None:
    told = recall.told(reading.question.transcript, reading.text)
    return Reply(str(told), True) if told is not None else None


def _another_answer(reading: Reading) -> Reply | None:
    """The last answer did not help: the next best one to the same request, while there is one."""
    if reading.helped is not False:
        return None
    found = another(reading)
    if found is None:
        return Reply(f"{_NO_HELP} {_OTHER_WORDS}")
    return Reply(f"{_NO_HELP} Perhaps this does: {found.text}", True, found.sources)


def _details_taken(reading: Reading) -> Reply | None:
    """A visit is wanted, and the knowledge says nothing about it: the details are still taken down."""
    field = _next_field(reading.text, reading) if wants.booking(reading.text) else None
    return _asking(Reply("I can take down your details."), field) if field is not None else None


def _field_volunteered(reading: Reading) -> Reply | None:
    return Reply(_NOTED) if reading.given and "?" not in reading.text else None


def _beside_the_question(reading: Reading) -> Reply | None:
    """Neither the field that the bot asked for nor a question of the contact's own."""
    return Reply(_GO_ON) if reading.asked is not None and "?" not in reading.text else None


def _upset(reading: Reading) -> Reply | None:
    """A complaint that asks nothing."""
    return Reply(_TROUBLE) if _scored(reading, UPSET) >= _UPSET_FROM and "?" not in reading.text else None


def _decided_elsewhere(reading: Reading) -> Reply | None:
    """A scenario of the bot fires on this text: that the knowledge has nothing on it is no reason of its own."""
    scenarios = reading.question.bot.handover.scenarios.items()
    fires = any(_scored(reading, name) >= one.threshold for name, one in scenarios if name in reading.scores)
    return Reply(UNKNOWN) if fires else None


def _unknown(reading: Reading) -> Reply:
    if reading.attached:
        return Reply(_BLIND)
    vague = _SAYS_LITTLE.issuperset(specific(reading.text))
    return Reply(UNKNOWN, False, clarifying_question=UNCLEAR if vague else "")


_SAYS_LITTLE = frozenset(terms("help work working broken trouble wrong support fix repair unit device product stuck"))
_WAYS: tuple[Callable[[Reading], Reply | None], ...] = (
    _only_attached,
    _greeting,
    _person_wanted,
    _field_given,
    _field_missed,
    _courtesy,
    _told_for_certain,
    _model_first,
    _informed,
    _told_perhaps,
    _another_answer,
    _details_taken,
    _field_volunteered,
    _beside_the_question,
    _upset,
    _decided_elsewhere,
    _unknown,
)


def _scored(reading: Reading, name: str) -> float:
    return reading.scores.get(name, Score()).score


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


def _back_to_the_request(reading: Reading, lead: str) -> Reply:
    """The answer to the request that the bot had asked its question for, unless it was given before the question."""
    if not reading.request:
        return Reply(f"{lead} How can I help you?")
    found = looked_up(reading.request, reading)
    if found is not None and found.text not in reading.said_already:
        return Reply(f"{lead} {found.text}", True, found.sources)
    if found is not None or wants.booking(reading.request):
        return Reply(f"{lead} {_GO_ON}" if lead == _DECLINED else _NOTED)
    return Reply(f"{lead} {UNKNOWN}", False)
