"""A request for a person is one in whatever it is wrapped: fake system messages, JSON, look-alike letters."""

from assistant.recognition.intents import PERSON, Recogniser
from assistant.text import MOST_READ, undisguised
from handover.turns import Score

_MOST_PIECES = 50


def scores_of(recogniser: Recogniser, text: str) -> dict[str, Score]:
    """The recogniser's scores, that of a request for a person by the clearest reading of the text.

    The other scenarios are judged by the text as it stands: nothing of theirs has to get through a wrapping.
    """
    found = recogniser.scores(text)
    for reading in (*_pieces(text), *undisguised(text)):
        asked = recogniser.scores(reading).get(PERSON, Score())
        if asked.score > found.get(PERSON, Score()).score:
            found[PERSON] = asked
    return found


def _pieces(text: str) -> list[str]:
    """A text that is longer than what recognition reads, in pieces that overlap; none where it is not."""
    if len(text) <= MOST_READ:
        return []
    starts = range(0, len(text), MOST_READ - MOST_READ // 5)
    return [text[start : start + MOST_READ] for start in starts][:_MOST_PIECES]
