"""What visitors attach: kept for their conversation alone, and only for a day where it is never sent."""

from datetime import timedelta

import pytest

from handover.attachments import MAX_KEPT, Content
from handover.errors import NotFound, Refused
from handover.messages import Attachment
from store import Store
from tests.unit.files import PDF, PNG
from tests.unit.store_world import Clock, said

pytest_plugins = ["tests.unit.store_fixtures"]

PICTURE = Content("image/png", PNG)


async def test_what_is_kept_is_the_conversations_own(store: Store) -> None:
    kept = await store.attachments.put("c1", "boiler.png", PICTURE)
    assert (kept.name, kept.media_type, kept.url) == ("boiler.png", "image/png", "")
    assert await store.attachments.content("c1", kept.id) == PICTURE
    assert await store.attachments.sent("c1", [kept.id]) == [kept]
    for act in (store.attachments.content("c2", kept.id), store.attachments.sent("c2", [kept.id])):
        with pytest.raises(NotFound, match="There is no attachment"):
            await act


async def test_references_come_in_the_order_that_was_asked_for(store: Store) -> None:
    first, second = [await store.attachments.put("c1", name, PICTURE) for name in ("1.png", "2.png")]
    assert await store.attachments.sent("c1", [second.id, first.id]) == [second, first]
    with pytest.raises(NotFound, match="'other'"):
        await store.attachments.sent("c1", [first.id, "other"])


async def test_what_was_never_sent_goes_after_a_day(store: Store, clock: Clock) -> None:
    left, sent = [await store.attachments.put("c1", name, PICTURE) for name in ("1.png", "2.png")]
    await store.attachments.sent("c1", [sent.id])
    clock.now += timedelta(hours=25)
    await store.attachments.put("c2", "bill.pdf", Content("application/pdf", PDF))
    assert await store.attachments.content("c1", sent.id) == PICTURE
    with pytest.raises(NotFound):
        await store.attachments.content("c1", left.id)


async def test_a_conversation_takes_only_so_many(store: Store) -> None:
    for _ in range(MAX_KEPT):
        await store.attachments.put("c1", "", PICTURE)
    with pytest.raises(Refused, match="takes no more"):
        await store.attachments.put("c1", "", PICTURE)
    await store.attachments.put("c2", "", PICTURE)


async def test_a_message_keeps_its_references_and_says_in_words_what_came(store: Store) -> None:
    keep = said("m1", "m2")
    keep.messages[0].text = ""
    keep.messages[0].attachments = [Attachment(url="https://x.example/1.jpg", name="1.jpg", media_type="image/jpeg")]
    await store.transcripts.record(keep)
    with_picture, without = (await store.reads.messages("c1")).items
    assert (with_picture.text, with_picture.attachments) == ("(sent 1 picture: 1.jpg)", keep.messages[0].attachments)
    assert (without.text, without.attachments) == ("m2", [])
