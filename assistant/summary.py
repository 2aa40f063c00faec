"""A plain account of a conversation for the person who takes over: only what was said and collected."""

from collections.abc import Iterator, Sequence

from assistant import fields, reactions
from handover.bot import Bot
from handover.casefile import Case
from handover.messages import Author
from handover.ports import Line
from handover.wording import shortened

LONGEST = 800
"""Characters of a summary."""

_MOST_SAID = 3
_LONGEST_QUOTE = 140


def summary(bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
    """What the contact wants, what else they said, what the bot answered, and the details that are known."""
    return shortened(" ".join(_parts(bot, case, transcript)), LONGEST)


def _parts(bot: Bot, case: Case, transcript: Sequence[Line]) -> Iterator[str]:
    said = _said(bot, transcript)
    request = case.trigger.request or (said[-1] if said else "")
    if request:
        yield f"Asks: {_quoted(request)}."
    others = [text for text in said if shortened(text, 300) != request][-_MOST_SAID:]
    if others:
        yield f"Before that: {'; '.join(map(_quoted, others))}."
    answers = [line.text for line in transcript if line.author is Author.bot and line.text != bot.greeting]
    tried = [text for text in answers if not fields.only_asks(bot, text)][-_MOST_SAID:]
    yield f"The bot answered: {'; '.join(map(_quoted, tried))}." if tried else "The bot has given no answer yet."
    details = fields.known(case.contact)
    if details:
        yield "Known: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in details.items()) + "."


def _said(bot: Bot, transcript: Sequence[Line]) -> list[str]:
    """What the contact wrote of their own accord, courtesies left out."""
    return [
        line.text
        for place, line in enumerate(transcript)
        if line.author is Author.contact
        and not _answers(bot, transcript[:place])
        and not reactions.only_courtesy(line.text)
    ]


def _answers(bot: Bot, before: Sequence[Line]) -> bool:
    """Whether what follows these lines answers the bot's question for a field."""
    return bool(before) and before[-1].author is Author.bot and fields.asked(bot, before[-1].text) is not None


def _quoted(text: str) -> str:
    return f"“{shortened(text, _LONGEST_QUOTE)}”"
