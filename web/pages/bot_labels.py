"""What the settings page calls each key, and the half sentence that helps to fill it in."""

from typing import NamedTuple


class Label(NamedTuple):
    name: str
    hint: str = ""


LENGTH = "Such as 20m, 2h or 1d 6h."
PLACEHOLDERS = "Placeholders: {contact_name}, {assignee}, {agent_label}, {response_window}, {contact_line}."

LABELS = {
    "name": Label("Name"),
    "persona": Label("Persona", "Who the bot is and how it speaks."),
    "greeting": Label("Greeting", "The first words of a chat."),
    "model": Label("Language model", "Left empty: the one of the server, or the built-in assistant."),
    "channels": Label(
        "Channels", "One a line: messages there that name no bot are this one's, where no earlier bot has the channel."
    ),
    "origins": Label("Sites that may show the chat", "One a line, such as https://example.com."),
    "collect": Label("Fields to collect", "One a line, in the order in which the bot asks for them."),
    "debounce": Label("Wait for a burst to end", f"{LENGTH} 0s answers the first message at once."),
    "close_after": Label("Close after silence", LENGTH),
    "handover.enabled": Label(
        "Hand over to people", "Off: nothing opens, and the bot says how else to reach the team."
    ),
    "handover.agents_available": Label("Agents available", "Off: contacts get the offline message at any hour."),
    "handover.trigger_mode": Label("What triggers a handover"),
    "handover.offer_first": Label("Offer a person first, and wait for a yes"),
    "handover.agent_label": Label("Agent label", "What the contact sees when a person writes: {first_name} or {name}."),
    "handover.contact_line": Label("Contact line", "How else to reach the team: a phone number, an address."),
    "handover.offline_message": Label("Offline message", PLACEHOLDERS),
    "handover.contact_question": Label(
        "Question for an address", "Asked once where none is known. Empty asks nothing."
    ),
    "handover.default_assignee": Label("Default assignee", "Who gets a case that its action finds nobody for."),
    "handover.default_action": Label("Default action", "What scenarios and rules without one of their own do."),
    "handover.tag": Label("Tag of every contact who was handed over"),
    "handover.max_actions": Label("Most actions", "How many this bot may have: from 1 to 100, usually 3."),
    "handover.handling_time": Label("Handling time of one case", f"For promises that can be kept. {LENGTH}"),
    "handover.hours.open": Label("Open", "OpenStreetMap's opening hours: Mo-Fr 08:00-18:00; Sa 09:00-13:00; PH off."),
    "handover.hours.time_zone": Label("Time zone", "Such as Europe/Berlin."),
    "handover.hours.holidays": Label("Public holidays of", "A country of two letters, such as US: what PH stands for."),
    "handover.scenarios": Label("Scenarios"),
    "handover.rules": Label("Rules"),
    "handover.actions": Label("Actions"),
    "trigger.enabled": Label("On"),
    "trigger.name": Label("Name", "Shown as the reason of the handover."),
    "trigger.when": Label("When", "In plain words, for the language model and for your colleagues."),
    "trigger.phrases": Label("Example phrases"),
    "trigger.phrase": Label("Example phrase"),
    "trigger.keywords": Label("Keywords", "One a line. A message that contains one fires at once."),
    "trigger.threshold": Label("Threshold", "From 0 to 1: how sure it must be."),
    "trigger.retries": Label("Retries", "Rejected answers that are tried again before a person is asked."),
    "trigger.repeated": Label("Upset messages in a row"),
    "trigger.vip_tags": Label("VIP tags", "One a line. A contact with one of them fires at once."),
    "trigger.urgent": Label("Urgent"),
    "trigger.priority": Label("Priority", "0 to 100. Of several that fire, the highest wins."),
    "trigger.tags": Label("Tags for the contact", "One a line."),
    "trigger.action": Label("Action"),
    "trigger.conditions.contact_tags_any": Label("Only with one of these tags", "One a line."),
    "trigger.conditions.contact_tags_none": Label("Never with one of these tags", "One a line."),
    "trigger.conditions.contact_fields": Label("Only with these fields", "One a line: plan = gold"),
    "action.assign.to": Label("Assign to"),
    "action.assign.skip_if_owned": Label("A contact with an owner stays with that owner"),
    "action.assign.skills": Label("Skills needed", "One a line; counts where a role is assigned."),
    "action.task": Label("Create a follow-up task"),
    "action.task.title": Label("Title", "Placeholders: {request}, {reason}, {contact_name}."),
    "action.task.due": Label("Due after", f"{LENGTH} Left empty: 24h, urgent 2h."),
    "action.task.priority": Label("Priority"),
    "action.tags": Label("Tags for the contact", "One a line, beside the scenario's."),
    "action.final_message": Label("Messages to the contact"),
    "action.final_message.standard": Label("Usually"),
    "action.final_message.urgent": Label("When it is urgent"),
    "action.final_message.after_hours": Label("After hours"),
    "action.final_message.information_gap": Label("When the bot had no answer"),
    "action.pause": Label("Pause the bot for", f"{LENGTH} Left empty: no pause."),
    "action.reactivate_after": Label(
        "Bot comes back after", "When nobody acts. Left empty: with the end of the pause, otherwise 8h, urgent 2h."
    ),
    "action.person_idle": Label("Person idle after", "A contact's message unanswered for so long. Left empty: 8h."),
    "action.working_time": Label("Lengths of time count only while the team is open"),
    "action.ticket": Label("Ticket system", "Such as zendesk. Left empty: no ticket."),
    "action.ladder": Label("Ladder", "Who is asked next while nobody has acted."),
    "rung.after": Label("After", "2h, half_due or due."),
    "rung.to": Label("Ask"),
    "rung.repeat": Label("Repeat every"),
}

CHOICES = {
    "handover.trigger_mode": {
        "both": "Both: by itself, and by the button",
        "auto": "By itself",
        "button": "Only the button “Talk to a person”",
    },
    "action.task.priority": {"low": "Low", "medium": "Medium", "high": "High", "urgent": "Urgent"},
}

LEFT_EMPTY = {
    "handover.default_assignee": "Nobody: it waits in the pool",
    "action.assign.to": "Nobody: the default assignee, or the pool",
    "action.task.priority": "As the trigger says",
    "trigger.action": "The default action",
}

SCENARIOS = {
    "human_requested": Label("Asked for a person", "The contact asks for a person, in words or with the button."),
    "lack_of_information": Label(
        "The bot has no answer",
        "Nothing in the knowledge answers, after one clarifying question where that could help.",
    ),
    "failed_to_resolve": Label(
        "The answers did not help", "The bot answered, tried again, and the contact is still not helped."
    ),
    "negative_sentiment": Label("Upset", "Upset tone, profanity, repeated dissatisfaction."),
    "high_value": Label("High value or urgent", "Keywords, a VIP tag, or “this is urgent”."),
    "complex_request": Label("Complex request", "Contracts, custom quotes, compliance, decisions and approvals."),
}
NO_PHRASES = frozenset({"lack_of_information"})
"""Decided by whether the knowledge has an answer; phrases of its own add to that."""

OF_PARTS = ("trigger.", "action.", "rung.")
"""How the general names of keys begin that there are several of: see part_of."""
_TRIGGERS = ("scenarios", "rules")


def general(key: tuple[str, ...]) -> str:
    """The name of a key without what is its own: `handover.rules.0.tags` is `trigger.tags`."""
    if len(key) < 4 or key[0] != "handover":
        return ".".join(key)
    rest = key[3:]
    if key[1] in _TRIGGERS:
        return "trigger.phrase" if rest[0] == "phrases" and len(rest) == 2 else ".".join(("trigger", *rest))
    if key[1] != "actions":
        return ".".join(key)
    return ".".join(("rung", *rest[2:]) if rest[0] == "ladder" and len(rest) > 2 else ("action", *rest))


def part_of(key: tuple[str, ...]) -> str:
    """The scenario, rule or action that a key is about, in words; empty for a key that is about the bot as a whole."""
    match key:
        case ("handover", "scenarios", name, *_):
            return SCENARIOS.get(name, Label(name)).name
        case ("handover", "rules", index, *_) if index.isdecimal():
            return f"Rule {int(index) + 1}"
        case ("handover", "actions", name, *_):
            return f"Action {name}"
    return ""
