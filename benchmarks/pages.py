"""How long the inbox's pages take over HTTP with a thousand conversations in the store, on an otherwise idle machine.

    .venv/bin/python -m benchmarks.pages

Records conversations with their handovers into a store of its own: half of the handovers still run, of every state and due at
all times of a day; the others were completed. Then it signs a manager in, who sees the most, and asks for each page in turn.
Prints the median and the 90th percentile of each, beside that of a request that reads nothing in the same run, as the
measure of how fast the machine is.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from engine.process import Process, wait_until
from engine.stack import free_port
from handover.bot import Bot, Priority
from handover.casefile import Case, CaseRecord, Holder, LogEntry, OpenRequest, Take, TaskState
from handover.messages import (
    Author,
    Contact,
    ConversationStatus,
    Evidence,
    HandoverStatus,
    PostedMessage,
    Trigger,
)
from handover.policy import resolve
from handover.staff import Access, Staff
from handover.turns import BeginRequest, Delivery, Keep
from store import Store

ROOT = Path(__file__).resolve().parent.parent
TEAM = ["sarah", "ben", "mei", "omar"]
REASONS = ["human_requested", "high_value", "negative_sentiment", "lack_of_information"]
TURNS = 5
BOT = Bot(id="support", name="Support")
TRIVIAL = "/healthz"
DATABASE = "sqlite+aiosqlite:///{}"


async def main(conversations: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        await record(data, conversations)
        async with served(data) as http:
            await sign_in(http, data)
            pages = [TRIVIAL, "/inbox", "/conversations", "/conversations?q=furnace", "/conversations?status=escalated"]
            print(f"{conversations} conversations, {rounds} rounds, one request at a time")
            for page, seconds in (await measure(http, pages, conversations, rounds)).items():
                show(page, *seconds)


# ---- what is recorded ------------------------------------------------------------------------------------------------


async def record(data: Path, conversations: int) -> None:
    """The team, its bot, and the conversations."""
    store = Store.at(DATABASE.format(data / "handover.db"))
    await store.database.migrate()
    await store.settings.put_bot(BOT)
    for name in TEAM:
        access = Access.manager if name == "omar" else Access.staff
        await store.settings.put_staff(Staff(id=name, name=name.title(), roles=["support"], access=access))
    for number in range(12):
        await store.desk.add_canned(f"Reply {number}", "Hello {contact_name}, this is {agent_name}.", "omar")
    for number in range(conversations):
        await Conversation(store, number).record()
    await store.close()


class Conversation:
    """One conversation: a few turns with the bot, a handover, what people did, and a person's answer."""

    def __init__(self, store: Store, number: int) -> None:
        self.store, self.number = store, number
        self.id = f"bench-{number:05}"
        self.contact = Contact(name=f"Contact {number}", email=f"contact{number}@example.org")
        self.at = datetime.now(UTC) - timedelta(minutes=number % 1440)
        self.holder = [*TEAM, None][number % 5]
        self.reason = REASONS[number % 4]

    async def record(self) -> None:
        begin = BeginRequest(conversation_id=self.id, bot_id=BOT.id, channel="web", contact=self.contact)
        await self.store.transcripts.begin(begin, BOT.id)
        for turn in range(1, TURNS + 1):
            await self._turn(turn)
        await self._hand_over()

    async def _turn(self, turn: int) -> None:
        text = f"Question {turn} about my furnace, which makes a noise since last night"
        keep = Keep(
            conversation_id=self.id,
            bot_id=BOT.id,
            channel="web",
            contact=self.contact,
            handover=None,
            turn=turn,
            messages=[PostedMessage(message_id=f"m{turn}", text=text)],
        )
        await self.store.transcripts.record(keep)
        await self._say(Author.bot, f"answer/{turn}", turn)

    async def _say(self, author: Author, key: str, turn: int) -> None:
        words = f"A sentence or two that answer what was asked, as they are usually long: {key}"
        delivery = Delivery(conversation_id=self.id, key=key, author=author, text=words, turn=turn)
        row = (await self.store.transcripts.put(delivery)).row
        assert row is not None
        await self.store.transcripts.mark_left(row)

    async def _hand_over(self) -> None:
        seen = Evidence(scenario=self.reason, score=0.9, threshold=0.7, matched="a person", kind="phrase")
        trigger = Trigger(key="turn/5", reason=self.reason, request="The furnace makes a noise", evidence=[seen])
        request = OpenRequest(
            conversation_id=self.id,
            bot_id=BOT.id,
            channel="web",
            contact=self.contact,
            trigger=trigger,
            turn=TURNS,
            opened_at=self.at,
            staff_id=None,
        )
        policy = resolve(BOT, 1, trigger)
        opened = await self.store.handovers.open(request, policy)
        case = Case(
            conversation_id=self.id,
            number=opened.number,
            bot_id=BOT.id,
            channel="web",
            contact=self.contact,
            trigger=trigger,
            policy=policy,
            turn=TURNS,
            opened_at=self.at,
            standing=opened.standing,
            holder=Holder(staff_id=self.holder, name=self.holder.title()) if self.holder else None,
            armed_at=self.at,
            silent_since=self.at,
            seq=1,
            status=self._status(),
            completed_at=datetime.now(UTC) if self._status().ended else None,
            task=self._task(),
            next_step="" if self._status().ended else "The bot comes back unless a person acts",
            next_at=datetime.now(UTC) + timedelta(hours=2),
        )
        await self.store.handovers.save(CaseRecord(case=case, entries=self._log()))
        if self._speaker() is not ConversationStatus.escalated:
            await self._take(opened.number)
        await self._say(Author.person if self.holder else Author.system, "later", TURNS)

    async def _take(self, number: int) -> None:
        over = self._status().ended
        take = Take(
            key=f"{self.id}/take",
            conversation_id=self.id,
            status=self._speaker(),
            handover=None if over else number,
            assignee=None if over else self.holder,
        )
        await self.store.transcripts.take(take)

    def _status(self) -> HandoverStatus:
        if self.number % 2:
            return HandoverStatus.completed
        return HandoverStatus.acknowledged if self.holder and self.number % 4 else HandoverStatus.open

    def _speaker(self) -> ConversationStatus:
        states = {
            HandoverStatus.completed: ConversationStatus.bot,
            HandoverStatus.acknowledged: ConversationStatus.human,
        }
        return states.get(self._status(), ConversationStatus.escalated)

    def _task(self) -> TaskState:
        due = self.at + timedelta(hours=24 if self.number % 3 else 2)
        over = self._status().ended
        return TaskState(
            number=1,
            title="Follow up",
            priority=Priority.medium,
            created_at=self.at,
            due_at=due,
            status="completed" if over else "open",
            completed_at=datetime.now(UTC) if over else None,
        )

    def _log(self) -> list[LogEntry]:
        lines = ["Given to somebody", "Reminded somebody", "Somebody claimed the case", "Somebody wrote a note"]
        return [
            LogEntry(key=f"{index}", kind="assigned", text=text, actor="handover", at=self.at)
            for index, text in enumerate(lines)
        ]


# ---- how it is measured ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def served(data: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """The web process over the recorded store. No page that is asked for here needs Temporal."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "web.app:create_app", "--port", str(port)]
    environment = {**os.environ, "HANDOVER_DATA_DIR": str(data), "HANDOVER_API_KEY": "k" * 40}
    web = Process("web", [*command, "--log-level", "warning", "--app-dir", str(ROOT)], data / "web.log", environment)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:
        try:
            await web.start()
            await wait_until(lambda: _is_there(http), 60)
            yield http
        finally:
            await web.stop()


async def _is_there(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/healthz")).status_code == 200
    except httpx2.HTTPError:
        return False


async def sign_in(http: httpx2.AsyncClient, data: Path) -> None:
    """As Omar, who manages and so sees everybody's work."""
    store = Store.at(DATABASE.format(data / "handover.db"))
    http.cookies.set("handover_session", await store.access.open_session("omar", timedelta(hours=1)))
    await store.close()


async def measure(
    http: httpx2.AsyncClient, pages: list[str], conversations: int, rounds: int
) -> dict[str, tuple[list[float], list[float]]]:
    """Seconds of each page, and of the trivial one right before it."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for number in range(rounds + 2):
        one = f"/inbox/bench-{number * 7 % conversations:05}"
        for page in [*pages, one]:
            base, seconds = await timed(http, TRIVIAL), await timed(http, page)
            if number < 2:
                continue
            name = "/inbox/{id}" if page == one else page
            times = found.setdefault(name, ([], []))
            times[0].append(seconds)
            times[1].append(base)
    return found


async def timed(http: httpx2.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    answer = await http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return time.perf_counter() - begun


def show(name: str, seconds: list[float], base: list[float]) -> None:
    median, p90 = statistics.median(seconds), statistics.quantiles(seconds, n=10)[-1]
    ratio = median / statistics.median(base)
    print(
        f"{name:34} n={len(seconds):4}  median {median * 1000:6.1f} ms  p90 {p90 * 1000:6.1f} ms"
        f"  {ratio:5.1f} × {TRIVIAL}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.conversations, arguments.rounds))
