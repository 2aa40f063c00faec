"""The tables of the numbers, and the CSV of them."""

import csv
from io import StringIO

import pytest

from handover.tables import Column, Table, tables_of
from handover.views import Figures, FiguresOf
from tests.unit.numbers_world import QUESTIONS, SHOWN, SOME
from web.pages.number_words import cell
from web.sheets import csv_of

ONE = FiguresOf(id="ann", **SOME.model_dump(include=set(Figures.model_fields)))
NOBODY = ONE.model_copy(update={"id": None, "handovers": 1})


def table(name: str) -> Table:
    of = SOME.model_copy(update={"per_person": [ONE, NOBODY], "per_bot": [ONE]})
    return next(
        one for one in tables_of(of, QUESTIONS, SHOWN, {"ann": "Bot Ann"}, {"ann": "Ann Lee"}) if one.name == name
    )


def rows(name: str) -> list[list[object]]:
    return [list(row) for row in table(name).rows]


def test_handovers_by_week_and_reason() -> None:
    assert [column.title for column in table("handovers").columns] == [
        *("Week", "Begins on", "All"),
        *("human requested", "lack of information"),
    ]
    assert rows("handovers") == [
        ["2026-W45", "2026-11-02", 4, 4, 0],
        ["2026-W46", "2026-11-09", 0, 0, 0],
        ["2026-W47", "2026-11-16", 5, 2, 3],
    ]


def test_tasks_first_responses_breaches_and_questions() -> None:
    assert rows("completion")[2] == ["2026-W47", "2026-11-16", 4, 2, 2, 0]
    assert rows("first-response") == [["up to 15 min", 3, 0], ["15 min to 1 h", 2, 1], ["over 1 h", 0, 1]]
    assert rows("breaches")[23] == [23, 2]
    assert len(rows("breaches")) == 24
    assert rows("questions")[0] == [4, "Do you take bitcoin?", "c1 c2"]


def test_bots_and_people_have_their_names() -> None:
    assert [row[:3] for row in rows("people")] == [["ann", "Ann Lee", 9], ["", "Nobody", 1]]
    assert [row[:3] for row in rows("bots")] == [["ann", "Bot Ann", 9]]
    assert rows("total")[0][:5] == [20, 0.45, 9, 5, 5 / 7]


def test_every_row_is_as_long_as_its_head() -> None:
    for one in tables_of(SOME, QUESTIONS, SHOWN, {}, {}):
        assert {len(row) for row in one.rows} <= {len(one.columns)}, one.name


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " ="])
def test_no_cell_of_a_csv_begins_a_formula(begin: str) -> None:
    text = f'{begin}HYPERLINK("https://example.org","1")'
    [head, line] = read(csv_of(Table("t", "T", [Column(begin, "Title")], [[text]])))
    assert (head, line) == ([f"'{begin}"], [f"'{text}"])


def test_figures_and_plain_texts_of_a_csv_stay_as_they_are() -> None:
    sheet = csv_of(Table("t", "T", [Column("a", "A"), Column("b", "B")], [[-1, 0.5], [None, 'x = "1",\ny']]))
    assert read(sheet) == [["a", "b"], ["-1", "0.5"], ["", 'x = "1",\ny']]


def test_figures_in_words() -> None:
    assert (cell(0.456, "share"), cell(1234, "count"), cell(None, "share"), cell("x", "text")) == (
        "46%",
        "1,234",
        "–",
        "x",
    )
    assert (cell(700.0, "seconds"), cell(0, "count")) == ("12 minutes", "0")
