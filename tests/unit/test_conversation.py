"""The state of a conversation: what it takes in, whom it believes, and what it carries from run to run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handover.casefile import Report
from handover.conversation import REMEMBERED_IDS, ConversationInput, ConversationState
from handover.errors import Refused
from handover.messages import Contact, ConversationStatus, HandoverStatus, PostedMessage
from handover.triggers import Memory
from handover.turns import Begun, Standing, Turn
from tests.unit.make import START, bot, opened, rules, trigger

BOT, ESCALATED, HUMAN, CLOSED = ConversationStatus


def standing(epoch: int, status: ConversationStatus = BOT, handover: int | None = None) -> Standing:
    return Standing(epoch=epoch, status=status, handover=handover, assignee="sarah" if handover else None)


def fresh(**values: object) -> ConversationState:
    return ConversationState.model_validate({"conversation_id": "c1", "standing": standing(0), **values})


def said(message_id: str) -> PostedMessage:
    return PostedMessage(message_id=message_id, text=f"text of {message_id}")


def report(
    seq: int, status: HandoverStatus = HandoverStatus.open, epoch: int = 1, number: int = 1, **values: object
) -> Report:
    speaker = standing(epoch) if status.ended else standing(epoch, ESCALATED, number)
    given_values = {"conversation_id": "c1", "number": number, "seq": seq, "standing": speaker, "status": status}
    return Report.model_validate({**given_values, **values})


def handed_over() -> ConversationState:
    state = fresh(memory=Memory(failed=3, upset=1))
    state.hand_over(opened(bot(), trigger(), name="Jamie"), trigger())
    return state


# ---- messages --------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from("abcdefgh"), max_size=30))
def test_each_message_is_taken_once_and_in_order(message_ids: list[str]) -> None:
    state = fresh()
    taken = [message_id for message_id in message_ids if state.receive(said(message_id))]
    assert taken == list(dict.fromkeys(message_ids))
    assert [message.message_id for message in state.waiting] == taken


def test_a_message_that_came_in_an_earlier_turn_is_still_known() -> None:
    state = fresh()
    state.receive(said("a"))
    state.begin_turn()
    assert not state.receive(said("a"))
    assert state.waiting == []


def test_a_run_remembers_the_last_thousand_ids() -> None:
    state = fresh()
    for number in range(REMEMBERED_IDS + 1):
        state.receive(said(str(number)))
    assert len(state.seen) == REMEMBERED_IDS
    assert state.seen[-1] == str(REMEMBERED_IDS)
    assert not state.receive(said("1"))
    assert state.receive(said("0"))


def test_everything_that_waits_becomes_the_next_turn() -> None:
    state = fresh(turn=4)
    for message_id in "ab":
        state.receive(said(message_id))
    assert [message.message_id for message in state.begin_turn()] == ["a", "b"]
    assert (state.turn, state.waiting, state.has_work(START)) == (5, [], False)
    assert state.begin_silent_turn() == 6


@pytest.mark.parametrize(
    ("status", "waits", "kept", "work"),
    [
        (BOT, False, [], False),
        (BOT, True, [], True),
        (BOT, False, [3], True),
        (ESCALATED, False, [3], False),
        (HUMAN, True, [3], True),
    ],
)
def test_kept_messages_are_work_once_the_bot_is_back(
    status: ConversationStatus, waits: bool, kept: list[int], work: bool
) -> None:
    state = fresh(standing=standing(1, status), waiting=[said("a")] if waits else [], kept=kept)
    assert state.has_work(START) is work


def test_kept_rows_are_kept_once_until_somebody_has_answered_them() -> None:
    state = fresh()
    state.keep([5, 3])
    state.keep([4, 5])
    assert state.kept == [3, 4, 5]
    state.answered(through=4)
    assert state.kept == [5]


# ---- who may speak ---------------------------------------------------------------------------------------------------


@given(st.permutations(range(1, 6)))
def test_the_newest_epoch_counts_in_whatever_order_the_news_come(epochs: list[int]) -> None:
    state = fresh()
    for epoch in epochs:
        state.adopt(standing(epoch, HUMAN if epoch % 2 else BOT))
    assert (state.epoch, state.status) == (5, HUMAN)


def test_the_same_epoch_again_changes_nothing() -> None:
    state = fresh(standing=standing(3, HUMAN))
    state.adopt(standing(3, BOT))
    assert state.status is HUMAN


def test_before_the_store_was_asked_the_bot_speaks_in_no_epoch() -> None:
    state = ConversationState(conversation_id="c1")
    assert (state.status, state.epoch, state.bot_speaks) == (BOT, 0, True)


def test_a_handover_that_the_store_knows_of_is_open_here_too() -> None:
    state = ConversationState(conversation_id="c1")
    state.begin(Begun(standing=standing(4, HUMAN, 2), turn=9, bot_id="hvac", contact=Contact(name="Jamie")))
    assert (state.turn, state.bot_id, state.contact.name) == (9, "hvac", "Jamie")
    assert state.handover is not None
    assert (state.handover.number, state.handover.assignee) == (2, "sarah")


def test_a_turn_teaches_the_settings_of_the_bot() -> None:
    state = fresh()
    current = rules(bot().model_copy(update={"id": "other"}))
    turn = Turn(standing=standing(2), bot_id="other", contact=Contact(name="Jamie"), rules=current, kept=[])
    state.learn(turn)
    assert (state.bot_id, state.contact.name, state.epoch) == ("other", "Jamie", 2)
    assert (state.close_after_seconds, state.debounce_seconds) == (7 * 86_400, 0)


# ---- handovers -------------------------------------------------------------------------------------------------------


def test_handing_over_silences_the_bot_and_forgets_failures() -> None:
    state = handed_over()
    assert (state.status, state.memory, state.contact.name) == (ESCALATED, Memory(), "Jamie")
    assert state.handover is not None
    assert (state.handover.number, state.handover.reason) == (1, "human_requested")


def test_a_second_handover_is_refused_and_names_the_first() -> None:
    state = handed_over()
    state.hear(report(1, assignee="sarah"))
    with pytest.raises(Refused, match="Handover c1~1 is already open; claim it") as refusal:
        state.check_no_handover()
    assert (refusal.value.code, refusal.value.holder) == ("handover_open", "sarah")
    fresh().check_no_handover()


def test_a_report_tells_how_the_handover_stands() -> None:
    state = handed_over()
    state.keep([3, 4, 5])
    news = report(2, HandoverStatus.acknowledged, epoch=2, assignee="ben", next_step="Waits", next_at=START, answered=4)
    assert state.hear(news)
    shown = state.view().handover
    assert shown is not None
    assert (shown.handover_id, shown.status, shown.assignee, shown.next_step, shown.next_at) == (
        "c1~1",
        "acknowledged",
        "ben",
        "Waits",
        START,
    )
    assert (state.kept, state.epoch) == ([5], 2)


@pytest.mark.parametrize("seq", [1, 2])
def test_an_older_or_repeated_report_is_passed_over(seq: int) -> None:
    state = handed_over()
    state.hear(report(2, HandoverStatus.acknowledged, assignee="ben"))
    before = state.model_copy(deep=True)
    assert not state.hear(report(seq, assignee="sarah", answered=99))
    assert state == before


def test_a_report_of_another_handover_is_passed_over() -> None:
    state = handed_over()
    state.keep([3])
    assert not state.hear(report(9, HandoverStatus.completed, number=7, answered=3))
    assert (state.kept, state.view().handover is None) == ([3], False)


@pytest.mark.parametrize("status", [HandoverStatus.completed, HandoverStatus.cancelled])
def test_an_ended_handover_gives_the_conversation_back(status: HandoverStatus) -> None:
    state = handed_over()
    assert state.hear(report(3, status, epoch=2))
    assert (state.handover, state.status) == (None, BOT)


def test_a_late_report_never_brings_an_ended_handover_back() -> None:
    state = handed_over()
    state.hear(report(3, HandoverStatus.completed, epoch=2))
    assert not state.hear(report(2, HandoverStatus.acknowledged, epoch=1))
    assert (state.handover, state.status) == (None, BOT)


def test_a_run_that_knows_nothing_yet_believes_a_report() -> None:
    state = ConversationState(conversation_id="c1")
    assert state.hear(report(4, HandoverStatus.acknowledged, epoch=3))
    assert (state.status, state.view().handover is None) == (ESCALATED, False)


def test_a_reactivated_handover_stays_open_while_the_bot_speaks() -> None:
    state = handed_over()
    state.hear(report(2, standing=standing(2, BOT, 1), reactivated=True))
    assert state.bot_speaks
    assert state.handover is not None
    assert state.handover.reactivated


# ---- from run to run -------------------------------------------------------------------------------------------------


def full() -> ConversationState:
    state = handed_over()
    state.hear(report(2, HandoverStatus.acknowledged, epoch=2, assignee="ben", next_step="Waits for a person"))
    state.receive(said("a"))
    state.receive(said("b"))
    state.keep([7, 8])
    state.memory = Memory(failed=2, clarified=True, offered=trigger(tags=["upset"]), upset=1)
    return state.model_copy(
        update={
            "turn": 151,
            "close_after_seconds": 60.0,
            "debounce_seconds": 0.5,
            "bot_id": "hvac",
            "catch_up_at": START,
        }
    )


def test_a_run_that_is_carried_over_keeps_everything() -> None:
    carried = ConversationInput(conversation_id="c1", carried=full())
    again = ConversationInput.model_validate_json(carried.model_dump_json()).state()
    assert again == full()
    assert isinstance(again.memory, Memory)
    assert (again.memory.failed, again.memory.offered) == (2, trigger(tags=["upset"]))


def test_every_field_of_the_carried_state_differs_from_its_default() -> None:
    state, plain = full(), ConversationState(conversation_id="")
    unset = {name for name in ConversationState.model_fields if getattr(state, name) == getattr(plain, name)}
    assert unset == {"v", "channel", "closed_by"}


def test_a_first_run_begins_with_what_started_it() -> None:
    start = ConversationInput(conversation_id="c1", bot_id="hvac", channel="sms", contact=Contact(name="Jamie"))
    state = start.state()
    assert (state.bot_id, state.channel, state.contact.name, state.standing) == ("hvac", "sms", "Jamie", None)


def test_operators_read_where_the_conversation_stands() -> None:
    assert fresh(turn=2).in_words() == "**Bot** after 2 turns on web"
    assert full().in_words() == (
        "**Escalated** after 151 turns on web\n\n2 messages of the contact wait for an answer\n\n"
        "Handover 1: , assigned to ben\n\nNext: Waits for a person"
    )


# ---- what starts it, written by hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("given_id", [{}, {"conversation_id": ""}, {"conversation_id": None}, {"conversation_id": [1]}])
def test_a_start_without_an_id_has_that_of_its_workflow(given_id: dict[str, object]) -> None:
    start = ConversationInput.model_validate(given_id).named("conversation/web:42")
    assert start.state().conversation_id == "web:42"


def test_a_start_with_an_id_keeps_it() -> None:
    assert ConversationInput(conversation_id="c1").named("another/id").conversation_id == "c1"


@pytest.mark.parametrize("workflow_id", ["c1", "conversation/", "conversation/a b", "handover/c1/1", ""])
def test_a_start_that_nothing_names_is_refused(workflow_id: str) -> None:
    with pytest.raises(Refused, match="conversation_id is missing"):
        ConversationInput().named(workflow_id)


def test_what_can_not_be_read_of_a_start_is_left_out() -> None:
    start = ConversationInput.model_validate({"bot_id": 7, "channel": 8, "contact": [9]})
    assert (start.bot_id, start.channel, start.contact) == (None, "web", None)


def test_what_can_be_read_of_a_contact_is_kept() -> None:
    given_contact = {"name": "Jamie", "phone": "+1" * 50, "tags": ["vip", 7], "fields": {"city": "Graz"}}
    start = ConversationInput.model_validate({"contact": given_contact})
    assert start.contact == Contact(name="Jamie", fields={"city": "Graz"})
    later = ConversationInput.model_validate({"contact": {"v": 2, "name": "Jamie"}})
    assert later.contact is None, "a later version may mean something else by the same name"


@pytest.mark.parametrize("foreign", [[], 7, "c1", None, {"v": 2}, {"carried": {}}])
def test_what_is_no_start_is_none(foreign: object) -> None:
    with pytest.raises(ValidationError):
        ConversationInput.model_validate(foreign)
