"""What a backtest found, counted: which handovers would appear or vanish, and whether people would be glad of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel, computed_field

from handover.bot import Bot
from handover.messages import Evidence, Trigger
from handover.recorded import RecordedHandover
from handover.replay import Change, Finding, Judged, Replayed

_KEPT = (Change.same, Change.changed, Change.moved)


class Rates(BaseModel):
    """Handovers that people have judged: `needed` came and were needed, `unnecessary` came and were not, `missed` did not come
    and should have. precision: the needed share of those that came. recall: the share that came of those needed. None: no such
    handover was judged."""

    needed: int
    unnecessary: int
    missed: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def precision(self) -> float | None:
        return _share(self.needed, self.needed + self.unnecessary)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recall(self) -> float | None:
        return _share(self.needed, self.needed + self.missed)


class ScenarioCounts(BaseModel):
    """Handovers of one scenario or rule: recorded with this reason, and what becomes of them; those that appear with it.

    now: how many there would be with this reason."""

    scenario: str
    recorded: int = 0
    same: int = 0
    changed: int = 0
    moved: int = 0
    vanished: int = 0
    unknown: int = 0
    appeared: int = 0
    now: int = 0


class Summary(BaseModel):
    """The sum of a backtest. turns: those that the new rules decided on. unjudged: the bot's turns behind a handover that
    would come earlier, on which nothing is known. before, after: what people judged, under the old and the new rules."""

    conversations: int
    turns: int
    unjudged: int
    total: ScenarioCounts
    scenarios: list[ScenarioCounts]
    before: Rates
    after: Rates


class Side(BaseModel):
    """A handover as it came, or as it would come. fired: the other rules that fired as well."""

    reason: str
    action: str
    urgent: bool
    evidence: Evidence | None
    fired: list[str]


class Difference(BaseModel):
    """One finding, for a program: what becomes of a handover, why it came, and why it would come.

    now: of one that vanishes, in a few words what the text is to its rule today. text: what the contact wrote, where it was
    asked for.
    """

    change: Change
    conversation_id: str
    turn: int
    at: datetime
    judged: Judged
    handover_id: str | None
    before: Side | None
    after: Side | None
    offered: bool
    now: str
    text: str | None = None


def summary(results: Sequence[Replayed]) -> Summary:
    """All conversations together; the scenarios with the most handovers first."""
    findings = [finding for result in results for finding in result.findings]
    reasons = Counter(reason for finding in findings for reason in _reasons(finding))
    caught = sum(len(result.caught) for result in results)
    return Summary(
        conversations=len(results),
        turns=sum(result.turns for result in results),
        unjudged=sum(result.unjudged for result in results),
        total=_counts("all", findings, findings),
        scenarios=[
            _of_scenario(reason, findings) for reason, _ in sorted(reasons.items(), key=lambda one: (-one[1], one))
        ],
        before=_before(findings, caught),
        after=_after(findings, caught),
    )


def differences(findings: Iterable[Finding], bot: Bot, quote: bool) -> list[Difference]:
    """The findings as rows. quote: with the contact's own words."""
    return [_difference(finding, bot, quote) for finding in findings]


def _reasons(finding: Finding) -> set[str]:
    """The scenarios that a finding is counted under."""
    before = {finding.recorded.trigger.reason} if finding.recorded else set()
    return before | ({finding.trigger.reason} if finding.trigger else set())


def _of_scenario(reason: str, findings: Sequence[Finding]) -> ScenarioCounts:
    came = [one for one in findings if one.recorded is not None and one.recorded.trigger.reason == reason]
    comes = [one for one in findings if one.trigger is not None and one.trigger.reason == reason]
    appeared = [one for one in comes if one.recorded is None]
    return _counts(reason, came + appeared, comes)


def _counts(scenario: str, findings: Sequence[Finding], comes: Sequence[Finding]) -> ScenarioCounts:
    changes = Counter(finding.change for finding in findings)
    return ScenarioCounts(
        scenario=scenario,
        recorded=sum(finding.recorded is not None for finding in findings),
        now=sum(finding.trigger is not None for finding in comes),
        **{change.value: changes[change] for change in Change if change is not Change.missed},
    )


def _before(findings: Sequence[Finding], caught: int) -> Rates:
    """Only what can be compared counts, on both sides."""
    judged = Counter(one.judged for one in findings if one.recorded is not None and one.change is not Change.unknown)
    return Rates(needed=judged["needed"], unnecessary=judged["unnecessary"], missed=caught + _still_missed(findings))


def _after(findings: Sequence[Finding], caught: int) -> Rates:
    kept = Counter(one.judged for one in findings if one.recorded is not None and one.change in _KEPT)
    lost = sum(one.change is Change.vanished and one.judged == "needed" for one in findings)
    return Rates(
        needed=kept["needed"] + caught,
        unnecessary=kept["unnecessary"],
        missed=lost + _still_missed(findings),
    )


def _still_missed(findings: Iterable[Finding]) -> int:
    return sum(one.change is Change.missed for one in findings)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _difference(finding: Finding, bot: Bot, quote: bool) -> Difference:
    recorded, trigger = finding.recorded, finding.trigger
    return Difference(
        change=finding.change,
        conversation_id=finding.conversation_id,
        turn=finding.turn,
        at=finding.at,
        judged=finding.judged,
        handover_id=str(recorded.id) if recorded else None,
        before=_side(recorded.trigger, recorded.action) if recorded else None,
        after=_side(trigger, finding.action) if trigger else None,
        offered=finding.offered,
        now=_now(finding, recorded, bot) if finding.change is Change.vanished and recorded else "",
        text=finding.text if quote else None,
    )


def _side(trigger: Trigger, action: str) -> Side:
    return Side(
        reason=trigger.reason,
        action=action,
        urgent=trigger.urgent,
        evidence=next(iter(trigger.evidence), None),
        fired=[one.scenario for one in trigger.evidence[1:]],
    )


def _now(finding: Finding, recorded: RecordedHandover, bot: Bot) -> str:
    """What the text is to the rule that it fired then."""
    reason = recorded.trigger.reason
    if not bot.handover.enabled:
        return "handovers are off"
    thresholds = {name: one.threshold for name, one in bot.handover.scenarios.items() if one.enabled}
    thresholds |= {rule.name: rule.threshold for rule in bot.handover.rules if rule.enabled}
    if reason not in thresholds:
        return "the rule is off"
    if finding.seen is None:
        return "nothing of it is seen"
    return f"{finding.seen.score:.2f} of {thresholds[reason]:.2f}: {finding.seen.matched}"
