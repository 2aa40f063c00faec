"""Asking a model's server again where that can help, and never for longer than a contact can be left waiting."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

from assistant.model.faults import Mends, ModelFault, fault_of, too_slow

Answer = TypeVar("Answer")

_LONGEST_PAUSE = 8.0
"""Seconds."""


class Limits(NamedTuple):
    """How much may be asked of a model for one answer.

    seconds: for all tries and the pauses between them. try_seconds: for one try. retries: further tries after the first.
    output_tokens: the longest answer, a model's own thoughts included. pause: seconds until the second try where the server
    does not say how long to wait; twice as long each time, and up to a quarter less, so that not all come at once.
    """

    seconds: float = 45.0
    try_seconds: float = 20.0
    retries: int = 2
    output_tokens: int = 4000
    pause: float = 0.5


async def persistently(ask: Callable[[], Awaitable[Answer]], limits: Limits) -> Answer:
    """Ask until there is an answer, nothing can mend what went wrong, or the time is over. Raises ModelFault."""
    clock = asyncio.get_running_loop().time
    ends = clock() + limits.seconds
    faults: list[ModelFault] = []
    while True:
        try:
            return await _one_try(ask, limits, ends - clock())
        except ModelFault as fault:
            faults.append(fault)
        pause = _pause(faults, limits)
        if pause is None or clock() + pause >= ends:
            raise _all_together(faults, waits_in_vain=pause is not None)
        await asyncio.sleep(pause)


async def _one_try(ask: Callable[[], Awaitable[Answer]], limits: Limits, left: float) -> Answer:
    """The limit holds for the last byte as well: a server that sends one now and then is no faster than a silent one."""
    try:
        async with asyncio.timeout(min(limits.try_seconds, left)):
            return await ask()
    except TimeoutError:
        raise too_slow(min(limits.try_seconds, limits.seconds)) from None
    except Exception as error:
        raise fault_of(error) from None


def _pause(faults: Sequence[ModelFault], limits: Limits) -> float | None:
    """Seconds until the next try; None where there is none. An answer of no use is asked for once more, and at once."""
    last = faults[-1]
    if len(faults) > limits.retries or last.mends is Mends.nothing:
        return None
    if last.mends is Mends.asking_again:
        before = any(fault.mends is Mends.asking_again for fault in faults[:-1])
        return None if before else 0.0
    if last.wait is not None:
        return last.wait
    return min(limits.pause * 2.0 ** (len(faults) - 1), _LONGEST_PAUSE) * random.uniform(0.75, 1)


def _all_together(faults: Sequence[ModelFault], waits_in_vain: bool) -> ModelFault:
    """What the last try failed with, how many there were, and why there was not another one."""
    last = faults[-1]
    asks_to_wait = f" and asks to wait {last.wait:.0f} seconds" if waits_in_vain and last.wait is not None else ""
    tries = f", in {len(faults)} tries" if len(faults) > 1 else ""
    return ModelFault(f"{last}{asks_to_wait}{tries}")
