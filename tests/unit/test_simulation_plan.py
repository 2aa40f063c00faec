"""Plans as people write them: what is wrong is named by key and line, with what is allowed."""

from datetime import timedelta
from pathlib import Path

import pytest

from console.simulate import Files, read_sides
from handover.errors import SettingsError
from handover.simulation.chance import length, one_of
from handover.simulation.plan import Plan, Spell, flows, reasons
from store.first_start import EXAMPLES
from tests.unit.make import bot

HVAC = EXAMPLES / "hvac"
BOT, TEAM, PLAN, ONE_MORE = (HVAC / name for name in ("bot.yaml", "staff.yaml", "plan.yaml", "one-more.yaml"))


def refused(folder: Path, text: str, compare: Path | None = None) -> str:
    """What is said of a plan."""
    file = folder / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read_sides(Files(BOT, TEAM, file, compare))
    return str(error.value).replace(str(file), "plan")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pice: {}", "plan, line 1: pice: there is no such key (did you mean pace?); allowed are arrivals, begins,"),
        ("pace: {forgets: 2}", "plan, line 1: pace.forgets: 2: allowed is 1.0 or less"),
        (
            "pace: {notice: soon}",
            "plan, line 1: pace.notice: 'soon' is no length of time; allowed is a length of time such as",
        ),
        ("pace: {handling: 3d}", "plan, line 1: pace.handling.mean: 3d is no time for one case; allowed is 1s to 1d"),
        (
            "pace: {handling: {mean: 0m}}",
            "plan, line 1: pace.handling.mean: 0s is no time for one case; allowed is 1s to 1d",
        ),
        (
            "pace:\n  handling: {mean: 5m, varies: much}",
            "plan, line 2: pace.handling.varies: 'much' is not known; allowed are",
        ),
        (
            "people: {sara: {}}",
            "plan, line 1: people.sara: there is no 'sara' (did you mean sarah?); allowed are ben, mei,",
        ),
        (
            "people: {mei: {shift: Mo-Fr 8-99}}",
            "plan, line 1: people.mei.shift: '8-99' cannot be read; allowed are opening",
        ),
        ("reasons: {human: 3}", "plan, line 1: reasons.human: the bot hvac hands nothing over for this"),
        ("reasons: {complex_request: -1}", "plan, line 1: reasons.complex_request.weight: -1: allowed is 0.0 or more"),
        ("reasons: {complex_request: 0}", "plan, line 1: reasons: no reason ever comes; allowed is a weight above 0"),
        ("arrivals: [{during: PH, per_hour: 1}, {during: SH, per_hour: 1}]", "plan, line 1: arrivals.1.during: school"),
        ("arrivals: []", "plan, line 1: arrivals: []: allowed is 1 or more"),
        ("arrivals: [{during: 24/7, per_hour: yes}]", "plan, line 1: arrivals.0.per_hour: true: allowed is a number"),
        (
            "outcomes: {scheduled: 0.9, needs_escalation: 0.2}",
            "plan, line 1: outcomes.needs_escalation: with scheduled, this",
        ),
        (
            "begins: soon",
            "plan, line 1: begins: 'soon' is no day; allowed is one from 2000 to 2100, such as 2026-04-13",
        ),
        ("begins: 1999-01-01", "plan, line 1: begins: 1999-01-01 is no day; allowed is one from 2000"),
        ("begins: 3", "plan, line 1: begins: 3 is no day; allowed is one from 2000"),
        ("- 1", "plan, line 1: allowed is a mapping of keys to values"),
    ],
)
def test_what_is_wrong_in_a_plan_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_plan_may_name_whoever_is_in_one_of_the_teams(tmp_path: Path) -> None:
    text = "people: {lena: {shift: Mo-Fr 09:00-12:00}}"
    assert "people.lena" in refused(tmp_path, text)
    sides = read_sides(Files(BOT, TEAM, tmp_path / "plan.yaml", ONE_MORE))
    assert [sorted(one.id for one in side.setting.team) for side in sides] == [
        ["ben", "mei", "omar", "sarah"],
        ["ben", "lena", "mei", "omar", "sarah"],
    ]
    assert [side.name for side in sides] == ["1. staff.yaml", "2. one-more.yaml"]
    assert sides[0].setting.plan == sides[1].setting.plan


def test_hours_have_to_be_known_for_both_bots(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("{id: other, name: Other}", encoding="utf-8")
    said = refused(tmp_path, "arrivals: [{during: PH, per_hour: 1}]", other)
    assert said.startswith("plan, line 1: arrivals.0.during: PH is known for a country only")


def test_another_bot_and_another_plan_are_known_by_their_keys(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("{id: other, name: Other}", encoding="utf-8")
    first, second = read_sides(Files(BOT, TEAM, None, other))
    assert (first.setting.bot.id, second.setting.bot.id) == ("hvac", "other")
    assert (first.name, second.name) == ("1. bot.yaml", "2. other.yaml")
    other.write_text("pace: {notice: 1m}", encoding="utf-8")
    first, second = read_sides(Files(BOT, TEAM, PLAN, other))
    assert second.setting.plan.pace.notice == Spell(mean=timedelta(minutes=1), varies="fixed")
    assert first.setting.plan.pace.notice == Spell(mean=timedelta(minutes=5))
    assert (first.name, second.name) == ("1. plan.yaml", "2. other.yaml")


@pytest.mark.parametrize(
    ("handover", "said"),
    [
        ("{enabled: false}", "handover.enabled: this bot hands nothing over; allowed is true for a simulation"),
        (
            "{scenarios: {human_requested: {enabled: false}, lack_of_information: {enabled: false}, "
            "failed_to_resolve: {enabled: false}}}",
            "handover.scenarios: none is enabled, and no rule; allowed is one or more for a simulation",
        ),
    ],
)
def test_a_bot_that_hands_nothing_over_is_refused(tmp_path: Path, handover: str, said: str) -> None:
    file = tmp_path / "off.yaml"
    file.write_text(f"{{id: quiet, name: Quiet, handover: {handover}}}", encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_sides(Files(file, TEAM))


def test_the_usual_plan_follows_the_bot() -> None:
    settings = bot(hours={"open": "Mo-Fr 09:00-17:00"}, rules=[{"name": "Warranty claim", "phrases": ["warranty"]}])
    assert [(one.during, one.per_hour) for one in flows(Plan(), settings.handover.hours)] == [
        ("Mo-Fr 09:00-17:00", 2.0),
        ("24/7", 0.25),
    ]
    assert {name: one.weight for name, one in reasons(Plan(), settings).items()} == {
        "human_requested": 5.0,
        "lack_of_information": 3.0,
        "failed_to_resolve": 1.0,
        "Warranty claim": 1.0,
    }


@pytest.mark.parametrize("varies", ["exponential", "lognormal"])
def test_lengths_of_time_have_their_mean_and_vary_as_much(varies: str) -> None:
    spell = Spell.model_validate({"mean": "10m", "varies": varies})
    count = 20_000
    found = [length(spell, (number + 0.5) / count) / timedelta(minutes=10) for number in range(count)]
    assert sum(found) / count == pytest.approx(1, abs=0.01)
    assert sum((one - 1) ** 2 for one in found) / count == pytest.approx(1, abs=0.06)
    assert found == sorted(found)


@pytest.mark.parametrize("number", [0.0, 0.5, 1 - 2**-53])
def test_a_fixed_length_is_always_the_same_and_no_number_is_too_much(number: float) -> None:
    assert length(Spell(mean=timedelta(minutes=3), varies="fixed"), number) == timedelta(minutes=3)
    assert timedelta(0) <= length(Spell(mean=timedelta(minutes=3)), number) < timedelta(days=1)
    assert timedelta(0) <= length(Spell(mean=timedelta(minutes=3), varies="lognormal"), number) < timedelta(days=60)


def test_one_of_several_comes_as_often_as_it_weighs() -> None:
    found = [one_of({"a": 3, "b": 0, "c": 1}, number / 100) for number in range(100)]
    assert (found.count("a"), found.count("b"), found.count("c")) == (75, 0, 25)
