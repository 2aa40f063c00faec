"""Days that people type, as they stand in the addresses of pages."""

from datetime import date

from web.problems import ApiError


class WrongDays(ApiError):
    """Days that can't be shown."""

    def __init__(self, detail: str) -> None:
        super().__init__(422, "invalid_request", detail)


def day_of(typed: str, field: str) -> date:
    """The day that stands in a field. Raises WrongDays."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 3000:
        raise WrongDays(
            f"{field}: {typed or 'nothing'} is no day; allowed is one like 2026-11-16, from the year 2000 on."
        )
    return day


def check_order(first: date, last: date) -> None:
    """Raise WrongDays where the last day lies before the first."""
    if last < first:
        raise WrongDays(f"To: {last} is before {first}; allowed is the same day or a later one.")
