"""Which scenario or rule one line would trigger on its own."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from assistant.recognition.intents import recogniser
from handover.bot import Bot
from handover.messages import Evidence
from handover.triggers import rules_of
from handover.turns import Score


class Detection(BaseModel):
    """The line with the scenario or rule that it triggers and its score (0 to 1); None and the closest score otherwise.

    evidence: everything that fires, the winner first.
    """

    text: str
    scenario: str | None
    score: float
    evidence: list[Evidence] = []


def detect(bot: Bot, text: str) -> Detection:
    """Judge one line by the built-in recognition and the bot's thresholds and priorities.

    What a line alone can't tell is left out: conditions on the contact, how often an answer was rejected, and groundedness.
    """
    scores = recogniser(bot).scores(text)
    rules = sorted(rules_of(bot, 0, has_button=False).rules, key=lambda rule: -rule.priority)
    fired = [
        Evidence(scenario=rule.name, threshold=rule.threshold, **score.model_dump())
        for rule in rules
        if (score := scores.get(rule.name)) is not None and score.score >= rule.threshold
    ]
    closest = max((score.score for score in scores.values()), default=0.0)
    return Detection(
        text=text,
        scenario=fired[0].scenario if fired else None,
        score=round(fired[0].score if fired else closest, 4),
        evidence=fired,
    )


def recognised(bot: Bot, text: str) -> dict[str, Score]:
    """How much one message looks like each of the bot's enabled scenarios and rules, by name."""
    return recogniser(bot).scores(text)


def detect_lines(bot: Bot, lines: Iterable[str]) -> Iterator[str]:
    """One JSON object for each line, in their order: a Detection."""
    return (detect(bot, line.rstrip("\r\n")).model_dump_json() for line in lines)
