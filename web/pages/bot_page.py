"""What the page of a bot's settings shows, put together."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from handover import wording
from handover.bot import HandoverSettings, Scenarios
from handover.errors import Problem, Refused, SettingsError
from handover.knowledge import size
from handover.policy import DUE
from handover.ports import SavedSettings, Versioned
from handover.staff import Staff
from web.pages.bot_changes import Change, all_changes, changes
from web.pages.bot_form import BotForm, Draft
from web.pages.bot_hours import Day, coming_week
from web.pages.bot_labels import NO_PHRASES, SCENARIOS
from web.pages.bot_try import Trial
from web.services import Services

SITUATIONS = ("standard", "urgent", "after_hours", "information_gap")
SHORT = 10
"""How many versions the page itself lists."""


class Conflict(NamedTuple):
    """Somebody saved meanwhile: what they changed, and what saving the draft would change of it."""

    version: int
    by: str
    at: datetime | None
    theirs: list[Change]
    mine: list[Change]


class Saved(NamedTuple):
    """One version in the list: who saved it, when, and what it changed; None for the first one."""

    version: int
    by: str
    at: datetime
    changes: list[Change] | None


class Adding(NamedTuple):
    """A document that was to be added, with why it was refused."""

    name: str = ""
    text: str = ""
    problems: Sequence[str] = ()


class DocumentSize(NamedTuple):
    """A document in the list: its name, and its bytes."""

    name: str
    size: int


class BotPage(NamedTuple):
    """The page. `draft`: it holds what is not saved. `opened`: the part that somebody is at work on.

    current: the newest version. version: the one that the form changes. other_documents: a version of long ago had others.
    """

    bot_id: str
    name: str
    current: int
    version: int
    saved_by: str
    saved_at: datetime | None
    form: BotForm
    documents: list[DocumentSize]
    week: list[Day]
    sample: dict[str, str]
    recent: list[Saved]
    draft: bool = False
    conflict: Conflict | None = None
    trial: Trial | None = None
    text: str = ""
    tags: str = ""
    new_action: str = ""
    shown_version: int | None = None
    opened: str = ""
    adding: Adding = Adding()
    other_documents: bool = False

    @property
    def scenarios(self) -> list[tuple[str, str, str, bool]]:
        """Each scenario: its key, what it is called, when it fires, and whether phrases say so."""
        names = Scenarios.model_fields
        return [(name, SCENARIOS[name].name, SCENARIOS[name].hint, name not in NO_PHRASES) for name in names]

    @property
    def most_actions(self) -> int:
        most = self.form.value("handover.max_actions")
        return most if isinstance(most, int) else HandoverSettings().max_actions

    def preview(self, template: Any) -> str:
        """A message as a contact might read it."""
        return wording.fill(template if isinstance(template, str) else "", self.sample)


class Shown(NamedTuple):
    """What a page is made of besides what is stored."""

    draft: Draft | None = None
    problems: Sequence[Problem] = ()
    conflict: Conflict | None = None
    trial: Trial | None = None
    typed: Mapping[str, str] = {}
    expected: int | None = None
    version: SavedSettings | None = None
    opened: str = ""
    adding: Adding = Adding()


async def bot_page(parts: Services, stored: Versioned, shown: Shown) -> BotPage:
    """The page of one bot: its settings as they are stored, a draft of them, or an older version."""
    team = await parts.admin.team()
    draft = shown.draft or Draft.of(shown.version.settings if shown.version else as_json(stored))
    form = BotForm(draft, team, shown.problems)
    knowledge = shown.version.knowledge if shown.version else stored.knowledge
    return BotPage(
        bot_id=stored.bot.id,
        name=stored.bot.name,
        current=stored.version,
        version=stored.version if shown.expected is None else shown.expected,
        saved_by=_who(stored.saved_by, team),
        saved_at=stored.at,
        form=form,
        documents=[DocumentSize(one.name, size(one)) for one in knowledge],
        week=coming_week(form.value("handover.hours"), parts.openings, datetime.now(UTC)),
        sample=_sample(form, team),
        recent=await saved_versions(parts, stored.bot.id, team, None, SHORT),
        draft=shown.draft is not None and _is_different(shown.draft, stored),
        conflict=shown.conflict,
        trial=shown.trial,
        text=shown.typed.get("_text", ""),
        tags=shown.typed.get("_tags", ""),
        new_action=shown.typed.get("_new_action", ""),
        shown_version=shown.version.version if shown.version else None,
        opened=shown.opened,
        adding=shown.adding,
        other_documents=knowledge != stored.knowledge,
    )


async def saved_versions(
    parts: Services, bot_id: str, team: Sequence[Staff], before: int | None, most: int
) -> list[Saved]:
    """The versions of a bot, newest first, with what each of them changed."""
    found = await parts.admin.bot_versions(bot_id, before, most + 1)
    olders = [*found[1:], None]
    return [
        Saved(one.version, _who(one.saved_by, team), one.at, all_changes(older, one) if older else None)
        for one, older in list(zip(found, olders, strict=True))[:most]
    ]


async def one_version(parts: Services, bot_id: str, version: int) -> SavedSettings | None:
    """One version as it was written down; None where there is none."""
    found = await parts.admin.bot_versions(bot_id, version + 1, 1)
    return found[0] if found and found[0].version == version else None


async def conflict(parts: Services, stored: Versioned, refused: Refused, expected: int, draft: Draft) -> Conflict:
    """What stands between a draft of an older version and the newest one."""
    base = await one_version(parts, stored.bot.id, expected)
    newest = await one_version(parts, stored.bot.id, stored.version)
    theirs = all_changes(base, newest) if base and newest else []
    by = _who(refused.holder, await parts.admin.team())
    return Conflict(
        stored.version, by, refused.since, theirs, changes(as_json(stored), draft.bot().model_dump(mode="json"))
    )


def as_json(stored: Versioned) -> dict[str, Any]:
    return stored.bot.model_dump(mode="json")


def _is_different(draft: Draft, stored: Versioned) -> bool:
    """Whether saving would change something, or be refused."""
    try:
        return draft.bot() != stored.bot
    except SettingsError:
        return True


def _who(saved_by: str | None, team: Sequence[Staff]) -> str:
    """Who saved a version, in words."""
    if saved_by is None:
        return "Handover"
    key = f"API {saved_by.replace(':', ' ', 1)}" if saved_by.startswith("key:") else saved_by
    return next((person.name for person in team if person.id == saved_by), key)


def _sample(form: BotForm, team: Sequence[Staff]) -> dict[str, str]:
    """What placeholders stand for in previews."""
    person = next((one.name for one in team if one.enabled), "Sarah Lindgren")
    label = form.value("handover.agent_label")
    return {
        "contact_name": "Jamie",
        "assignee": person,
        "agent_label": wording.agent_label(label if isinstance(label, str) else "", person),
        "response_window": wording.in_words(DUE),
        "contact_line": str(form.value("handover.contact_line") or ""),
    }
