"""The link by which a person claims a case: its signature and time, and the page that only its button makes act."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from itsdangerous import URLSafeSerializer

from handover.claim_link import LASTS, LONGEST_TOKEN, claim_token, read_claim_token
from handover.errors import NotFound, Refused, Unavailable
from handover.ids import HandoverId
from handover.messages import Acted, Claim, HandoverStatus
from store import Store
from tests.unit.people_world import ANN, OMAR, audited, keep_waiting
from tests.unit.store_world import begin, case_of, open_one, save, staff
from tests.unit.web_world import ClientDouble, Http, app_on
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
CASE = HandoverId("c1", 1)
SECRET = "secret"


class ClaimingClient(ClientDouble):
    """Writes down who claims what, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: list[tuple[str, str]] = []
        self.answer: Exception | None = None

    async def claim(self, handover: HandoverId, act: Claim, *, key: str | None = None) -> Acted:
        self.claims.append((str(handover), act.staff_id))
        if self.answer is not None:
            raise self.answer
        return Acted(handover_id=str(handover), status=HandoverStatus.acknowledged, assignee=act.staff_id)


@pytest.fixture
def claiming() -> ClaimingClient:
    return ClaimingClient()


@pytest.fixture
async def mail_reader(now_store: Store, services: Services, claiming: ClaimingClient) -> AsyncIterator[Http]:
    """A browser that nobody is signed in with, beside a case of Ann's."""
    await staff(now_store, ANN, OMAR)
    await begin(now_store)
    await save(now_store, case_of(await open_one(now_store), holder="ann"))
    double: Any = claiming
    app = app_on(replace(services, client=double))
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        http.headers["Accept"] = "text/html"
        yield http


def link(
    staff_id: str = "ann", *, handover: HandoverId = CASE, made: datetime | None = None, secret: str = SECRET
) -> str:
    return f"/claim/{claim_token(secret, handover, staff_id, made or datetime.now(UTC))}"


def heading(answer: httpx2.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    return found[1] if found else ""


# ---- the signature ---------------------------------------------------------------------------------------------------


def test_a_token_says_who_which_case_and_until_when() -> None:
    read = read_claim_token(SECRET, claim_token(SECRET, CASE, "ann", NOW))
    assert read is not None
    assert (read.handover, read.staff_id, read.until) == (CASE, "ann", NOW + LASTS)
    assert not read.is_over(NOW + LASTS - timedelta(seconds=1))
    assert read.is_over(NOW + LASTS)


def test_the_longest_names_fit() -> None:
    token = claim_token(SECRET, HandoverId("c" * 128, 999_999_999), "s" * 63, NOW)
    assert len(token) <= LONGEST_TOKEN
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)


def test_whatever_is_changed_in_it_it_is_none_of_ours() -> None:
    token = claim_token(SECRET, CASE, "ann", NOW)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        changed = read_claim_token(SECRET, token[:place] + other + token[place + 1 :])
        # The last character of a Base64 text has bits that nobody reads.
        assert changed is None or (place == len(token) - 1 and changed == read_claim_token(SECRET, token))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b",
        claim_token("another secret", CASE, "ann", NOW),
        str(URLSafeSerializer(SECRET, salt="visitor").dumps(["c1~1", "ann", 9_999_999_999])),
        str(URLSafeSerializer(SECRET, salt="claim link").dumps(["c1", "ann", 9_999_999_999])),
        str(URLSafeSerializer(SECRET, salt="claim link").dumps(["c1~1", "ann"])),
        str(URLSafeSerializer(SECRET, salt="claim link").dumps({"a": 1})),
    ],
)
def test_what_was_not_signed_for_this_is_none(token: str) -> None:
    assert read_claim_token(SECRET, token) is None


# ---- the page --------------------------------------------------------------------------------------------------------


async def test_looking_claims_nothing(mail_reader: Http, claiming: ClaimingClient) -> None:
    """What scanners of mail do: they follow the link, ask for its head, load it ahead, and come again."""
    for _ in range(3):
        seen = await mail_reader.get(link())
        await mail_reader.head(link())
        await mail_reader.get(link(), headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"})
    assert (seen.status_code, heading(seen)) == (200, "Claim this case?")
    assert (await mail_reader.head(link())).status_code == 200
    assert seen.text.count("<form") == 1
    assert "Ann Lee" in seen.text
    assert claiming.claims == []


async def test_the_button_claims(mail_reader: Http, claiming: ClaimingClient, now_store: Store) -> None:
    answer = await mail_reader.post(link(), headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, heading(answer)) == (200, "The case is yours")
    assert claiming.claims == [("c1~1", "ann")]
    assert 'href="/inbox/c1"' in answer.text
    assert ("claimed_by_link", "person:ann") in await audited(now_store)
    assert (await mail_reader.get("/inbox/c1")).status_code == 303, "to see it, somebody signs in"


async def test_nothing_of_the_case_is_shown_to_who_has_only_the_link(mail_reader: Http) -> None:
    assert "A refund" not in (await mail_reader.get(link())).text + (await mail_reader.post(link())).text


async def test_who_is_slower_is_told_who_was_faster_and_since_when(mail_reader: Http, claiming: ClaimingClient) -> None:
    claiming.answer = Refused("already_claimed", "…", holder="omar", since=NOW)
    answer = await mail_reader.post(link())
    assert (answer.status_code, heading(answer)) == (409, "Somebody was faster")
    assert "<strong>Omar</strong> has this case since" in answer.text
    assert "Monday, 16 November 2026, 09:00:00 UTC" in answer.text


async def test_a_case_that_is_over_says_who_ended_it(
    mail_reader: Http, claiming: ClaimingClient, now_store: Store
) -> None:
    claiming.answer = Refused("already_completed", "…", holder="omar", since=NOW)
    answer = await mail_reader.post(link())
    assert (answer.status_code, heading(answer)) == (409, "This case is over")
    assert "<strong>Omar</strong> ended it" in answer.text


async def test_how_the_case_stands_is_seen_before_the_button(mail_reader: Http, now_store: Store) -> None:
    opened = await open_one(now_store)
    taken = case_of(opened, holder="omar", seq=1, status=HandoverStatus.acknowledged, acted_at=NOW)
    await save(now_store, taken)
    assert "<form" not in (await mail_reader.get(link())).text
    assert "<strong>Omar</strong> has this case" in (await mail_reader.get(link())).text
    assert heading(await mail_reader.get(link("omar"))) == "The case is yours"
    ended = {"status": HandoverStatus.completed, "completed_at": NOW, "ended_by": "omar", "seq": 2}
    await save(now_store, taken.model_copy(update=ended))
    assert heading(await mail_reader.get(link())) == "This case is over"


async def test_a_link_is_over_after_a_day(mail_reader: Http, claiming: ClaimingClient) -> None:
    old = link(made=datetime.now(UTC) - LASTS)
    for answer in (await mail_reader.get(old), await mail_reader.post(old)):
        assert (answer.status_code, heading(answer)) == (410, "This link is over")
        assert 'href="/login"' in answer.text
    assert claiming.claims == []


@pytest.mark.parametrize(
    "wrong", ["/claim/x", link(secret="forged"), link("nobody"), link(handover=HandoverId("c1", 7))]
)
async def test_a_link_that_is_none_claims_nothing(mail_reader: Http, claiming: ClaimingClient, wrong: str) -> None:
    for answer in (await mail_reader.get(wrong), await mail_reader.post(wrong)):
        assert (answer.status_code, heading(answer)) == (404, "This link is not known here")
        assert 'href="/login"' in answer.text
    assert claiming.claims == []


async def test_who_was_disabled_claims_nothing(mail_reader: Http, claiming: ClaimingClient, now_store: Store) -> None:
    await staff(now_store, ANN.model_copy(update={"enabled": False}))
    for answer in (await mail_reader.get(link()), await mail_reader.post(link())):
        assert (answer.status_code, heading(answer)) == (403, "This link is not for you any more")
    assert claiming.claims == []
    assert ("claim_link_refused", "person:ann") in await audited(now_store)


async def test_another_sites_page_presses_no_button(mail_reader: Http, claiming: ClaimingClient) -> None:
    for headers in (
        {"Origin": "https://evil.example.org"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert (await mail_reader.post(link(), headers=headers)).status_code == 403
    assert claiming.claims == []


async def test_whoever_tries_many_wrong_links_waits_and_fills_no_log(mail_reader: Http, now_store: Store) -> None:
    for _ in range(20):
        assert (await mail_reader.get("/claim/wrong")).status_code == 404
    await keep_waiting(now_store)
    assert (await mail_reader.get("/claim/wrong")).status_code == 429
    assert (await mail_reader.get(link())).status_code == 200, "a link that is good is no wrong one"
    assert len(await audited(now_store)) == 20


async def test_when_nothing_answers_it_says_so(mail_reader: Http, claiming: ClaimingClient) -> None:
    claiming.answer = Unavailable("no answer")
    assert heading(await mail_reader.post(link())) == "Not available right now"


async def test_a_case_that_temporal_does_not_know_is_not_there(mail_reader: Http, claiming: ClaimingClient) -> None:
    claiming.answer = NotFound("open handover", "c1~1")
    assert (await mail_reader.post(link())).status_code == 404


async def test_the_page_keeps_its_address_to_itself(mail_reader: Http) -> None:
    for answer in (await mail_reader.get(link()), await mail_reader.post(link()), await mail_reader.get("/claim/x")):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
