"""How long a backtest takes: conversations of the example's bot are recorded, and then a planted rule is tried on them.

    .venv/bin/python -m benchmarks.backtest [--conversations 1000]

Prints the seconds of both, for the backtest those of the processor too (the others grow where others use it), and whether
the rule changes what it must: every tenth conversation holds its word. Recording takes a quarter of a second each, since
every message is a few transactions: a hundred conversations are recorded, and the others are copies of their rows.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track

from activities.assistant import BUTTON_CHANNELS
from assistant.builtin import BuiltinAssistant
from benchmarks.backtest.conversations import TURN, WORD, conversation
from benchmarks.backtest.copies import copy, name
from benchmarks.backtest.recorder import Recorder
from console.backtest import Backtest, Order, Outcome
from handover.bot import Rule
from handover.ports import Versioned
from store import Store
from store.first_start import first_start

EVERY = 10
RECORDED = 100
"""A multiple of EVERY, so that the planted word is in every tenth copy too."""

NAME = "Lives in Evanston"
CONSOLE = Console(stderr=True)


async def main(conversations: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.at(f"sqlite+aiosqlite:///{Path(folder) / 'handover.db'}")
        try:
            await first_start(store)
            began = time.perf_counter()
            await prepare(store, conversations)
            recorded = time.perf_counter() - began
            current = await store.settings.bot("hvac")
            began, worked = time.perf_counter(), time.process_time()
            outcome = await tried(store, planted(current))
            seconds, worked = time.perf_counter() - began, time.process_time() - worked
        finally:
            await store.close()
    show(outcome, conversations, recorded, seconds, worked)


async def prepare(store: Store, conversations: int) -> None:
    recorded = min(RECORDED, conversations)
    for number in track(range(recorded), f"Recording {recorded} conversations", console=CONSOLE):
        await record(store, number)
    if conversations > recorded:
        CONSOLE.print(f"Copying them, to {conversations} conversations")
        await copy(store, recorded, conversations)


async def record(store: Store, number: int) -> None:
    """One conversation, to the end of its case where one is opened; every third of those was unnecessary."""
    talk = Recorder(store, name(number))
    for text in conversation(number, number % EVERY == 0):
        await talk.says(text)
    if talk.case is not None:
        await talk.replies("Hello, this is Ann. I'll call you in an hour.")
        await talk.completed(unnecessary=number % 3 == 0)


def planted(current: Versioned) -> Versioned:
    """The same rules, and one for a word that none of them knows."""
    rule = Rule(name=NAME, when="The contact lives there.", keywords=[WORD])
    handover = current.bot.handover
    rules = handover.model_copy(update={"rules": [*handover.rules, rule]})
    return current._replace(bot=current.bot.model_copy(update={"handover": rules}))


async def tried(store: Store, current: Versioned) -> Outcome:
    work = Backtest(store.recordings, BuiltinAssistant(), BUTTON_CHANNELS, CONSOLE)
    return await work.run(Order(current))


def show(outcome: Outcome, conversations: int, recorded: float, seconds: float, worked: float) -> None:
    total = outcome.summary
    found = {one.conversation_id: one.turn for one in outcome.differences if one.after and one.after.reason == NAME}
    wanted = {name(number): TURN for number in range(0, conversations, EVERY)}
    print(f"prepared:  {conversations} conversations in {recorded:.1f} s")
    print(f"backtest:  {total.turns} turns judged in {seconds:.2f} s ({worked:.2f} s of one core)")
    print(
        f"planted:   in {len(wanted)} conversations; found in {len(found)}, {'exactly those' if found == wanted else 'OTHERS'}"
    )
    print(f"handovers: {total.total.model_dump(exclude={'scenario'})}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    asyncio.run(main(parser.parse_args().conversations))
