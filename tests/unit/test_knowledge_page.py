"""The section of the settings page with a bot's documents, and their pages: what people see, send, and are told."""

import re

import httpx2
import pytest

from handover.knowledge import MOST_BYTES
from handover.ports import Document
from store import Store
from tests.unit.bot_people import Person, text_of_page, with_values

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.bot_people"]

KNOWLEDGE = "/bots/hvac/knowledge"
WARRANTY = f"{KNOWLEDGE}/knowledge/warranty.md"
NASTY = "<script>alert(1)</script> & {{ 7*7 }}"


async def documents(store: Store) -> dict[str, str]:
    return {one.name: one.text for one in (await store.settings.bot("hvac")).knowledge}


async def send(
    person: Person, path: str = KNOWLEDGE, file: tuple[str, bytes] | None = None, **typed: str
) -> httpx2.Response:
    """What a browser sends: an empty part for a file that was not chosen."""
    chosen = file or ("", b"")
    return await person.http.post(path, data=typed, files={"file": (*chosen, "application/octet-stream")})


def opened(page: str) -> str:
    found = re.search(r'name="opened" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


async def test_each_document_is_listed_with_its_size(omar: Person, example: Store) -> None:
    page = (await omar.http.get("/bots/hvac")).text
    assert len(await documents(example)) == 10
    for name, text in (await documents(example)).items():
        assert f'<a class="name" href="{KNOWLEDGE}/{name}">{name}</a>' in page
        assert f"{name} {len(text.encode())} Bytes Remove {name}" in text_of_page(page)


async def test_without_a_document_the_page_says_what_that_means(omar: Person, example: Store) -> None:
    await example.settings.change_knowledge("hvac", lambda before: [])
    assert "No document yet: whatever is asked is a lack of information." in (await omar.http.get("/bots/hvac")).text


async def test_a_document_is_pasted(omar: Person, example: Store) -> None:
    answer = await send(omar, name=" heat pumps.md ", text="# Heat pumps\r\nWe sell three.")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bots/hvac?saved=2")
    assert (await documents(example))["heat pumps.md"] == "# Heat pumps\nWe sell three."
    assert len(await documents(example)) == 11
    assert "Saved as version 2." in text_of_page((await omar.http.get("/bots/hvac?saved=2")).text)


async def test_a_file_brings_its_name_unless_another_was_typed(omar: Person, example: Store) -> None:
    assert (await send(omar, file=("pumps.md", b"# Pumps"), name="", text="not this")).status_code == 303
    assert (await send(omar, file=("pumps.md", b"# Pumps"), name="other.txt")).status_code == 303
    found = await documents(example)
    assert (found["pumps.md"], found["other.txt"]) == ("# Pumps", "# Pumps")


@pytest.mark.parametrize(
    ("name", "text", "file", "status", "says"),
    [
        ("", "", None, 422, "this is no name of a document; allowed are names like warranty.md"),
        ("a.md", "  ", None, 422, "a.md: this document is empty"),
        ("", "", ("a.pdf", b"%PDF"), 422, "a.pdf: this is no name"),
        ("", "", ("a.md", b"\xff\xfe\x00"), 422, "a.md: this is no text; allowed is text in Markdown, in UTF-8"),
        ("a.md", "x" * (MOST_BYTES + 1), None, 422, f"allowed are {MOST_BYTES} in one document"),
        ("", "", ("a.md", b"x" * 900_000), 422, f"it has 900000 bytes; allowed are {MOST_BYTES} in one document"),
        ("knowledge/warranty.md", NASTY, None, 409, "There is a document knowledge/warranty.md already: open it"),
        (NASTY, NASTY, None, 422, "this is no name"),
    ],
)
async def test_what_cannot_be_added_is_shown_with_why_and_kept(
    omar: Person, example: Store, name: str, text: str, file: tuple[str, bytes] | None, status: int, says: str
) -> None:
    before = await documents(example)
    answer = await send(omar, file=file, name=name, text=text)
    page = text_of_page(answer.text)
    assert (answer.status_code, says in page, "Nothing was added." in page) == (status, True, True)
    assert "<script>alert" not in answer.text
    assert text.strip() in page
    assert await documents(example) == before


async def test_a_document_is_opened_replaced_and_removed(omar: Person, example: Store) -> None:
    before = await documents(example)
    page = (await omar.http.get(WARRANTY)).text
    assert before["knowledge/warranty.md"].strip().splitlines()[-1] in page
    answer = await send(omar, WARRANTY, do="save", opened=opened(page), text=NASTY)
    assert answer.headers["location"] == "/bots/hvac?saved=2"
    assert await documents(example) == before | {"knowledge/warranty.md": NASTY}
    page = (await omar.http.get(WARRANTY)).text
    assert ("&lt;script&gt;" in page, "<script>alert" in page) == (True, False)
    same = await send(omar, WARRANTY, do="save", opened=opened(page), text=NASTY)
    assert same.headers["location"] == "/bots/hvac?unchanged=2"
    replaced = await send(omar, WARRANTY, file=("new.md", b"From a file"), do="save", opened=opened(page), text=NASTY)
    assert replaced.status_code == 303
    assert (await documents(example))["knowledge/warranty.md"] == "From a file"
    assert (await send(omar, WARRANTY, do="remove")).headers["location"] == "/bots/hvac?saved=4"
    del before["knowledge/warranty.md"]
    assert await documents(example) == before
    assert (await omar.http.get(WARRANTY)).status_code == 404
    assert (await send(omar, WARRANTY, do="remove")).status_code == 404


async def test_an_empty_text_is_refused_where_it_was_typed(omar: Person, example: Store) -> None:
    page = (await omar.http.get(WARRANTY)).text
    answer = await send(omar, WARRANTY, do="save", opened=opened(page), text=" ")
    assert (answer.status_code, "this document is empty" in answer.text) == (422, True)
    assert opened(answer.text) == opened(page)


async def test_who_was_slower_is_told_and_may_save_all_the_same(omar: Person, example: Store) -> None:
    page = (await omar.http.get(WARRANTY)).text
    theirs = Document("knowledge/warranty.md", "Theirs")
    await example.settings.change_knowledge("hvac", lambda before: [theirs], by="sarah")
    answer = await send(omar, WARRANTY, do="save", opened=opened(page), text="Mine")
    assert (answer.status_code, "was changed meanwhile" in answer.text, "Mine" in answer.text) == (409, True, True)
    assert await documents(example) == {"knowledge/warranty.md": "Theirs"}
    again = await send(omar, WARRANTY, do="save", opened=opened(answer.text), text="Mine")
    assert again.status_code == 303
    assert await documents(example) == {"knowledge/warranty.md": "Mine"}


async def test_versions_say_which_documents_are_different(omar: Person, example: Store) -> None:
    await send(omar, name="new.md", text="New")
    page = (await omar.http.get(WARRANTY)).text
    await send(omar, WARRANTY, do="save", opened=opened(page), text="Other")
    await send(omar, f"{KNOWLEDGE}/new.md", do="remove")
    listed = text_of_page((await omar.http.get("/bots/hvac/versions")).text)
    for says in ("document new.md added", "document knowledge/warranty.md has another text", "document new.md removed"):
        assert f"by Omar Haddad 1 change {says}" in listed


async def test_an_older_version_shows_its_documents_and_brings_them_back(omar: Person, example: Store) -> None:
    before = await documents(example)
    await example.settings.change_knowledge("hvac", lambda documents: [])
    old = (await omar.http.get("/bots/hvac/versions/1")).text
    assert "It becomes version 3, with the documents of then." in text_of_page(old)
    assert ("knowledge/warranty.md" in old, "Add a document" in old, f'href="{WARRANTY}"' in old) == (
        True,
        False,
        False,
    )
    assert (await omar.send([("_version", "2")], path="/bots/hvac/versions/1")).status_code == 303
    assert await documents(example) == before


async def test_settings_that_clash_with_a_change_of_knowledge_say_so(omar: Person, example: Store) -> None:
    form = with_values(await omar.form(), name="Renamed")
    await send(omar, name="new.md", text="New")
    answer = await omar.send(form)
    assert (answer.status_code, "document new.md added" in text_of_page(answer.text)) == (409, True)


async def test_staff_read_and_change_nothing(people: dict[str, Person], example: Store) -> None:
    sarah, before = people["sarah"], await documents(example)
    page = (await sarah.http.get("/bots/hvac")).text
    assert ("Add a document" in page, "Remove" in page, WARRANTY in page) == (False, False, True)
    read = (await sarah.http.get(WARRANTY)).text
    assert ("<textarea" in read, "you may look at it" in read) == (False, True)
    for path in (KNOWLEDGE, WARRANTY):
        assert (await send(sarah, path, name="a.md", text="x", do="remove")).status_code == 403
    sarah.http.cookies.clear()
    assert (await sarah.http.get(WARRANTY)).headers["location"].startswith("/login?next=")
    omar = people["omar"]
    omar.http.headers["Origin"] = "https://elsewhere.example"
    assert (await send(omar, WARRANTY, do="remove")).status_code == 403
    assert await documents(example) == before


async def test_a_bot_that_is_not_there_has_no_documents(omar: Person) -> None:
    assert (await omar.http.get("/bots/nobody/knowledge/a.md")).status_code == 404
    assert (await send(omar, "/bots/nobody/knowledge", name="a.md", text="x")).status_code == 404
    assert (await omar.http.get(KNOWLEDGE)).headers["location"] == "/bots/hvac#knowledge"
