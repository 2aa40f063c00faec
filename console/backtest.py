"""A backtest in a terminal: new rules over what was recorded, as a table, a CSV file, or one JSON object a line."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from console.plain import plain
from console.tables import show_table
from handover.backtest import Difference, Rates, Side, Summary, differences, summary
from handover.errors import Refused
from handover.ports import Assistant, Versioned
from handover.recorded import Recording, Recordings
from handover.replay import Change, Replayed, Window, replay
from handover.wording import no_formula

AT_ONCE = 100
"""How many conversations are read from the store with one query."""

SHOWN = 20
"""How many differences the terminal shows; the CSV file has all."""


class Order(NamedTuple):
    """What to play. current: the rules to try, with the knowledge to answer from. limit: the newest so many conversations.
    quote: with the contacts' own words."""

    current: Versioned
    window: Window = Window()
    limit: int | None = None
    quote: bool = False


class Outcome(NamedTuple):
    """The sum, and every handover."""

    summary: Summary
    differences: list[Difference]


class Backtest:
    """Plays what a store has recorded. button_channels: those with the button. progress: where the bar goes."""

    def __init__(
        self, recordings: Recordings, assistant: Assistant, button_channels: frozenset[str], progress: Console
    ) -> None:
        self._recordings = recordings
        self._assistant = assistant
        self._button_channels = button_channels
        self._progress = progress

    async def run(self, order: Order) -> Outcome:
        """Raises Refused where nothing is recorded that the rules could be tried on."""
        ids = await self._found(order)
        results = await self._play(ids, order)
        findings = [finding for result in results for finding in result.findings]
        return Outcome(summary(results), differences(findings, order.current.bot, order.quote))

    async def _found(self, order: Order) -> list[str]:
        bot_id, window = order.current.bot.id, order.window
        bots = await self._recordings.recorded_bots()
        if bot_id not in bots:
            known = ", ".join(f"{name} ({count})" for name, count in bots.items())
            raise Refused(
                "nothing_recorded", f"Nothing is recorded of a bot {bot_id!r}; recorded are: {known or 'none'}."
            )
        ids = await self._recordings.recorded(bot_id, window.since, window.until, order.limit)
        if not ids:
            text = f"Nothing was said to {bot_id!r} in that time; {bots[bot_id]} conversations are recorded in all."
            raise Refused("nothing_recorded", text)
        return ids

    async def _play(self, ids: Sequence[str], order: Order) -> list[Replayed]:
        results = []
        with _bar(self._progress) as bar:
            task = bar.add_task("conversations", total=len(ids))
            for first in range(0, len(ids), AT_ONCE):
                for recording in await self._recordings.recordings(ids[first : first + AT_ONCE]):
                    results.append(await self._replayed(recording, order))
                    bar.advance(task)
        return results

    async def _replayed(self, recording: Recording, order: Order) -> Replayed:
        has_button = recording.channel in self._button_channels
        return await replay(recording, order.current, self._assistant.read, has_button=has_button, window=order.window)


# ---- for people --------------------------------------------------------------------------------------------------------


def show(console: Console, outcome: Outcome) -> None:
    """The table of scenarios, what people judged, and the first differences with their evidence."""
    total = outcome.summary
    show_table(console, _scenarios(total))
    console.print(Text("\n".join(_sentences(total))), soft_wrap=True)
    different = [one for one in outcome.differences if one.change is not Change.same]
    for one in different[:SHOWN]:
        console.print(Text(plain(_told(one))), soft_wrap=True)
    if len(different) > SHOWN:
        console.print(f"… and {len(different) - SHOWN} more: --csv FILE has all of them.", highlight=False)


def _scenarios(total: Summary) -> Table:
    columns = ("recorded", "same", "changed", "moved", "vanished", "unknown", "appeared", "now")
    table = Table("Scenario or rule", *(name.capitalize() for name in columns))
    for counts in [*total.scenarios, total.total]:
        values = [str(getattr(counts, name)) for name in columns]
        table.add_row(Text(plain(counts.scenario)), *values, style="bold" if counts is total.total else None)
    return table


def _sentences(total: Summary) -> Iterator[str]:
    yield f"{total.conversations} conversations, {total.turns} turns judged, {total.unjudged} behind an earlier handover."
    yield f"Before: {_rates(total.before)}"
    yield f"Now:    {_rates(total.after)}"


def _rates(rates: Rates) -> str:
    counts = f"{rates.needed} needed, {rates.unnecessary} unnecessary, {rates.missed} missed"
    return f"{counts}; precision {_percent(rates.precision)}, recall {_percent(rates.recall)}"


def _percent(share: float | None) -> str:
    return "not known" if share is None else f"{share:.1%}"


def _told(one: Difference) -> str:
    """One difference in a line."""
    judged = f" ({one.judged})" if one.judged else ""
    place = f"{one.change}{judged}: {one.conversation_id}, turn {one.turn}"
    before = f"was {_why(one.before)}" if one.before else ""
    after = f"now {'offered: ' if one.offered else ''}{_why(one.after)}" if one.after else one.now
    parts = [before, after, f"“{' '.join(one.text.split())}”" if one.text else ""]
    return "; ".join([place, *filter(None, parts)])


def _why(side: Side) -> str:
    evidence = side.evidence
    seen = f" {evidence.score:g} of {evidence.threshold:g}, {evidence.matched!r}" if evidence else ""
    return f"{side.reason}{seen} → {side.action}{', urgent' if side.urgent else ''}"


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


# ---- for programs ------------------------------------------------------------------------------------------------------


def json_lines(outcome: Outcome) -> Iterator[str]:
    """One JSON object for each handover, and the summary as the last."""
    for one in outcome.differences:
        yield one.model_dump_json()
    yield json.dumps({"summary": outcome.summary.model_dump()})


_COMMON = ("conversation_id", "turn", "at", "change", "judged", "offered", "handover_id")
_SIDE = ("reason", "action", "urgent", "score", "threshold", "kind", "matched", "fired")


def write_csv(path: Path, outcome: Outcome) -> None:
    """One row for each handover. Raises OSError where the file can't be written."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        sides = [f"{name}_{side}" for side in ("before", "now") for name in _SIDE]
        rows.writerow([*_COMMON, *sides, "why_not", "text"])
        rows.writerows(_row(one) for one in outcome.differences)


def _row(one: Difference) -> list[str]:
    common = [_cell(getattr(one, name)) for name in _COMMON]
    return [*common, *_side(one.before), *_side(one.after), _cell(one.now), _cell(one.text)]


def _side(side: Side | None) -> Iterable[str]:
    if side is None:
        return [""] * len(_SIDE)
    evidence = side.evidence
    found = [evidence.score, evidence.threshold, evidence.kind, evidence.matched] if evidence else [None] * 4
    return [_cell(value) for value in (side.reason, side.action, side.urgent, *found, ", ".join(side.fired))]


def _cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return no_formula(text)
