"""A bot's settings: what files, the API and the settings page share. Every key but id and name has a default."""

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from handover.durations import LONGEST, Duration, format_duration
from handover.errors import Misfit, shown
from handover.ids import MODEL_NAME, SETTINGS_ID
from handover.opening_hours import check_hours
from handover.wording import placeholders

MAX_ACTIONS = 3
"""How many handover actions a bot may have unless its `max_actions` says otherwise."""

Id = Annotated[str, Field(pattern=SETTINGS_ID)]
ModelName = Annotated[str, Field(pattern=MODEL_NAME)]
Phrase = Annotated[str, Field(min_length=2, max_length=300)]
Tag = Annotated[str, Field(min_length=1, max_length=64)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
"""A number is a number: `yes` would otherwise count as 1."""
Count = Annotated[int, Field(strict=True, ge=0, le=20)]
Rank = Annotated[int, Field(strict=True, ge=0, le=100)]
"""Which of several that fire comes first: the higher one."""


def _lasting(shortest: timedelta, longest: timedelta = LONGEST) -> AfterValidator:
    """From this long to that long."""

    def check(length: timedelta) -> timedelta:
        if shortest <= length <= longest:
            return length
        allowed = f"allowed is {format_duration(shortest)} to {format_duration(longest)}"
        raise ValueError(f"{format_duration(length)} is too {'short' if length < shortest else 'long'}; {allowed}")

    return AfterValidator(check)


Length = Annotated[Duration, _lasting(timedelta(seconds=1))]
"""A length of time that is more than an instant."""

Wait = Annotated[Duration, _lasting(timedelta(milliseconds=100))]
"""Until a rung fires: a story of hours is played in seconds as well."""


class Settings(BaseModel):
    """A part of the settings: a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TriggerMode(StrEnum):
    button = "button"
    auto = "auto"
    both = "both"


class Priority(StrEnum):
    low = "low"
    medium = "medium"
    high = "high"
    urgent = "urgent"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)

    def raised(self) -> "Priority":
        """One step higher; urgent stays urgent."""
        return list(Priority)[min(self.rank + 1, len(Priority) - 1)]


def _check_target(value: str) -> str:
    if value == "manager" or re.fullmatch(r"(user|role):[a-z0-9][a-z0-9_-]{0,62}", value):
        return value
    raise ValueError(f"{shown(value)} names nobody; allowed are user:ID, role:NAME and manager")


Target = Annotated[str, AfterValidator(_check_target)]
"""Who is asked: `user:ID`, `role:NAME` or `manager`."""


def _check_rung_target(value: str) -> str:
    if value == "assignee":
        return value
    try:
        return _check_target(value)
    except ValueError as error:
        raise ValueError(f"{error}, or assignee") from error


RungTarget = Annotated[str, AfterValidator(_check_rung_target)]
"""Whom a rung asks: a Target, or `assignee` for a reminder to whoever has the case."""

PLACEHOLDERS = frozenset({"contact_name", "assignee", "agent_label", "response_window", "contact_line"})
TITLE_PLACEHOLDERS = frozenset({"request", "reason", "contact_name"})


def _check_placeholders(text: str, allowed: frozenset[str]) -> str:
    unknown = placeholders(text) - allowed
    if unknown:
        raise ValueError(f"{{{min(unknown)[:60]}}} is no placeholder; allowed are {', '.join(sorted(allowed))}")
    return text


Message = Annotated[
    str, Field(min_length=1, max_length=2000), AfterValidator(lambda text: _check_placeholders(text, PLACEHOLDERS))
]
Title = Annotated[
    str, Field(min_length=1, max_length=200), AfterValidator(lambda text: _check_placeholders(text, TITLE_PLACEHOLDERS))
]
Label = Annotated[
    str,
    Field(min_length=1, max_length=100),
    AfterValidator(lambda text: _check_placeholders(text, frozenset({"first_name", "name"}))),
]


class FinalMessages(Settings):
    """What the contact is told when the conversation is handed over, per situation."""

    standard: Message = "Thank you! Someone from the team will get back to you."
    urgent: Message = "We've flagged this as urgent. Expect a callback or message within {response_window}."
    after_hours: Message = (
        "We're currently closed. A team member will reach out during business hours. "
        "If this is urgent, please call {contact_line}."
    )
    information_gap: Message = (
        "We couldn't find the exact details right now. We've assigned this to a specialist who will help shortly."
    )


def _one_text_is_the_standard_one(value: Any) -> Any:
    return {"standard": value} if isinstance(value, str) else value


class Assign(Settings):
    """Who gets the case. `skip_if_owned`: a contact with an owner stays with that owner."""

    to: Target | None = None
    skip_if_owned: bool = True
    skills: list[Id] = []


class TaskTemplate(Settings):
    """The follow-up put on the assignee's list. `due` and `priority` left out follow from the trigger."""

    title: Title = "Follow up: {request} — {reason}"
    due: Length | None = None
    priority: Priority | None = None


class Rung(Settings):
    """One step of the ladder: `after` counts from the trigger; `due` and `half_due` are relative to the task."""

    after: Literal["due", "half_due"] | Wait
    to: RungTarget
    repeat: Length | None = None


class Action(Settings):
    """What a handover does. Lengths of time left out follow from the trigger: see policy.resolve."""

    assign: Assign = Assign()
    task: TaskTemplate | Literal[False] = TaskTemplate()
    tags: list[Tag] = []
    final_message: Annotated[FinalMessages, BeforeValidator(_one_text_is_the_standard_one)] = FinalMessages()
    pause: Duration | None = None
    reactivate_after: Duration | None = None
    person_idle: Duration | None = None
    ladder: Annotated[list[Rung], Field(min_length=1, max_length=10)] | None = None
    working_time: bool = False
    ticket: Id | None = None

    @model_validator(mode="after")
    def _the_bot_keeps_its_pause(self) -> "Action":
        if self.pause is not None and self.reactivate_after is not None and self.reactivate_after < self.pause:
            raise Misfit(
                ("reactivate_after",),
                f"{format_duration(self.reactivate_after)} lies inside the pause; "
                f"allowed is {format_duration(self.pause)} or longer",
            )
        return self


class Scenario(Settings):
    """One situation in which a person should take over."""

    enabled: bool = False
    action: Id | None = None
    threshold: Share = 0.6
    phrases: Annotated[list[Phrase], Field(min_length=1, max_length=200)] | None = None
    keywords: Annotated[list[Phrase], Field(max_length=200)] = []
    tags: list[Tag] = []
    urgent: bool = False
    priority: Rank = 0


class HumanRequested(Scenario):
    enabled: bool = True


class LackOfInformation(Scenario):
    enabled: bool = True
    threshold: Share = 0.5
    tags: list[Tag] = ["info-gap"]


class FailedToResolve(Scenario):
    enabled: bool = True
    retries: Count = 2
    tags: list[Tag] = ["unresolved"]


class NegativeSentiment(Scenario):
    threshold: Share = 0.7
    repeated: Annotated[Count, Field(ge=1)] = 2
    tags: list[Tag] = ["upset"]


class HighValue(Scenario):
    priority: Rank = 10
    keywords: Annotated[list[Phrase], Field(max_length=200)] = ["enterprise", "bulk order", "emergency repair"]
    vip_tags: list[Tag] = ["vip"]


class ComplexRequest(Scenario):
    tags: list[Tag] = ["complex"]


class Scenarios(Settings):
    """The scenarios in the order in which they are asked; the first three are on by default."""

    human_requested: HumanRequested = HumanRequested()
    lack_of_information: LackOfInformation = LackOfInformation()
    failed_to_resolve: FailedToResolve = FailedToResolve()
    negative_sentiment: NegativeSentiment = NegativeSentiment()
    high_value: HighValue = HighValue()
    complex_request: ComplexRequest = ComplexRequest()

    def items(self) -> Iterator[tuple[str, Scenario]]:
        for name in type(self).model_fields:
            yield name, getattr(self, name)


OTHER_REASONS = frozenset({"bot_unavailable", "taken_over"})
"""Why a handover may open without any scenario or rule."""


GIVEN = "given"
"""The context in which settings are checked that somebody gives now: what is stored may be read although it would be refused
today (see handover.documents.validated)."""


class Conditions(Settings):
    """What must be true of the contact for a custom rule to fire."""

    contact_tags_any: list[Tag] = []
    contact_tags_none: list[Tag] = []
    contact_fields: dict[str, str] = {}


class Rule(Settings):
    """A scenario of the bot's own: a name, and when to use it in plain words, which a language model reads.

    With phrases, keywords or `when`, conditions narrow it down. With conditions alone it fires on any message of a contact
    whom they fit. With none of all that it says nothing, and can only be kept switched off.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    when: Annotated[str, Field(max_length=500)] = ""
    enabled: bool = True
    action: Id | None = None
    threshold: Share = 0.6
    phrases: Annotated[list[Phrase], Field(min_length=1, max_length=200)] | None = None
    keywords: Annotated[list[Phrase], Field(max_length=200)] = []
    conditions: Conditions = Conditions()
    tags: list[Tag] = []
    urgent: bool = False
    priority: Rank = 0

    @property
    def by_contact_alone(self) -> bool:
        """Whether nothing but what the contact is decides."""
        return not self._told and bool(self.conditions.contact_tags_any or self.conditions.contact_fields)

    @property
    def never_meant(self) -> bool:
        """Whether nothing says when it is meant, although it is on."""
        return self.enabled and not self._told and not self.by_contact_alone

    @property
    def _told(self) -> bool:
        return bool(self.when.strip() or self.phrases or self.keywords)


_NEVER_MEANT = (
    "nothing says when this rule is meant; allowed is to say it here, by phrases or by keywords, to set contact_tags_any or "
    "contact_fields in its conditions, or enabled: false"
)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f:.]+\])"


def _check_origin(text: str) -> str:
    """As browsers name it: lower case, no port that goes without saying."""
    given = re.fullmatch(rf"(https?)://({_HOST})(?::(\d{{1,5}}))?", text.strip().lower().removesuffix("/"))
    if given is None or len(given[2]) > 253 or not 0 < int(given[3] or 1) < 65_536:
        raise ValueError(
            f"{shown(text)} is no origin; allowed are origins such as https://www.example.com, without a path"
        )
    scheme, host, port = given[1], given[2], int(given[3] or 0)
    return f"{scheme}://{host}" + (f":{port}" if port not in (0, {"http": 80, "https": 443}[scheme]) else "")


Origin = Annotated[str, AfterValidator(_check_origin)]
"""A web site as browsers name it: scheme, host and perhaps a port."""


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


class Hours(Settings):
    """When the team is there, in OpenStreetMap's opening_hours syntax, and in which time zone.

    `holidays`: the country whose public holidays `PH` in `open` stands for, such as US.
    """

    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    open: Annotated[str, Field(max_length=1000), AfterValidator(_on_one_line)] = "24/7"
    holidays: Annotated[str, Field(max_length=64)] | None = None


def _can_be_kept(hours: Hours) -> Hours:
    check_hours(hours.time_zone, hours.open, hours.holidays)
    return hours


KeptHours = Annotated[Hours, AfterValidator(_can_be_kept)]
"""Checked where settings are read, and not where a case carries them along: it lives on when the library learns better."""


class HandoverSettings(Settings):
    """When this bot hands over, and what happens then."""

    enabled: bool = True
    trigger_mode: TriggerMode = TriggerMode.both
    offer_first: bool = False
    agent_label: Label = "Support Agent"
    agents_available: bool = True
    offline_message: Message = (
        "Our team is currently offline. Leave your email and we'll get back to you within 24 hours."
    )
    contact_question: Annotated[str, Field(max_length=2000)] = (
        "How can we reach you? Please leave an email address or a phone number."
    )
    """Asked once where neither is known; empty asks nothing."""
    hours: KeptHours = Hours()
    handling_time: Annotated[Duration, _lasting(timedelta(seconds=1), timedelta(days=1))] = timedelta(minutes=15)
    """How long a person needs for one case: for promises that can be kept by somebody who has several."""
    default_assignee: Target | None = None
    default_action: Id = "follow_up"
    contact_line: Annotated[str, Field(max_length=200)] = ""
    tag: Tag = "human_handover"
    scenarios: Scenarios = Scenarios()
    rules: Annotated[list[Rule], Field(max_length=50)] = []
    max_actions: Annotated[int, Field(strict=True, ge=1, le=100)] = MAX_ACTIONS
    actions: Annotated[dict[Id, Action], Field(min_length=1)] = {"follow_up": Action()}

    @model_validator(mode="after")
    def _names_fit_together(self) -> "HandoverSettings":
        if len(self.actions) > self.max_actions:
            raise Misfit(("actions",), f"{len(self.actions)} are too many; allowed are {self.max_actions}")
        for key, name in self._used_actions():
            if name not in self.actions:
                raise Misfit(key, f"there is no action {shown(name)}; allowed are {', '.join(self.actions)}")
        names = [rule.name for rule in self.rules]
        for index, name in enumerate(names):
            if name in names[:index] or name in Scenarios.model_fields or name in OTHER_REASONS:
                raise Misfit(("rules", index, "name"), f"{name!r} is taken; allowed is a name of its own")
        return self

    @model_validator(mode="after")
    def _rules_say_when(self, info: ValidationInfo) -> "HandoverSettings":
        for index, rule in enumerate(self.rules):
            if info.context == GIVEN and rule.never_meant:
                raise Misfit(("rules", index, "when"), _NEVER_MEANT)
        return self

    def _used_actions(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        yield ("default_action",), self.default_action
        for key, scenario in self.scenarios.items():
            if scenario.action is not None:
                yield ("scenarios", key, "action"), scenario.action
        for index, rule in enumerate(self.rules):
            if rule.action is not None:
                yield ("rules", index, "action"), rule.action


class Bot(Settings):
    """A configured AI agent: persona, knowledge, fields to collect, scenarios, handover actions, hours."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    persona: Annotated[str, Field(max_length=4000)] = ""
    greeting: Annotated[str, Field(max_length=500)] = "Hello! How can I help you?"
    model: ModelName | None = None
    """Which language model answers, where one is used at all; left out: HANDOVER_OPENAI_MODEL."""
    channels: list[Id] = ["web"]
    """Where this bot answers what names no bot. Of several with a channel the first does; where none has it, the first one."""
    origins: Annotated[list[Origin], Field(max_length=50)] = []
    """The sites whose pages may show this bot's chat widget; Handover's own pages always may."""
    knowledge: list[str] = []
    collect: list[Id] = []
    debounce: Annotated[Duration, _lasting(timedelta(0), timedelta(hours=1))] = timedelta(0)
    close_after: Length = timedelta(days=7)
    handover: HandoverSettings = HandoverSettings()
