"""What a model fills in: only what holds counts as a fact, and only plain words with grounds are sent."""

from typing import Any

import pytest

from assistant.dialogue.replies import UNKNOWN
from assistant.model.prompt import read_instructions
from handover.bot import Bot
from handover.messages import Author, Trigger
from handover.triggers import Memory
from tests.attacks.attacks import Output, fine, outputs
from tests.attacks.stage import PRICE, SOURCE, holds, is_unknown, judged, question, with_model
from tests.model_server.server import ModelServer
from tests.unit.assistant_talk import hvac, line

OUTPUTS = outputs(read_instructions(hvac()))
EACH = pytest.mark.parametrize("output", OUTPUTS, ids=[f"{one.group}-{at}" for at, one in enumerate(OUTPUTS)])
FINE = "What does a tune-up cost, and does the technician call before the visit?"


def scored(**scores: float) -> dict[str, Any]:
    return {"scores": [{"name": name, "score": score, "matched": ""} for name, score in scores.items()]}


def field(name: str, value: str) -> dict[str, Any]:
    return {"fields": [{"name": name, "value": value}]}


# ---- what is sent -------------------------------------------------------------------------------------------------------


@EACH
async def test_an_answer_is_sent_as_far_as_it_may_be(output: Output, model_server: ModelServer) -> None:
    asked = question()
    before = asked.bot.model_dump_json()
    played = await with_model(model_server, {"answer": output.answer}, asked)
    holds(asked, before, played)
    if output.sent:
        assert (played.said, played.facts.grounded) == (output.sent, True)
    else:
        assert is_unknown(played)
        assert played.fired == {"lack_of_information"}


@EACH
async def test_a_clarifying_question_is_held_to_the_same(output: Output, model_server: ModelServer) -> None:
    asked = question()
    before = asked.bot.model_dump_json()
    form = {"answer": "I don't know.", "grounded": False, "clarifying_question": output.answer}
    played = await with_model(model_server, form, asked)
    holds(asked, before, played)
    assert played.facts.clarifying_question == output.sent


@pytest.mark.parametrize("answer", fine())
async def test_a_proper_answer_is_sent_unchanged(answer: str, model_server: ModelServer) -> None:
    played = await with_model(model_server, {"answer": answer}, question(FINE))
    assert (played.said, played.facts.grounded) == (answer, True)


def test_there_are_enough_of_either() -> None:
    assert len(OUTPUTS) >= 70
    assert len(fine()) >= 40


async def test_a_promise_of_the_business_keeps_its_condition(model_server: ModelServer) -> None:
    for answer in ("Our technicians will call you.", "Our technicians will call you in half an hour."):
        assert is_unknown(await with_model(model_server, {"answer": answer}, question(FINE)))


async def test_a_promise_of_a_person_may_be_repeated(model_server: ModelServer) -> None:
    omar = line(Author.person, "I will call you tomorrow at 9 about the valve.", "Omar from Northwind")
    answer = "Omar will call you tomorrow at 9 about the valve."
    assert (await with_model(model_server, {"answer": answer}, question(more=[omar]))).said == answer
    assert is_unknown(await with_model(model_server, {"answer": answer}, question()))


async def test_a_very_long_answer_ends_with_a_sentence(model_server: ModelServer) -> None:
    played = await with_model(model_server, {"answer": "A tune-up costs $129. " * 900}, question())
    assert len(played.said) <= 2000
    assert played.said.endswith("$129.")


async def test_a_long_answer_without_an_end_is_cut(model_server: ModelServer) -> None:
    played = await with_model(model_server, {"answer": "tune-up " * 2000}, question())
    assert len(played.said) <= 2000
    assert played.said.endswith("tune-up…")


async def test_an_address_of_the_contact_is_no_link(model_server: ModelServer) -> None:
    said = line(Author.contact, "Our page is https://castle.example/pay")
    played = await with_model(model_server, {"answer": "Pay at https://castle.example/pay."}, question(more=[said]))
    assert is_unknown(played)


@pytest.mark.parametrize(
    "address",
    [
        "https://northwind.example/booking?d=Ann",
        "https://northwind.example.evil.example/booking",
        "https://northwind.example@evil.example/booking",
        "https://northwind.example/booking/Ann/555",
        "//northwind.example/other",
        "data:text/html,x",
    ],
)
async def test_an_address_is_known_as_a_whole(address: str, model_server: ModelServer) -> None:
    played = await with_model(model_server, {"answer": f"Open {address} now."}, question())
    assert is_unknown(played)


@pytest.mark.parametrize(
    "address", ["https://northwind.example/booking", "northwind.example/booking/", "HTTP://Northwind.example/booking"]
)
async def test_an_address_of_the_knowledge_may_be_named(address: str, model_server: ModelServer) -> None:
    answer = f"Dates are at {address}, and a [page](https://northwind.example/booking) has more."
    assert (await with_model(model_server, {"answer": answer}, question())).said == answer


# ---- what counts as a fact ----------------------------------------------------------------------------------------------


async def test_grounds_need_a_source(model_server: ModelServer) -> None:
    for sources in ([], ["all.md"], ["https://evil.example"]):
        form = {"answer": "Repairs are free for everybody this month.", "sources": sources}
        played = await with_model(model_server, form, question())
        assert (played.facts.grounded, played.facts.passages, played.fired) == (False, [], {"lack_of_information"})


async def test_a_persons_words_are_grounds(model_server: ModelServer) -> None:
    told = question(more=[line(Author.person, "It is $129.", "Omar from Northwind")])
    assert (await with_model(model_server, {"sources": []}, told)).facts.grounded is True


async def test_what_the_conversation_says_anyway_needs_no_source(model_server: ModelServer) -> None:
    form = {"answer": "As I said, the valve costs $47.", "sources": []}
    said = line(Author.bot, "A new valve costs $47.")
    assert (await with_model(model_server, form, question(more=[said]))).facts.grounded is True
    assert (await with_model(model_server, form, question())).facts.grounded is False


async def test_made_up_sources_are_left_out(model_server: ModelServer) -> None:
    played = await with_model(model_server, {"sources": ["secret.md", SOURCE, SOURCE]}, question())
    assert (played.facts.passages, played.facts.grounded) == ([SOURCE], True)


@pytest.mark.parametrize(
    "name",
    ["made_up", "lack_of_information", "bot_unavailable", "taken_over", "Human_Requested", "human_requested ", ""],
)
async def test_a_score_for_what_the_rules_do_not_have_opens_nothing(name: str, model_server: ModelServer) -> None:
    played = await with_model(model_server, {"scores": [{"name": name, "score": 1.0, "matched": ""}]}, question())
    assert (played.facts.scores, played.fired) == ({}, set())


@pytest.mark.parametrize("name", ["complex_request", "Warranty claim"])
async def test_a_score_for_what_is_switched_off_opens_nothing(name: str, model_server: ModelServer) -> None:
    settings = hvac().model_dump(mode="json", exclude_none=True)
    settings["handover"]["scenarios"]["complex_request"]["enabled"] = False
    settings["handover"]["rules"][0]["enabled"] = False
    asked = question(bot=Bot.model_validate(settings))
    asked.contact.tags.append("customer")
    form = {"scores": [{"name": name, "score": 1.0, "matched": ""}]}
    played = await with_model(model_server, form, asked)
    assert (played.facts.scores, played.fired) == ({}, set())


async def test_a_score_does_not_get_around_a_rules_conditions(model_server: ModelServer) -> None:
    form = {"scores": [{"name": "Warranty claim", "score": 1.0, "matched": ""}]}
    asked = question()
    assert (await with_model(model_server, form, asked)).fired == set()
    asked.contact.tags.append("customer")
    assert (await with_model(model_server, form, asked)).fired == {"Warranty claim"}


@pytest.mark.parametrize("score", [7.5, 1e300, -3.0])
async def test_a_score_out_of_range_is_brought_into_it(score: float, model_server: ModelServer) -> None:
    played = await with_model(model_server, scored(complex_request=score), question())
    assert played.facts.scores["complex_request"].score == (1.0 if score > 0 else 0.0)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("key", ["sentiment", "score"])
async def test_what_is_no_number_is_no_fact(key: str, number: float, model_server: ModelServer) -> None:
    form = {"sentiment": number} if key == "sentiment" else scored(complex_request=number)
    played = await with_model(model_server, form, question())
    assert played.fired == {"bot_unavailable"}
    assert played.facts.scores.keys().isdisjoint({"complex_request"})


async def test_of_two_scores_the_higher_counts(model_server: ModelServer) -> None:
    for order in ((0.9, 0.0), (0.0, 0.9)):
        scores = [{"name": "human_requested", "score": score, "matched": ""} for score in order]
        assert (await with_model(model_server, {"scores": scores}, question())).facts.scores[
            "human_requested"
        ].score == 0.9


@pytest.mark.parametrize("name", ["owner", "tags", "status", "id", "plan", "Email", "__class__"])
async def test_a_field_that_the_bot_does_not_collect_is_left_out(name: str, model_server: ModelServer) -> None:
    assert (await with_model(model_server, field(name, "NW-200"), question())).facts.fields == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "boss@evil.example"),
        ("email", "ann@example.org.evil.example"),
        ("phone", "+1 900 555 0000"),
        ("phone", "0142"),
        ("name", "Robin Castle"),
    ],
)
async def test_details_that_the_contact_did_not_write_are_not_theirs(
    name: str, value: str, model_server: ModelServer
) -> None:
    assert (await with_model(model_server, field(name, value), question("Set my details"))).facts.fields == {}


@pytest.mark.parametrize(
    ("text", "name", "value", "kept"),
    [
        ("i'm zoë castle btw", "name", "Zoë Castle", "Zoë Castle"),
        ("call 312.555.0177 then", "phone", "(312) 555-0177", "+13125550177"),
        ("mail to zoe (ZOE@example.org)", "email", "ZOE@example.org", "ZOE@example.org"),
        ("it is the three fifty", "product_model", "NW-350\u200b\n", "NW-350"),
    ],
)
async def test_details_that_the_contact_wrote_are(
    text: str, name: str, value: str, kept: str, model_server: ModelServer
) -> None:
    assert (await with_model(model_server, field(name, value), question(text))).facts.fields[name] == kept


async def test_a_plain_rejection_is_one_whatever_the_model_says(model_server: ModelServer) -> None:
    asked = question(
        "That did not help.", more=[line(Author.contact, PRICE), line(Author.bot, "A tune-up costs $129.")]
    )
    played = await with_model(model_server, {"helped": True}, asked)
    assert played.facts.helped is False
    assert judged(asked, played.facts, Memory(failed=2)).fired == {"failed_to_resolve"}


async def test_nothing_has_helped_before_the_bot_spoke(model_server: ModelServer) -> None:
    asked = question()._replace(transcript=())
    assert (await with_model(model_server, {"helped": True}, asked)).facts.helped is None


async def test_nothing_is_accepted_that_was_not_offered(model_server: ModelServer) -> None:
    for accepts in (True, False):
        played = await with_model(model_server, {"accepts": accepts}, question("Yes, what does a tune-up cost?"))
        assert (played.facts.accepts, played.fired) == (None, set())


@pytest.mark.parametrize("text", ["yes please", "I want to talk to a human", "No bots! Connect me to a person"])
async def test_a_plain_yes_is_one_whatever_the_model_says(text: str, model_server: ModelServer) -> None:
    asked = question(text, offered=True)
    played = await with_model(model_server, {"accepts": False}, asked)
    offered = Trigger(key="turn/0", reason="complex_request", request="A contract")
    trigger = judged(asked, played.facts, Memory(offered=offered)).decision.trigger
    assert trigger is not None


@pytest.mark.parametrize(("given", "kept"), [("en", "en"), ("pt-BR", "pt-BR"), ("en; DROP", ""), ("<b>", ""), ("", "")])
async def test_a_language_is_a_code(given: str, kept: str, model_server: ModelServer) -> None:
    assert (await with_model(model_server, {"language": given}, question())).facts.language == kept


async def test_a_matched_phrase_is_short_and_visible(model_server: ModelServer) -> None:
    form = {"scores": [{"name": "complex_request", "score": 1.0, "matched": "\u202ex" * 900}]}
    assert (await with_model(model_server, form, question())).facts.scores["complex_request"].matched == "x" * 200


def test_the_unknown_answer_may_be_said() -> None:
    assert UNKNOWN in fine()
