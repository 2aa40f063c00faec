"""What became of one simulated case, event by event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from handover.casefile import Case
from handover.messages import ConversationStatus, HandoverStatus
from handover.simulation.arrivals import Arrival


class What(StrEnum):
    assigned = "assigned"
    unassigned = "unassigned"
    answered = "answered"
    left_waiting = "left_waiting"
    reminded = "reminded"
    passed_on = "passed_on"
    nobody_left = "nobody_left"
    overdue = "overdue"
    bot_back = "bot_back"
    went_idle = "went_idle"
    resumed = "resumed"
    scheduled = "scheduled"
    escalated = "escalated"
    completed = "completed"


class Happened(NamedTuple):
    """What happened, and with whom the case was then."""

    at: datetime
    what: What
    who: str | None


@dataclass
class Course:
    """A case on its way. due: when it had to be done, as of its opening. promised: how long the contact was told that it takes,
    if anything. asked: how often people were told of it. visits: how often it was worked on. with_whom: who works on it now.
    version: which of its next steps still counts."""

    arrival: Arrival
    case: Case
    due: datetime
    promised: timedelta | None = None
    asked: int = 0
    visits: int = 0
    with_whom: str | None = None
    version: int = 0
    events: list[Happened] = field(default_factory=list)

    @property
    def unclaimed(self) -> bool:
        """Nobody has acted since the case, or its turn, was opened."""
        return self.case.status is HandoverStatus.open

    @property
    def wait(self) -> timedelta | None:
        """Until a person's first words; None where there were none."""
        answered = self.case.first_response_at
        return answered - self.case.opened_at if answered else None

    @property
    def kept(self) -> bool:
        """Whether a person wrote within the length of time that the contact was told."""
        return self.promised is not None and self.wait is not None and self.wait <= self.promised

    def note(self, what: What, at: datetime, who: str | None = None) -> None:
        self.events.append(Happened(at, what, who or self.case.holder_id))

    def of(self, *kinds: What) -> Iterator[Happened]:
        return (one for one in self.events if one.what in kinds)

    def settle(self, speaker: ConversationStatus | None = None) -> None:
        """What settling a case does to it: somebody else speaks to the contact from now on."""
        self.case.seq += 1
        if speaker is not None:
            standing = self.case.standing
            self.case.standing = standing.model_copy(update={"epoch": standing.epoch + 1, "status": speaker})
