"""What contacts of the example's bot write: conversations that differ by their number."""

from collections.abc import Iterator

MODELS = ("NW-200", "NW-350", "AirOne 12")
NAMES = ("Maria Keller", "Tom Okoye", "Lena Brandt", "Jamie Rivera", "Ada Novak")
QUESTIONS = (
    "What are your opening hours?",
    "What does a visit cost?",
    "Which areas do you serve?",
    "How do I book a visit?",
    "How often should I change the filter?",
    "What does your warranty cover?",
    "My thermostat screen stays dark, what can I do?",
)
SMALL_TALK = ("Thanks!", "ok great", "Hello", "That helped, thank you", "I see")
ENDINGS = (
    ("I want to talk to a human",),
    ("That didn't answer my question", "Still not what I asked", "You don't understand what I need"),
    ("Do you also repair swimming pool pumps in winter?",),
    ("We need an emergency repair today",),
    ("I'd like a custom quote for twelve flats",),
    (),
    (),
)
WORD = "Evanston"
"""What the planted rule waits for; no rule of the example knows it, and the bot has an answer all the same."""

TURN = 1
"""In which it is said."""


def conversation(number: int, planted: bool) -> Iterator[str]:
    """The messages of one conversation, one a turn; with the planted word where it is planted."""
    name = f"My name is {NAMES[number % len(NAMES)]}"
    yield f"{name}, from {WORD}" if planted else name
    yield SMALL_TALK[2] if number % 3 == 0 else QUESTIONS[number % len(QUESTIONS)]
    yield f"My {MODELS[number % len(MODELS)]} shows error code E{number % 9}."
    yield MODELS[number % len(MODELS)]
    yield QUESTIONS[(number * 5 + 2) % len(QUESTIONS)]
    yield SMALL_TALK[number % len(SMALL_TALK)]
    yield from ENDINGS[number % len(ENDINGS)]
