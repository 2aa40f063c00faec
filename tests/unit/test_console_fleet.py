"""What a fleet command shows: what became of each handover, and how to go on where it was cut off."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from console.api import ApiRefused, Json
from console.fleet import Fleet, body

DONE: Json = {"handover_id": "c1~1", "result": "done", "status": "open", "assignee": "ben"}
REFUSED: Json = {"handover_id": "c2~1", "result": "refused", "detail": "Nobody could be [red]found[/red].\x1b[2J"}
UNANSWERED: Json = {"handover_id": "c3~1", "result": "unanswered", "detail": "No answer came in time."}


class ApiDouble:
    """Answers an order with these lines; a line that is an error is raised."""

    def __init__(self, lines: Sequence[Json | BaseException], managers: Sequence[str] = ("omar",)) -> None:
        self.told = lines
        self.team = [{"id": name, "name": name.title(), "roles": ["manager"]} for name in managers]
        self.orders: list[tuple[Json, str]] = []

    async def get(self, path: str) -> Json:
        assert path == "/staff"
        gone = {"id": "gone", "name": "Gone", "access": "admin", "enabled": False}
        return {"items": [{"id": "ben", "name": "Ben"}, gone, *self.team]}

    async def lines(self, path: str, order: Json, *, idempotency_key: str) -> AsyncIterator[Json]:
        assert path == "/handovers/bulk"
        self.orders.append((order, idempotency_key))
        for line in self.told:
            if isinstance(line, BaseException):
                raise line
            yield line


def end(matched: int, **counts: int) -> Json:
    return {"matched": matched, "done": 0, "refused": 0, "unanswered": 0, **counts}


class Screen:
    """A fleet with a screen that is kept."""

    def __init__(self, *lines: Json | BaseException, managers: Sequence[str] = ("omar",)) -> None:
        self.api = ApiDouble(lines, managers)
        self.out = StringIO()
        api: Any = self.api
        self.fleet = Fleet(api, Console(file=self.out, width=120))

    async def order(self, act: str = "hand-back", key: str | None = "k1", **more: Any) -> bool:
        return await self.fleet.order(body(act, {"assignee": "sarah", "status": None}, all=False, **more), key)

    @property
    def text(self) -> str:
        return self.out.getvalue()


async def test_everything_was_done() -> None:
    screen = Screen({"matched": 1}, DONE, end(1, done=1))
    assert await screen.order()
    assert "1 of 1 handed back." in screen.text
    assert "--key" not in screen.text


async def test_the_order_holds_what_was_typed_and_no_more() -> None:
    screen = Screen({"matched": 0}, end(0))
    assert await screen.order("hand-back", staff_id="omar", to=None)
    query = {"assignee": "sarah"}
    expected = {"act": "hand_back", "query": query, "all": False, "dry_run": False, "staff_id": "omar"}
    assert screen.api.orders == [(expected, "k1")]


async def test_each_command_has_a_key_of_its_own() -> None:
    screen = Screen({"matched": 0}, end(0))
    await screen.order(key=None)
    await screen.order(key=None)
    assert len({key for _, key in screen.api.orders}) == 2


async def test_what_was_not_done_is_named_as_plain_text() -> None:
    screen = Screen({"matched": 2}, DONE, REFUSED, end(2, done=1, refused=1))
    assert not await screen.order("reassign", to="role:support")
    assert "c2~1: Nobody could be [red]found[/red].�[2J" in screen.text
    assert "1 of 2 reassigned." in screen.text
    assert "--key" not in screen.text


async def test_where_somebody_did_not_answer_it_can_go_on() -> None:
    screen = Screen({"matched": 1}, UNANSWERED, end(1, unanswered=1))
    assert not await screen.order("snooze")
    assert "c3~1: No answer came in time." in screen.text
    assert "--key k1" in screen.text


async def test_an_answer_that_breaks_off_is_not_taken_for_the_whole() -> None:
    screen = Screen({"matched": 3}, DONE)
    assert not await screen.order()
    assert "1 of 3 handed back." in screen.text
    assert "--key k1" in screen.text


async def test_a_dry_run_that_breaks_off_is_not_taken_for_the_whole() -> None:
    assert not await Screen({"matched": 3}, {**DONE, "result": "matched"}).order(dry_run=True)


@pytest.mark.parametrize("why", [ApiRefused("Handover does not answer", passing=True), asyncio.CancelledError()])
@pytest.mark.parametrize("told", [[], [DONE]])
async def test_what_was_cut_off_can_go_on(why: BaseException, told: list[Json]) -> None:
    """By the network, or with Ctrl-C; what was begun may be done even where no line came back."""
    screen = Screen({"matched": 3}, *told, why)
    with pytest.raises(type(why)):
        await screen.order()
    assert "--key k1" in screen.text


async def test_what_is_refused_as_a_whole_has_nothing_to_go_on_with() -> None:
    screen = Screen(ApiRefused("This is for managers"))
    with pytest.raises(ApiRefused):
        await screen.order()
    assert "--key" not in screen.text


async def test_a_dry_run_shows_what_matches() -> None:
    nobodys = {"handover_id": "c9~2", "result": "matched", "status": "acknowledged"}
    screen = Screen({"matched": 2}, {**DONE, "result": "matched"}, nobodys, end(2, dry_run=1))
    assert await screen.order(dry_run=True)
    assert "c1~1" in screen.text
    assert "acknowledged" in screen.text
    assert "handed back" not in screen.text


async def test_a_dry_run_of_nothing() -> None:
    screen = Screen({"matched": 0}, end(0))
    assert await screen.order(dry_run=True)
    assert "Nothing matches." in screen.text


async def test_the_only_manager_answers_for_it() -> None:
    screen = Screen({"matched": 0}, end(0))
    await screen.order()
    assert screen.api.orders[0][0]["staff_id"] == "omar"
    assert "In the name of Omar." in screen.text


@pytest.mark.parametrize(("managers", "said"), [((), "no manager"), (("omar", "pia"), "omar, pia")])
async def test_where_it_is_not_clear_who_answers_for_it_that_is_asked(managers: Sequence[str], said: str) -> None:
    screen = Screen(managers=managers)
    with pytest.raises(ApiRefused, match=said) as refused:
        await screen.order()
    assert refused.value.wrong
    assert screen.api.orders == []
