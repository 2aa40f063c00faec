"""Tables as CSV, safe to open in a spreadsheet."""

import csv
from io import StringIO

from handover.tables import Cell, Table
from handover.wording import no_formula


def csv_of(table: Table) -> str:
    """The table with the names of its columns as the first line; a cell without a value is empty."""
    sheet = StringIO()
    writer = csv.writer(sheet)
    writer.writerow([_guarded(column.name) for column in table.columns])
    writer.writerows([_guarded(cell) for cell in row] for row in table.rows)
    return sheet.getvalue()


def _guarded(cell: Cell) -> Cell:
    return no_formula(cell) if isinstance(cell, str) else cell
