"""What changes while the team is not there: what the contact is told, what waits for the opening, and what does not."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from handover.messages import Author, Claim, Contact, ConversationStatus, RequestHuman
from handover.views import TaskView
from handover.wording import in_words
from tests.workflows.town import Town

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ON_TIME = timedelta(seconds=90)
"""How far what happened may lie from when it should: the server's clock runs on while a test does something."""

OFFLINE = "Our team is currently offline. Leave your email and we'll get back to you within 24 hours."
QUESTION = "How can we reach you? Please leave an email address or a phone number."
ASKED = "I want to talk to a human"
JAMIE = Contact(name="Jamie Rivera", phone="+13125550142")


async def opens_in(town: Town, hours: float, for_hours: float = 8, **more: Any) -> datetime:
    """Have the team come in so many hours, and every day at that time; returns when."""
    opening = (await town.now() + hours * HOUR).replace(second=0, microsecond=0)
    open_ = f"Mo-Su {opening:%H:%M}-{opening + for_hours * HOUR:%H:%M}"
    await town.change_bot(hours={"time_zone": "UTC", "open": open_}, **more)
    return opening


def actions(**follow_up: Any) -> dict[str, Any]:
    return {"follow_up": follow_up, "urgent": {"assign": {"to": "role:dispatch"}}, "specialist": {}}


async def task(town: Town) -> TaskView:
    return (await town.detail()).tasks[-1]


def near(at: datetime, expected: datetime) -> bool:
    return abs(at - expected) < ON_TIME


class TestTheContact:
    async def test_is_told_that_nobody_is_there_and_leaves_an_address(self, town: Town) -> None:
        await opens_in(town, 10)
        await town.hand_over()
        assert await town.said_by(Author.system) == [OFFLINE]
        await town.say("Sure, it's jamie@example.org")
        await town.until(lambda: _described(town, "jamie@example.org"))
        await town.until(lambda: town.log("contact_details"))
        assert (await town.conversation()).contact.email == "jamie@example.org"
        assert [one.text for one in await town.log("contact_details")] == ["The contact left jamie@example.org"]

    async def test_leaves_a_phone_number_that_cannot_be_dialled_and_it_is_kept_as_typed(self, town: Town) -> None:
        await opens_in(town, 10)
        await town.hand_over()
        await town.say("Phone: +1 555 0100")
        await town.until(lambda: _described(town, "+1 555 0100"))
        await town.until(lambda: town.log("contact_details"))
        assert (await town.conversation()).contact.phone == "+1 555 0100"
        assert [one.text for one in await town.log("contact_details")] == ["The contact left +1 555 0100"]

    async def test_is_promised_no_24_hours_that_nobody_can_keep(self, town: Town) -> None:
        opening = await opens_in(town, 0)
        await town.change_bot(hours={"time_zone": "UTC", "open": _only_on(opening + 80 * HOUR)})
        now = await town.now()
        await town.hand_over()
        due = (await task(town)).due_at
        [told] = await town.said_by(Author.system)
        assert due > now + 24 * HOUR
        assert told == OFFLINE.replace("24 hours", in_words(due - (await town.detail()).opened_at))

    async def test_who_can_be_reached_is_not_asked_for_an_address(self, town: Town) -> None:
        await opens_in(town, 10)
        await town.hand_over(JAMIE)
        [told] = await town.said_by(Author.system)
        assert told.startswith("We're currently closed. A team member will reach out during business hours.")
        assert "+1 555 0199" in told

    async def test_of_a_team_that_is_switched_off_is_told_so_at_any_time(self, town: Town) -> None:
        await town.change_bot(agents_available=False)
        await town.hand_over(JAMIE)
        assert await town.said_by(Author.system) == [OFFLINE]

    async def test_hears_of_the_switch_as_it_is_when_it_is_used(self, town: Town) -> None:
        """The bot has come back, and the contact asks again: by now somebody is there."""
        await town.change_bot(agents_available=False)
        await town.hand_over(JAMIE)
        await town.change_bot(agents_available=True)
        await town.pass_time(9 * HOUR)
        await town.say(ASKED)
        await town.until(lambda: _told(town, 2))
        assert (await town.said_by(Author.system))[-1] == "Thank you! Someone from the team will get back to you."

    async def test_is_asked_once_how_to_be_reached(self, town: Town) -> None:
        await town.hand_over()
        await town.until(lambda: _told(town, 2))
        await town.say("555 is all I say")
        await town.pass_time(9 * HOUR)
        await town.say(ASKED)
        await town.until(lambda: _told(town, 3))
        assert [one for one in await town.said_by(Author.system) if one == QUESTION] == [QUESTION]

    async def test_whose_number_is_known_is_not_asked_for_it(self, town: Town) -> None:
        await town.hand_over(JAMIE)
        assert QUESTION not in await town.said_by(Author.system)

    async def test_keeps_the_address_that_was_known_before(self, town: Town) -> None:
        await town.hand_over(Contact(email="old@example.org"))
        await town.say("My friend is new@example.org, and I am at +1 312 555 0142")
        await town.until(lambda: _described(town, "+13125550142"))
        contact = (await town.conversation()).contact
        assert (contact.email, contact.phone) == ("old@example.org", "+13125550142")


class TestWhatWaits:
    async def test_the_ladder_counts_from_the_opening_and_the_task_stays_due_where_it_can_be_kept(
        self, town: Town
    ) -> None:
        opening = await opens_in(town, 10)
        await town.hand_over()
        first = await town.detail()
        assert near(first.tasks[0].due_at, first.opened_at + 24 * HOUR)
        await town.pass_time(13 * HOUR + 30 * MINUTE)
        assert (await town.detail()).assignee == first.assignee
        await town.pass_time(HOUR)
        [rung] = await town.log("rung")
        assert near(rung.at, opening + 4 * HOUR)

    async def test_the_task_is_due_after_the_opening_where_nobody_would_be_there_before(self, town: Town) -> None:
        opening = await opens_in(town, 0)
        later = opening + 80 * HOUR
        await town.change_bot(hours={"time_zone": "UTC", "open": _only_on(later)})
        await town.hand_over()
        assert near((await task(town)).due_at, later + 24 * HOUR)

    async def test_nothing_that_is_urgent(self, town: Town) -> None:
        await opens_in(town, 10)
        await town.say("This is urgent")
        await town.until(town._all_steps_are_done)
        detail = await town.detail()
        [told, question] = await town.said_by(Author.system)
        assert "If this is urgent, please call +1 555 0199." in told
        assert question == QUESTION
        assert near(detail.tasks[0].due_at, detail.opened_at + 2 * HOUR)
        await town.pass_time(21 * MINUTE)
        assert near((await town.log("rung"))[0].at, detail.opened_at + 20 * MINUTE)

    async def test_repeated_rungs_but_not_the_first_one(self, town: Town) -> None:
        """Open for three hours from now on: the first firing comes at night, its repeats with the next opening."""
        ladder = [{"after": "6h", "to": "manager", "repeat": "5h"}]
        opening = await opens_in(town, 0, for_hours=3, actions=actions(ladder=ladder))
        await town.hand_over(JAMIE)
        opened_at = (await town.detail()).opened_at
        await town.pass_time(25 * HOUR)
        assert [_hours(one.at - opened_at) for one in await town.log("rung")] == [6, 24]
        assert near((await town.log("rung"))[-1].at, opening + 24 * HOUR)
        assert [one.text for one in await town.log("rung_skipped")] == ["Rung 1 passed over 2 times for rung 1"]

    async def test_answers_to_what_was_written_before_the_team_had_left(self, town: Town) -> None:
        """The bot is back at night, and answers; it wakes nobody with what was asked long ago."""
        opening = await opens_in(town, 0, for_hours=3, actions=actions())
        await town.hand_over(JAMIE)
        await town.say("What are your opening hours?")
        await town.pass_time(9 * HOUR)
        assert (await town.conversation()).status is ConversationStatus.bot
        assert await town.said_by(Author.bot) == []
        await town.pass_time(opening + 24 * HOUR - await town.now() + MINUTE)
        await town.until(lambda: _bot_said(town, 1))

    async def test_no_contact_who_writes_again_at_night(self, town: Town) -> None:
        await opens_in(town, 0, for_hours=3, actions=actions())
        await town.hand_over(JAMIE)
        await town.say("What are your opening hours?")
        await town.pass_time(9 * HOUR)
        await town.say("Where are you?")
        await town.until(lambda: _bot_said(town, 1))
        assert (await town.client.view(town.conversation_id)).kept == 0


class TestWorkingTime:
    async def test_every_length_of_time_counts_only_while_somebody_is_there(self, town: Town) -> None:
        """Open for 4 hours from now and for as long each day: 6 working hours end 2 hours into the second day."""
        settings = {
            "working_time": True,
            "task": {"due": "6h"},
            "reactivate_after": "5h",
            "ladder": [{"after": "4h 30m", "to": "assignee"}, {"after": "due", "to": "manager"}],
        }
        opening = await opens_in(town, 0, for_hours=4, actions=actions(**settings))
        await town.hand_over(JAMIE)
        day = opening + 24 * HOUR
        assert near((await task(town)).due_at, day + 2 * HOUR + (await _late(town, opening)))
        await town.pass_time(23 * HOUR)
        assert await town.log("rung") == []
        await town.pass_time(4 * HOUR)
        steps = [
            (one.kind, one.at) for one in (await town.detail()).log if one.kind in ("rung", "reactivated", "overdue")
        ]
        late = await _late(town, opening)
        expected = [("rung", 0.5), ("reactivated", 1), ("overdue", 2), ("rung", 2)]
        assert [kind for kind, _ in steps] == [kind for kind, _ in expected]
        assert all(near(at, day + hours * HOUR + late) for (_, at), (_, hours) in zip(steps, expected, strict=True))

    async def test_a_person_who_goes_home_is_not_idle_at_night(self, town: Town) -> None:
        settings = {"working_time": True, "person_idle": "5h"}
        opening = await opens_in(town, 0, for_hours=4, actions=actions(**settings))
        await town.hand_over(JAMIE)
        await town.client.claim(town.handover, Claim(staff_id="sarah"))
        await town.say("Are you there?")
        await town.pass_time(23 * HOUR)
        assert await town.log("went_idle") == []
        await town.pass_time(2 * HOUR + 30 * MINUTE)
        [idle] = await town.log("went_idle")
        assert near(idle.at, opening + 25 * HOUR + await _late(town, opening))


async def test_a_case_that_lasts_for_months_goes_on_by_its_hours(town: Town) -> None:
    """More openings are looked up before those that are known run out: every repeat comes while somebody is there."""
    ladder = [{"after": "1h", "to": "manager", "repeat": "60h"}]
    opening = await opens_in(town, 0, for_hours=3, actions=actions(ladder=ladder))
    await town.hand_over(JAMIE)
    await town.pass_time(timedelta(days=70))
    rungs = [one.at for one in await town.log("rung")]
    assert len(rungs) >= 20
    assert all((at - opening) % (24 * HOUR) < 3 * HOUR for at in rungs[1:])


async def test_working_time_goes_on_where_it_began_long_before_what_is_known(town: Town) -> None:
    """Openings are looked up anew after weeks, and those that lie behind still count: one repeat each working day."""
    ladder = [{"after": "1h", "to": "manager", "repeat": "3h"}]
    settings = {"working_time": True, "ladder": ladder}
    await opens_in(town, 0, for_hours=3, actions=actions(**settings))
    await town.hand_over(JAMIE)
    await town.pass_time(timedelta(days=60))
    rungs = [one.at for one in await town.log("rung")]
    assert len(rungs) in (60, 61)
    assert all(near(later, before + 24 * HOUR) for before, later in pairwise(rungs))


async def test_the_button_is_answered_by_night_as_the_words_are(town: Town) -> None:
    await opens_in(town, 10)
    await town.client.request_human(town.conversation_id, RequestHuman())
    await town.until(lambda: _told(town, 1))
    assert await town.said_by(Author.system) == [OFFLINE]


def _only_on(day: datetime) -> str:
    """Hours that open once, on a day and for its rest."""
    return f"{day:%Y} {day:%b} {day.day:02} {day:%H:%M}-24:00"


def _hours(length: timedelta) -> int:
    return round(length / HOUR)


async def _late(town: Town, opening: datetime) -> timedelta:
    """How long after the opening the case was opened."""
    return (await town.detail()).opened_at - opening


async def _told(town: Town, times: int) -> bool:
    return len(await town.said_by(Author.system)) == times


async def _bot_said(town: Town, times: int) -> bool:
    return len(await town.said_by(Author.bot)) == times


async def _described(town: Town, text: str) -> bool:
    return text in (await task(town)).description
