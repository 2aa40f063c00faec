"""Whether the opening hours in settings can be kept: a known time zone, a known country, and hours that open at all."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from zoneinfo import ZoneInfo, available_timezones

import opening_hours
from opening_hours import OpeningHours, State

from handover.errors import Misfit, did_you_mean, shown

_EXAMPLES = "allowed are opening hours such as Mo-Fr 08:00-18:00; Sa 09:00-13:00; PH off, or 24/7"
_UTC = ZoneInfo("UTC")
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=_UTC), datetime(2060, 1, 1, tzinfo=_UTC)
"""The years in which hours have to open at least once; fixed, because a decision knows no clock."""
_SOME_COUNTRY = "US"
"""Stands for a country that is not known, so that what else is wrong with the hours is found beside it."""
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
"""What a machine has among its zones without being one: each means another time elsewhere."""
# The library's errors are missing in its own type stubs.
_ParserError: type[Exception] = opening_hours.ParserError  # type: ignore[attr-defined]
_UnknownCountryError: type[Exception] = opening_hours.UnknownCountryError  # type: ignore[attr-defined]


def check_hours(time_zone: str, expression: str, holidays: str | None) -> None:
    """Refuse with a Misfit what nobody could keep: its key is `time_zone`, `open` or `holidays`; `also` has the others."""
    country = _SOME_COUNTRY if holidays is not None and not is_country(holidays) else holidays
    checks = (
        partial(check_zone, time_zone),
        partial(_check_country, holidays),
        partial(_check_expression, expression, country),
    )
    found = [misfit for check in checks if (misfit := _misfit(check)) is not None]
    if found:
        found[0].also = tuple(found[1:])
        raise found[0]


def _misfit(check: Callable[[], None]) -> Misfit | None:
    try:
        check()
    except Misfit as misfit:
        return misfit
    return None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def check_zone(name: str) -> None:
    """Refuse with a Misfit of the key `time_zone` what is no time zone."""
    if name in _zones():
        return
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(_zones())}
    meant = did_you_mean(name, _zones()) or did_you_mean(name.replace(" ", "_"), cities, cities)
    raise Misfit(
        ("time_zone",), f"{shown(name)} is no time zone{meant}; allowed are names such as Europe/Berlin and UTC"
    )


def _check_country(country: str | None) -> None:
    if country is None or is_country(country):
        return
    raise Misfit(
        ("holidays",),
        f"the public holidays of {shown(country)} are not known; allowed is a country of two capital letters, such as US, "
        "GB or DE (days off of a region go into open, for instance: Dec 24 off)",
    )


@lru_cache(maxsize=64)
def is_country(code: str) -> bool:
    """Whether the public holidays of this country are known."""
    try:
        OpeningHours("24/7", country=code)
    except _UnknownCountryError:
        return False
    return True


# A bot is read from its JSON at every turn: what was found good once need not be played through 40 years again.
@lru_cache(maxsize=256)
def _check_expression(expression: str, country: str | None) -> None:
    hours = _parsed(expression, country)
    _check_words(expression, country)
    if not _ever_opens(hours):
        raise Misfit(("open",), f"{shown(expression)} never opens; {_EXAMPLES}")


def _parsed(expression: str, country: str | None) -> OpeningHours:
    try:
        return OpeningHours(expression, timezone=_UTC, country=country)
    except _ParserError as error:
        raise Misfit(("open",), f"{_unreadable(expression, str(error))}; {_EXAMPLES}") from error


def _unreadable(expression: str, error: str) -> str:
    """Which part cannot be read, from the beginning of its word on; the library only says where."""
    place = re.search(r"--> 1:(\d+)", error)
    at = int(place[1]) - 1 if place else 0
    begin = max(expression.rfind(mark, 0, at) for mark in " ,;") + 1
    part = expression[begin:].strip()
    return f"{shown(part)} cannot be read" if part else f"{shown(expression)} is not finished"


def _check_words(expression: str, country: str | None) -> None:
    """Refuse words that the library takes and that could never mean here what their author means."""
    words = set(re.findall(r"[a-z]+", re.sub(r'"[^"]*"', "", expression).casefold()))
    if "ph" in words and country is None:
        raise Misfit(("open",), "PH is known for a country only; allowed is PH where holidays names one, such as US")
    if "sh" in words:
        raise Misfit(
            ("open",), "school holidays (SH) are not known; allowed are dates, for instance: Jul 01-Aug 15 off"
        )
    if words & {"sunrise", "sunset", "dawn", "dusk"}:
        raise Misfit(("open",), f"where the sun rises is not known here; {_EXAMPLES}")


def _ever_opens(hours: OpeningHours) -> bool:
    return any(state is State.OPEN for _, _, state, _ in hours.intervals(_FROM, _UNTIL))
