"""A bot's documents: what is taken, over the API and by the store; and who answers where."""

import asyncio
from typing import Any

import pytest

from handover.bot import Bot
from handover.errors import NotFound, Refused, SettingsError
from handover.knowledge import (
    MOST_BYTES,
    MOST_BYTES_IN_ALL,
    MOST_DOCUMENTS,
    checked,
    document,
    with_document,
    without_document,
)
from handover.ports import Document
from store import Store
from store.first_start import first_start
from tests.unit.store_world import BOT
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

FAQ, PRICES = Document("faq.md", "# FAQ\nYes."), Document("prices/2027.txt", "A visit costs 90 €.")
KNOWLEDGE = "/v1/bots/support/knowledge"


@pytest.fixture
async def support(now_store: Store) -> Store:
    await now_store.settings.put_bot(BOT)
    return now_store


@pytest.fixture
async def admin(support: Store, sign_in: SignIn) -> Http:
    return await sign_in()


# ---- what is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["warranty.md", "Öffnungszeiten (neu).md", "prices/2027.txt", "a-b_c.d.md"])
def test_names_of_files_are_names(name: str) -> None:
    assert checked([Document(name, "Text")]) == [Document(name, "Text")]


@pytest.mark.parametrize(
    "name",
    ["", "warranty", ".md", "a.pdf", "/a.md", "../a.md", "a/../b.md", "a//b.md", "a\n.md", "<b>.md", "a" * 98 + ".md"],
)
def test_other_names_are_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(SettingsError, match=r"allowed are names like warranty\.md"):
        checked([Document(name, "Text")])


@pytest.mark.parametrize(
    ("documents", "says"),
    [
        ([Document("a.md", " \n\t")], "a.md: this document is empty"),
        ([Document("a.md", "%PDF\x00\x01")], "a.md: this is no text"),
        ([Document("a.md", "half \ud800")], "a.md: this is no text"),
        (
            [Document("a.md", "é" * (MOST_BYTES // 2) + "x")],
            f"a.md: it has {MOST_BYTES + 1} bytes; allowed are {MOST_BYTES}",
        ),
        ([FAQ, FAQ], "faq.md: this name comes twice"),
        ([Document(f"{n}.md", "x") for n in range(MOST_DOCUMENTS + 1)], f"these are {MOST_DOCUMENTS + 1} documents"),
        ([Document(f"{n}.md", "x" * MOST_BYTES) for n in range(22)], f"allowed are {MOST_BYTES_IN_ALL} together"),
    ],
)
def test_what_cannot_be_used_is_named(documents: list[Document], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        checked(documents)
    assert says in str(refused.value)


def test_the_longest_document_and_the_most_of_them_are_taken() -> None:
    checked([Document("a.md", "é" * (MOST_BYTES // 2))])
    checked([Document(f"{n}.md", "x") for n in range(MOST_DOCUMENTS)])


def test_a_document_comes_changes_and_goes_and_the_others_stay() -> None:
    both = with_document([PRICES], FAQ)
    assert both == [FAQ, PRICES]
    assert with_document(both, FAQ._replace(text="No.")) == [Document("faq.md", "No."), PRICES]
    assert without_document(both, "faq.md") == [PRICES]
    with pytest.raises(NotFound, match=r"There is no document 'else\.md'"):
        without_document(both, "else.md")


def test_line_breaks_are_the_same_from_everywhere() -> None:
    assert document("a.md", "\ufeff# A\r\nb\r\n") == Document("a.md", "# A\nb\n")


# ---- the store -------------------------------------------------------------------------------------------------------


async def test_a_change_of_knowledge_is_a_version_and_the_same_again_none(store: Store) -> None:
    await store.settings.put_bot(BOT)
    changed = await store.settings.change_knowledge("support", lambda before: [*before, FAQ], by="ann")
    assert (changed.version, changed.knowledge, changed.bot, changed.saved_by) == (2, (FAQ,), BOT, "ann")
    assert (await store.settings.change_knowledge("support", lambda before: before)).version == 2
    assert await store.settings.bot("support") == changed
    assert [one.knowledge for one in await store.settings.bot_versions("support")] == [(FAQ,), ()]


async def test_changes_of_knowledge_at_once_are_all_there(store: Store, other: Store) -> None:
    await store.settings.put_bot(BOT)
    documents = [Document(f"{number}.md", "Text") for number in range(8)]

    async def add(number: int) -> None:
        one = documents[number]
        await (store, other)[number % 2].settings.change_knowledge("support", lambda before: with_document(before, one))

    await asyncio.gather(*map(add, range(8)))
    last = await store.settings.bot("support")
    assert (last.version, last.knowledge) == (9, tuple(documents))


async def test_who_changes_an_older_version_is_refused(store: Store) -> None:
    await store.settings.put_bot(BOT)
    await store.settings.change_knowledge("support", lambda before: [FAQ], expected=1)
    with pytest.raises(Refused, match="version 2 is"):
        await store.settings.change_knowledge("support", lambda before: [], expected=1)
    with pytest.raises(NotFound):
        await store.settings.change_knowledge("nobody", lambda before: [])
    assert (await store.settings.bot("support")).knowledge == (FAQ,)


async def test_a_channel_is_answered_by_the_first_bot_that_has_it(store: Store) -> None:
    bots = {"first": ["web", "sms"], "second": ["sms", "phone"], "third": ["phone"]}
    for bot_id, channels in bots.items():
        await store.settings.put_bot(Bot(id=bot_id, name=bot_id, channels=channels))
    answering = {
        channel: (await store.settings.bot(None, channel)).bot.id for channel in ("web", "sms", "phone", "pigeon")
    }
    assert answering == {"web": "first", "sms": "first", "phone": "second", "pigeon": "first"}
    assert (await store.settings.bot("third", "web")).bot.id == "third"
    await store.settings.put_bot(Bot(id="first", name="first", channels=[]))
    assert (await store.settings.bot(None, "sms")).bot.id == "second"
    assert (await store.settings.bot(None, "web")).bot.id == "first"


async def test_a_first_start_without_the_example_brings_the_admin_alone(store: Store) -> None:
    await first_start(store, example=False)
    assert await store.settings.bots() == []
    assert [person.id for person in await store.settings.team()] == ["admin"]


# ---- the API ---------------------------------------------------------------------------------------------------------


def sizes(answer: Any) -> tuple[int, dict[str, int]]:
    found = answer.json()
    return found["version"], {one["name"]: one["size"] for one in found["documents"]}


async def test_one_document_at_a_time(admin: Http) -> None:
    assert sizes(await admin.get(KNOWLEDGE)) == (1, {})
    assert sizes(await admin.put(f"{KNOWLEDGE}/prices/2027.txt", json={"text": PRICES.text})) == (2, {PRICES.name: 21})
    assert sizes(await admin.put(f"{KNOWLEDGE}/faq.md", json={"text": "# FAQ\r\nYes."})) == (
        3,
        {"faq.md": 10, PRICES.name: 21},
    )
    assert (await admin.get(f"{KNOWLEDGE}/faq.md")).json() == FAQ._asdict()
    assert sizes(await admin.put(f"{KNOWLEDGE}/faq.md", json={"text": FAQ.text}))[0] == 3
    assert (await admin.get("/v1/bots/support")).json()["documents"] == ["faq.md", PRICES.name]
    assert sizes(await admin.delete(f"{KNOWLEDGE}/prices/2027.txt")) == (4, {"faq.md": 10})
    for method in ("GET", "DELETE"):
        answer = await admin.request(method, f"{KNOWLEDGE}/prices/2027.txt")
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no document 'prices/2027.txt'.")


async def test_the_whole_set_replaces_what_was_there(admin: Http) -> None:
    await admin.put(f"{KNOWLEDGE}/old.md", json={"text": "Old"})
    whole = {"documents": [PRICES._asdict(), FAQ._asdict()]}
    assert sizes(await admin.put(KNOWLEDGE, json=whole)) == (3, {"faq.md": 10, PRICES.name: 21})
    assert (await admin.put(f"{KNOWLEDGE}?version=2", json={"documents": []})).status_code == 409
    assert (await admin.delete(f"{KNOWLEDGE}/faq.md?version=2")).status_code == 409
    assert sizes(await admin.put(f"{KNOWLEDGE}?version=3", json={"documents": []})) == (4, {})


async def test_settings_that_are_saved_leave_the_knowledge_alone(admin: Http) -> None:
    await admin.put(f"{KNOWLEDGE}/faq.md", json={"text": FAQ.text})
    saved = (await admin.put("/v1/bots/support", json={"name": "Other"})).json()
    assert (saved["version"], saved["documents"]) == (3, ["faq.md"])


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/faq.pdf", {"text": "x"}, 422, "faq.pdf: this is no name of a document; allowed are names like warranty.md"),
        ("/faq.md", {"text": " "}, 422, "faq.md: this document is empty; allowed is text in Markdown"),
        ("/faq.md", {"text": "x" * (MOST_BYTES + 1)}, 422, f"allowed are {MOST_BYTES} in one document: cut it"),
        ("/faq.md", {"text": "x" * 70_000}, 413, "A body has at most 65536 bytes. Nothing was stored."),
        ("/faq.md", {"txt": "x"}, 422, "text"),
        ("", {"documents": [{"name": "a.md", "text": "x"}, {"name": "b", "text": ""}]}, 422, "b: this is no name"),
        ("", {"documents": {"a.md": "x"}}, 422, "documents"),
    ],
)
async def test_what_is_refused_changes_nothing(admin: Http, path: str, body: Any, status: int, says: str) -> None:
    answer = await admin.put(KNOWLEDGE + path, json=body)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
    assert sizes(await admin.get(KNOWLEDGE)) == (1, {})


async def test_staff_look_and_managers_change(support: Store, admin: Http, sign_in: SignIn) -> None:
    await admin.put("/v1/staff/ann", json={"name": "Ann"})
    await admin.put(f"{KNOWLEDGE}/faq.md", json={"text": FAQ.text})
    ann = await sign_in("ann")
    assert (await ann.get(f"{KNOWLEDGE}/faq.md")).status_code == 200
    for refused in (
        await ann.put(KNOWLEDGE, json={"documents": []}),
        await ann.put(f"{KNOWLEDGE}/faq.md", json={"text": "x"}),
        await ann.delete(f"{KNOWLEDGE}/faq.md"),
    ):
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:handover:problem:managers_only")
    assert sizes(await admin.get(KNOWLEDGE)) == (2, {"faq.md": 10})


async def test_a_message_while_there_is_no_bot_is_refused_with_what_to_do(sign_in: SignIn) -> None:
    http = await sign_in()
    answer = await http.post("/v1/conversations/c1/messages", json={"message_id": "1", "text": "Hello"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:unknown_bot")
    assert "starter.py load FOLDER" in answer.json()["detail"]
    assert (await http.get("/v1/bots/support/knowledge")).status_code == 404
