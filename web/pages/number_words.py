"""Figures as people read them."""

from datetime import date, timedelta

from handover.tables import Cell, Unit
from handover.wording import in_words


def cell(value: Cell, unit: Unit) -> str:
    """A figure with its unit; a dash where there was nothing to count."""
    if value is None:
        return "–"
    match unit:
        case "share":
            return f"{value:.0%}"
        case "seconds":
            return in_words(timedelta(seconds=float(value)))
        case "count":
            return f"{value:,}"
    return str(value)


def days(first: date, last: date) -> str:
    """From one day to another: "16 November to 22 November 2026"."""
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B} {last.year}"
