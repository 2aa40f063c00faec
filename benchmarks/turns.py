"""How long a turn takes over HTTP with the built-in assistant, one at a time on an otherwise idle machine.

    .venv/bin/python -m benchmarks.turns

Prints the median and the 90th percentile of POST …/messages?wait=, of the first turn of a conversation apart, beside that of a
GET /v1/staff/sarah in the same run: a request that only reads one row, as the measure of how fast the machine is.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable
from pathlib import Path

from console.api import Api
from console.server import api_key
from engine.stack import Stack, StackPlan

QUESTIONS = ("What are your opening hours?", "What does a visit cost?", "Which areas do you serve?")


async def main(conversations: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(StackPlan(data_dir=Path(folder), port=0, temporal_port=0, ui_port=None))
        try:
            await stack.start()
            async with Api.at(stack.url, api_key(stack.plan)) as api:
                await measure(api, 2)
                first, later, reads = await measure(api, conversations)
        finally:
            await stack.stop()
    show("first turn of a conversation", first, reads)
    show("turn", later, reads)
    show("reading one row", reads, reads)


async def measure(api: Api, conversations: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of first turns, of later turns, and of bare reads, taken in turns."""
    first: list[float] = []
    later: list[float] = []
    reads: list[float] = []
    for _ in range(conversations):
        conversation = f"bench-{uuid.uuid4().hex[:8]}"
        for number, question in enumerate(QUESTIONS):
            (later if number else first).append(await timed(ask(api, conversation, question)))
            reads.append(await timed(api.get("/staff/sarah")))
    return first, later, reads


async def ask(api: Api, conversation: str, question: str) -> None:
    message = {"message_id": uuid.uuid4().hex, "text": question}
    answer = await api.post(f"/conversations/{conversation}/messages", message, wait=30)
    assert answer["replies"], "no answer came"


async def timed(work: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


def show(name: str, seconds: list[float], reads: list[float]) -> None:
    median, p90 = statistics.median(seconds), statistics.quantiles(seconds, n=10)[-1]
    ratio = median / statistics.median(reads)
    print(
        f"{name:30} n={len(seconds):4}  median {median * 1000:6.1f} ms  p90 {p90 * 1000:6.1f} ms  {ratio:5.1f} × a read"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=40)
    asyncio.run(main(parser.parse_args().conversations))
