"""How well the built-in assistant recognises when a customer needs a person, and how long it takes over it.

    .venv/bin/python -m benchmarks.detection                      # both halves of the set
    .venv/bin/python -m benchmarks.detection --development        # while working on it: the development half alone
    .venv/bin/python -m benchmarks.detection --confusions         # and what is wrong there

A message is read by `assistant.detect` for a bot whose scenarios are all on and otherwise as they are by default. Where several
fire it counts as the first of them in the order of the labels. Whoever changes the recognition looks at the development half
alone: what is wrong in the held-out half is not listed.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from assistant.detect import detect
from benchmarks.detection.figures import Confusion, confusion_of, figures
from benchmarks.detection.labelled import NONE, SCENARIOS, Labelled, read_sentences, split
from handover.bot import Bot

_LOADING = "import assistant.detect, handover.bot as b; assistant.detect.detect(b.Bot(id='b', name='B'), 'hello')"


def main(development_only: bool, confusions: bool) -> None:
    halves = split(read_sentences())
    bot = everything_on()
    show("development half", halves.development, bot)
    if confusions:
        show_confusions(halves.development, bot)
    if not development_only and not confusions:
        show("held-out half", halves.held_out, bot)
    show_times(halves.development, bot)


def everything_on() -> Bot:
    """A bot without phrases, keywords or knowledge of its own, all of whose scenarios are on."""
    scenarios = {name: {"enabled": True} for name in SCENARIOS}
    return Bot.model_validate({"id": "plain", "name": "Plain", "handover": {"scenarios": scenarios}})


def read(bot: Bot, text: str) -> str:
    """The first scenario in the order of the labels that the text triggers, or none."""
    fired = {one.scenario for one in detect(bot, text).evidence}
    return next((name for name in SCENARIOS if name in fired), NONE)


def judged(messages: Sequence[Labelled], bot: Bot) -> Confusion:
    return confusion_of((one.label, read(bot, one.text)) for one in messages)


def show(title: str, messages: Sequence[Labelled], bot: Bot) -> None:
    confusion = judged(messages, bot)
    print(f"{title}, {len(messages)} messages\n{'':22}precision  recall      F1  false alarms")
    for scenario in SCENARIOS:
        one = figures(confusion, scenario)
        print(f"  {scenario:20}{one.precision:9.3f}{one.recall:8.3f}{one.f1:8.3f}{one.false_alarms:13.2%}")
    print()


def show_confusions(messages: Sequence[Labelled], bot: Bot) -> None:
    """What was read as something else: label, reading, group and text, tab separated."""
    for one in messages:
        found = read(bot, one.text)
        if found != one.label:
            print(one.label, found, one.group, one.text, sep="\t")
    print()


def show_times(messages: Sequence[Labelled], bot: Bot) -> None:
    median = statistics.median(seconds(bot, one.text) for one in messages)
    print(
        f"loading, from a new process to the first message read: {loading():.2f} s (Python itself: {loading('pass'):.2f} s)"
    )
    print(f"reading a message: {median * 1000:.2f} ms (median)")


def seconds(bot: Bot, text: str) -> float:
    begun = time.perf_counter()
    detect(bot, text)
    return time.perf_counter() - begun


def loading(program: str = _LOADING) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--development", action="store_true", help="leave the held-out half alone")
    parser.add_argument("--confusions", action="store_true", help="list what is wrong in the development half")
    chosen = parser.parse_args()
    main(chosen.development, chosen.confusions)
