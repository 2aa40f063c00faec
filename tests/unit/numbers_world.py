"""Numbers by hand, for the tests of what is shown of them."""

from datetime import date
from typing import Any

from handover.plots import Shown, weeks_shown
from handover.views import FirstResponses, HandoverNumbers, QuestionGroup, WaitCount

WEEKS = weeks_shown(date(2026, 11, 2), date(2026, 11, 22))
SHOWN = Shown(WEEKS, "Europe/Berlin", lambda reason: reason.replace("_", " "))
HARMFUL = "<script>alert(1)</script> & \u202e=cmd"


def numbers(**values: Any) -> HandoverNumbers:
    """Nothing was counted but this."""
    counts = dict.fromkeys(("handovers", "conversations", "completed", "converted", "unnecessary", "breaches"), 0)
    rates = ("handover_share", "completion_rate", "conversion_rate", "sla_compliance")
    unknown = dict.fromkeys((*rates, "first_response_median", "first_response_p90"))
    parts: dict[str, Any] = {"reasons": {}, "per_week": {}, "per_bot": [], "per_person": []}
    return HandoverNumbers.model_validate(counts | unknown | parts | {"breaches_by_hour": [0] * 24} | values)


def waits(*in_time_and_late: tuple[int, int], overdue: int = 0) -> FirstResponses:
    """First responses: up to 15 minutes, up to an hour, later."""
    groups = zip((900, 3600, None), in_time_and_late, strict=True)
    return FirstResponses(
        in_time=sum(in_time for in_time, _ in in_time_and_late),
        late=sum(late for _, late in in_time_and_late),
        overdue=overdue,
        by_wait=[WaitCount(up_to=up_to, in_time=in_time, late=late) for up_to, (in_time, late) in groups],
    )


SOME = numbers(
    handovers=9,
    conversations=20,
    handover_share=0.45,
    completed=5,
    completion_rate=5 / 7,
    breaches=3,
    reasons={"human_requested": 6, "lack_of_information": 3},
    per_week={"2026-W45": 4, "2026-W47": 5},
    reasons_per_week={
        "2026-W45": {"human_requested": 4},
        "2026-W47": {"lack_of_information": 3, "human_requested": 2},
    },
    tasks_per_week={"2026-W45": {"completed": 3, "cancelled": 1}, "2026-W47": {"completed": 2, "open": 2}},
    first_responses=waits((3, 0), (2, 1), (0, 1), overdue=1),
    breaches_by_hour=[2 if hour == 23 else int(hour == 9) for hour in range(24)],
)
QUESTIONS = [
    QuestionGroup(
        count=4, example="Do you take bitcoin?", examples=["Do you take bitcoin?"], conversations=["c1", "c2"]
    ),
    QuestionGroup(count=1, example=HARMFUL, examples=[HARMFUL], conversations=["c3"]),
]
