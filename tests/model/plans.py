"""What is played: bots, and lists of things that people, contacts, the clock and failures do; drawn by hypothesis."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from handover.messages import Outcome
from tests.model.spec import Action, BotSettings, Rung

# ---- what can happen -------------------------------------------------------------------------------------------------

Task = Literal["current", "unnamed", "before", "unknown"]


@dataclass(frozen=True)
class Writes:
    """The contact writes: an ordinary question, thanks, a wish for a person, something urgent; or the last one again."""

    what: Literal["question", "thanks", "human", "urgent", "again"]


@dataclass(frozen=True)
class WritesWhile:
    """The contact writes, and while the bot thinks of an answer somebody claims the case, or steps in."""

    who: str


@dataclass(frozen=True)
class PressesButton:
    pass


@dataclass(frozen=True)
class Claims:
    who: str


@dataclass(frozen=True)
class TakesOver:
    who: str


@dataclass(frozen=True)
class Replies:
    """`again`: the last reply that was accepted is sent once more."""

    who: str
    again: bool = False


@dataclass(frozen=True)
class Notes:
    who: str


@dataclass(frozen=True)
class Reassigns:
    who: str
    to: str


@dataclass(frozen=True)
class Snoozes:
    who: str
    length: timedelta


@dataclass(frozen=True)
class HandsBack:
    who: str


@dataclass(frozen=True)
class Completes:
    who: str
    outcome: Outcome
    task: Task = "current"
    follow_up: timedelta | None = None
    converted: bool = False
    unnecessary: bool = False


@dataclass(frozen=True)
class SignalsCompleted:
    outcome: str
    who: str | None = None
    task: Task = "unnamed"
    follow_up: timedelta | None = None


@dataclass(frozen=True)
class Cancels:
    """By the contact where nobody is named."""

    who: str | None


@dataclass(frozen=True)
class Closes:
    who: str


@dataclass(frozen=True)
class Waits:
    length: timedelta


@dataclass(frozen=True)
class WaitsForNext:
    """Until the next thing that happens by itself: shortly before it, to its very moment, or shortly after."""

    offset: timedelta


@dataclass(frozen=True)
class GoesDown:
    """No worker runs for that long; `writes`: the contact writes meanwhile."""

    length: timedelta
    writes: bool = False


@dataclass(frozen=True)
class Breaks:
    """The next calls of a port fail: before anything was done, or after everything was, so that only the answer is lost."""

    port: str
    times: int = 1
    done: bool = False


@dataclass(frozen=True)
class Leaves:
    """A staff member is away, or disabled."""

    who: str
    disabled: bool = False


@dataclass(frozen=True)
class Returns:
    who: str


Act = (
    Writes
    | WritesWhile
    | PressesButton
    | Claims
    | TakesOver
    | Replies
    | Notes
    | Reassigns
    | Snoozes
    | HandsBack
    | Completes
    | SignalsCompleted
    | Cancels
    | Closes
    | Waits
    | WaitsForNext
    | GoesDown
    | Breaks
    | Leaves
    | Returns
)


@dataclass(frozen=True)
class Plan:
    """A bot, the owner that its contact may have, and what happens one after the other."""

    bot: BotSettings
    owner: str | None
    acts: tuple[Act, ...]


# ---- drawing them ----------------------------------------------------------------------------------------------------


def minutes(length: float, seconds: int) -> timedelta:
    """Lengths of time whose sums never meet by chance: two moments are the same one, or seconds apart."""
    return timedelta(minutes=length, seconds=seconds)


DUE = st.sampled_from([None, minutes(30, 29), minutes(180, 31)])
PAUSE = st.sampled_from([None, None, minutes(20, 43), minutes(120, 47)])
REACTIVATE = st.sampled_from([None, None, minutes(125, 37), minutes(301, 41)])
IDLE = st.sampled_from([None, minutes(15, 53), minutes(61, 59)])
RUNG_AFTER = st.sampled_from(["due", "half_due", minutes(10, 1), minutes(23, 3), minutes(51, 7), minutes(127, 13)])
RUNG_TO = st.sampled_from(
    ["assignee", "role:support", "role:dispatch", "role:technician", "manager", "user:mei", "user:ben"]
)
REPEAT = st.sampled_from([None, None, minutes(43, 17), minutes(1441, 19)])
TARGET = st.sampled_from(["role:support", "role:support", "role:dispatch", "role:technician", "user:mei", "manager"])
CLOSE_AFTER = st.sampled_from([timedelta(days=7), minutes(360, 23)])

AHEAD = st.sampled_from([minutes(25, 5), minutes(36, 11), minutes(1560, 9)])
ANY_TIME = st.one_of(AHEAD, AHEAD, st.sampled_from([-minutes(5, 0), timedelta(0), timedelta(days=400)]))
LENGTH = st.sampled_from(
    [minutes(7, 0), minutes(33, 0), minutes(121, 0), minutes(541, 0), minutes(1501, 0), minutes(4327, 0)]
)
OFFSET = st.sampled_from([timedelta(0), timedelta(seconds=-10), timedelta(seconds=10)])

SOMEBODY = st.sampled_from(["holder", "holder", "holder", "sarah", "ben", "mei", "omar", "omar", "ida", "ghost"])
STAFF = st.sampled_from(["sarah", "ben", "mei", "omar", "ida"])
OUTCOME = st.sampled_from(list(Outcome))
STAFF_OR_GHOST = st.one_of(STAFF, STAFF, STAFF, st.just("ghost"))
TASK: SearchStrategy[Task] = st.sampled_from(["current", "current", "current", "unnamed", "before", "unknown"])
PORTS = "begin record transcript put mark_left take leaving open save put_task tag assign staff bot report contact_wrote join"
PORT = st.sampled_from(PORTS.split())


def actions() -> SearchStrategy[Action]:
    """Handover actions: with or without a task, a pause, a ladder of their own."""
    rungs = st.builds(Rung, RUNG_AFTER, RUNG_TO, REPEAT)
    built = st.builds(
        Action,
        to=st.one_of(TARGET, TARGET, TARGET, st.none()),
        task=st.sampled_from([True, True, True, False]),
        due=DUE,
        pause=PAUSE,
        reactivate_after=REACTIVATE,
        person_idle=IDLE,
        ladder=st.one_of(st.none(), st.lists(rungs, min_size=1, max_size=4).map(tuple)),
        tags=st.sampled_from([(), ("HVAC-code",)]),
    )
    return built.map(_fitting)


def _fitting(action: Action) -> Action:
    """Without a task its due time cannot be set; §4: a reactivation never lies inside the pause (§8: it is refused)."""
    settings: dict[str, Any] = {**vars(action)}
    if not action.task:
        settings["due"] = None
    if action.ladder is not None:
        settings["ladder"] = _with_moments_of_their_own(action.ladder)
    return Action(**settings)


def _with_moments_of_their_own(ladder: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """Of rungs with the same `after` one is left: nothing says which of them is the higher."""
    return tuple({rung.after: rung for rung in ladder}.values())


def bots() -> SearchStrategy[BotSettings]:
    return st.builds(
        BotSettings,
        ordinary=actions(),
        urgent=actions(),
        hurry=st.booleans(),
        default_assignee=st.sampled_from([None, "user:ben", "role:support", "manager"]),
        close_after=CLOSE_AFTER,
    )


def what_contacts_do() -> SearchStrategy[Act]:
    words = st.sampled_from(["question", "question", "thanks", "human", "human", "human", "urgent", "again"])
    return st.one_of(
        st.builds(Writes, words), st.builds(Writes, words), st.builds(PressesButton), st.builds(WritesWhile, STAFF)
    )


def what_staff_do() -> SearchStrategy[Act]:
    return st.one_of(
        st.builds(Claims, SOMEBODY),
        st.builds(Claims, SOMEBODY),
        st.builds(Replies, SOMEBODY, st.sampled_from([False, False, False, True])),
        st.builds(Replies, SOMEBODY),
        st.builds(HandsBack, SOMEBODY),
        st.builds(Notes, SOMEBODY),
        st.builds(Reassigns, SOMEBODY, st.one_of(TARGET, st.sampled_from(["user:sarah", "user:omar", "user:ghost"]))),
        st.builds(Snoozes, SOMEBODY, ANY_TIME),
        completions(),
        completions(),
        st.builds(TakesOver, STAFF_OR_GHOST),
        st.builds(Cancels, st.one_of(st.none(), SOMEBODY)),
        st.builds(Closes, STAFF_OR_GHOST),
    )


def completions() -> SearchStrategy[Act]:
    return st.one_of(
        st.builds(Completes, SOMEBODY, OUTCOME, TASK, st.one_of(AHEAD, ANY_TIME), st.booleans(), st.booleans()),
        st.builds(Completes, st.just("holder"), OUTCOME, st.just("current"), AHEAD),
        st.builds(
            SignalsCompleted,
            st.sampled_from([*Outcome, "finished", ""]),
            st.sampled_from([None, "sarah", "omar"]),
            TASK,
            st.one_of(st.none(), AHEAD),
        ),
    )


def what_time_does() -> SearchStrategy[Act]:
    return st.one_of(
        st.builds(Waits, LENGTH),
        st.builds(WaitsForNext, OFFSET),
        st.builds(WaitsForNext, OFFSET),
        st.builds(WaitsForNext, OFFSET),
    )


def what_goes_wrong() -> SearchStrategy[Act]:
    return st.one_of(
        st.builds(Breaks, PORT, st.just(1), st.booleans()),
        st.builds(Leaves, STAFF, st.booleans()),
        st.builds(Returns, STAFF),
        st.builds(GoesDown, LENGTH, st.booleans()),
    )


def scenes() -> SearchStrategy[tuple[Act, ...]]:
    """What belongs together, so that the long ways through the states are gone as often as the short ones."""
    waits = st.builds(WaitsForNext, OFFSET)
    claims, asks = st.builds(Claims, SOMEBODY), st.just(Writes("question"))
    replies = st.just(Replies("holder"))
    agrees = st.builds(Completes, st.just("holder"), st.just(Outcome.scheduled), follow_up=AHEAD)
    ends = st.builds(Completes, st.just("holder"), OUTCOME, follow_up=AHEAD)
    snoozes = st.builds(Snoozes, st.just("holder"), AHEAD)
    goes_down = st.builds(GoesDown, LENGTH, st.booleans())
    return st.one_of(
        st.tuples(waits, waits, waits),
        st.tuples(claims, asks, replies, ends),
        st.tuples(claims, asks, waits, waits),
        st.tuples(claims, asks, snoozes, waits),
        st.tuples(snoozes, waits, waits),
        st.tuples(agrees, waits, waits),
        st.tuples(st.just(HandsBack("holder")), asks, st.builds(WritesWhile, STAFF)),
        st.tuples(goes_down),
    )


def plans(most: int = 6) -> SearchStrategy[Plan]:
    """Most of them begin with a handover, for that is where most can happen."""
    anything = st.one_of(
        what_contacts_do(), what_staff_do(), what_staff_do(), what_time_does(), what_time_does(), what_goes_wrong()
    )
    first = st.sampled_from(
        [Writes("human"), Writes("human"), Writes("urgent"), TakesOver("sarah"), Writes("question")]
    )
    alone = st.tuples(anything)
    parts = st.lists(st.one_of(alone, alone, scenes()), min_size=4, max_size=most)
    acts = st.tuples(first, parts).map(lambda drawn: (drawn[0], *chain.from_iterable(drawn[1])))
    return st.builds(Plan, bots(), st.sampled_from([None, None, None, "ben", "mei"]), acts)
