"""How long a courier waits between its tries, whom it listens to meanwhile, and when it gives up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.outside import Errand, Setback
from handover.patience import (
    FIRST_PAUSE,
    LONGEST_ASKED,
    LONGEST_PAUSE,
    MOST_SUMMARY,
    PATIENCE,
    Trouble,
    details,
    in_trouble,
    is_given_up,
    pause_after,
    summary,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ERRAND = Errand(carrier="channel", conversation_id="c1")


def setback(item: str = "message 7", after: float | None = None, why: str = "HTTP 503", to: str = "twilio") -> Setback:
    return Setback(why=why, item=item, to=to if item else "", after_seconds=after)


def tried(times: int, item: str = "message 7", since: datetime = NOON) -> Trouble:
    return Trouble(item=item, since=since, tries=times)


def test_each_pause_is_twice_as_long_up_to_five_minutes() -> None:
    pauses = [pause_after(tried(times), setback(), NOON).until - NOON for times in range(1, 11)]
    assert [one / SECOND for one in pauses] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(st.integers(1, 10**9), st.floats(0, 200_000), st.none() | st.floats(0, 1e9), st.sampled_from(["", "message 7"]))
def test_a_pause_is_never_endless_and_never_nothing(times: int, ago: float, after: float | None, item: str) -> None:
    trouble = tried(times, item, NOON - timedelta(seconds=ago))
    now, failed = NOON, setback(item, after)
    if is_given_up(trouble, failed, now):
        return
    pause = pause_after(trouble, failed, now)
    assert now < pause.until <= now + max(LONGEST_PAUSE, LONGEST_ASKED)
    assert now <= pause.not_before <= pause.until


@pytest.mark.parametrize(
    ("asked", "earliest", "latest"),
    [
        (None, timedelta(0), FIRST_PAUSE),
        (0, timedelta(0), FIRST_PAUSE),
        (1, SECOND, FIRST_PAUSE),
        (90, 90 * SECOND, 90 * SECOND),
        (7200, HOUR, HOUR),
    ],
)
def test_a_system_is_left_alone_for_as_long_as_it_asks(
    asked: float | None, earliest: timedelta, latest: timedelta
) -> None:
    assert pause_after(tried(1), setback(after=asked), NOON) == (NOON + earliest, NOON + latest)


def test_one_thing_has_a_day_from_its_first_failure_and_the_last_try_is_at_the_end_of_it() -> None:
    trouble = in_trouble(None, setback(), NOON)
    assert not is_given_up(trouble, setback(), NOON)
    late = NOON + PATIENCE - MINUTE
    assert not is_given_up(trouble, setback(), late)
    assert pause_after(tried(300), setback(), late).until == NOON + PATIENCE
    assert is_given_up(trouble, setback(), NOON + PATIENCE)


def test_another_thing_has_a_day_of_its_own() -> None:
    trouble = in_trouble(tried(300), setback("message 8"), NOON + 23 * HOUR)
    assert trouble == tried(1, "message 8", NOON + 23 * HOUR)


def test_a_worker_that_died_over_a_try_is_one_try_more() -> None:
    lost = setback("", why="activity Heartbeat timeout")
    trouble = in_trouble(tried(3), lost, NOON + HOUR)
    assert trouble == tried(4)
    assert not is_given_up(trouble, lost, NOON + 2 * PATIENCE), "staff would read of a heartbeat, not of the vendor"
    assert is_given_up(in_trouble(trouble, setback(), NOON + PATIENCE), setback(), NOON + PATIENCE)


def test_our_own_trouble_has_no_end_and_costs_nobody_their_day() -> None:
    own = setback("", why="the database is away")
    trouble = in_trouble(None, own, NOON)
    later = NOON + 3 * PATIENCE
    assert not is_given_up(trouble, own, later)
    assert pause_after(tried(900, ""), own, later).until == later + LONGEST_PAUSE
    assert in_trouble(trouble, setback(), later) == tried(1, since=later)


def test_operators_read_for_whom_it_waits_and_why() -> None:
    assert summary(ERRAND, setback()) == "Waits for twilio to answer again: HTTP 503"
    assert summary(ERRAND, setback("", why="disk full")) == "Waits for our own side, to carry to channel: disk full"


def test_what_a_vendor_says_breaks_no_line_and_no_limit() -> None:
    said = setback(why="\x1b[31mno\n\n" + "ü" * 5000)
    assert "\x1b" not in summary(ERRAND, said)
    assert len(summary(ERRAND, said)) <= MOST_SUMMARY
    pause = pause_after(tried(2), said, NOON)
    assert len(details(ERRAND, tried(2), said, pause)) < 1000


def test_operators_read_how_long_and_what_they_can_do() -> None:
    pause = pause_after(tried(3), setback(), NOON + MINUTE)
    assert details(ERRAND, tried(3), setback(), pause).split("\n\n") == [
        "**Waits** for twilio to answer again: HTTP 503",
        "Tried 3 times since 2026-11-21 12:00:00 UTC; tries again at 2026-11-21 12:01:08 UTC",
        "The signal `look` makes it try now",
        "Given up at 2026-11-22 12:00:00 UTC: message 7",
    ]
    asked = setback(after=600)
    told = details(ERRAND, tried(3), asked, pause_after(tried(3), asked, NOON))
    assert "Asked to be left alone until 2026-11-21 12:10:00 UTC" in told
    assert "look" not in told
    own = setback("")
    assert "Given up" not in details(ERRAND, tried(3, ""), own, pause_after(tried(3, ""), own, NOON))
