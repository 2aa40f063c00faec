"""A simulation as it is asked for: files read and checked against each other, and the same weeks played on each side."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handover.documents import read_bot, read_settings, read_team, top_keys
from handover.errors import Problem, SettingsError
from handover.simulation.arrivals import arrivals
from handover.simulation.figures import Figures, figures
from handover.simulation.plan import Plan, hours_problems, plan_problems, setting_problems, switched_on
from handover.simulation.rota import LookUp, Played
from handover.simulation.run import Setting, Story, simulate

FOLLOWED = timedelta(days=7)
"""How long the cases of the last week are followed: whoever comes on Sunday is answered on Monday."""

MOST_WEEKS = 52


class Files(NamedTuple):
    """What is tried: a bot's file and a team's, a plan, and another bot, team or plan to compare with."""

    bot: Path
    team: Path
    plan: Path | None = None
    compare: Path | None = None


class Side(NamedTuple):
    """One of what is compared, by the file that makes the difference."""

    name: str
    setting: Setting


class Outcome(NamedTuple):
    """What came of one side."""

    side: Side
    story: Story
    figures: Figures


class Result(NamedTuple):
    """Everything that was played, and by which numbers."""

    counted: Played
    weeks: int
    seed: int
    time_zone: str
    outcomes: list[Outcome]


class Numbers:
    """A random number for each name: the same one for the same seed, on every machine."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, name: str) -> float:
        digest = blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / 2**53


def read_sides(files: Files) -> list[Side]:
    """The settings to play: one, or two to compare. Raises SettingsError naming file and key, and OSError."""
    bot, team = read_bot(_text(files.bot), str(files.bot)), read_team(_text(files.team), str(files.team))
    base = Setting(bot, team, Plan())
    other = _other(files.compare, base)
    plan = _plan(files.plan, base, other) if files.plan else Plan()
    sides = [Side(files.team.name, base._replace(plan=plan))]
    if files.compare and other:
        replaced = other._replace(plan=plan) if other.plan is base.plan else other
        before = _replaced(files, base, other).name
        sides = [sides[0]._replace(name=f"1. {before}"), Side(f"2. {files.compare.name}", replaced)]
    for path, side in zip((files.bot, files.compare or files.bot), sides, strict=False):
        if problems := setting_problems(side.setting.bot):
            raise SettingsError(str(path), problems)
    return sides


def play(sides: Sequence[Side], weeks: int, seed: int, look_up: LookUp) -> Result:
    """Play the same weeks on each side."""
    bot, _, plan = sides[0].setting
    zone = bot.handover.hours.time_zone
    counted = _weeks(plan, weeks, ZoneInfo(zone))

    def outcome(side: Side) -> Outcome:
        numbers = Numbers(seed)
        coming = arrivals(side.setting.plan, bot, counted, numbers, look_up)
        handed_over = set(switched_on(side.setting.bot))
        followed = counted._replace(ends=counted.ends + FOLLOWED)
        mine = [one for one in coming if one.reason in handed_over]
        story = simulate(side.setting, mine, followed, numbers, look_up)
        return Outcome(side, story, figures(story, counted, zone))

    return Result(counted, weeks, seed, zone, [outcome(side) for side in sides])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(str(path), [Problem("", f"this is no text: {error}")]) from error


def _other(path: Path | None, base: Setting) -> Setting | None:
    """What the file to compare with holds, seen from its keys."""
    if path is None:
        return None
    text, source = _text(path), str(path)
    keys = top_keys(text, source)
    if "staff" in keys:
        return base._replace(team=read_team(text, source))
    if "id" in keys:
        return base._replace(bot=read_bot(text, source))
    return base._replace(plan=_plan(path, base, None))


def _plan(path: Path, base: Setting, other: Setting | None) -> Plan:
    """A plan that fits the first bot, and the people and hours of both sides. What the other bot hands nothing over for does
    not come there."""
    known = [person.id for setting in (base, other or base) for person in setting.team]

    def misfits(plan: Plan) -> list[Problem]:
        elsewhere = hours_problems(plan, other.bot) if other else ()
        return list(dict.fromkeys([*plan_problems(plan, base.bot, known), *elsewhere]))

    return read_settings(Plan, _text(path), str(path), misfits)


def _replaced(files: Files, base: Setting, other: Setting) -> Path:
    """The file that the other one stands in for."""
    if other.team is not base.team:
        return files.team
    return files.bot if other.bot is not base.bot else files.plan or Path("the usual plan")


def _weeks(plan: Plan, weeks: int, zone: ZoneInfo) -> Played:
    """From midnight to midnight where the team is."""
    first = datetime.combine(plan.begins, time(), zone)
    return Played(first.astimezone(UTC), (first + timedelta(weeks=weeks)).astimezone(UTC))
