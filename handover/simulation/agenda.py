"""What is still to happen, in its order."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import IntEnum
from itertools import count

Act = Callable[[datetime], None]


class By(IntEnum):
    """Things of the same instant happen in this order (spec §4)."""

    person = 0
    contact = 1
    clock = 2


class Agenda:
    def __init__(self, ends: datetime) -> None:
        self._ends = ends
        self._acts: list[tuple[datetime, By, int, Act]] = []
        self._number = count()

    def at(self, moment: datetime, by: By, act: Act) -> None:
        """Have something happen; what would come behind the end never does."""
        if moment <= self._ends:
            heapq.heappush(self._acts, (moment, by, next(self._number), act))

    def all(self) -> Iterator[tuple[datetime, Act]]:
        """Everything that happens, also what comes up meanwhile."""
        while self._acts:
            moment, _, _, act = heapq.heappop(self._acts)
            yield moment, act
