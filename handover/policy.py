"""An action's settings, resolved for one trigger: what an open handover keeps for as long as it runs."""

from datetime import datetime, timedelta

from handover.bot import Action, Bot, FinalMessages, Hours, Priority, Rung
from handover.casefile import HoursRequest, Policy, ResolvedRung
from handover.hours import KNOWN_AHEAD
from handover.messages import Trigger

DUE, DUE_URGENT = timedelta(hours=24), timedelta(hours=2)
REACTIVATE, REACTIVATE_URGENT = timedelta(hours=8), timedelta(hours=2)
PERSON_IDLE = timedelta(hours=8)
REPEAT, REPEAT_URGENT = timedelta(hours=24), timedelta(hours=2)


def resolve(bot: Bot, version: int, trigger: Trigger, silent: bool = False) -> Policy:
    """The action that a trigger uses, with the defaults of spec §3 and §4 filled in.

    `silent`: a person stepped in by themselves, so no final message is sent.
    """
    name = action_name(bot, trigger)
    settings = bot.handover
    action = settings.actions[name]
    due = _due(action, trigger.urgent)
    return Policy(
        action=name,
        bot_version=version,
        assign_to=action.assign.to,
        default_assignee=settings.default_assignee,
        skip_if_owned=action.assign.skip_if_owned,
        skills=list(action.assign.skills),
        task_title=action.task.title if action.task else None,
        priority=task_priority(bot, trigger),
        due=due,
        pause=action.pause,
        reactivate_after=_reactivate_after(action, trigger.urgent),
        person_idle=PERSON_IDLE if action.person_idle is None else action.person_idle,
        ladder=_resolve_ladder(action.ladder or default_ladder(trigger.urgent), due),
        tags=[settings.tag, *trigger.tags, *action.tags],
        final_message=_final_message(action.final_message, trigger),
        agent_label=settings.agent_label,
        contact_line=settings.contact_line,
        ticket=action.ticket,
        silent=silent,
        hours=settings.hours,
        working_time=action.working_time,
        handling_time=settings.handling_time,
        after_hours=action.final_message.after_hours,
        offline_message=settings.offline_message,
        contact_question=settings.contact_question,
    )


def hours_request(policy: Policy, bot_id: str, since: datetime, at: datetime) -> HoursRequest:
    """What to look up so that all lengths of time are exact that begin between `since` and `at`, and for a while on."""
    return HoursRequest(
        bot_id=bot_id,
        hours=policy.hours or Hours(),
        since=since,
        until=at + 3 * KNOWN_AHEAD,
        enough=policy.needed_ahead,
    )


def action_name(bot: Bot, trigger: Trigger) -> str:
    """The action that a trigger uses: its own, or the default one where that was taken out of the settings meanwhile."""
    if trigger.action is not None and trigger.action in bot.handover.actions:
        return trigger.action
    return bot.handover.default_action


def task_priority(bot: Bot, trigger: Trigger) -> Priority:
    """The task's priority: the action's, where it has one, otherwise high for urgent and high-value triggers."""
    action = bot.handover.actions[action_name(bot, trigger)]
    if action.task and action.task.priority is not None:
        return action.task.priority
    return Priority.high if trigger.urgent or trigger.reason == "high_value" else Priority.medium


def default_ladder(urgent: bool) -> list[Rung]:
    """Remind the assignee at half the due time; at the due time go to the manager, and again and again from there."""
    return [
        Rung(after="half_due", to="assignee"),
        Rung(after="due", to="manager", repeat=REPEAT_URGENT if urgent else REPEAT),
    ]


def _due(action: Action, urgent: bool) -> timedelta:
    if action.task and action.task.due is not None:
        return action.task.due
    return DUE_URGENT if urgent else DUE


def _reactivate_after(action: Action, urgent: bool) -> timedelta:
    """Never before the pause ends."""
    if action.reactivate_after is not None:
        return action.reactivate_after
    if action.pause:
        return action.pause
    return REACTIVATE_URGENT if urgent else REACTIVATE


def _resolve_ladder(rungs: list[Rung], due: timedelta) -> list[ResolvedRung]:
    """The rungs in the order in which they come, however they were written down."""
    return sorted((_resolve_rung(rung, due) for rung in rungs), key=lambda rung: rung.after)


def _resolve_rung(rung: Rung, due: timedelta) -> ResolvedRung:
    match rung.after:
        case "due":
            share = 1.0
        case "half_due":
            share = 0.5
        case length:
            return ResolvedRung(after=length, to=rung.to, repeat=rung.repeat)
    return ResolvedRung(after=due * share, to=rung.to, repeat=rung.repeat, share=share)


def _final_message(messages: FinalMessages, trigger: Trigger) -> str:
    if trigger.urgent:
        return messages.urgent
    if trigger.reason == "lack_of_information":
        return messages.information_gap
    return messages.standard
