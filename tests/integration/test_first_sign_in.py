"""The command line and the first admin: a link in the terminal, as long as no admin has a password."""

import re
from pathlib import Path

from rich.console import Console

from console.server import show_addresses
from engine.stack import Stack, StackPlan
from store import Store
from store.first_start import first_start
from tests.integration.test_server import typed

PASSWORD = "tin horse nine"


def shown(folder: Path, link: tuple[str, str] | None) -> str:
    """What the terminal says once everything runs."""
    console = Console(width=240)
    stack = Stack(StackPlan(data_dir=folder, port=8000, ui_port=None))
    with console.capture() as capture:
        show_addresses(stack, console, link)
    return capture.get()


def test_the_terminal_shows_the_link_while_there_is_one(tmp_path: Path) -> None:
    text = shown(tmp_path, ("admin", "the-token"))
    assert "http://127.0.0.1:8000/invitation/the-token" in text
    assert "choose the password of admin" in text
    assert "invitation" not in shown(tmp_path, None)


async def test_a_link_is_made_in_the_terminal_for_somebody_locked_out(tmp_path: Path) -> None:
    at_home = {"HANDOVER_DATA_DIR": str(tmp_path), "HANDOVER_PUBLIC_URL": "https://help.example.org/"}
    code, out, _ = await typed("sign-in-link", **at_home)
    found = re.fullmatch(r"https://help\.example\.org/invitation/([\w-]+)\n", out)
    assert code == 0
    assert found is not None
    store = Store.at(f"sqlite+aiosqlite:///{tmp_path / 'handover.db'}")
    try:
        await first_start(store)
        assert await store.access.redeem_link(found[1], PASSWORD) == "admin"
        sarah = await store.team.staff("sarah")
        await store.settings.put_staff(sarah.model_copy(update={"enabled": False}))
    finally:
        await store.close()
    for staff_id, words in (("nobody", "There is no staff member"), ("sarah", "is disabled")):
        code, out, errors = await typed("sign-in-link", staff_id, **at_home)
        assert (code, out, words in errors) == (1, "", True)
