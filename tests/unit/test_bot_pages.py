"""The settings page: looked at, changed and tried by forms alone, as a browser without script does."""

from typing import Any

import pytest

from handover.bot import Bot
from handover.documents import read_bot
from handover.errors import Problem
from store import Store
from tests.unit.bot_people import Pairs, Person, form_of, text_of_page, with_values
from tests.unit.test_every_key import concrete, keys_of
from tests.unit.web_world import SignIn
from web.pages.bot_fields import Kind, shape_of
from web.pages.bot_form import BotForm, Draft
from web.pages.bot_labels import LABELS, general

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.bot_people"]

PHRASES = "handover.scenarios.human_requested.phrases"
NEW = {"switch": "", "number": "1", "line": "7h", "text": "Another text", "lines": "one\ntwo", "pairs": "plan = gold"}
"""What is typed anew into a field, by its kind; a length of time is a line as well."""


async def current(store: Store, bot_id: str = "hvac") -> tuple[int, Bot]:
    stored = await store.settings.bot(bot_id)
    return stored.version, stored.bot


def problem_at(page: str, name: str) -> bool:
    return f'id="p-{name}"' in page and f'aria-describedby="p-{name}"' in page.replace(f'="h-{name} ', '="')


async def test_what_is_refused_is_called_as_the_form_calls_it(omar: Person) -> None:
    typed = {
        "close_after": "soon",
        "handover.scenarios.human_requested.threshold": "7",
        "handover.rules.0.threshold": "8",
        "handover.actions.urgent.pause": "later",
    }
    answer = await omar.send(with_values(await omar.form(), **typed))
    text = text_of_page(answer.text)
    assert (
        "Close after silence: 'soon' is no length of time; allowed is a length of time such as 20m, 2h, 1d 6h" in text
    )
    for label in ("Asked for a person: Threshold:", "Rule 1: Threshold:", "Action urgent: Pause the bot for:"):
        assert label in text
    assert "close_after:" not in text
    assert "handover.rules.0.threshold" not in text
    assert "{days" not in text


async def test_all_that_is_wrong_with_the_hours_is_said_at_once(omar: Person) -> None:
    typed = {"time_zone": "Europe/Nowhere", "holidays": "XX", "open": "Mo-Xx 99:00"}
    changed = {f"handover.hours.{name}": text for name, text in typed.items()}
    page = (await omar.send(with_values(await omar.form(), **changed))).text
    assert "Nothing was saved. 3 values can't be used:" in text_of_page(page)
    assert all(problem_at(page, name) for name in changed)


# ---- all keys, there and back ----------------------------------------------------------------------------------------


async def test_a_form_that_nobody_changed_changes_nothing(omar: Person, example: Store) -> None:
    answer = await omar.send(await omar.form())
    assert (answer.status_code, answer.headers["location"]) == (303, "/bots/hvac?unchanged=1")
    assert "Nothing was different: version 1 stays." in (await omar.http.get(answer.headers["location"])).text


async def test_what_has_no_task_no_phrases_and_no_ladder_of_its_own_stays_so(omar: Person, example: Store) -> None:
    _, bot = await current(example)
    settings = bot.model_dump(mode="json")
    settings["handover"]["actions"]["urgent"] |= {"task": False, "ladder": None, "reactivate_after": None}
    settings["handover"]["rules"][0] |= {"phrases": None, "conditions": {"contact_fields": {"plan": "gold = best"}}}
    settings["handover"]["rules"].append({"name": "Second", "threshold": 0.625, "enabled": False})
    settings["persona"] = "\n A line break first\n\nand last\n"
    changed = Bot.model_validate(settings)
    await example.settings.put_bot(changed)
    assert (await omar.send(await omar.form())).headers["location"] == "/bots/hvac?unchanged=2"
    assert (await current(example)) == (2, changed)


async def test_every_key_of_the_settings_has_its_label_and_field(omar: Person) -> None:
    """A key that is new in a scenario, a rule or an action would be lost by saving the form."""
    known = [tuple(map(str, concrete(place.path))) for place in keys_of(Bot)]
    parts = (Kind.lines, Kind.pairs, Kind.rows)
    typed = [
        key
        for key in known
        if shape_of(key).kind not in (Kind.group, Kind.rows) and shape_of(key[:-1]).kind not in parts
    ]
    assert len(typed) > 80
    typed = [key for key in typed if key[0] not in ("id", "knowledge")]
    assert [key for key in typed if general(key) not in LABELS] == []
    fields = dict(await omar.form())
    assert [key for key in typed if ".".join(key) not in fields and key[-1] != "phrases"] == []


async def test_whatever_is_typed_into_a_field_is_in_the_settings(omar: Person, example: Store) -> None:
    _, bot = await current(example)
    stored, pairs = bot.model_dump(mode="json"), await omar.form()
    tried = 0
    for name in dict(pairs):
        key = tuple(name.split("."))
        if (
            name.startswith("_")
            or name.endswith("?")
            or shape_of(key).choices
            or name.endswith(("action", ".to", "_to"))
        ):
            continue
        kind = shape_of(key).kind
        text = ("false" if dict(pairs)[name] == "true" else "true") if kind is Kind.switch else NEW[kind]
        others = [pair for pair in pairs if pair[0] != name]
        before, after = Draft.typed(pairs, stored), Draft.typed([*others, (name, text)], stored)
        assert after.at(key) != before.at(key), name
        tried += 1
    assert tried > 100


async def test_keys_that_the_form_does_not_know_stay_as_they_are(omar: Person, example: Store) -> None:
    draft = Draft.typed(await omar.form(), {"id": "x", "new_key": [1], "handover": {"newer": {"a": 1}, "rules": [1]}})
    assert (draft.at(("new_key",)), draft.at(("handover", "newer"))) == ([1], {"a": 1})
    assert len(draft.at(("handover", "rules"))) == 1 != draft.at(("handover", "rules"))


# ---- saving ----------------------------------------------------------------------------------------------------------


async def test_saving_makes_a_version_with_who_and_when(omar: Person, example: Store) -> None:
    changed = with_values(await omar.form(), **{"name": "Northwind", "handover.scenarios.high_value.threshold": "0.75"})
    answer = await omar.send(changed)
    assert answer.headers["location"] == "/bots/hvac?saved=2"
    version, bot = await current(example)
    assert (version, bot.name, bot.handover.scenarios.high_value.threshold) == (2, "Northwind", 0.75)
    page = text_of_page((await omar.http.get("/bots/hvac?saved=2")).text)
    assert "Saved as version 2. Open handovers keep the settings they began with." in page
    assert "Version 2, saved by Omar Haddad just now" in page


WRONG = [
    ("name", "", "'': allowed is a text of 1 or more characters"),
    ("close_after", "soon", "'soon' is no length of time; allowed is"),
    ("handover.agent_label", "{assignee}", "{assignee} is no placeholder"),
    (f"{PHRASES}.2", "x", "'x': allowed is a text of 2 or more characters"),
    ("handover.scenarios.human_requested.threshold", "maybe", "'maybe': allowed is a number"),
    ("handover.scenarios.human_requested.threshold", "nan", "allowed is"),
    ("handover.scenarios.failed_to_resolve.retries", "2.5", "2.5: allowed is a whole number"),
    ("handover.scenarios.human_requested.action", "call", "there is no action 'call'; allowed are follow_up"),
    ("handover.rules.0.name", "taken_over", "'taken_over' is taken"),
    ("handover.actions.follow_up.reactivate_after", "1h", "1h lies inside the pause; allowed is 2h or longer"),
    ("handover.actions.follow_up.ladder.1.after", "never", "'never'"),
    ("handover.actions.follow_up.ladder.0.to", "role:Support", "'role:Support' names nobody"),
    ("handover.actions.urgent.task.title", "{assignee}", "{assignee} is no placeholder"),
    ("handover.actions.urgent.final_message.urgent", "Call {number}", "{number} is no placeholder"),
    ("handover.hours.open", "Mo-Fr 8-18", "cannot be read"),
    ("handover.hours.time_zone", "Mars/Olympus", "'Mars/Olympus' is no time zone"),
]


async def test_a_wrong_value_is_shown_at_its_field_with_what_was_typed(omar: Person, example: Store) -> None:
    before, form = await current(example), await omar.form()
    for name, typed, says in WRONG:
        answer = await omar.send(with_values(form, **{"greeting": "Typed with it", name: typed}))
        assert (name, answer.status_code) == (name, 422)
        assert problem_at(answer.text, name), name
        assert says in text_of_page(answer.text)
        again = dict(form_of(answer.text))
        assert (again[name], again["greeting"]) == (typed, "Typed with it")
    assert await current(example) == before


async def test_a_problem_inside_a_list_or_a_pair_is_shown_at_its_field(omar: Person, example: Store) -> None:
    for name, typed in (
        ("collect", "name\nNo Id!"),
        ("handover.rules.0.conditions.contact_fields", "plan"),
        ("handover.rules.0.tags", "x" * 65),
    ):
        answer = await omar.send(with_values(await omar.form(), **{name: typed}))
        assert answer.status_code == 422
        assert problem_at(answer.text, name)
        assert "No Id!" in text_of_page(answer.text) or name != "collect"


async def test_a_problem_without_a_field_is_told_all_the_same(omar: Person, example: Store) -> None:
    for name in ("nonsense", "handover.actions.follow_up.nonsense", "a.b.c.d.e.f.g.h.i.j", "handover.rules.0.x"):
        answer = await omar.send([*await omar.form(), (name, "1")])
        assert answer.status_code == 422
        assert "there is no such key" in text_of_page(answer.text)
    assert (await current(example))[0] == 1


STRANGE: list[Pairs] = [
    [],
    [("handover", "x")],
    [("handover.actions", "x"), ("handover.rules", "y"), ("handover.scenarios", "z"), ("handover.hours", "")],
    [("handover.rules.0", "x"), ("handover.actions.follow_up.ladder.0", ""), ("handover.actions.follow_up", "x")],
    [("", "x"), ("..", "x"), ("handover.actions..", "x"), ("handover.max_actions", "9" * 5000)],
    [("handover.actions.follow_up?", "false"), ("handover.nothing.at.all?", "false"), ("id.x?", "false")],
]
DEEDS = ["save", "try", "add:", "add:handover", "add:handover.rules.x.phrases", "remove:x", "remove:handover.rules.9"]


async def test_no_form_whatever_it_holds_is_an_error_of_ours(omar: Person, example: Store) -> None:
    for pairs in STRANGE:
        for do in DEEDS:
            answer = await omar.send([("_version", "1"), ("_text", "hello"), *pairs], do)
            assert answer.status_code in (200, 422), (pairs, do)
    assert (await current(example))[0] == 1


async def test_a_form_without_its_version_is_refused(omar: Person, example: Store) -> None:
    form = [pair for pair in await omar.form() if pair[0] != "_version"]
    for version in ([], [("_version", "")], [("_version", "x")], [("_version", "9" * 30)]):
        assert (await omar.send([*form, ("name", "Other"), *version])).status_code == 422
    assert (await current(example))[0] == 1


# ---- rows ------------------------------------------------------------------------------------------------------------


async def test_a_phrase_is_added_and_another_removed(omar: Person, example: Store) -> None:
    answer = await omar.send(await omar.form(), f"add:{PHRASES}")
    added = form_of(answer.text)
    assert (answer.status_code, dict(added)[f"{PHRASES}.6"]) == (200, "")
    assert 'id="c-handover.scenarios.human_requested" open' in answer.text
    removed = form_of(
        (await omar.send(with_values(added, **{f"{PHRASES}.6": "Fetch Ben"}), f"remove:{PHRASES}.0")).text
    )
    assert (await current(example))[0] == 1
    assert (await omar.send(removed)).status_code == 303
    assert (await current(example))[1].handover.scenarios.human_requested.phrases == [
        "Can I speak to a manager?",
        "Put me through to support",
        "I need someone to call me",
        "Connect me to a person",
        "Can a person help me with this?",
        "Fetch Ben",
    ]


async def test_rows_in_which_nothing_was_typed_are_left_out(omar: Person, example: Store) -> None:
    blank = {name: "" for name, _ in await omar.form() if name.startswith(f"{PHRASES}.")}
    assert (await omar.send(with_values(await omar.form(), **blank))).status_code == 303
    assert (await current(example))[1].handover.scenarios.human_requested.phrases is None


async def test_a_rule_is_added_and_one_removed(omar: Person, example: Store) -> None:
    added = form_of((await omar.send(await omar.form(), "add:handover.rules")).text)
    assert (await omar.send(added)).status_code == 422
    named = with_values(added, **{"handover.rules.1.name": "Refund", "handover.rules.1.keywords": "refund\nmoney back"})
    assert (await omar.send(named)).status_code == 303
    assert [rule.name for rule in (await current(example))[1].handover.rules] == ["Warranty claim", "Refund"]
    removed = form_of((await omar.send(await omar.form(), "remove:handover.rules.0")).text)
    assert (await omar.send(removed)).status_code == 303
    [rule] = (await current(example))[1].handover.rules
    assert (rule.name, rule.keywords) == ("Refund", ["refund", "money back"])
    last = form_of((await omar.send(await omar.form(), "remove:handover.rules.0")).text)
    assert (await omar.send(last)).status_code == 303
    assert (await current(example))[1].handover.rules == []


async def test_a_rung_is_added_and_all_can_go(omar: Person, example: Store) -> None:
    ladder = "handover.actions.follow_up.ladder"
    added = form_of((await omar.send(await omar.form(), f"add:{ladder}")).text)
    filled = with_values(
        added, **{f"{ladder}.2.after": "2d", f"{ladder}.2.to": "user:omar", f"{ladder}.2.repeat": "1d"}
    )
    assert (await omar.send(filled)).status_code == 303
    rungs = (await current(example))[1].handover.actions["follow_up"].ladder
    assert rungs is not None
    assert [rung.to for rung in rungs] == ["role:support", "manager", "user:omar"]
    form = await omar.form()
    for _ in rungs:
        form = form_of((await omar.send(form, f"remove:{ladder}.0")).text)
    assert (await omar.send(form)).status_code == 303
    assert (await current(example))[1].handover.actions["follow_up"].ladder is None


async def test_there_are_at_most_three_actions(omar: Person, example: Store) -> None:
    form = [*await omar.form(), ("_new_action", "fourth")]
    answer = await omar.send(form, "add:handover.actions")
    assert answer.status_code == 422
    assert "there are 3 already; allowed are 3" in text_of_page(answer.text)
    answer = await omar.send([*form, ("handover.actions.fourth.working_time", "true")])
    assert answer.status_code == 422
    assert "4 are too many; allowed are 3" in text_of_page(answer.text)
    assert (await current(example))[0] == 1


async def test_a_rule_of_which_nothing_says_when_it_is_meant_is_refused_at_its_field(
    omar: Person, example: Store
) -> None:
    added = form_of((await omar.send(await omar.form(), "add:handover.rules")).text)
    named = with_values(added, **{"handover.rules.1.name": "Refund"})
    refused = await omar.send(named)
    assert refused.status_code == 422
    assert problem_at(refused.text, "handover.rules.1.when")
    assert "nothing says when this rule is meant" in text_of_page(refused.text)
    for said in ({"when": "They want money back."}, {"conditions.contact_tags_any": "vip"}):
        allowed = with_values(named, **{f"handover.rules.1.{name}": value for name, value in said.items()})
        assert (await omar.send(allowed)).status_code == 303
        assert len((await current(example))[1].handover.rules) == 2
        named = with_values(await omar.form(), **{f"handover.rules.1.{name}": "" for name in said})


async def test_a_rule_that_was_saved_before_it_was_refused_is_still_read_and_switches_work(
    omar: Person, example: Store
) -> None:
    _, bot = await current(example)
    settings = bot.model_dump(mode="json")
    settings["handover"]["rules"].append({"name": "Old"})
    await example.settings.put_bot(Bot.model_validate(settings))
    off = [("key", "handover.agents_available"), ("value", "false")]
    assert (await omar.send(off, path="/bots/hvac/switch")).status_code == 303
    assert (await current(example))[1].handover.agents_available is False
    assert (await omar.send(await omar.form())).status_code == 422


async def test_an_action_is_replaced_by_another(omar: Person, example: Store) -> None:
    form = form_of((await omar.send(await omar.form(), "remove:handover.actions.urgent")).text)
    answer = await omar.send(form)
    assert answer.status_code == 422
    assert problem_at(answer.text, "handover.scenarios.high_value.action")
    assert '<option value="urgent" selected>urgent (not there)</option>' in answer.text
    for name, why in (("No Id", "does not fit"), ("specialist", "is taken"), ("", "does not fit")):
        refused = await omar.send([*form_of(answer.text), ("_new_action", name)], "add:handover.actions")
        assert (refused.status_code, why in text_of_page(refused.text)) == (422, True)
    added = await omar.send(with_values(form_of(answer.text), _new_action="call_back"), "add:handover.actions")
    form = with_values(form_of(added.text), **{"handover.scenarios.high_value.action": "call_back"})
    assert dict(form).get("_new_action", "") == ""
    assert (await omar.send(form)).status_code == 303
    settings = (await current(example))[1].handover
    assert list(settings.actions) == ["follow_up", "specialist", "call_back"]
    assert settings.scenarios.high_value.action == "call_back"


async def test_a_task_is_switched_off_and_its_title_is_kept_until_then(omar: Person, example: Store) -> None:
    task = "handover.actions.urgent.task"
    form = [pair for pair in await omar.form() if pair != (f"{task}?", "true")]
    refused = await omar.send(with_values(form, **{f"{task}.title": "Call them", "name": ""}))
    assert (refused.status_code, dict(form_of(refused.text))[f"{task}.title"]) == (422, "Call them")
    assert dict(form_of(refused.text))[f"{task}?"] == "false"
    assert (await omar.send(form)).status_code == 303
    assert (await current(example))[1].handover.actions["urgent"].task is False


# ---- two people at once ----------------------------------------------------------------------------------------------


async def test_who_saves_later_is_told_who_was_first_and_what_differs(
    omar: Person, example: Store, sign_in: SignIn
) -> None:
    slow = with_values(await omar.form(), greeting="Mine", name="")
    slow = with_values(slow, name="My name")
    _, bot = await current(example)
    theirs = bot.model_dump(mode="json") | {"greeting": "Theirs", "collect": ["name", "address"]}
    pia = await sign_in("omar")
    assert (await pia.put("/v1/bots/hvac", json=theirs)).status_code == 200
    answer = await omar.send(slow)
    page = text_of_page(answer.text)
    assert answer.status_code == 409
    assert "Omar Haddad saved version 2" in page
    assert "You were changing version 1. Nothing of yours was saved" in page
    assert "greeting before: Hello! How can I help you? → after: Theirs" in page
    assert "collect removed: phone removed: email removed: product_model added: address" in page
    assert "greeting before: Theirs → after: Mine" in page
    assert "Version 2, saved by Omar Haddad" in page
    assert dict(form_of(answer.text))["greeting"] == "Mine"
    assert (await current(example))[1].greeting == "Theirs"
    assert (await omar.send(form_of(answer.text))).status_code == 409
    assert (await omar.send(form_of(answer.text), "save:2")).status_code == 303
    version, bot = await current(example)
    assert (version, bot.greeting, bot.name) == (3, "Mine", "My name")


async def test_the_api_refuses_a_change_of_an_older_version(example: Store, sign_in: SignIn) -> None:
    http = await sign_in("omar")
    settings: dict[str, Any] = (await http.get("/v1/bots/hvac")).json()["settings"]
    assert (await http.put("/v1/bots/hvac?version=1", json=settings | {"name": "Two"})).json()["version"] == 2
    answer = await http.put("/v1/bots/hvac?version=1", json=settings | {"name": "Three"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:handover:problem:changed_meanwhile")
    assert answer.json()["holder"] == "omar"
    assert (await current(example))[0] == 2
    assert (await http.put("/v1/bots/new?version=1", json={"name": "New"})).status_code == 409
    assert (await http.put("/v1/bots/new?version=0", json={"name": "New"})).json()["version"] == 1
    assert [one.bot.id for one in await example.settings.bots()] == ["hvac", "new"]


# ---- who may ---------------------------------------------------------------------------------------------------------

ACTS = ["/bots/hvac", "/bots/hvac/switch", "/bots/hvac/import", "/bots/hvac/versions/1"]


async def test_staff_look_and_change_nothing(people: dict[str, Person], example: Store) -> None:
    form = with_values(await people["omar"].form(), name="Other", key="handover.enabled", value="false", yaml="x: 1")
    for path in ACTS:
        assert (path, (await people["sarah"].send(form, path=path)).status_code) == (path, 403)
    assert (await current(example))[0] == 1


async def test_staff_see_the_settings_as_they_are(people: dict[str, Person]) -> None:
    for path in ("/bots", "/bots/hvac", "/bots/hvac/versions", "/bots/hvac/versions/1", "/bots/hvac/settings.yaml"):
        answer = await people["sarah"].http.get(path)
        assert answer.status_code == 200
        assert "Save changes" not in answer.text
        assert 'role="switch"' not in answer.text
    page = (await people["sarah"].http.get("/bots/hvac")).text
    assert [name for name, _ in form_of(page)] == ["_version"]
    assert "Managers and admins change these settings" in page
    assert (await people["sarah"].http.get("/bots/hvac/import")).status_code == 403


async def test_who_is_not_signed_in_does_that_first(omar: Person) -> None:
    omar.http.cookies.clear()
    for path in ("/bots", "/bots/hvac", "/bots/hvac/versions/1", "/bots/hvac/settings.yaml"):
        answer = await omar.http.get(path)
        assert (answer.status_code, answer.headers["location"].startswith("/login?next=")) == (303, True)


async def test_another_sites_page_changes_nothing(omar: Person, example: Store) -> None:
    form = with_values(await omar.form(), name="Other", key="handover.enabled", value="false")
    omar.http.headers["Origin"] = "https://elsewhere.example"
    for path in ACTS:
        assert (path, (await omar.send(form, path=path)).status_code) == (path, 403)
    assert (await current(example))[0] == 1


async def test_what_is_not_there_is_not_found(omar: Person) -> None:
    for path in ("/bots/nobody", "/bots/nobody/versions", "/bots/hvac/versions/7", "/bots/nobody/settings.yaml"):
        assert (path, (await omar.http.get(path)).status_code) == (path, 404)


# ---- switches, versions, files ---------------------------------------------------------------------------------------


async def test_a_switch_changes_its_key_alone(omar: Person, example: Store) -> None:
    _, before = await current(example)
    for key in ("handover.enabled", "handover.agents_available"):
        answer = await omar.send([("key", key), ("value", "false")], path="/bots/hvac/switch")
        assert answer.headers["location"] == "/bots"
    off = before.handover.model_copy(update={"enabled": False, "agents_available": False})
    assert await current(example) == (3, before.model_copy(update={"handover": off}))
    page = text_of_page((await omar.http.get("/bots")).text)
    assert "Handover: off" in page
    assert "version 3, saved by Omar Haddad" in page
    for pairs in (
        [("key", "handover.offer_first"), ("value", "true")],
        [("key", "handover.enabled"), ("value", "maybe")],
        [],
    ):
        assert (await omar.send(pairs, path="/bots/hvac/switch")).status_code == 422
    assert (await current(example))[0] == 3


async def test_an_old_version_is_looked_at_and_taken_up_again(omar: Person, example: Store) -> None:
    _, first = await current(example)
    assert (await omar.send(with_values(await omar.form(), name="Renamed"))).status_code == 303
    listed = text_of_page((await omar.http.get("/bots/hvac/versions")).text)
    assert (
        "Version 2, just now, by Omar Haddad 1 change name before: Northwind Heating & Air → after: Renamed" in listed
    )
    assert "Version 1, just now, by Handover the first one" in listed
    old = await omar.http.get("/bots/hvac/versions/1")
    assert 'value="Northwind Heating &amp; Air"' in old.text
    assert [name for name, _ in form_of(old.text)] == ["_version"]
    stale = await omar.send([("_version", "1")], path="/bots/hvac/versions/1")
    assert stale.status_code == 409
    answer = await omar.send([("_version", "2")], path="/bots/hvac/versions/1")
    assert answer.headers["location"] == "/bots/hvac?saved=3"
    assert await current(example) == (3, first)


async def test_long_histories_come_in_parts(omar: Person, example: Store) -> None:
    _, bot = await current(example)
    for number in range(2, 58):
        await example.settings.put_bot(bot.model_copy(update={"name": f"Name {number}"}), by="omar")
    first = (await omar.http.get("/bots/hvac/versions")).text
    assert ("Version 57" in first, "Version 8<" in first, "Version 7<" in first) == (True, True, False)
    rest = (await omar.http.get("/bots/hvac/versions?before=8")).text
    assert ("Version 8<" in rest, "Version 7<" in rest, "the first one" in rest) == (False, True, True)
    assert "the first one" not in first
    assert "Older versions" in first
    assert "Older versions" not in rest


async def test_settings_leave_as_a_file_and_come_back(omar: Person, example: Store) -> None:
    file = await omar.http.get("/bots/hvac/settings.yaml")
    assert file.headers["content-disposition"] == 'attachment; filename="hvac.yaml"'
    assert read_bot(file.text, "file") == (await current(example))[1]
    changed = file.text.replace("Northwind Heating & Air", "From a file")
    answer = await omar.http.post("/bots/hvac/import", files={"yaml": ("hvac.yaml", changed.encode())})
    assert "Not saved yet" in answer.text
    assert (await current(example))[0] == 1
    assert (await omar.send(form_of(answer.text))).status_code == 303
    assert (await current(example))[1].name == "From a file"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "id: hvac\nname: N\nhandover:\n  enabled: maybe\n",
            "Line 4, handover.enabled: 'maybe': allowed is true or false",
        ),
        ("id: other\nname: N\n", "'other' is another bot; allowed is 'hvac'"),
        ("[", "this is no YAML"),
        ("", "allowed is a mapping of keys to values"),
    ],
)
async def test_a_file_that_cannot_be_used_is_shown_with_why(omar: Person, example: Store, text: str, says: str) -> None:
    answer = await omar.http.post("/bots/hvac/import", data={"yaml": text})
    assert (answer.status_code, says in text_of_page(answer.text)) == (422, True)
    assert text.strip() in text_of_page(answer.text).replace(" ", "\n") or " " in text
    assert (await current(example))[0] == 1


# ---- trying, and text as text ----------------------------------------------------------------------------------------


async def test_a_phrase_is_tried_with_what_is_not_saved(omar: Person, example: Store) -> None:
    added = form_of((await omar.send(await omar.form(), "add:handover.rules")).text)
    rule = {"handover.rules.1.name": "Penguins", "handover.rules.1.keywords": "penguin"}
    asked = with_values(added, **rule, _text="Do you also heat a penguin house?")
    page = text_of_page((await omar.send(asked, "try")).text)
    assert "Hands over at once: Penguins." in page
    assert "Penguins: Contains “penguin”" in page
    assert (await current(example))[0] == 1
    wrong = await omar.send(with_values(asked, name=""), "try")
    assert (wrong.status_code, "Not tried: 1 value" in text_of_page(wrong.text)) == (422, True)


async def test_the_week_is_that_of_the_hours_as_typed(omar: Person) -> None:
    typed = with_values(await omar.form(), **{"handover.hours.open": "Mo-Su 01:15-02:45"})
    page = text_of_page((await omar.send(typed, "week")).text)
    assert page.count("01:15–02:45") == 7
    unreadable = with_values(typed, **{"handover.hours.open": "whenever"})
    assert "These hours can't be read yet." in text_of_page((await omar.send(unreadable, "week")).text)


async def test_script_is_text(omar: Person, example: Store) -> None:
    nasty = "\"><script>alert(1)</script>'{{ 7*7 }}"
    names = (
        "name",
        "persona",
        f"{PHRASES}.0",
        "handover.contact_line",
        "handover.rules.0.name",
        "handover.agent_label",
    )
    typed = with_values(await omar.form(), **dict.fromkeys(names, nasty), _text=nasty, _tags=nasty)
    nasty_label = with_values(typed, **{"handover.agent_label": nasty.replace("{{ 7*7 }}", "")})
    for answer in (await omar.send(typed), await omar.send(nasty_label, "try"), await omar.send(nasty_label)):
        assert "<script>alert" not in answer.text
    for path in ("/bots", "/bots/hvac", "/bots/hvac/versions"):
        text = (await omar.http.get(path)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_a_problem_is_shown_at_the_nearest_field() -> None:
    form = BotForm(Draft({}), [], [])
    places = {
        "handover.rules.0.phrases.1": "handover.rules.0.phrases.1",
        "handover.actions.urgent.ladder.0": "handover.actions.urgent.ladder",
        "handover.rules.3.tags.7": "handover.rules.3.tags",
        "handover.actions.urgent.nonsense": "handover.actions",
        "nonsense": "",
    }
    assert {key: form.place_of(Problem(key, "")) for key in places} == places


def test_the_form_is_read_as_a_browser_reads_it() -> None:
    page = """<form id="settings"><input name="a" value="&amp;"><textarea id="f-b" name="b">\n\n x</textarea>
      <select name="c"><option value="1"><option value="2" selected></select><input type="checkbox" name="d" value="t">
      <fieldset disabled><input name="e"></fieldset></form>"""
    assert form_of(page) == [("a", "&"), ("b", "\n x"), ("c", "2")]
