"""What numbers between 0 and 1 become: lengths of time, one of several things.

Every number belongs to a name ("case 17, third visit"), so that the same case has the same luck under every plan, and a
difference between two plans is one of the plans.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from math import exp, log, sqrt
from statistics import NormalDist

from handover.simulation.plan import Spell

Draw = Callable[[str], float]
"""The number of a name: from 0 until before 1, evenly spread, and the same whenever it is asked for."""

LONGEST = timedelta(days=366)
_NORMAL = NormalDist()
_LEAST = 1e-12
_SPREAD = log(2.0)
"""The variance of the logarithm where the standard deviation is as long as the mean."""


def length(spell: Spell, number: float) -> timedelta:
    """The length of time that a number stands for: longer for a higher number."""
    number = min(max(number, _LEAST), 1 - _LEAST)
    match spell.varies:
        case "fixed":
            factor = 1.0
        case "exponential":
            factor = -log(1 - number)
        case "lognormal":
            factor = exp(_NORMAL.inv_cdf(number) * sqrt(_SPREAD) - _SPREAD / 2)
    return min(spell.mean * factor, LONGEST)


def one_of(weights: Mapping[str, float], number: float) -> str:
    """One of several names, each as often as it weighs."""
    left = number * sum(weights.values())
    *others, last = [name for name, weight in weights.items() if weight > 0]
    for name in others:
        left -= weights[name]
        if left < 0:
            return name
    return last
