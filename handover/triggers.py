"""Facts about a turn + the bot's rules -> what the turn ends in: an answer, a question, an offer, or a handover.

A model never decides alone: its output is facts, and only what is written here turns them into a handover.
"""

from collections.abc import Iterator
from typing import NamedTuple

from handover.bot import Bot, Priority, Rule, Scenario, TriggerMode
from handover.messages import Contact, Evidence, Trigger
from handover.turns import Facts, RuleFacts, Rules, Score
from handover.wording import shortened

OFFER = "Shall I get a person from the team to help you?"
BUTTON = "Press “Talk to a person” and somebody from the team will take over."
DECLINED = "All right, let's carry on. What can I do for you?"
SORRY = "I'm sorry, I can't answer that right now."
NOT_HERE = "I'm sorry, I can't put you through to a person from here."
BUTTON_SCENARIO = "human_requested"
UNAVAILABLE = "bot_unavailable"
UNRESOLVED = "failed_to_resolve"
UPSET = "negative_sentiment"


class Memory(NamedTuple):
    """What the rules remember from one turn to the next.

    failed: how often in a row the contact rejected an answer. clarified: a clarifying question was just asked.
    offered: the trigger that was offered and waits for a yes. upset: how many messages in a row were upset.
    """

    failed: int = 0
    clarified: bool = False
    offered: Trigger | None = None
    upset: int = 0


class Decision(NamedTuple):
    """How the turn ends: the bot says `answer`, or hands over with `trigger`; and what to remember."""

    answer: str
    trigger: Trigger | None
    memory: Memory


def decide(rules: Rules, facts: Facts, memory: Memory, contact: Contact, text: str, key: str) -> Decision:
    """Judge one turn. `text` is what the contact wrote, `key` names the turn.

    When several rules fire, the higher priority wins, then the order in the settings; the evidence lists all of them.
    """
    memory = _counted(facts, memory, rules)
    if facts.unavailable:
        return _unavailable(rules, facts, memory, contact, text, key)
    if memory.offered is not None and facts.accepts is not None:
        return _answered_offer(rules, facts, memory)
    fired = list(_fired(rules, facts, memory, contact))
    if not fired:
        return Decision(facts.answer, None, memory._replace(clarified=False, offered=None))
    if _worth_a_question(fired, facts, memory):
        return Decision(facts.clarifying_question, None, memory._replace(clarified=True, offered=None))
    return _handed_over(rules, facts, fired, memory, text, key)


def pressed_button(rules: Rules, text: str, key: str) -> Trigger | None:
    """The trigger of the "Talk to a person" button; None where the bot hands nothing over."""
    if not rules.enabled:
        return None
    rule = _rule(rules, BUTTON_SCENARIO) or RuleFacts(name=BUTTON_SCENARIO)
    return _trigger(
        [(rule, _evidence(rule, Score(score=1.0, matched="Talk to a person"), kind="button"))], text, key, rules
    )


def trigger_of(rules: Rules, name: str, text: str, key: str) -> Trigger | None:
    """The trigger of one rule that fires alone; None where the bot has no such rule, or has it switched off."""
    rule = _rule(rules, name)
    return _trigger([(rule, _evidence(rule, Score(score=1.0, matched=text)))], text, key, rules) if rule else None


def rules_of(bot: Bot, version: int, has_button: bool) -> Rules:
    """A bot's enabled rules in the order in which they are asked, without the phrases."""
    settings = bot.handover
    scenarios = [_scenario_facts(name, scenario) for name, scenario in settings.scenarios.items() if scenario.enabled]
    return Rules(
        bot_id=bot.id,
        version=version,
        enabled=settings.enabled,
        trigger_mode=settings.trigger_mode,
        offer_first=settings.offer_first,
        contact_line=settings.contact_line,
        has_button=has_button,
        rules=scenarios + [_rule_facts(rule) for rule in settings.rules if rule.enabled],
        debounce=bot.debounce,
        close_after=bot.close_after,
    )


def _scenario_facts(name: str, scenario: Scenario) -> RuleFacts:
    limit = getattr(scenario, "retries", getattr(scenario, "repeated", 0))
    return RuleFacts(
        name=name,
        threshold=scenario.threshold,
        action=scenario.action,
        tags=list(scenario.tags),
        urgent=scenario.urgent,
        priority=scenario.priority,
        limit=limit,
        vip_tags=list(getattr(scenario, "vip_tags", [])),
    )


def _rule_facts(rule: Rule) -> RuleFacts:
    return RuleFacts(
        name=rule.name,
        custom=True,
        threshold=rule.threshold,
        action=rule.action,
        tags=list(rule.tags),
        urgent=rule.urgent,
        priority=rule.priority,
        contact_tags_any=list(rule.conditions.contact_tags_any),
        contact_tags_none=list(rule.conditions.contact_tags_none),
        contact_fields=dict(rule.conditions.contact_fields),
        by_contact_alone=rule.by_contact_alone,
    )


Fired = tuple[RuleFacts, Evidence]


def _counted(facts: Facts, memory: Memory, rules: Rules) -> Memory:
    """Count what this message says about the last answer. Greetings, thanks and field answers count neither way."""
    if facts.helped:
        memory = memory._replace(failed=0)
    elif _rejects(facts, rules):
        memory = memory._replace(failed=memory.failed + 1)
    upset = _rule(rules, UPSET)
    if upset is not None:
        memory = memory._replace(upset=memory.upset + 1 if _is_upset(facts, upset) else 0)
    return memory


def _is_upset(facts: Facts, rule: RuleFacts) -> bool:
    """By the tone of the message, or by a phrase that shows it."""
    score = facts.scores.get(rule.name)
    return max(-facts.sentiment, score.score if score else 0.0) >= rule.threshold


def _rejects(facts: Facts, rules: Rules) -> bool:
    """Whether the contact turns the bot's last answer down, as the assistant sees it or in one of the phrases for it."""
    if facts.helped is not None:
        return not facts.helped
    unresolved = _rule(rules, UNRESOLVED)
    score = facts.scores.get(UNRESOLVED)
    return unresolved is not None and score is not None and score.score >= unresolved.threshold


def _fired(rules: Rules, facts: Facts, memory: Memory, contact: Contact) -> Iterator[Fired]:
    rejected = _rejects(facts, rules)
    for rule in rules.rules:
        evidence = _judge(rule, facts, memory, contact, rejected)
        if evidence is not None:
            yield rule, evidence


def _judge(rule: RuleFacts, facts: Facts, memory: Memory, contact: Contact, rejected: bool) -> Evidence | None:
    """Whether one rule fires, with its evidence."""
    if rule.custom and not _conditions_hold(rule, contact):
        return None
    if rule.name == UNRESOLVED:
        given_up = rejected and memory.failed > rule.limit
        return _counted_evidence(rule, memory.failed, "answers rejected") if given_up else None
    if rule.name == UPSET:
        enough = memory.upset >= max(1, rule.limit)
        return _counted_evidence(rule, memory.upset, "upset messages in a row") if enough else None
    score = facts.scores.get(rule.name)
    if score is not None and score.score >= rule.threshold:
        return _evidence(rule, score)
    match rule.name:
        case "lack_of_information" if facts.grounded is False:
            return _evidence(rule, Score(score=1.0, matched="no grounded answer", kind="model"))
        case _ if rule.by_contact_alone:
            return _evidence(rule, Score(score=1.0, matched=_conditions_met(rule, contact), kind="tag"))
        case "high_value" if set(rule.vip_tags) & set(contact.tags):
            tag = min(set(rule.vip_tags) & set(contact.tags))
            return _evidence(rule, Score(score=1.0, matched=tag, kind="tag"))
    return None


def _conditions_hold(rule: RuleFacts, contact: Contact) -> bool:
    tags = set(contact.tags)
    if rule.contact_tags_any and not tags & set(rule.contact_tags_any):
        return False
    if tags & set(rule.contact_tags_none):
        return False
    return all(
        contact.fields.get(name, "").casefold() == value.casefold() for name, value in rule.contact_fields.items()
    )


def _conditions_met(rule: RuleFacts, contact: Contact) -> str:
    """What is true of the contact that the rule looks for."""
    tags = [tag for tag in rule.contact_tags_any if tag in contact.tags]
    return ", ".join([*tags, *(f"{name}: {contact.fields[name]}" for name in rule.contact_fields)])


def _evidence(rule: RuleFacts, score: Score, kind: str | None = None) -> Evidence:
    return Evidence.model_validate(
        {
            "scenario": rule.name,
            "score": round(score.score, 4),
            "threshold": rule.threshold,
            "matched": shortened(score.matched, 200),
            "kind": kind or score.kind,
            "priority": rule.priority,
        }
    )


def _counted_evidence(rule: RuleFacts, count: int, what: str) -> Evidence:
    return Evidence(
        scenario=rule.name,
        score=count,
        threshold=rule.limit,
        matched=f"{count} {what}",
        kind="count",
        priority=rule.priority,
    )


def _worth_a_question(fired: list[Fired], facts: Facts, memory: Memory) -> bool:
    """Nothing but a lack of information, and a clarifying question that was not asked yet could help."""
    only_a_gap = all(rule.name == "lack_of_information" for rule, _ in fired)
    return only_a_gap and bool(facts.clarifying_question) and not memory.clarified


def _unavailable(rules: Rules, facts: Facts, memory: Memory, contact: Contact, text: str, key: str) -> Decision:
    """A person takes over, for what the contact's own words ask where they ask for something that a rule knows."""
    if not rules.enabled:
        return Decision(_elsewhere(rules, SORRY), None, memory)
    rule = RuleFacts(name=UNAVAILABLE, tags=["bot-unavailable"], threshold=1.0)
    evidence = _evidence(rule, Score(score=1.0, matched=facts.unavailable, kind="model"))
    fired = [*_fired(rules, facts, memory, contact), (rule, evidence)]
    return Decision("", _trigger(fired, text, key, rules), Memory())


def _answered_offer(rules: Rules, facts: Facts, memory: Memory) -> Decision:
    if facts.accepts and not rules.enabled:
        return Decision(_elsewhere(rules, SORRY), None, Memory())
    if facts.accepts:
        return Decision("", memory.offered, Memory())
    return Decision(DECLINED, None, Memory())


def _handed_over(rules: Rules, facts: Facts, fired: list[Fired], memory: Memory, text: str, key: str) -> Decision:
    """What a firing rule leads to under the bot's toggle, trigger mode and `offer_first`."""
    asked = any(rule.name == BUTTON_SCENARIO for rule, _ in fired)
    answer = "" if asked else facts.answer
    memory = memory._replace(clarified=False, offered=None)
    if not rules.enabled:
        return Decision(_elsewhere(rules, NOT_HERE if asked else answer or SORRY), None, memory._replace(failed=0))
    if rules.trigger_mode is TriggerMode.button and rules.has_button:
        return Decision(f"{answer} {BUTTON}".strip(), None, memory)
    if rules.trigger_mode is TriggerMode.button and not asked:
        return Decision(answer, None, memory)
    trigger = _trigger(fired, text, key, rules)
    if rules.offer_first:
        return Decision(OFFER, None, memory._replace(offered=trigger))
    return Decision("", trigger, Memory())


def _elsewhere(rules: Rules, text: str) -> str:
    """How else to reach the team, where this bot hands nothing over."""
    return f"{text} You can reach the team here: {rules.contact_line}" if rules.contact_line else text


def _trigger(fired: list[Fired], text: str, key: str, rules: Rules) -> Trigger:
    ordered = sorted(fired, key=lambda one: -one[0].priority)
    winner, _ = ordered[0]
    urgent = winner.urgent
    tags = [tag for rule, _ in ordered for tag in _tags(rule)]
    high = urgent or winner.name == "high_value"
    return Trigger(
        key=key,
        reason=winner.name,
        priority=Priority.high if high else Priority.medium,
        urgent=urgent,
        action=winner.action,
        tags=list(dict.fromkeys(tags)),
        request=shortened(text, 300),
        evidence=[evidence for _, evidence in ordered],
        bot_version=rules.version,
    )


def _tags(rule: RuleFacts) -> list[str]:
    if rule.name != "high_value":
        return rule.tags
    return [*rule.tags, "urgent" if rule.urgent else "sales-opportunity"]


def _rule(rules: Rules, name: str) -> RuleFacts | None:
    return next((rule for rule in rules.rules if rule.name == name), None)
