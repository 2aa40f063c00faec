"""Tables and facts of which nothing is lost, however narrow the place is that they are printed to."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_WIDEST = 10_000
_GAP = "  "


class Fact(NamedTuple):
    """What something is called, what it is, and what to know about it."""

    label: str
    value: str
    note: str = ""
    style: str = ""


def show_facts(console: Console, facts: Sequence[Fact]) -> None:
    """A fact a line. In a terminal that is too narrow for that, the notes stand below; what is copied is never broken."""
    lines = _lines(facts)
    if not console.is_terminal or all(len(line) <= console.width for line in lines):
        for line in lines:
            console.print(line, soft_wrap=True)
        return
    for fact in facts:
        console.print(Text.assemble(f"{fact.label}{_GAP}", fact.value, style=fact.style), soft_wrap=True)
        if fact.note:
            console.print(Padding(Text(fact.note, "dim"), (0, 0, 0, len(_GAP))))


def show_table(console: Console, table: Table) -> None:
    """A table. In a file or a pipe it is as wide as it needs to be; in a terminal, what is too long goes on below."""
    for column in table.columns:
        column.overflow = "fold"
    if console.is_terminal:
        console.print(table)
        return
    table.width = Measurement.get(console, console.options.update_width(_WIDEST), table).maximum
    console.print(table, soft_wrap=True)


def _lines(facts: Sequence[Fact]) -> list[Text]:
    labels, values = (max(len(fact[place]) for fact in facts) for place in (0, 1))
    return [_line(fact, labels, values) for fact in facts]


def _line(fact: Fact, labels: int, values: int) -> Text:
    value = fact.value.ljust(values) + _GAP if fact.note else fact.value
    return Text.assemble((fact.label.ljust(labels) + _GAP + value, fact.style), (fact.note, "dim"))
