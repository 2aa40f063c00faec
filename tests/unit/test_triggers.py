"""When a conversation is handed over: facts in, rules applied, a decision with its evidence out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.bot import Bot, Priority
from handover.messages import Contact, Evidence
from handover.triggers import (
    BUTTON,
    DECLINED,
    NOT_HERE,
    OFFER,
    SORRY,
    Decision,
    Memory,
    decide,
    pressed_button,
)
from handover.turns import Facts, Rules, Score
from tests.unit.make import bot, facts, rules, scored

ALL_ON: dict[str, Any] = {
    "scenarios": {
        "negative_sentiment": {"enabled": True},
        "high_value": {"enabled": True, "vip_tags": ["vip"]},
        "complex_request": {"enabled": True},
    }
}
REJECTED = facts(helped=False)
GAP = facts(grounded=False, answer="I don't know.")
ASKED = facts(scores=scored(human_requested=0.9))


NOTHING = Memory()


def judged(found: Facts, by: Rules | None = None, memory: Memory = NOTHING, tags: tuple[str, ...] = ()) -> Decision:
    contact = Contact(tags=list(tags), fields={"plan": "Gold"})
    return decide(by or rules(), found, memory, contact, "Hello there", "turn/5")


def told(*turns: Facts, by: Rules | None = None) -> list[Decision]:
    """What becomes of turns that follow one another."""
    decisions, memory = [], Memory()
    for found in turns:
        decisions.append(judged(found, by, memory))
        memory = decisions[-1].memory
    return decisions


def without(by: Rules, names: set[str]) -> Rules:
    return by.model_copy(update={"rules": [rule for rule in by.rules if rule.name not in names]})


def reason(decision: Decision) -> str | None:
    return decision.trigger.reason if decision.trigger else None


def reasons(*turns: Facts, by: Rules | None = None) -> list[str | None]:
    return [reason(decision) for decision in told(*turns, by=by)]


def evidence(decision: Decision) -> list[Evidence]:
    assert decision.trigger is not None
    return decision.trigger.evidence


def test_an_answer_that_no_rule_objects_to_is_given() -> None:
    assert judged(facts()) == Decision("It costs 89 dollars.", None, Memory())


# ---- each scenario ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "tags", "fires", "kind", "matched"),
    [
        (ASKED, (), "human_requested", "phrase", "like human_requested"),
        (GAP, (), "lack_of_information", "model", "no grounded answer"),
        (facts(scores=scored(high_value=0.7)), (), "high_value", "phrase", "like high_value"),
        (facts(), ("vip",), "high_value", "tag", "vip"),
        (facts(scores=scored(complex_request=0.6)), (), "complex_request", "phrase", "like complex_request"),
        (facts(unavailable="the model did not answer"), (), "bot_unavailable", "model", "the model did not answer"),
    ],
)
def test_each_scenario_fires_and_says_why(
    found: Facts, tags: tuple[str, ...], fires: str, kind: str, matched: str
) -> None:
    decision = judged(found, rules(bot(**ALL_ON)), tags=tags)
    assert (reason(decision), decision.answer) == (fires, "")
    assert [(one.scenario, one.kind, one.matched) for one in evidence(decision)] == [(fires, kind, matched)]


@pytest.mark.parametrize(
    "scenario", ["human_requested", "lack_of_information", "negative_sentiment", "high_value", "complex_request"]
)
def test_a_scenario_that_is_off_does_nothing(scenario: str) -> None:
    off = bot(scenarios={**ALL_ON["scenarios"], scenario: {"enabled": False}})
    found = facts(grounded=scenario != "lack_of_information", scores=scored(**{scenario: 1.0}), sentiment=-1)
    memory = Memory(upset=5)
    others = {"negative_sentiment"} - {scenario}
    assert reason(judged(found, without(rules(off), others), memory)) is None


@pytest.mark.parametrize("name", ["human_requested", "high_value", "complex_request", "Warranty"])
@given(score=st.floats(0, 1), threshold=st.floats(0.01, 1))
def test_a_score_counts_from_its_threshold_on(name: str, score: float, threshold: float) -> None:
    by = rules(bot(**ALL_ON, rules=[{"name": "Warranty"}]))
    by.rules = [rule.model_copy(update={"threshold": threshold}) for rule in by.rules]
    decision = judged(facts(scores=scored(**{name: score})), by)
    assert reason(decision) == (name if score >= threshold else None)
    if decision.trigger:
        assert (decision.trigger.evidence[0].score, decision.trigger.evidence[0].threshold) == (
            round(score, 4),
            threshold,
        )


def test_a_high_score_of_something_that_is_no_rule_does_nothing() -> None:
    assert reason(judged(facts(scores=scored(world_peace=1.0)))) is None


def test_a_trigger_carries_what_the_handover_needs() -> None:
    settings = bot(
        actions={"follow_up": {}, "call": {}},
        scenarios={"human_requested": {"urgent": True, "action": "call", "tags": ["asked"]}},
    )
    trigger = judged(ASKED, rules(settings)).trigger
    assert trigger is not None
    assert (trigger.key, trigger.request, trigger.bot_version) == ("turn/5", "Hello there", 7)
    assert (trigger.urgent, trigger.action, trigger.tags, trigger.priority) == (True, "call", ["asked"], Priority.high)


# ---- failed to resolve -----------------------------------------------------------------------------------------------


def test_rejecting_the_third_answer_hands_over() -> None:
    decisions = told(facts(), REJECTED, REJECTED, REJECTED)
    assert [reason(one) for one in decisions] == [None, None, None, "failed_to_resolve"]
    assert [(one.kind, one.score, one.threshold) for one in evidence(decisions[-1])] == [("count", 3, 2)]
    assert decisions[-1].memory == Memory()


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_how_often_the_bot_tries_again_is_a_setting(retries: int) -> None:
    by = rules(bot(scenarios={"failed_to_resolve": {"retries": retries}}))
    assert reasons(*[REJECTED] * (retries + 1), by=by) == [None] * retries + ["failed_to_resolve"]


def test_a_turn_that_helped_sets_the_count_to_zero() -> None:
    helped = facts(helped=True)
    assert reasons(REJECTED, REJECTED, helped, REJECTED, REJECTED) == [None] * 5
    assert told(REJECTED, REJECTED, helped)[-1].memory.failed == 0


def test_greetings_thanks_and_answers_to_questions_count_neither_way() -> None:
    assert reasons(REJECTED, facts(), REJECTED, facts(), REJECTED) == [None] * 4 + ["failed_to_resolve"]


def test_a_phrase_for_it_counts_as_a_rejection_and_hands_nothing_over_by_itself() -> None:
    phrase = facts(scores=scored(failed_to_resolve=1.0))
    assert reasons(phrase, phrase, phrase) == [None, None, "failed_to_resolve"]
    assert told(facts(helped=False, scores=scored(failed_to_resolve=1.0)))[-1].memory.failed == 1
    assert told(facts(scores=scored(failed_to_resolve=0.5)))[-1].memory.failed == 0


@pytest.mark.parametrize("settings", [{"offer_first": True}, {"trigger_mode": "button"}])
def test_a_person_is_offered_when_an_answer_is_rejected_and_not_at_each_message_after_it(
    settings: dict[str, Any],
) -> None:
    offered, thanks = told(*[REJECTED] * 3, facts(answer="You're welcome."), by=rules(bot(**settings)))[2:]
    assert OFFER in offered.answer or BUTTON in offered.answer
    assert (thanks.answer, thanks.trigger) == ("You're welcome.", None)


# ---- lack of information ---------------------------------------------------------------------------------------------


def test_a_clarifying_question_is_asked_once() -> None:
    vague = facts(grounded=False, clarifying_question="Which model is it?")
    decisions = told(vague, vague)
    assert [one.answer for one in decisions] == ["Which model is it?", ""]
    assert reason(decisions[1]) == "lack_of_information"


def test_after_another_answer_a_new_gap_may_be_asked_about_again() -> None:
    vague = facts(grounded=False, clarifying_question="Which model is it?")
    assert reasons(vague, facts(), vague) == [None, None, None]


def test_no_question_is_asked_where_something_else_fires_too() -> None:
    found = facts(grounded=False, clarifying_question="Which model is it?", scores=scored(human_requested=1.0))
    assert reason(judged(found)) == "human_requested"


def test_where_there_was_nothing_to_look_up_nothing_lacks() -> None:
    assert reason(judged(facts(grounded=None))) is None


# ---- upset -----------------------------------------------------------------------------------------------------------


def test_repeated_dissatisfaction_is_counted_in_a_row() -> None:
    by, upset, calm = rules(bot(**ALL_ON)), facts(sentiment=-0.8), facts(sentiment=0.1)
    assert reasons(upset, upset, by=by) == [None, "negative_sentiment"]
    assert reasons(upset, calm, upset, by=by) == [None, None, None]


def test_a_phrase_that_shows_it_counts_like_the_tone() -> None:
    by, phrase = rules(bot(**ALL_ON)), facts(scores=scored(negative_sentiment=0.9))
    assert reasons(phrase, facts(sentiment=-0.8), by=by) == [None, "negative_sentiment"]


def test_a_tone_below_the_threshold_is_no_upset_message() -> None:
    assert reasons(*[facts(sentiment=-0.69)] * 4, by=rules(bot(**ALL_ON))) == [None] * 4


# ---- several at once -------------------------------------------------------------------------------------------------


def fired(**scores: float) -> Facts:
    return facts(scores=scored(**scores))


@pytest.mark.parametrize(
    ("settings", "order"),
    [
        ({}, ["high_value", "human_requested", "complex_request", "Warranty"]),
        ({"complex_request": 11}, ["complex_request", "high_value", "human_requested", "Warranty"]),
        ({"high_value": 0}, ["human_requested", "high_value", "complex_request", "Warranty"]),
    ],
)
def test_the_higher_priority_wins_then_the_order_in_the_settings_and_the_evidence_lists_all(
    settings: dict[str, int], order: list[str]
) -> None:
    scenarios = {name: dict(values) for name, values in ALL_ON["scenarios"].items()}
    for name, priority in settings.items():
        scenarios[name]["priority"] = priority
    by = rules(bot(scenarios=scenarios, rules=[{"name": "Warranty"}]))
    decision = judged(fired(Warranty=1, complex_request=1, high_value=1, human_requested=1), by)
    assert reason(decision) == order[0]
    assert [one.scenario for one in evidence(decision)] == order


def test_the_order_can_be_read_off_the_evidence() -> None:
    """Higher priorities first; of the same priority, as they stand in the settings."""
    scenarios = {**ALL_ON["scenarios"], "human_requested": {"priority": 5}, "lack_of_information": {"priority": 5}}
    custom = [{"name": "Refund", "priority": 5}, {"name": "Warranty", "priority": 100}]
    by = rules(bot(scenarios=scenarios, rules=custom))
    everything = fired(Refund=0.7, Warranty=0.6, complex_request=1, high_value=0.8, human_requested=0.9)
    decision = judged(everything.model_copy(update={"grounded": False, "sentiment": -1.0}), by, Memory(upset=1))
    assert [(one.scenario, one.priority) for one in evidence(decision)] == [
        ("Warranty", 100),
        ("high_value", 10),
        ("human_requested", 5),
        ("lack_of_information", 5),
        ("Refund", 5),
        ("negative_sentiment", 0),
        ("complex_request", 0),
    ]


def test_a_counted_rule_names_its_priority_too() -> None:
    by = rules(bot(scenarios={"failed_to_resolve": {"retries": 0, "priority": 3}}))
    assert [(one.kind, one.priority) for one in evidence(judged(REJECTED, by))] == [("count", 3)]


def test_the_button_and_a_model_that_is_away_have_their_priority() -> None:
    pressed = pressed_button(rules(bot(scenarios={"human_requested": {"priority": 4}})), "", "button/1")
    assert pressed is not None
    assert [one.priority for one in pressed.evidence] == [4]
    assert [one.priority for one in evidence(judged(facts(unavailable="timed out")))] == [0]


def test_a_custom_rule_of_higher_priority_wins_over_a_scenario() -> None:
    by = rules(bot(rules=[{"name": "Warranty", "priority": 1}]))
    assert reason(judged(fired(Warranty=0.6, human_requested=1), by)) == "Warranty"


def test_tags_of_all_that_fired_are_kept_once() -> None:
    by = rules(bot(**ALL_ON, rules=[{"name": "Warranty", "tags": ["complex", "warranty"], "priority": 99}]))
    trigger = judged(fired(complex_request=1, high_value=1, Warranty=1), by).trigger
    assert trigger is not None
    assert trigger.tags == ["complex", "warranty", "sales-opportunity"]


@pytest.mark.parametrize(("urgent", "tag"), [(True, "urgent"), (False, "sales-opportunity")])
def test_high_value_is_tagged_as_a_chance_or_as_urgent_and_has_high_priority(urgent: bool, tag: str) -> None:
    by = rules(bot(scenarios={"high_value": {"enabled": True, "urgent": urgent}}))
    trigger = judged(fired(high_value=1), by).trigger
    assert trigger is not None
    assert (trigger.tags, trigger.urgent, trigger.priority) == ([tag], urgent, Priority.high)


# ---- custom rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "tags", "fires"),
    [
        ({}, (), True),
        ({"contact_tags_any": ["customer", "vip"]}, ("vip", "new"), True),
        ({"contact_tags_any": ["customer"]}, ("new",), False),
        ({"contact_tags_none": ["blocked"]}, ("blocked", "customer"), False),
        ({"contact_tags_none": ["blocked"]}, (), True),
        ({"contact_fields": {"plan": "gold"}}, (), True),
        ({"contact_fields": {"plan": "silver"}}, (), False),
        ({"contact_fields": {"city": "Chicago"}}, (), False),
        ({"contact_tags_any": ["vip"], "contact_fields": {"plan": "silver"}}, ("vip",), False),
    ],
)
def test_a_custom_rule_fires_where_its_conditions_hold(
    conditions: dict[str, Any], tags: tuple[str, ...], fires: bool
) -> None:
    by = rules(bot(rules=[{"name": "Warranty", "conditions": conditions}]))
    assert (reason(judged(fired(Warranty=0.7), by, tags=tags)) == "Warranty") is fires


def test_a_rule_of_conditions_alone_fires_by_the_contact() -> None:
    conditions = {"contact_tags_any": ["vip", "press"], "contact_fields": {"plan": "gold"}}
    by = rules(bot(rules=[{"name": "Golden", "conditions": conditions}]))
    assert reason(judged(fired(), by, tags=("new",))) is None
    trigger = judged(fired(), by, tags=("press", "vip")).trigger
    assert trigger is not None
    assert [(one.scenario, one.kind, one.matched) for one in trigger.evidence] == [
        ("Golden", "tag", "vip, press, plan: Gold")
    ]


@pytest.mark.parametrize(
    "more", [{"when": "They ask about rental units"}, {"phrases": ["rent"]}, {"keywords": ["rent"]}]
)
def test_conditions_beside_words_only_narrow_them_down(more: dict[str, Any]) -> None:
    by = rules(bot(rules=[{"name": "Renting", "conditions": {"contact_tags_any": ["vip"]}} | more]))
    assert reason(judged(fired(), by, tags=("vip",))) is None
    assert reason(judged(fired(Renting=1), by, tags=("vip",))) == "Renting"


def test_what_somebody_is_not_is_no_reason_by_itself() -> None:
    by = rules(bot(rules=[{"name": "Others", "conditions": {"contact_tags_none": ["vip"]}}]))
    assert reason(judged(fired(), by)) is None


def test_a_custom_rule_that_is_off_does_nothing() -> None:
    assert reason(judged(fired(Warranty=1), rules(bot(rules=[{"name": "Warranty", "enabled": False}])))) is None


# ---- how a bot hands over --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "has_button", "answer"),
    [
        ("button", True, BUTTON),
        ("button", False, None),
        ("auto", True, None),
        ("both", True, None),
        ("both", False, None),
    ],
)
def test_a_typed_request_is_answered_by_the_trigger_mode(mode: str, has_button: bool, answer: str | None) -> None:
    decision = judged(ASKED, rules(bot(trigger_mode=mode), has_button))
    assert (decision.answer or None) == answer
    assert (decision.trigger is not None) is (answer is None)


@pytest.mark.parametrize("mode", ["button", "auto", "both"])
def test_the_button_itself_hands_over_at_once(mode: str) -> None:
    trigger = pressed_button(rules(bot(trigger_mode=mode, offer_first=True)), "My furnace is cold", "button/1")
    assert trigger is not None
    assert (trigger.key, trigger.reason, trigger.request) == ("button/1", "human_requested", "My furnace is cold")
    assert [one.kind for one in trigger.evidence] == ["button"]


def test_the_button_works_where_typed_requests_are_off() -> None:
    assert pressed_button(rules(bot(scenarios={"human_requested": {"enabled": False}})), "", "button/1") is not None


def test_an_offer_waits_for_the_yes() -> None:
    offered, accepted = told(ASKED, facts(accepts=True), by=rules(bot(offer_first=True)))
    assert (offered.answer, offered.trigger) == (OFFER, None)
    assert accepted.trigger == offered.memory.offered
    assert (reason(accepted), accepted.answer, accepted.memory) == ("human_requested", "", Memory())


def test_a_no_ends_the_offer() -> None:
    declined = told(ASKED, facts(accepts=False), by=rules(bot(offer_first=True)))[-1]
    assert declined == Decision(DECLINED, None, Memory())


def test_another_question_ends_the_offer() -> None:
    by = rules(bot(offer_first=True))
    assert reasons(ASKED, facts(), facts(accepts=True), by=by) == [None, None, None]


def test_a_clarifying_question_ends_the_offer() -> None:
    vague = facts(grounded=False, clarifying_question="Which model is it?")
    assert reasons(ASKED, vague, facts(accepts=True), by=rules(bot(offer_first=True))) == [None, None, None]


def test_a_yes_to_nothing_is_no_request() -> None:
    assert reason(judged(facts(accepts=True))) is None


@pytest.mark.parametrize(
    ("contact_line", "answer"),
    [("+1 555 0199", "{answer} You can reach the team here: +1 555 0199"), ("", "{answer}")],
)
@pytest.mark.parametrize(
    ("found", "own"), [(ASKED, NOT_HERE), (GAP, "I don't know."), (facts(unavailable="no model"), SORRY)]
)
def test_a_bot_that_is_off_opens_nothing_and_says_how_else_to_reach_the_team(
    found: Facts, own: str, contact_line: str, answer: str
) -> None:
    answer = answer.format(answer=own)
    by = rules(bot(enabled=False, contact_line=contact_line))
    decision = judged(found, by)
    assert (decision.answer, decision.trigger) == (answer, None)
    assert pressed_button(by, "", "button/1") is None


def test_a_yes_to_an_offer_opens_nothing_where_the_bot_was_switched_off_meanwhile() -> None:
    memory = judged(ASKED, rules(bot(offer_first=True))).memory
    decision = judged(facts(accepts=True), rules(bot(enabled=False)), memory)
    assert (decision.answer, decision.trigger, decision.memory) == (SORRY, None, Memory())


# ---- the model is away -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings", [{"offer_first": True}, {"trigger_mode": "button"}, {"scenarios": ALL_ON["scenarios"]}]
)
def test_without_a_model_the_default_action_hands_over_at_once(settings: dict[str, Any]) -> None:
    trigger = judged(facts(unavailable="timed out"), rules(bot(**settings))).trigger
    assert trigger is not None
    assert (trigger.reason, trigger.action, trigger.tags) == ("bot_unavailable", None, ["bot-unavailable"])


def test_without_a_model_what_the_words_ask_for_is_still_the_reason() -> None:
    found = facts(unavailable="timed out", scores=scored(high_value=1))
    trigger = judged(found, rules(bot(scenarios=ALL_ON["scenarios"]))).trigger
    assert trigger is not None
    assert trigger.reason == "high_value"
    assert [one.scenario for one in trigger.evidence] == ["high_value", "bot_unavailable"]
    assert "bot-unavailable" in trigger.tags


# ---- whatever a model says -------------------------------------------------------------------------------------------

SCORES = st.dictionaries(
    st.sampled_from(["human_requested", "lack_of_information", "high_value", "complex_request", "Warranty", "made_up"]),
    st.builds(Score, score=st.floats(0, 1), matched=st.text(max_size=20)),
)
FACTS = st.builds(
    Facts,
    answer=st.text(max_size=20),
    grounded=st.none() | st.booleans(),
    clarifying_question=st.sampled_from(["", "Which model?"]),
    scores=SCORES,
    sentiment=st.floats(-1, 1),
    helped=st.none() | st.booleans(),
    accepts=st.none() | st.booleans(),
)
BOTS = st.builds(
    lambda enabled, mode, offer_first: bot(**ALL_ON, enabled=enabled, trigger_mode=mode, offer_first=offer_first),
    st.booleans(),
    st.sampled_from(["button", "auto", "both"]),
    st.booleans(),
)


@given(BOTS, st.lists(FACTS, min_size=1, max_size=6))
def test_a_decision_is_an_answer_or_a_trigger_of_this_bots_rules_with_its_evidence(
    settings: Bot, turns: list[Facts]
) -> None:
    by = rules(settings)
    for found, decision in zip(turns, told(*turns, by=by), strict=True):
        if decision.trigger is None:
            assert decision.answer or not found.answer
            continue
        assert settings.handover.enabled
        assert decision.answer == ""
        assert decision.trigger.reason == decision.trigger.evidence[0].scenario
        assert decision.trigger.reason in {rule.name for rule in by.rules}
        assert all(one.score >= one.threshold for one in decision.trigger.evidence)
