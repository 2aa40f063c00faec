"""Between a person's quiet hours and their fields at the person's own page."""

from typing import Any

from handover.errors import Misfit, Problem, SettingsError
from handover.opening_hours import check_zone
from handover.quiet import DAYS, QuietHours
from handover.staff import Staff

_FIELDS = ("quiet.start", "quiet.end", "quiet.time_zone")


def quiet_of(typed: dict[str, str]) -> dict[str, Any] | None:
    """The quiet hours; None where they are not ticked."""
    if "quiet" not in typed:
        return None
    words = {name: typed.get(f"quiet.{name}", "").strip() for name in ("start", "end", "time_zone")}
    return {**words, "days": [day for day in DAYS if f"quiet.{day}" in typed]}


def quiet_typed(person: Staff) -> dict[str, str]:
    """What the fields of the quiet hours show before anything was typed."""
    quiet = person.quiet or QuietHours()
    fields = {"quiet.start": quiet.start, "quiet.end": quiet.end, "quiet.time_zone": quiet.time_zone}
    fields |= {f"quiet.{day}": "on" for day in quiet.days}
    return fields | ({"quiet": "on"} if person.quiet else {})


def refuse_what_would_vanish(typed: dict[str, str], person: Staff) -> None:
    """Without quiet hours nothing of theirs is kept. Raises SettingsError where something was typed there all the same."""
    if "quiet" in typed or "quiet.start" not in typed:
        return
    shown, sent = quiet_typed(person), {name: typed[name].strip() for name in typed if name.startswith("quiet.")}
    changed = [name for name in _FIELDS if sent.get(name, "") != shown.get(name, "")]
    if [day for day in DAYS if (f"quiet.{day}" in sent) != (f"quiet.{day}" in shown)]:
        changed.append("quiet.days")
    if changed:
        raise SettingsError("staff", [Problem(name, _why_not_kept(name, sent)) for name in changed])


def _why_not_kept(name: str, sent: dict[str, str]) -> str:
    without = "without quiet hours this is not kept: tick “Only the inbox, at these times”, or leave this as it was"
    try:
        if name == "quiet.time_zone":
            check_zone(sent.get(name, ""))
    except Misfit as misfit:
        return f"{misfit.text}; {without}"
    return without
