"""What a message is: which of the bot's scenarios and rules it looks like, and how upset it sounds (docs/recognition.md)."""

from assistant.recognition.detection import detect, detect_lines, recognised
from assistant.recognition.intents import FAILED, PERSON, UNSCORED, UPSET, recogniser
from assistant.recognition.mood import sentiment
from assistant.recognition.wrapped_requests import scores_of

__all__ = [
    "FAILED",
    "PERSON",
    "UNSCORED",
    "UPSET",
    "detect",
    "detect_lines",
    "recognised",
    "recogniser",
    "scores_of",
    "sentiment",
]
