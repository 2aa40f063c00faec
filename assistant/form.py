"""The form that a language model fills in about a turn, and what of it counts as facts."""

from pydantic import BaseModel, ConfigDict

from assistant import fields
from assistant.dialogue import UNKNOWN
from assistant.intents import PERSON, UNSCORED
from assistant.promises import reveals, without_promises
from handover.ports import Question
from handover.turns import Facts, Score


class _Closed(BaseModel):
    """A part of the form: nothing may be added and nothing left out."""

    model_config = ConfigDict(extra="forbid")


class ScenarioScore(_Closed):
    name: str
    score: float
    matched: str


class FieldValue(_Closed):
    name: str
    value: str


class Form(_Closed):
    """A turn as a model sees it. See the instructions in prompt.py for what each part means."""

    answer: str
    grounded: bool | None
    sources: list[str]
    clarifying_question: str
    scores: list[ScenarioScore]
    sentiment: float
    language: str
    fields: list[FieldValue]
    helped: bool | None
    accepts: bool | None


def facts_from(form: Form, own: Facts, question: Question, instructions: str) -> Facts:
    """The model's facts as far as they hold, with the built-in recognition's own for what must not depend on a model.

    A plain request for a person, a keyword of the settings and a detail that can be checked count whatever the model says.
    An answer that repeats the instructions, or has nothing left but a promise, is one that the bot doesn't know.
    """
    answer = without_promises(form.answer)
    usable = bool(answer) and not reveals(form.answer, instructions)
    return Facts(
        answer=answer if usable else UNKNOWN,
        grounded=form.grounded if usable or form.grounded is None else False,
        passages=form.sources,
        clarifying_question=without_promises(form.clarifying_question),
        scores=_scores(form, own, question),
        sentiment=_within(form.sentiment, -1.0, 1.0),
        language=form.language[:8],
        fields=_checked(form, question) | own.fields,
        helped=form.helped,
        accepts=(own.accepts if form.accepts is None else form.accepts) if question.offered else None,
    )


def _scores(form: Form, own: Facts, question: Question) -> dict[str, Score]:
    settings = question.bot.handover
    names = {name for name, one in settings.scenarios.items() if one.enabled} | {one.name for one in settings.rules}
    judged = {
        one.name: Score(score=_within(one.score, 0.0, 1.0), matched=one.matched, kind="model")
        for one in form.scores
        if one.name in names - UNSCORED
    }
    for name, score in own.scores.items():
        certain = name == PERSON or score.kind == "keyword"
        if certain and score.score > judged.get(name, Score()).score:
            judged[name] = score
    return judged


def _checked(form: Form, question: Question) -> dict[str, str]:
    """Fields that the bot collects; a phone number or an email address only where it is one."""
    allowed = {"name", "phone", "email", *question.bot.collect}
    given = {one.name: one.value.strip()[:200] for one in form.fields if one.name in allowed}
    checks = {"phone": lambda text: fields.phone(text, question.bot, lenient=True), "email": fields.email}
    checked = {name: checks[name](value) if name in checks else value for name, value in given.items()}
    return {name: value for name, value in checked.items() if value}


def _within(value: float, least: float, most: float) -> float:
    return max(least, min(most, value))
