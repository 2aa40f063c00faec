"""The handover's states: what may happen in which of them, and who may do it."""

from itertools import product

import pytest

from handover.casefile import Holder
from handover.errors import Refused
from handover.lifecycle import HOLDER_ONLY, MOVES, Event, check, check_cancel, check_person, check_reopen, move
from handover.messages import HandoverStatus
from tests.unit.make import BEN, OMAR, PIA, SARAH, START, after, case

LIVE = [HandoverStatus.open, HandoverStatus.acknowledged, HandoverStatus.scheduled]
EVERYTHING = list(product(HandoverStatus, Event))


@pytest.mark.parametrize(("status", "event"), EVERYTHING)
def test_every_event_is_allowed_by_the_table_or_refused(status: HandoverStatus, event: Event) -> None:
    made = case(
        status=status, ended_by="omar" if status.ended else None, completed_at=after(1) if status.ended else None
    )
    if (status, event) in MOVES:
        check(made, event, "sarah")
        assert move(status, event) is MOVES[status, event]
        return
    assert move(status, event) is None
    with pytest.raises(Refused) as refusal:
        check(made, event, "sarah")
    assert refusal.value.code == f"already_{status}"
    assert (refusal.value.holder, refusal.value.since) == (made.ended_by, made.completed_at)


@pytest.mark.parametrize("status", [status for status in HandoverStatus if status.ended])
def test_what_has_ended_can_only_be_reopened(status: HandoverStatus) -> None:
    assert [event for event in Event if move(status, event)] == [Event.reopened]
    check_reopen(case(status=status), OMAR)


@pytest.mark.parametrize("status", LIVE)
def test_what_has_not_ended_cannot_be_reopened(status: HandoverStatus) -> None:
    with pytest.raises(Refused) as refusal:
        check_reopen(case(status=status), OMAR)
    assert (refusal.value.code, refusal.value.holder) == ("not_ended", "sarah")


def test_reopening_is_for_managers() -> None:
    with pytest.raises(Refused) as refusal:
        check_reopen(case(status=HandoverStatus.completed), SARAH)
    assert refusal.value.code == "managers_only"


@pytest.mark.parametrize(
    ("event", "becomes"),
    [
        (Event.completed, HandoverStatus.completed),
        (Event.cancelled, HandoverStatus.cancelled),
        (Event.scheduled, HandoverStatus.scheduled),
        (Event.escalated, HandoverStatus.open),
        (Event.claimed, HandoverStatus.acknowledged),
        (Event.replied, HandoverStatus.acknowledged),
    ],
)
@pytest.mark.parametrize("status", LIVE)
def test_people_may_do_these_in_every_live_state(status: HandoverStatus, event: Event, becomes: HandoverStatus) -> None:
    assert move(status, event) is becomes


@pytest.mark.parametrize(
    ("status", "reassigned", "handed_back"),
    [
        (HandoverStatus.open, HandoverStatus.open, HandoverStatus.acknowledged),
        (HandoverStatus.acknowledged, HandoverStatus.open, HandoverStatus.acknowledged),
        (HandoverStatus.scheduled, HandoverStatus.scheduled, HandoverStatus.scheduled),
    ],
)
def test_a_case_may_go_to_somebody_else_or_back_to_the_bot(
    status: HandoverStatus, reassigned: HandoverStatus, handed_back: HandoverStatus
) -> None:
    assert (move(status, Event.reassigned), move(status, Event.handed_back)) == (reassigned, handed_back)


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("event", [Event.noted, Event.snoozed])
def test_a_note_and_a_snooze_leave_the_state_as_it_is(status: HandoverStatus, event: Event) -> None:
    assert move(status, event) is status


@pytest.mark.parametrize(
    ("event", "only_in"),
    [
        (Event.went_idle, HandoverStatus.acknowledged),
        (Event.reactivated, HandoverStatus.open),
        (Event.resumed, HandoverStatus.scheduled),
    ],
)
def test_what_happens_by_itself_happens_in_one_state(event: Event, only_in: HandoverStatus) -> None:
    assert {status for status in HandoverStatus if move(status, event)} == {only_in}
    assert move(only_in, event) is HandoverStatus.open


def test_a_claimed_case_is_claimed_by_nobody_else() -> None:
    made = case(status=HandoverStatus.acknowledged, held_since=after(1))
    with pytest.raises(Refused, match=r"c1~1 was already claimed by Sarah Lindgren \(sarah\)") as refusal:
        check(made, Event.claimed, "ben")
    assert (refusal.value.code, refusal.value.holder, refusal.value.since) == ("already_claimed", "sarah", after(1))
    check(made, Event.claimed, "sarah")


def test_a_case_that_is_only_assigned_may_be_claimed_by_anybody() -> None:
    check(case(holder=SARAH), Event.claimed, "ben")


def test_a_completed_case_names_who_completed_it_and_since_when() -> None:
    made = case(status=HandoverStatus.completed, ended_by="ben", completed_at=START)
    with pytest.raises(Refused, match="was already completed by ben") as refusal:
        check(made, Event.completed, "sarah")
    assert (refusal.value.holder, refusal.value.since) == ("ben", START)


@pytest.mark.parametrize("event", sorted(HOLDER_ONLY))
@pytest.mark.parametrize(
    ("person", "may"),
    [(SARAH, True), (OMAR, True), (PIA, True), (Holder(staff_id="omar", name="Her manager"), True), (BEN, False)],
)
def test_these_are_for_the_holder_or_a_manager(event: Event, person: Holder, may: bool) -> None:
    made = case(holder=SARAH, held_since=after(1))
    if may:
        check_person(made, event, person)
        return
    with pytest.raises(Refused, match="is held by Sarah Lindgren") as refusal:
        check_person(made, event, person)
    assert (refusal.value.code, refusal.value.holder, refusal.value.since) == ("not_yours", "sarah", after(1))


def test_reply_complete_hand_back_snooze_and_reassign_are_for_the_holder() -> None:
    by_people = {Event.replied, Event.handed_back, Event.snoozed, Event.reassigned}
    assert by_people | {Event.completed, Event.scheduled, Event.escalated} == HOLDER_ONLY


@pytest.mark.parametrize("event", list(Event))
def test_where_nobody_holds_the_case_anybody_may(event: Event) -> None:
    check_person(case(holder=None), event, BEN)


@pytest.mark.parametrize("event", [Event.noted, Event.claimed])
def test_a_note_and_a_claim_are_for_anybody(event: Event) -> None:
    check_person(case(holder=SARAH), event, BEN)


def test_cancelling_is_for_managers() -> None:
    check_cancel(case(), OMAR)
    with pytest.raises(Refused, match="Cancelling is for managers; Sarah Lindgren may complete") as refusal:
        check_cancel(case(), SARAH)
    assert refusal.value.code == "managers_only"
