"""Who a name means, which passwords are good enough, and how long wrong ones make wait."""

from datetime import UTC, datetime, timedelta

import pytest

from handover.people import (
    By,
    access_of,
    lockout_problems,
    may_change,
    overreach,
    shared_address_problems,
    what_changed,
)
from handover.sign_in import LONGEST_PASSWORD, allowances, password_fault, wait_left, whom
from handover.staff import Access, Staff

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANN = Staff(id="ann", name="Ann Lee", addresses={"email": "Ann@Example.org"})
OMAR = Staff(id="omar", name="Omar", access=Access.manager)
ROOT = Staff(id="root", name="Root", access=Access.admin)


@pytest.mark.parametrize("name", ["ann", " ANN ", "ann@example.org", "Ann@Example.org"])
def test_a_person_signs_in_by_id_or_email(name: str) -> None:
    assert whom(name, [OMAR, ANN]) == ANN


@pytest.mark.parametrize("name", ["", " ", "an", "ann lee", "bob"])
def test_other_names_mean_nobody(name: str) -> None:
    assert whom(name, [OMAR, ANN]) is None


def test_an_email_of_two_and_somebody_disabled_mean_nobody() -> None:
    twin = Staff(id="bob", name="Bob", addresses={"email": "ann@example.org"})
    gone = ANN.model_copy(update={"enabled": False})
    assert whom("ann@example.org", [ANN, twin]) is None
    assert whom("bob", [ANN, twin]) == twin
    assert whom("ann", [gone]) is None
    assert whom("ann@example.org", [gone, twin]) == twin


@pytest.mark.parametrize(
    ("password", "part"),
    [
        ("", "10 characters or more"),
        ("ninechars", "10 characters or more"),
        ("x" * (LONGEST_PASSWORD + 1), "200 characters or fewer"),
        ("aaaabbbbcccc", "different"),
        ("ann@example.org", "not your name"),
        ("  ANN@example.org ", "not your name"),
    ],
)
def test_a_bad_password_is_told_why(password: str, part: str) -> None:
    assert part in password_fault(password, ANN)


def test_a_good_password_is_taken() -> None:
    assert password_fault("tin horse nine", ANN) == ""
    assert password_fault("abcdabcdab", ANN) == ""


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 0), (4, 0), (5, 2), (6, 4), (9, 32), (10, 60), (11, 60), (10_000, 60)]
)
def test_each_wrong_password_doubles_the_wait_up_to_a_minute(tries: int, seconds: int) -> None:
    assert wait_left(tries, 5, NOW, NOW) == timedelta(seconds=seconds)


def test_a_wait_is_over_some_time() -> None:
    assert wait_left(6, 5, NOW, NOW + timedelta(seconds=3)) == timedelta(seconds=1)
    assert wait_left(6, 5, NOW, NOW + timedelta(seconds=9)) == timedelta(0)


def test_a_name_from_one_place_has_fewer_free_tries_than_from_everywhere() -> None:
    assert allowances(" Ann ", "1.2.3.4") == {"name ann from 1.2.3.4": 5, "name ann": 20, "address 1.2.3.4": 50}
    assert len(next(iter(allowances("x" * 999, "1.2.3.4")))) < 150


def as_(access: Access, staff_id: str | None = "me") -> By:
    return By(staff_id, access)


ADMIN, MANAGER, STAFF = as_(Access.admin), as_(Access.manager), as_(Access.staff)
LEADER = Staff(id="lea", name="Lea", roles=["manager"])


def test_the_role_manager_counts_as_access() -> None:
    assert [access_of(one) for one in (ANN, LEADER, OMAR, ROOT)] == ["staff", "manager", "manager", "admin"]


@pytest.mark.parametrize(
    ("by", "may"),
    [
        (ADMIN, [True, True, True]),
        (MANAGER, [True, False, False]),
        (STAFF, [False, False, False]),
        (as_(Access.manager, "omar"), [True, True, False]),
        (as_(Access.admin, None), [True, True, True]),
    ],
)
def test_managers_change_plain_staff_and_themselves(by: By, may: list[bool]) -> None:
    assert [may_change(by, one) for one in (ANN, OMAR, ROOT)] == may


@pytest.mark.parametrize("rise", [{"access": "manager"}, {"access": "admin"}, {"roles": ["manager"]}])
def test_only_admins_make_managers_and_admins(rise: dict[str, object]) -> None:
    risen = Staff.model_validate(ANN.model_dump() | rise)
    for before in (ANN, None):
        assert "Only an admin may make" in overreach(MANAGER, before, risen)
        assert overreach(ADMIN, before, risen) == ""
        assert overreach(MANAGER, before, ANN) == ""
    assert overreach(STAFF, None, ANN)


def test_a_manager_changes_no_other_manager_and_rises_no_further() -> None:
    omar = as_(Access.manager, "omar")
    assert "Only an admin may change Root, who is an admin" in overreach(omar, ROOT, ROOT)
    assert overreach(omar, LEADER, ANN)
    assert overreach(omar, OMAR, OMAR.model_copy(update={"capacity": 1})) == ""
    assert overreach(omar, OMAR, OMAR.model_copy(update={"access": Access.admin}))


@pytest.mark.parametrize("change", [{"enabled": False}, {"access": Access.manager}, {"access": Access.staff}])
def test_the_last_admin_stays(change: dict[str, object]) -> None:
    after, second = ROOT.model_copy(update=change), Staff(id="two", name="Two", access=Access.admin)
    assert "last admin" in lockout_problems(ADMIN, ROOT, after, [ANN, OMAR, ROOT])[0].text
    assert lockout_problems(ADMIN, ROOT, after, [ROOT, second]) == []
    assert lockout_problems(ADMIN, ROOT, after, [ROOT, second.model_copy(update={"enabled": False})])


@pytest.mark.parametrize(("change", "key"), [({"enabled": False}, "enabled"), ({"access": Access.staff}, "access")])
def test_nobody_locks_themselves_out(change: dict[str, object], key: str) -> None:
    team = [ROOT, Staff(id="two", name="Two", access=Access.admin)]
    [problem] = lockout_problems(as_(Access.admin, "root"), ROOT, ROOT.model_copy(update=change), team)
    assert (problem.key, "nobody" in problem.text) == (key, True)
    renamed = ROOT.model_copy(update={"name": "Ruth"})
    assert lockout_problems(as_(Access.admin, "root"), ROOT, renamed, team) == []


def test_an_email_belongs_to_one() -> None:
    bob = Staff(id="bob", name="Bob", addresses={"email": "ann@example.org"})
    assert [one.key for one in shared_address_problems(None, bob, [ANN])] == ["addresses.email"]
    assert shared_address_problems(bob, bob.model_copy(update={"capacity": 1}), [ANN, bob]) == []
    assert shared_address_problems(None, Staff(id="cleo", name="Cleo"), [Staff(id="dan", name="Dan")]) == []


@pytest.mark.parametrize(
    ("address", "shared"), [("U012AB3CD", True), ("https://hooks.slack.com/services/T1/B1/x", False)]
)
def test_one_slack_member_is_one_person_and_a_channel_may_be_several(address: str, shared: bool) -> None:
    bob, dan = (Staff(id=name, name=name, addresses={"slack": address}) for name in ("bob", "dan"))
    problems = shared_address_problems(None, dan, [bob])
    assert [(one.key, "bob has it already" in one.text) for one in problems] == [("addresses.slack", True)] * shared


def test_the_audit_log_says_what_changed_but_no_address() -> None:
    after = ANN.model_copy(update={"capacity": 3, "skills": ["warranty"], "addresses": {"sms": "+15550101"}})
    assert what_changed(ANN, after) == "ann: skills none → warranty; capacity 8 → 3; addresses"
    assert what_changed(None, OMAR) == "omar: added as manager"
    assert what_changed(ANN, ANN.model_copy(update={"available": False})) == "ann: available yes → no"
