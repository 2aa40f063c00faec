"""The command as managers and spreadsheets use it."""

import csv
from io import StringIO
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner, Result

import starter
from console.simulate import Files, Numbers, play, read_sides
from console.simulated import show
from handover.documents import read_bot
from handover.openings import look_up
from tests.unit.test_simulation_plan import BOT, ONE_MORE, PLAN, TEAM

HEAD = "One week from Monday, 13 April 2026 (America/Chicago), seed 1."


def simulate(*options: object) -> Result:
    given = ["simulate", "--bot", str(BOT), "--team", str(TEAM), *map(str, options)]
    return CliRunner().invoke(starter.app, given, env={"COLUMNS": "100"})


def test_a_week_is_printed_with_its_queue_its_first_responses_and_its_ladder() -> None:
    result = simulate("--plan", PLAN)
    assert result.exit_code == 0, result.output
    for part in (
        HEAD,
        "Unclaimed at a time, on average",
        "First response, 9 in 10 within",
        "Told how long it takes",
        "Due times missed",
        "Ladder: passed on",
        "Bot came back: nobody acted",
        "│ 00 ",
        "│ 23 ",
        "│ Su ",
        "Sarah Lindgren",
        "Reasons, staff.yaml: human_requested ",
    ):
        assert part in result.output


def test_the_same_seed_prints_the_same_and_another_one_something_else() -> None:
    first, again, other = (simulate("--seed", seed).output for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_two_teams_are_played_with_the_same_handovers() -> None:
    result = simulate("--plan", PLAN, "--compare", ONE_MORE)
    assert result.exit_code == 0, result.output
    for part in ("1. staff.yaml", "2. one-more.yaml", "Lena Fischer", "Came ┃ Queue 1", "Wait 2"):
        assert part in result.output
    played = play(read_sides(Files(BOT, TEAM, PLAN, ONE_MORE)), 1, 1, look_up)
    before, after = played.outcomes
    assert [one.arrival for one in before.story.courses] == [one.arrival for one in after.story.courses]
    assert after.figures.unclaimed < before.figures.unclaimed


def test_the_docs_show_what_is_printed() -> None:
    page = Path(starter.__file__).with_name("docs") / "simulate.md"
    printed = StringIO()
    show(Console(file=printed, width=80), play(read_sides(Files(BOT, TEAM, PLAN, ONE_MORE)), 1, 1, look_up))
    assert page.read_text(encoding="utf-8").split("```text\n")[1].split("```")[0] == printed.getvalue()


def test_the_same_team_beside_itself_makes_no_difference() -> None:
    before, after = play(read_sides(Files(BOT, TEAM, PLAN, TEAM)), 1, 1, look_up).outcomes
    assert before.figures == after.figures


def test_what_another_bot_hands_nothing_over_for_does_not_come_there(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    settings = read_bot(BOT.read_text(encoding="utf-8"), "bot").model_dump(mode="json", exclude_none=True)
    settings["handover"]["scenarios"]["high_value"]["enabled"] = False
    other.write_text(yaml.safe_dump(settings), encoding="utf-8")
    before, after = play(read_sides(Files(BOT, TEAM, PLAN, other)), 1, 1, look_up).outcomes
    there = [one.arrival for one in before.story.courses if one.arrival.reason != "high_value"]
    assert [one.arrival for one in after.story.courses] == there
    assert len(there) < before.figures.handovers
    assert "Came 2" in simulate("--plan", PLAN, "--compare", other).output


def test_another_plan_may_have_more_to_do(tmp_path: Path) -> None:
    busier = tmp_path / "busier.yaml"
    busier.write_text(PLAN.read_text(encoding="utf-8").replace("per_hour: 4}", "per_hour: 8}"), encoding="utf-8")
    before, after = play(read_sides(Files(BOT, TEAM, PLAN, busier)), 1, 1, look_up).outcomes
    assert after.figures.handovers > 1.3 * before.figures.handovers
    assert before.story.courses[0].arrival == after.story.courses[0].arrival


def test_every_case_is_a_row(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    result = simulate("--plan", PLAN, "--compare", ONE_MORE, "--csv", file)
    assert result.exit_code == 0, result.output
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    one, two = ([row for row in rows if row["side"] == side] for side in ("1. staff.yaml", "2. one-more.yaml"))
    assert [row["opened_at"] for row in one] == [row["opened_at"] for row in two]
    assert f" {len(one)} │" in result.output
    [first, *_] = one
    assert first["opened_at"].startswith("2026-04-13T")
    assert first["opened_at"].endswith("-05:00")
    assert {row["kept"] for row in rows} <= {"", "true", "false"}
    assert all((row["promised_seconds"] == "") == (row["kept"] == "") for row in rows)
    late = [row for row in rows if row["kept"] == "false" and row["first_response_seconds"]]
    assert all(int(row["first_response_seconds"]) >= int(row["promised_seconds"]) for row in late)
    assert {row["status"] for row in rows} <= {"open", "acknowledged", "scheduled", "completed"}


def test_more_weeks_go_on_where_the_first_one_ended() -> None:
    sides = read_sides(Files(BOT, TEAM, PLAN))
    one, three = (play(sides, weeks, 1, look_up).outcomes[0].story.courses for weeks in (1, 3))
    assert [course.arrival for course in one] == [course.arrival for course in three[: len(one)]]
    assert len(three) == pytest.approx(3 * len(one), rel=0.2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--weeks", "0"], "--weeks"),
        (["--seed", "-1"], "--seed"),
        (["--plan", "nowhere.yaml"], "nowhere.yaml"),
        (["--compare", "nowhere.yaml"], "nowhere.yaml"),
        (["--csv", "nowhere/cases.csv"], "--csv: there is no folder nowhere."),
        (["--plan", str(TEAM)], "staff: there is no such key"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(options: list[str], said: str) -> None:
    result = simulate(*options)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    result = simulate("--plan", file)
    assert (result.exit_code, "this is no text" in result.output) == (2, True)


def test_numbers_are_spread_evenly_and_belong_to_their_name() -> None:
    numbers = [Numbers(1)(f"case-{number}/handling") for number in range(10_000)]
    assert all(0 <= one < 1 for one in numbers)
    assert sum(numbers) / len(numbers) == pytest.approx(0.5, abs=0.02)
    assert sum(one < 0.1 for one in numbers) / len(numbers) == pytest.approx(0.1, abs=0.02)
    assert Numbers(1)("a") == Numbers(1)("a") != Numbers(2)("a")
