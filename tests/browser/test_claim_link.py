"""The link of a mail in a real browser: looking changes nothing, a press claims, and the next is told who was faster."""

from datetime import UTC, datetime

from playwright.async_api import expect

from console.api import Api
from console.server import api_key
from engine.stack import Stack
from handover.claim_link import claim_token
from handover.ids import parse_handover_id
from keys import signing_secret
from settings import AppSettings
from tests.browser.accessibility import serious
from tests.browser.conftest import Open
from tests.browser.steps import handed_over


async def test_a_case_is_claimed_from_the_mail(a_person: Open, stack: Stack) -> None:
    await handed_over(await a_person())
    async with Api.at(stack.url, api_key(stack.plan)) as api:
        handover_id = (await api.get("/handovers"))["items"][0]["handover_id"]
        secret = signing_secret(AppSettings(data_dir=stack.plan.data_dir))
        links = {
            one: f"/claim/{claim_token(secret, parse_handover_id(handover_id), one, datetime.now(UTC))}"
            for one in ("sarah", "ben")
        }
        sarahs = await (await a_person(width=390)).new_page()
        await sarahs.goto(links["sarah"])
        await expect(sarahs.get_by_role("heading", name="Claim this case?")).to_be_visible()
        assert await serious(sarahs) == []
        assert (await api.get(f"/handovers/{handover_id}"))["status"] == "open"
        await sarahs.get_by_role("button", name="Claim the case").click()
        await expect(sarahs.get_by_role("heading", name="The case is yours")).to_be_visible()
        assert (await api.get(f"/handovers/{handover_id}"))["status"] == "acknowledged"
    bens = await (await a_person()).new_page()
    await bens.goto(links["ben"])
    await expect(bens.get_by_role("heading", name="Somebody was faster")).to_be_visible()
    await expect(bens.get_by_role("main")).to_contain_text("Sarah Lindgren has this case since")
    assert await serious(bens) == []
