"""Every way in which a conversation comes to a person, end to end: real workflows, a real store, a clock that waits."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from handover.bot import Bot, Priority
from handover.casefile import Case
from handover.errors import NotFound
from handover.messages import Author, Contact, ConversationStatus, PostedMessage, RequestHuman
from handover.ports import Line, Question
from handover.triggers import BUTTON, DECLINED, NOT_HERE, OFFER
from handover.turns import Facts, Score
from handover.views import HandoverDetail
from tests.example import example_bot
from tests.workflows.town import Town

HOUR = timedelta(hours=1)
JAMIE = Contact(name="Jamie Rivera", phone="+13125550142", email="jamie@example.org")
CUSTOMER = JAMIE.model_copy(update={"tags": ["customer"], "fields": {"plan": "Gold"}})
VIP = JAMIE.model_copy(update={"tags": ["vip"]})
SCENARIOS: dict[str, dict[str, Any]] = example_bot().model_dump(mode="json", exclude_none=True)["handover"]["scenarios"]


def scenarios(**changes: dict[str, Any]) -> dict[str, Any]:
    """The example's scenarios with some keys of theirs changed."""
    return {name: values | changes.get(name, {}) for name, values in SCENARIOS.items()}


class Told:
    """An assistant that finds out what it was told to, by the words of the message."""

    def __init__(self, facts: dict[str, Facts]) -> None:
        self._facts = facts

    async def read(self, question: Question) -> Facts:
        return self._facts.get(question.text, Facts(answer=f"You said: {question.text}", grounded=True))

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        return "What the contact wants."


def scored(**scores: float) -> dict[str, Score]:
    return {name.replace("_claim", " claim"): Score(score=score, matched=name) for name, score in scores.items()}


FOUND = {
    "gap": Facts(answer="I don't know.", grounded=False),
    "vague": Facts(grounded=False, clarifying_question="Which model is it?"),
    "no": Facts(answer="Then try this.", grounded=True, helped=False),
    "yes": Facts(answer="Glad to hear it.", helped=True),
    "furious": Facts(answer="I am sorry.", grounded=True, sentiment=-0.7),
    "annoyed": Facts(answer="I am sorry.", grounded=True, sentiment=-0.69),
    "outage": Facts(unavailable="no model answers"),
    "person 0.6": Facts(answer="Well.", grounded=True, scores=scored(human_requested=0.6)),
    "person 0.59": Facts(answer="Well.", grounded=True, scores=scored(human_requested=0.59)),
    "everything": Facts(
        answer="Well.",
        grounded=False,
        scores=scored(Warranty_claim=0.9, complex_request=0.8, high_value=0.7, human_requested=1.0),
    ),
    "accepted": Facts(accepts=True),
    "declined": Facts(accepts=False),
}


@pytest.fixture
async def told(server: object, tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose assistant finds out what FOUND says."""
    async with Town.with_people(server, tmp_path, Told(FOUND)) as town:
        yield town


async def talk(town: Town, *texts: str, contact: Contact = JAMIE, channel: str = "web") -> None:
    """The contact says one thing after the other and hears the bot out."""
    for text in texts:
        before = await _answers(town)
        message = PostedMessage(message_id=uuid.uuid4().hex, text=text)
        await town.client.post(town.conversation_id, message, bot_id="hvac", contact=contact, channel=channel)
        await town.until(partial(_has_answered, town, before))


async def _has_answered(town: Town, before: int) -> bool:
    return await _answers(town) > before


async def _answers(town: Town) -> int:
    try:
        return len(await town.said_by(Author.bot, Author.system))
    except NotFound:
        return 0


async def handed_over(town: Town) -> HandoverDetail:
    """The handover that this came to, with everything done that it does at once."""
    await town.until(partial(_is_settled, town))
    return await town.detail()


async def _is_settled(town: Town) -> bool:
    if (await town.conversation()).handover is None:
        return False
    states = (await town.detail()).actions
    return bool(states) and all(state.status != "running" for state in states.values())


async def still_with_the_bot(town: Town) -> bool:
    conversation = await town.conversation()
    return (conversation.status, conversation.handover) == (ConversationStatus.bot, None)


async def tags(town: Town) -> list[str]:
    return sorted((await town.conversation()).contact.tags)


# ---- the built-in assistant recognises -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "contact", "reason", "kind", "own_tags"),
    [
        (["I want to talk to a human"], JAMIE, "human_requested", "phrase", []),
        (["could i speek to a manger pls"], JAMIE, "human_requested", "phrase", []),
        (["This is urgent"], JAMIE, "high_value", "phrase", ["urgent"]),
        (["We need an emergency repair tonight"], JAMIE, "high_value", "keyword", ["urgent"]),
        (["What are your opening hours?"], VIP, "high_value", "tag", ["urgent", "vip"]),
        (["I would like a custom quote please"], JAMIE, "complex_request", "phrase", ["HVAC-code", "complex"]),
        (
            ["How long is the warranty on a furnace?"],
            CUSTOMER,
            "Warranty claim",
            "keyword",
            ["HVAC-code", "customer", "warranty"],
        ),
        (["What is the capital of France?"], JAMIE, "lack_of_information", "model", ["HVAC-code", "info-gap"]),
        (["I need help", "The thing on the wall"], JAMIE, "lack_of_information", "model", ["HVAC-code", "info-gap"]),
        (["You are useless!", "This is ridiculous, you idiots"], JAMIE, "negative_sentiment", "count", ["upset"]),
        (
            [
                "What does a tune-up cost?",
                "That didn't help",
                "That is not what I asked",
                "That didn't answer my question",
            ],
            JAMIE,
            "failed_to_resolve",
            "count",
            ["unresolved"],
        ),
    ],
)
async def test_each_scenario_hands_over_with_its_evidence_and_tags(
    town: Town, texts: list[str], contact: Contact, reason: str, kind: str, own_tags: list[str]
) -> None:
    await talk(town, *texts, contact=contact)
    detail = await handed_over(town)
    first = detail.evidence[0]
    assert (detail.reason, first.scenario, first.kind) == (reason, reason, kind)
    assert first.score >= first.threshold
    assert first.matched
    assert await tags(town) == sorted(["human_handover", *own_tags])


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("Which user agent does your web site support?", JAMIE),
        ("Is it a human error when the filter is put in the wrong way round?", JAMIE),
        ("How long is the warranty on a furnace?", JAMIE),
        ("How much is a visit?", CUSTOMER),
    ],
)
async def test_a_near_miss_stays_one(town: Town, text: str, contact: Contact) -> None:
    only = {name: {"enabled": name != "lack_of_information"} for name in SCENARIOS}
    await town.change_bot(scenarios=scenarios(**only))
    await talk(town, text, contact=contact)
    assert await still_with_the_bot(town)


async def test_greetings_thanks_and_answers_to_questions_are_no_failures(town: Town) -> None:
    rejections = ["That didn't help", "That is not what I asked"]
    await talk(town, "Hello!", "What does a tune-up cost?", rejections[0], "thanks", rejections[1], "hello again")
    assert await still_with_the_bot(town)


# ---- thresholds and counts -------------------------------------------------------------------------------------------


async def test_a_score_counts_from_the_threshold_on(told: Town) -> None:
    await talk(told, "person 0.59")
    assert await still_with_the_bot(told)
    await talk(told, "person 0.6")
    evidence = (await handed_over(told)).evidence[0]
    assert (evidence.score, evidence.threshold, evidence.matched) == (0.6, 0.6, "human_requested")


async def test_the_threshold_is_a_setting_of_the_bot(told: Town) -> None:
    await told.change_bot(scenarios=scenarios(human_requested={"threshold": 0.61}))
    await talk(told, "person 0.6")
    assert await still_with_the_bot(told)


@pytest.mark.parametrize(("retries", "texts"), [(0, ["no"]), (1, ["no", "no"]), (2, ["no", "no", "no"])])
async def test_the_bot_tries_again_as_often_as_it_should(told: Town, retries: int, texts: list[str]) -> None:
    await told.change_bot(scenarios=scenarios(failed_to_resolve={"retries": retries}))
    await talk(told, "my furnace is loud", *texts[1:])
    assert await still_with_the_bot(told)
    await talk(told, "no")
    detail = await handed_over(told)
    assert (detail.reason, detail.evidence[0].score, detail.evidence[0].threshold) == (
        "failed_to_resolve",
        retries + 1,
        retries,
    )


async def test_a_turn_that_helped_sets_the_count_to_zero(told: Town) -> None:
    await talk(told, "my furnace is loud", "no", "no", "yes", "no", "no")
    assert await still_with_the_bot(told)
    await talk(told, "no")
    assert (await handed_over(told)).reason == "failed_to_resolve"


async def test_upset_messages_count_in_a_row_and_from_the_threshold_on(told: Town) -> None:
    await talk(told, "furious", "hello", "furious", "annoyed", "furious")
    assert await still_with_the_bot(told)
    await talk(told, "furious")
    assert (await handed_over(told)).reason == "negative_sentiment"


async def test_a_clarifying_question_is_asked_before_a_gap_hands_over(told: Town) -> None:
    await talk(told, "vague")
    assert await told.said_by(Author.bot) == ["Which model is it?"]
    await talk(told, "vague")
    assert (await handed_over(told)).reason == "lack_of_information"


async def test_a_scenario_that_is_off_does_nothing(told: Town) -> None:
    off = {name: {"enabled": False} for name in SCENARIOS}
    await told.change_bot(scenarios=scenarios(**off), rules=[])
    await talk(told, "gap", "everything", "no", "no", "no", "furious", "furious", contact=VIP)
    assert await still_with_the_bot(told)


# ---- high value, urgent, unavailable ---------------------------------------------------------------------------------


async def test_what_is_urgent_is_due_in_2_hours_with_high_priority(town: Town) -> None:
    await town.change_bot(actions={"follow_up": {}, "urgent": {}, "specialist": {}})
    await talk(town, "This is urgent")
    detail = await handed_over(town)
    [task] = detail.tasks
    assert (detail.priority, task.priority, task.due_at - detail.opened_at) == (Priority.high, Priority.high, 2 * HOUR)


async def test_a_chance_is_no_emergency(town: Town) -> None:
    await town.change_bot(
        scenarios=scenarios(high_value={"urgent": False, "action": "follow_up"}), actions={"follow_up": {}} | OTHERS
    )
    await talk(town, "We are an enterprise and want a bulk order")
    detail = await handed_over(town)
    [task] = detail.tasks
    assert (detail.reason, detail.priority) == ("high_value", Priority.high)
    assert (task.priority, task.due_at - detail.opened_at) == (Priority.high, 24 * HOUR)
    assert await tags(town) == ["human_handover", "sales-opportunity"]


OTHERS: dict[str, Any] = {"urgent": {}, "specialist": {}}


async def test_everything_else_is_due_in_a_day_with_medium_priority(town: Town) -> None:
    await town.change_bot(actions={"follow_up": {}} | OTHERS)
    await talk(town, "I want to talk to a human")
    detail = await handed_over(town)
    [task] = detail.tasks
    assert (task.priority, task.due_at - detail.opened_at) == (Priority.medium, 24 * HOUR)


async def test_an_assistant_that_is_away_hands_over_by_the_default_action(told: Town) -> None:
    await told.change_bot(default_action="specialist", offer_first=True, trigger_mode="button")
    await talk(told, "outage")
    detail = await handed_over(told)
    assert (detail.reason, detail.evidence[0].matched) == ("bot_unavailable", "no model answers")
    assert await tags(told) == ["HVAC-code", "bot-unavailable", "human_handover"]


# ---- custom rules ----------------------------------------------------------------------------------------------------

RULE = {
    "name": "Refund",
    "when": "The contact wants their money back.",
    "phrases": ["I want my money back"],
    "keywords": ["refund"],
    "tags": ["money"],
    "action": "urgent",
    "urgent": True,
}


@pytest.mark.parametrize(
    ("text", "kind"), [("give me my monney back!", "phrase"), ("Is a refund possible?", "keyword")]
)
async def test_a_custom_rule_knows_phrases_and_keywords(town: Town, text: str, kind: str) -> None:
    await town.change_bot(rules=[RULE], scenarios=scenarios(lack_of_information={"enabled": False}))
    await talk(town, text)
    detail = await handed_over(town)
    assert (detail.reason, detail.priority, detail.evidence[0].kind) == ("Refund", Priority.high, kind)
    assert await tags(town) == ["human_handover", "money", "urgent"]


@pytest.mark.parametrize(
    ("conditions", "fires"),
    [
        ({"contact_tags_any": ["customer", "partner"]}, True),
        ({"contact_tags_any": ["partner"]}, False),
        ({"contact_tags_none": ["customer"]}, False),
        ({"contact_fields": {"plan": "gold"}}, True),
        ({"contact_fields": {"plan": "silver"}}, False),
        ({"contact_tags_any": ["customer"], "contact_fields": {"plan": "gold", "city": "Chicago"}}, False),
    ],
)
async def test_a_custom_rule_asks_for_tags_and_fields_of_the_contact(
    town: Town, conditions: dict[str, Any], fires: bool
) -> None:
    await town.change_bot(
        rules=[RULE | {"conditions": conditions}], scenarios=scenarios(lack_of_information={"enabled": False})
    )
    await talk(town, "I want my money back", contact=CUSTOMER)
    assert await still_with_the_bot(town) is not fires


# ---- several at once -------------------------------------------------------------------------------------------------


async def test_the_higher_priority_wins_and_the_evidence_shows_all_that_fired(told: Town) -> None:
    await talk(told, "everything", contact=CUSTOMER)
    detail = await handed_over(told)
    assert [(one.scenario, one.priority) for one in detail.evidence] == [
        ("high_value", 10),
        ("human_requested", 0),
        ("lack_of_information", 0),
        ("complex_request", 0),
        ("Warranty claim", 0),
    ]
    assert detail.reason == "high_value"
    assert await tags(told) == ["complex", "customer", "human_handover", "info-gap", "urgent", "warranty"]


async def test_of_one_priority_the_first_in_the_settings_wins(told: Town) -> None:
    await told.change_bot(scenarios=scenarios(high_value={"priority": 0}, complex_request={"priority": 0}))
    await talk(told, "everything")
    assert (await handed_over(told)).reason == "human_requested"


# ---- how a bot hands over --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("mode", ["auto", "both"])
async def test_a_typed_request_is_honoured(town: Town, mode: str, channel: str) -> None:
    await town.change_bot(trigger_mode=mode)
    await talk(town, "I want to talk to a human", channel=channel)
    assert (await handed_over(town)).reason == "human_requested"


async def test_where_the_button_counts_a_typed_request_is_answered_with_it(town: Town) -> None:
    await town.change_bot(trigger_mode="button")
    await talk(town, "I want to talk to a human")
    assert await still_with_the_bot(town)
    assert await town.said_by(Author.bot) == [BUTTON]
    await town.client.request_human(town.conversation_id, RequestHuman())
    assert (await handed_over(town)).evidence[0].kind == "button"


async def test_a_channel_without_a_button_honours_the_typed_request(town: Town) -> None:
    await town.change_bot(trigger_mode="button")
    await talk(town, "I want to talk to a human", channel="sms")
    assert (await handed_over(town)).evidence[0].kind == "phrase"


async def test_where_the_button_counts_nothing_else_hands_over(told: Town) -> None:
    await told.change_bot(trigger_mode="button")
    await talk(told, "gap")
    assert await still_with_the_bot(told)
    assert await told.said_by(Author.bot) == [f"I don't know. {BUTTON}"]


@pytest.mark.parametrize("answer", ["yes please", "Yes, connect me to a person"])
async def test_an_offer_waits_for_the_yes(town: Town, answer: str) -> None:
    await town.change_bot(offer_first=True)
    await talk(town, "I want to talk to a human")
    assert await still_with_the_bot(town)
    assert await town.said_by(Author.bot) == [OFFER]
    await talk(town, answer)
    detail = await handed_over(town)
    assert (detail.reason, detail.tasks[0].title) == (
        "human_requested",
        "Follow up: I want to talk to a human — human requested",
    )


@pytest.mark.parametrize(("answer", "said"), [("no thanks", DECLINED), ("How much is a visit?", "$89")])
async def test_a_no_or_another_question_ends_the_offer(town: Town, answer: str, said: str) -> None:
    await town.change_bot(offer_first=True)
    await talk(town, "I want to talk to a human", answer)
    assert said in (await town.said_by(Author.bot))[-1]
    await talk(town, "yes")
    assert await still_with_the_bot(town)


@pytest.mark.parametrize("contact_line", ["+1 555 0199", ""])
async def test_a_bot_that_is_off_opens_nothing_and_says_how_else_to_reach_the_team(
    told: Town, contact_line: str
) -> None:
    await told.change_bot(enabled=False, contact_line=contact_line)
    await talk(told, "person 0.6", "gap", "outage")
    assert await still_with_the_bot(told)
    line = f" You can reach the team here: {contact_line}" if contact_line else ""
    said = await told.said_by(Author.bot)
    assert said == [f"{NOT_HERE}{line}", f"I don't know.{line}", f"I'm sorry, I can't answer that right now.{line}"]
    assert await tags(told) == []
