"""Trying a phrase: what a bot's settings, saved or not, would make of it, by the rules that decide in earnest."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handover.bot import Bot, TriggerMode
from handover.messages import Contact, Trigger
from handover.policy import resolve
from handover.ports import Recognise
from handover.triggers import OFFER, UNRESOLVED, UPSET, Memory, decide, rules_of
from handover.turns import Facts, RuleFacts, Rules, Score
from handover.wording import fill, in_words
from web.pages import words

_GAP = "lack_of_information"


class Row(NamedTuple):
    """One scenario or rule: how much the phrase looks like it, from 0 to 1, and what comes of it."""

    name: str
    on: bool
    score: float
    threshold: float
    matched: str
    fires: bool
    note: str


class Trial(NamedTuple):
    """What would come of a phrase: `outcome` in a sentence, why, and what the action would do. `unanswered`: what wins instead
    where the bot has no answer to it; empty where the same does."""

    text: str
    tags: list[str]
    outcome: str
    unanswered: str
    hands_over: bool
    why: list[str]
    details: list[tuple[str, str]]
    rows: list[Row]


def trial(bot: Bot, text: str, tags: Sequence[str], recognise: Recognise, names: Mapping[str, str]) -> Trial:
    """Judge one phrase as the first message of a contact with these tags. `names`: who a staff id is."""
    rules, facts, contact = rules_of(bot, 0, has_button=True), Facts(scores=recognise(bot, text)), Contact(tags=[*tags])
    trigger = _would_fire(rules, facts, contact, text)
    unanswered = _would_fire(rules, facts.model_copy(update={"grounded": False}), contact, text)
    return Trial(
        text=text,
        tags=[*tags],
        outcome=_outcome(rules, trigger),
        unanswered=_unanswered(trigger, unanswered),
        hands_over=trigger is not None and rules.enabled and rules.trigger_mode is not TriggerMode.button,
        why=[f"{words.reason(one.scenario)}: {words.evidence(one, names)}" for one in trigger.evidence]
        if trigger
        else [],
        details=_details(bot, trigger, names) if trigger and rules.enabled else [],
        rows=list(_rows(bot, rules, facts.scores, trigger)),
    )


def _would_fire(rules: Rules, facts: Facts, contact: Contact, text: str) -> Trigger | None:
    """What fires, whatever the toggle, the trigger mode and `offer_first` then make of it."""
    at_once = rules.model_copy(update={"enabled": True, "trigger_mode": TriggerMode.auto, "offer_first": False})
    return decide(at_once, facts, Memory(), contact, text, "try").trigger


def _outcome(rules: Rules, trigger: Trigger | None) -> str:
    if trigger is None:
        return "No handover: the bot answers."
    why = words.reason(trigger.reason)
    if not rules.enabled:
        return f"Nothing opens ({why}): this bot hands nothing over, and says how else to reach the team."
    if rules.trigger_mode is TriggerMode.button:
        return f"The bot points to the button “Talk to a person” ({why})."
    if rules.offer_first:
        return f"The bot asks “{OFFER}” and hands over on a yes ({why})."
    return f"Hands over at once: {why}."


def _unanswered(trigger: Trigger | None, instead: Trigger | None) -> str:
    """A phrase alone can't tell whether the bot has an answer, and that it has none may stand before the rule that fires."""
    if trigger is None or instead is None or instead.reason == trigger.reason:
        return ""
    gap, why = words.reason(instead.reason), words.reason(trigger.reason)
    return f"Where the bot has no answer to it, “{gap}” wins: it stands before “{why}”, which would need a higher priority."


def _details(bot: Bot, trigger: Trigger, names: Mapping[str, str]) -> list[tuple[str, str]]:
    policy = resolve(bot, 0, trigger)
    window = {"response_window": in_words(policy.due)}
    closed = policy.after_hours if trigger.urgent else policy.offline_message
    title = "no task" if policy.task_title is None else f"due in {in_words(policy.due)}, priority {policy.priority}"
    return [
        ("Action", policy.action),
        ("Assigned to", who(policy.assign_to or policy.default_assignee, names)),
        ("Task", title),
        ("Tags", ", ".join(dict.fromkeys(policy.tags))),
        ("The contact reads", fill(policy.final_message, window)),
        *([("Out of hours they read", fill(closed, window))] if policy.hours else []),
    ]


def who(target: str | None, names: Mapping[str, str]) -> str:
    """Whom a target asks, in words."""
    kind, _, name = (target or "").partition(":")
    match kind:
        case "":
            return "nobody: it waits in the pool"
        case "role":
            return f"somebody in {name}"
        case "user":
            return names.get(name, name)
    return "the manager"


def _rows(bot: Bot, rules: Rules, scores: Mapping[str, Score], trigger: Trigger | None) -> list[Row]:
    fired = {one.scenario for one in trigger.evidence} if trigger else set()
    on = {rule.name: rule for rule in rules.rules}
    thresholds = {name: one.threshold for name, one in bot.handover.scenarios.items()}
    thresholds |= {rule.name: rule.threshold for rule in bot.handover.rules}
    return [
        _row(name, on.get(name), threshold, scores.get(name, Score()), name in fired)
        for name, threshold in thresholds.items()
    ]


def _row(name: str, rule: RuleFacts | None, threshold: float, score: Score, fires: bool) -> Row:
    note = _note(name, rule, score.score >= threshold and not fires)
    return Row(name, rule is not None, score.score, threshold, score.matched, fires, note)


def _note(name: str, rule: RuleFacts | None, held_back: bool) -> str:
    """Why what looks like enough does not fire."""
    if rule is None:
        return "Off"
    if name == _GAP:
        return "Fires when the knowledge has no answer: a phrase alone can't tell"
    if not held_back:
        return ""
    match name:
        case str() if name == UNRESOLVED:
            return f"Counts as rejected answer 1; fires after {rule.limit + 1}"
        case str() if name == UPSET:
            return f"Counts as upset message 1; fires after {max(1, rule.limit)}"
    return "Its conditions do not hold for this contact"
