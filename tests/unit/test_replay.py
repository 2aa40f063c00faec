"""A recorded conversation under other rules: the same turns and transcripts, and nothing said about what can't be known."""

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from benchmarks.backtest.recorder import Recorder
from handover.bot import Bot
from handover.casefile import Case
from handover.messages import Author, Contact
from handover.ports import Line, Question
from handover.replay import Change, Window
from handover.triggers import OFFER
from handover.turns import Facts, Score
from store import Store
from tests.unit.backtest_world import OFF, Ticking, World, a_bot, rule

pytest_plugins = ["tests.unit.store_fixtures"]

PERSON = "I want to talk to a human"
REFUND = "I want a refund please"
PRICE = "What does a visit cost?"
SAME, CHANGED, MOVED, APPEARED = Change.same, Change.changed, Change.moved, Change.appeared
VANISHED, UNKNOWN, MISSED = Change.vanished, Change.unknown, Change.missed
WITHOUT = a_bot(scenarios=OFF)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
async def world(store: Store, clock: Ticking) -> World:
    made = World(store, clock)
    await made.uses(a_bot())
    return made


class Listening:
    """An assistant that remembers what it was asked, and finds what it was told to find."""

    def __init__(self, **facts: Facts) -> None:
        self.facts = facts
        self.asked: list[Question] = []

    async def read(self, question: Question) -> Facts:
        self.asked.append(question)
        return self.facts.get(question.text, Facts(answer=f"You said {question.text}", grounded=True))

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        return ""


ASKS = Facts(answer="Well.", scores={"human_requested": Score(score=0.9, matched=PERSON)})
REFUNDS = Facts(answer="Well.", scores={"Refund": Score(score=1.0, matched="refund", kind="keyword")})
REJECTS = Facts(answer="Then try this.", grounded=True, helped=False)
GAP = Facts(answer="I don't know.", grounded=False)
YES, NO = Facts(accepts=True), Facts(accepts=False)


def an_assistant() -> Listening:
    return Listening(person=ASKS, refund=REFUNDS, no=REJECTS, gap=GAP, yes=YES, nope=NO)


def known(question: Question) -> tuple[object, ...]:
    """What rules can see of the contact."""
    contact = question.contact
    return contact.name, contact.email, contact.tags, contact.fields


def whole(question: Question) -> tuple[object, ...]:
    return question.text, list(question.transcript), question.offered, known(question)


# ---- the turns, and what was known in each ----------------------------------------------------------------------------


async def test_each_turn_is_asked_exactly_as_it_was(world: World) -> None:
    """Bursts, words to a silent bot, a person's words, notes, and a bot that comes back: question for question."""
    live, again = an_assistant(), an_assistant()
    talk = world.conversation(assistant=live)
    await talk.says("one")
    await talk.says("two", "three")
    await talk.says("person")
    await talk.says("hello?")
    await talk.says("anybody?")
    await talk.comes_back()
    await talk.says("four")
    await talk.replies("I am here.")
    await talk.says("thank you")
    await talk.completed()
    await talk.says("five")
    await world.replayed(a_bot(), assistant=again)
    assert [one.text for one in live.asked] == [
        *("one", "two\nthree", "person", "hello?\nanybody?", "four", "thank you", "five")
    ]
    assert list(map(whole, again.asked)) == list(map(whole, live.asked))


async def test_what_was_learned_and_tagged_is_known_when_it_was(world: World) -> None:
    live, again = an_assistant(), an_assistant()
    live.facts["my name is Mia"] = again.facts["my name is Mia"] = Facts(answer="Hello.", fields={"name": "Mia"})
    live.facts["flat 12-B"] = again.facts["flat 12-B"] = Facts(answer="Thanks.", fields={"flat": "12 B"})
    talk = world.conversation(assistant=live, contact=Contact(tags=["vip"], fields={"plan": "Gold"}))
    for text in ("one", "my name is Mia", "two", "person"):
        await talk.says(text)
    await talk.says("call me at mia@example.org")
    await talk.completed()
    await talk.says("flat 12-B")
    await talk.says("three")
    await world.replayed(a_bot(), assistant=again)
    gold = {"plan": "Gold"}
    assert list(map(known, again.asked)) == [
        *[("", "", ["vip"], gold)] * 2,
        *[("Mia", "", ["vip"], gold)] * 2,
        *[("Mia", "mia@example.org", ["vip", "human_handover"], gold)] * 2,
        ("Mia", "mia@example.org", ["vip", "human_handover"], gold | {"flat": "12 B"}),
    ]
    assert list(map(known, again.asked)) == list(map(known, live.asked))


async def test_an_answer_that_was_thrown_away_is_not_judged(world: World) -> None:
    talk = world.conversation()
    await talk.is_outrun(REFUND)
    await talk.replies("I'll see to it.")
    assert [(one.change, one.trigger and one.trigger.reason) for one in await world.findings(a_bot(rule()))] == [
        (SAME, "taken_over")
    ]


async def test_while_a_person_speaks_nothing_triggers(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.says(REFUND)
    await talk.replies("Of course.")
    await talk.says(REFUND)
    replayed = await world.replayed(a_bot(rule()))
    assert [one.change for one in replayed.findings] == [SAME]
    assert (replayed.turns, replayed.unjudged) == (1, 0)


async def test_internal_notes_are_never_shown(world: World) -> None:
    again = an_assistant()
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.notes("They are rude.")
    await talk.completed()
    await talk.says("And now?")
    await world.replayed(a_bot(), assistant=again)
    assert all(line.author is not Author.note for one in again.asked for line in one.transcript)


async def test_a_conversation_that_closes_is_forgotten_by_the_rules(world: World) -> None:
    """Two answers were rejected before it closed and one after it: that is not three in a row."""
    talk = world.conversation(assistant=an_assistant())
    for text in ("one", "no", "no"):
        await talk.says(text)
    await talk.closes()
    await talk.says("no")
    counting = a_bot(scenarios={"failed_to_resolve": {}})
    assert await world.changes(counting, assistant=an_assistant()) == []
    await talk.says("no")
    await talk.says("no")
    assert await world.changes(counting, assistant=an_assistant()) == [(APPEARED, 6)]


# ---- what becomes of a handover ---------------------------------------------------------------------------------------


async def test_the_same_rules_give_the_same_handovers(world: World) -> None:
    talk = world.conversation()
    await talk.says(PRICE)
    await talk.says(PERSON)
    await talk.completed()
    await talk.says(PERSON)
    assert await world.changes(a_bot()) == [(SAME, 2), (SAME, 3)]


async def test_a_planted_rule_appears_with_its_evidence(world: World) -> None:
    talk = world.conversation()
    await talk.says(PRICE)
    await talk.says("Then I want my refund!")
    await talk.says(PRICE)
    replayed = await world.replayed(a_bot(rule(action="money", urgent=True), actions={"follow_up": {}, "money": {}}))
    [found] = replayed.findings
    assert (found.change, found.turn, found.recorded, found.action) == (APPEARED, 2, None, "money")
    assert found.trigger is not None
    assert (found.trigger.reason, found.trigger.urgent, found.text) == ("Refund", True, "Then I want my refund!")
    [evidence] = found.trigger.evidence
    assert (evidence.matched, evidence.score, evidence.threshold, evidence.kind) == ("refund", 1.0, 0.6, "keyword")
    assert (replayed.turns, replayed.unjudged) == (2, 1)


async def test_a_rule_that_is_off_vanishes_with_what_came_of_it(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.completed(unnecessary=True)
    [found] = await world.findings(WITHOUT)
    assert (found.change, found.judged, found.trigger, found.seen) == (VANISHED, "unnecessary", None, None)
    assert found.recorded is not None
    assert found.recorded.trigger.evidence[0].scenario == "human_requested"


async def test_a_higher_threshold_shows_how_near_it_was(world: World) -> None:
    await world.conversation().says(PERSON)
    [found] = await world.findings(a_bot(scenarios={"human_requested": {"threshold": 1.0}}))
    assert found.change is VANISHED
    assert found.seen is not None
    assert 0.6 <= found.seen.score < 1.0


@pytest.mark.parametrize(
    "bot",
    [
        a_bot(rule(keywords=["human"], priority=5)),
        a_bot(scenarios={"human_requested": {"action": "other"}}, actions={"follow_up": {}, "other": {}}),
        a_bot(scenarios={"human_requested": {"urgent": True}}),
        a_bot(offer_first=True),
    ],
    ids=["reason", "action", "urgent", "offered"],
)
async def test_another_reason_action_or_urgency_is_a_change(world: World, bot: Bot) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.completed()
    await talk.says(PRICE)
    [found] = await world.findings(bot)
    assert (found.change, found.turn, found.offered) == (CHANGED, 1, bot.handover.offer_first)


async def test_a_rule_that_only_fires_as_well_changes_nothing(world: World) -> None:
    await world.conversation().says(PERSON)
    [found] = await world.findings(a_bot(rule(keywords=["human"])))
    assert found.change is SAME
    assert found.trigger is not None
    assert [one.scenario for one in found.trigger.evidence] == ["human_requested", "Refund"]


async def test_a_handover_that_would_come_earlier_has_moved(world: World) -> None:
    """And once it has come in the recording too, everything is comparable again."""
    talk = world.conversation()
    await talk.says(REFUND)
    await talk.says(PRICE)
    await talk.says(PERSON)
    await talk.completed()
    await talk.says(PERSON)
    replayed = await world.replayed(a_bot(rule()))
    assert [(one.change, one.turn) for one in replayed.findings] == [(MOVED, 1), (SAME, 4)]
    assert replayed.findings[0].recorded is not None
    assert (replayed.findings[0].recorded.turn, replayed.turns, replayed.unjudged) == (3, 2, 2)


async def test_it_has_not_moved_where_the_conversation_was_closed_between(world: World) -> None:
    talk = world.conversation()
    await talk.says(REFUND)
    await talk.closes()
    await talk.says(PERSON)
    assert await world.changes(a_bot(rule())) == [(APPEARED, 1), (UNKNOWN, 2)]


async def test_a_handover_that_would_come_later_has_moved(world: World) -> None:
    """The contact, left with the bot, says what another rule waits for before a person has spoken."""
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.says(REFUND)
    await talk.replies("Hello, how can I help?")
    await talk.says(REFUND)
    await talk.completed()
    await talk.says(REFUND)
    assert await world.changes(a_bot(rule(), scenarios=OFF)) == [(MOVED, 2), (APPEARED, 4)]


async def test_what_is_said_to_a_person_brings_no_handover_back(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.replies("Hello, how can I help?")
    await talk.says(REFUND)
    await talk.replies("It is on its way.")
    await talk.completed()
    assert await world.changes(a_bot(rule(), scenarios=OFF)) == [(VANISHED, 1)]


async def test_what_no_person_answered_is_the_bots_again(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.replies("Hello, how can I help?")
    await talk.says(REFUND)
    await talk.completed()
    assert await world.changes(a_bot(rule())) == [(SAME, 1), (APPEARED, 3)]


async def test_what_waited_for_a_handover_that_vanishes_is_judged_once(world: World) -> None:
    """The bot would have answered it at once, and not again when it came back."""
    again = an_assistant()
    talk = world.conversation(assistant=an_assistant())
    await talk.says("person")
    await talk.says("hello?")
    await talk.comes_back()
    await talk.says("there?")
    await world.replayed(WITHOUT, assistant=again)
    assert [one.text for one in again.asked] == ["person", "hello?", "there?"]


async def test_a_person_who_stepped_in_is_left_out_of_the_rules(world: World) -> None:
    talk = world.conversation()
    await talk.says(PRICE)
    await talk.takes_over()
    await talk.completed()
    assert await world.changes(WITHOUT) == [(SAME, 2)]
    assert await world.changes(a_bot(enabled=False)) == [(SAME, 2)]


async def test_the_button_is_pressed_again(world: World) -> None:
    talk = world.conversation()
    await talk.presses("A refund")
    await talk.completed()
    urgent = a_bot(scenarios={"human_requested": {"urgent": True}})
    assert await world.changes(a_bot()) == [(SAME, 1)]
    assert await world.changes(urgent) == [(CHANGED, 1)]
    assert await world.changes(a_bot(enabled=False)) == [(VANISHED, 1)]


async def test_the_button_brings_back_a_handover_that_would_not_be_open(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.presses()
    assert await world.changes(WITHOUT) == [(MOVED, 1)]
    assert await world.changes(a_bot(enabled=False)) == [(VANISHED, 1)]


async def test_the_button_that_a_person_is_there_for_brings_nothing_back(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.replies("Hello")
    await talk.presses()
    assert await world.changes(WITHOUT) == [(VANISHED, 1)]


async def test_a_trigger_in_an_open_handover_is_none_of_its_own(world: World) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.comes_back()
    await talk.says(REFUND)
    await talk.says(PERSON)
    await talk.comes_back()
    await talk.says(PRICE)
    assert await world.changes(a_bot(rule())) == [(SAME, 1)]
    # The second request joined the first one's case, which would not be open.
    assert await world.changes(a_bot(rule(), scenarios=OFF)) == [(MOVED, 2)]


async def test_a_model_that_could_not_be_reached_is_taken_as_it_was(world: World) -> None:
    down = Listening(one=Facts(unavailable="no model answers"))
    await world.conversation(assistant=down).says("one")
    assert await world.changes(WITHOUT) == [(SAME, 1)]
    assert await world.changes(a_bot(enabled=False)) == [(VANISHED, 1)]


async def test_rejections_are_counted_as_they_are_live(world: World) -> None:
    talk = world.conversation(assistant=an_assistant())
    for text in ("one", "no", "no", "no"):
        await talk.says(text)
    twice = a_bot(scenarios={"failed_to_resolve": {"retries": 2}})
    assert await world.changes(twice, assistant=an_assistant()) == [(APPEARED, 4)]
    thrice = a_bot(scenarios={"failed_to_resolve": {"retries": 3}})
    assert await world.changes(thrice, assistant=an_assistant()) == []


async def test_conditions_see_the_contact_as_it_was(world: World) -> None:
    """The tag that a handover puts on is not there before it, nor where the handover would not come."""
    talk = world.conversation()
    await talk.says(REFUND)
    await talk.says(PERSON)
    await talk.completed()
    await talk.says(REFUND)
    again = rule(conditions={"contact_tags_any": ["human_handover"]})
    first = rule(conditions={"contact_tags_none": ["human_handover"]})
    assert await world.changes(a_bot(again)) == [(SAME, 2), (APPEARED, 3)]
    assert await world.changes(a_bot(first)) == [(MOVED, 1)]
    assert await world.changes(a_bot(again, scenarios=OFF)) == [(VANISHED, 2)]


async def test_a_handover_in_another_conversation_of_the_contact_tags_it_too(world: World) -> None:
    mia = Contact(id="mia")
    await world.conversation("c1", contact=mia).says(REFUND)
    await world.conversation("c2", contact=mia).says(PERSON)
    await world.conversation("c3", contact=mia).says(REFUND)
    again = a_bot(rule(conditions={"contact_tags_any": ["human_handover"]}))
    assert await world.changes(again, "c1") == []
    assert await world.changes(again, "c3") == [(APPEARED, 1)]


# ---- a bot that asks first --------------------------------------------------------------------------------------------


async def test_an_offer_that_was_accepted(world: World) -> None:
    await world.uses(a_bot(offer_first=True))
    talk = world.conversation(assistant=an_assistant())
    for text in ("person", "yes"):
        await talk.says(text)
    again = an_assistant()
    assert await world.changes(a_bot(offer_first=True), assistant=again) == [(SAME, 2)]
    assert await world.changes(a_bot(), assistant=again) == [(MOVED, 1)]
    assert await world.changes(a_bot(offer_first=True, scenarios=OFF), assistant=again) == [(VANISHED, 2)]


async def test_an_offer_that_was_declined(world: World) -> None:
    await world.uses(a_bot(offer_first=True))
    talk = world.conversation(assistant=an_assistant())
    for text in ("person", "nope", "one"):
        await talk.says(text)
    assert OFFER in [line.text for line in await world.store.transcripts.transcript("c1")]
    assert await world.changes(a_bot(offer_first=True), assistant=an_assistant()) == []
    assert await world.changes(a_bot(), assistant=an_assistant()) == [(APPEARED, 1)]


async def test_an_offer_that_never_was_can_not_be_followed(world: World) -> None:
    """What the contact wrote next is no answer to it."""
    talk = world.conversation(assistant=an_assistant())
    for text in ("refund", "yes", "one"):
        await talk.says(text)
    replayed = await world.replayed(a_bot(rule(), offer_first=True), assistant=an_assistant())
    assert [(one.change, one.turn, one.offered) for one in replayed.findings] == [(APPEARED, 1, True)]
    assert (replayed.turns, replayed.unjudged) == (1, 2)


# ---- what people judged, and when -------------------------------------------------------------------------------------


async def test_a_missed_handover_that_would_come(world: World) -> None:
    talk = world.conversation()
    for text in (REFUND, PRICE, PRICE):
        await talk.says(text)
    await world.store.missed.mark("c1", 2, "omar", "They gave up")
    replayed = await world.replayed(a_bot(rule()))
    assert [(one.change, one.turn, one.judged) for one in replayed.findings] == [(APPEARED, 1, "missed")]
    assert [one.turn for one in replayed.caught] == [2]


async def test_a_missed_handover_that_would_still_be_missed(world: World) -> None:
    talk = world.conversation()
    for text in (PRICE, PRICE, REFUND):
        await talk.says(text)
    await world.store.missed.mark("c1", 2, "omar", "")
    replayed = await world.replayed(a_bot(rule()))
    assert [(one.change, one.turn, one.judged) for one in replayed.findings] == [
        (MISSED, 2, "missed"),
        (APPEARED, 3, ""),
    ]
    assert replayed.findings[0].text == PRICE
    assert replayed.caught == []


async def test_a_missed_handover_that_would_come_as_one_that_came_too_late(world: World) -> None:
    talk = world.conversation()
    for text in (REFUND, PRICE, PERSON):
        await talk.says(text)
    await talk.completed()
    await talk.says(PRICE)
    await world.store.missed.mark("c1", 2, "omar", "")
    await world.store.missed.mark("c1", 4, "omar", "")
    replayed = await world.replayed(a_bot(rule()))
    assert [(one.change, one.turn, one.judged) for one in replayed.findings] == [
        (MOVED, 1, "needed"),
        (MISSED, 4, "missed"),
    ]
    assert [one.turn for one in replayed.caught] == [2]


async def test_only_the_turns_of_a_time_are_judged(world: World) -> None:
    talk = world.conversation()
    ends = []
    for _ in range(3):
        await talk.says(REFUND)
        await talk.says(PERSON)
        await talk.completed()
        ends.append(world.clock())
    again = a_bot(rule(), scenarios=OFF)
    assert await world.changes(again) == [(MOVED, 1), (MOVED, 3), (MOVED, 5)]
    assert await world.changes(again, window=Window(since=ends[0], until=ends[1])) == [(MOVED, 3)]
    assert await world.changes(again, window=Window(since=ends[1])) == [(MOVED, 5)]
    assert await world.changes(again, window=Window(until=ends[0])) == [(MOVED, 1)]
    assert await world.changes(again, window=Window(since=ends[2] + timedelta(days=1))) == []
    replayed = await world.replayed(a_bot(), window=Window(since=ends[0], until=ends[1]))
    assert ([(one.change, one.turn) for one in replayed.findings], replayed.turns) == ([(SAME, 4)], 2)


# ---- any conversation at all ------------------------------------------------------------------------------------------

WORDS = ("one", "two", "no", "refund", "person", "gap", "yes", "nope")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("offer_first", [False, True])
async def test_whatever_happened_happens_again_under_the_same_rules(world: World, seed: int, offer_first: bool) -> None:
    """Random lives: nothing appears, nothing vanishes, and every turn was asked with the same words before it."""
    bot = a_bot(rule(), scenarios={"lack_of_information": {}, "failed_to_resolve": {}}, offer_first=offer_first)
    await world.uses(bot)
    live, again = an_assistant(), an_assistant()
    talk = world.conversation(assistant=live)
    chance = random.Random(seed)
    for _ in range(25):
        await _something(talk, chance)
    replayed = await world.replayed(bot, assistant=again)
    assert {one.change for one in replayed.findings} <= {SAME}
    [recording] = await world.store.recordings.recordings(["c1"])
    assert len(replayed.findings) == len(recording.handovers)
    assert list(map(whole, again.asked)) == list(map(whole, live.asked))


async def _something(talk: Recorder, chance: random.Random) -> None:
    """What a contact or a person may do next."""
    act = chance.random()
    if talk.case is None:
        if act < 0.05:
            await talk.takes_over()
        elif act < 0.1 and talk.state.standing is not None:
            await talk.closes()
        elif act < 0.15:
            await talk.presses("Help")
        else:
            await talk.says(*chance.choices(WORDS, k=chance.choice((1, 1, 2))))
    elif act < 0.15:
        await talk.replies(f"Reply {act}")
    elif act < 0.3 and not talk.state.bot_speaks:
        await talk.comes_back()
    elif act < 0.45:
        await talk.completed(unnecessary=act < 0.35)
    else:
        await talk.says(*chance.choices(WORDS, k=chance.choice((1, 2))))
