"""What a turn asks the assistant, and what of its answer is kept: the same for a live turn and for one that is played again."""

from collections.abc import Sequence

from handover.bot import Bot
from handover.messages import Author, Contact
from handover.ports import Line, Question, Versioned
from handover.turns import Facts

LINES_KNOWN = 100
"""How many of the last messages of a conversation an assistant is given, those to be answered among them."""


def question(
    current: Versioned, contact: Contact, lines: Sequence[Line], rows: Sequence[int], offered: bool
) -> Question:
    """What to find out about the messages in these `rows`. `lines`: the last messages, notes included, oldest first."""
    return Question(
        bot=current.bot,
        knowledge=current.knowledge,
        contact=contact,
        transcript=[line for line in lines if line.row not in rows and line.author is not Author.note],
        text="\n".join(line.text for line in lines if line.row in rows),
        offered=offered,
    )


def collected(bot: Bot, facts: Facts) -> dict[str, str]:
    """What the contact said about themselves, as far as this bot collects it."""
    return {name: value for name, value in facts.fields.items() if name in bot.collect}
