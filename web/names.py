"""Names that only the team and what can be connected tell: who is asked, and where tickets are opened."""

from collections.abc import Iterator, Sequence

from handover.bot import Bot
from handover.errors import Problem, SettingsError, did_you_mean, shown
from handover.staff import Staff
from handover.ticket import SYSTEMS
from web.problems import ApiError


def check_target(to: str, team: Sequence[Staff]) -> None:
    """Raise ApiError 422 where a case is to be given to a person or a role that is not there."""
    wrong = wrong_target(to, team)
    if wrong is not None:
        raise ApiError(422, "unknown_target", f"to: {wrong}.")


def check_names(bot: Bot, team: Sequence[Staff]) -> None:
    """Raise SettingsError for people, roles and ticket systems that are not there, each by its key."""
    problems = list(_unknown(bot, team))
    if problems:
        raise SettingsError("bot", problems)


def wrong_target(to: str, team: Sequence[Staff]) -> str | None:
    """What is wrong with `user:ID`, `role:NAME` or `manager`, and what is allowed; None where it names somebody."""
    kind, _, name = to.partition(":")
    names = {"user": {one.id for one in team}, "role": {role for one in team for role in one.roles}}
    if kind not in names or name in names[kind]:
        return None
    allowed = [f"{kind}:{one}" for one in sorted(names[kind])]
    return f"nobody is {to}{did_you_mean(to, allowed)}; allowed are {', '.join([*allowed, 'manager'])}"


def _unknown(bot: Bot, team: Sequence[Staff]) -> Iterator[Problem]:
    for key, to in _targets(bot):
        wrong = wrong_target(to, team)
        if wrong is not None:
            yield Problem(key, wrong)
    for name, action in bot.handover.actions.items():
        if action.ticket is not None and action.ticket not in SYSTEMS:
            text = f"{shown(action.ticket)} is no ticket system{did_you_mean(action.ticket, SYSTEMS)}"
            yield Problem(f"handover.actions.{name}.ticket", f"{text}; allowed are {', '.join(SYSTEMS)}")


def _targets(bot: Bot) -> Iterator[tuple[str, str]]:
    """Everybody whom the settings name, by the key that does."""
    if bot.handover.default_assignee is not None:
        yield "handover.default_assignee", bot.handover.default_assignee
    for name, action in bot.handover.actions.items():
        if action.assign.to is not None:
            yield f"handover.actions.{name}.assign.to", action.assign.to
        for place, rung in enumerate(action.ladder or []):
            yield f"handover.actions.{name}.ladder.{place}.to", rung.to
