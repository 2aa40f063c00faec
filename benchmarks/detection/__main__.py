"""How well the built-in assistant recognises when a customer needs a person, and how long it takes over it.

    .venv/bin/python -m benchmarks.detection                      # the held-out messages: figures, and what was read as what
    .venv/bin/python -m benchmarks.detection --confusions         # and each message that is read wrongly

A message is read by `assistant.recognition` for a bot whose scenarios are all on and otherwise as they are by default. Where
several fire it counts as the first of them in the order of the labels. Whoever works on the recognition looks at the training
messages (`benchmarks.detection.train --confusions`): a held-out message that was looked at says nothing any more.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from assistant.recognition import detect
from benchmarks.detection.figures import Confusion, confusion_of, figures
from benchmarks.detection.labelled import HELD_OUT, NONE, SCENARIOS, Labelled, read_messages
from handover.bot import Bot

_LOADING = "import assistant.recognition as r, handover.bot as b; r.detect(b.Bot(id='b', name='B'), 'hello')"


def main(confusions: bool) -> None:
    messages, bot = read_messages(HELD_OUT), everything_on()
    confusion = judged(messages, bot)
    print(f"held out, {len(messages)} messages\n{_HEAD}")
    for scenario in SCENARIOS:
        print(row(scenario, confusion, scenario))
    print(f"\nhuman_requested, by the kind of source\n{_HEAD}")
    for source in sorted({one.source for one in messages}):
        print(row(source, judged([one for one in messages if one.source == source], bot), "human_requested"))
    show_matrix(confusion)
    if confusions:
        show_confusions(messages, bot)
    show_times(messages, bot)


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


_HEAD = f"{'':22}precision  recall      F1  false alarms"


def row(title: str, confusion: Confusion, scenario: str) -> str:
    one = figures(confusion, scenario)
    return f"  {title:20}{one.precision:9.3f}{one.recall:8.3f}{one.f1:8.3f}{one.false_alarms:13.2%}"


def show_matrix(confusion: Confusion) -> None:
    """How many messages of each label (lines) were read as what (columns)."""
    names = (*SCENARIOS, NONE)
    print("\nread as" + f"{'':15}" + "".join(f"{name:>20}" for name in names))
    for label in names:
        print(f"  {label:20}" + "".join(f"{confusion[label, read]:20}" for read in names))
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
    parser.add_argument("--confusions", action="store_true", help="list every message that is read wrongly")
    main(parser.parse_args().confusions)
