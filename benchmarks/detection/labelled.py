"""The labelled messages: those that the recognition learns from, and those that it is judged by."""

from pathlib import Path
from typing import NamedTuple

NONE = "none"
SCENARIOS = ("human_requested", "high_value", "complex_request", "negative_sentiment", "failed_to_resolve")
"""In the order in which a message that is several things at once was labelled: the first that holds."""
TRAINING = Path(__file__).with_name("training.tsv")
HELD_OUT = Path(__file__).with_name("heldout.tsv")
"""Written by somebody else than the training messages, in the manner of five kinds of sources: see Labelled.source."""


class Labelled(NamedTuple):
    """A message with its label and the phenomenon that it stands for."""

    label: str
    group: str
    text: str

    @property
    def source(self) -> str:
        """The kind of source that a held-out message imitates: what its group begins with."""
        return self.group.partition("-")[0]


def read_messages(path: Path) -> list[Labelled]:
    """Every message of a file, in its order."""
    _header, *lines = path.read_text(encoding="utf-8").splitlines()
    return [Labelled(*line.split("\t")) for line in lines]
