"""Tables as CSV, safe to open in a spreadsheet."""

import csv
from io import StringIO

from handover.tables import Cell, Table

_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def csv_of(table: Table) -> str:
    """The table with the names of its columns as the first line; a cell without a value is empty.

    What a contact wrote must not become a formula of whoever opens the file: a text that begins like one gets an apostrophe
    before it, which spreadsheets read as "this is text".
    """
    sheet = StringIO()
    writer = csv.writer(sheet)
    writer.writerow([_guarded(column.name) for column in table.columns])
    writer.writerows([_guarded(cell) for cell in row] for row in table.rows)
    return sheet.getvalue()


def _guarded(cell: Cell) -> Cell:
    begins = isinstance(cell, str) and (
        cell.startswith(_BEGINS_A_FORMULA) or cell.lstrip().startswith(_BEGINS_A_FORMULA)
    )
    return f"'{cell}" if begins else cell
