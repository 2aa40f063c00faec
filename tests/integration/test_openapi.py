"""The API answers as its OpenAPI document says, whatever it is asked: never with a 500, and nobody without a key."""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeAlias

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, BaseSchema, Case, Config, Response
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from console.api import Api
from console.server import api_key
from engine.process import wait_until
from engine.stack import Stack
from tests.example import put_example_bot
from tests.integration.conftest import started
from tests.integration.made_up import Known, begin_where_something_is, made_up
from tests.integration.signing import STANDARD_SECRET, ZENDESK_SECRET, signed

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]

STAFF = ["sarah", "ben", "omar"]
NOBODY = "http://127.0.0.1:65535/events"
"""An address that nobody listens at."""
EVENTS = "GET /v1/conversations/{conversation_id}/events"
WITHOUT_KEY = {"GET /healthz", "GET /readyz", "GET /metrics"}
PROMISES = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
DOORS = {
    "HANDOVER_INBOUND": json.dumps({"shop": {"secret": STANDARD_SECRET}}),
    "HANDOVER_ZENDESK_WEBHOOK_SECRET": ZENDESK_SECRET,
    "HANDOVER_ALLOW_PRIVATE_SUBSCRIBERS": "true",
}
SECONDS = 30
"""When a request counts as hanging."""


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A Handover whose documented doors are open."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in DOORS.items():
            environment.setenv(name, value)
        async with started(tmp_path_factory.mktemp("stack")) as stack:
            await put_example_bot(stack)
            yield stack


@pytest.fixture(scope="module")
def contract(stack: Stack) -> BaseSchema:
    """The document as it is served. Of a stream, the first event is read."""
    load_all_checks()
    config = Config.from_dict({"max-stream-events": 1})
    return schemathesis.openapi.from_url(f"{stack.url}/openapi.json", config=config)


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {api_key(stack.plan)}"}
    async with httpx2.AsyncClient(base_url=stack.url, headers=headers, timeout=SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def examples(request: pytest.FixtureRequest) -> int:
    """How many requests are made up for each operation."""
    return 150 if request.config.getoption("--slow") else 20


def operations(contract: BaseSchema) -> Iterator[Operation]:
    for result in contract.get_all_operations():
        assert isinstance(result, Ok), result
        yield result.ok()


def repeatable(examples: int) -> settings:
    """The same requests in each run; the first that fails is shown as it is, since each one changes what is there."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


async def what_is_there(api: Api) -> dict[str, list[Any]]:
    """A conversation that is handed over, another one that is not, and the settings."""
    handed_over, quiet = f"a-{uuid.uuid4().hex[:10]}", f"b-{uuid.uuid4().hex[:10]}"
    await api.post(f"/conversations/{quiet}/messages", {"message_id": "1", "text": "Hello"}, wait=20)
    opened = await api.post(f"/conversations/{handed_over}/handover", {"text": "Please call me."})

    async def has_task() -> bool:
        return bool((await api.get(f"/handovers/{opened['handover_id']}"))["tasks"])

    assert await wait_until(has_task, 30)
    return {
        "conversation_id": [handed_over, quiet],
        "handover_id": [opened["handover_id"]],
        "task_id": [f"{opened['handover_id']}~1"],
        "turn": [1],
        "bot_id": ["hvac"],
        "staff_id": STAFF,
        "assignee": [*STAFF, ""],
        "name": ["shop"],
        "url": [NOBODY],
        "to": ["manager", "user:ben", "role:support"],
        "settings of bot_id": [(await api.get("/bots/hvac"))["settings"]],
        "settings of staff_id": [await api.get("/staff/ben")],
    }


async def a_subscription(api: Api) -> str:
    """Made for the operations that are about it alone: it is called for whatever happens from then on."""
    made = await api.post("/subscriptions", {"url": NOBODY})
    return str(made["id"])


async def a_key(api: Api) -> int:
    """Made to be revoked: the test's own does not revoke itself."""
    made = await api.post("/keys", {"name": "made up", "access": "staff"})
    return int(made["id"])


async def test_every_operation_answers_as_the_document_says(
    stack: Stack, api: Api, contract: BaseSchema, examples: int, subtests: pytest.Subtests
) -> None:
    key = {"Authorization": f"Bearer {api_key(stack.plan)}"}
    for operation in operations(contract):
        known = await what_is_there(api)
        if "/subscriptions" in operation.path:
            known["subscription_id"] = [await a_subscription(api)]
        if "{key_id}" in operation.path:
            known["key_id"] = [await a_key(api)]
        with subtests.test(operation.label):
            hold_to_its_word(operation, known, stack.url, examples, headers=key, auth=signed)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["no key", "wrong key"])
async def test_nothing_is_told_or_done_without_a_key(
    stack: Stack, api: Api, contract: BaseSchema, headers: dict[str, str], subtests: pytest.Subtests
) -> None:
    """A body that can't be read, or is too large, is refused before anybody asks for the key: that tells nothing."""
    known = await what_is_there(api)
    closed = [one for one in operations(contract) if one.label not in WITHOUT_KEY]
    assert len(closed) == len(list(operations(contract))) - len(WITHOUT_KEY)
    for operation in closed:
        with subtests.test(operation.label):
            hold_to_its_word(operation, known, stack.url, 5, is_refused, headers=headers)


def is_refused(case: Case[Any], answer: Response) -> None:
    allowed = {401, 413}
    if isinstance(case.body, bytes):
        allowed.add(422)
    if case.path.startswith("/webhooks/"):
        allowed.add(404)  # a door that is closed
    assert answer.status_code in allowed


def hold_to_its_word(
    operation: Operation,
    known: Known,
    url: str,
    examples: int,
    further: Callable[[Case[Any], Response], None] = lambda case, answer: None,
    **sent: Any,
) -> None:
    """Send requests that are made up, and compare the answers with the document."""
    promised: list[Any] = CHECKS.get_by_names(PROMISES)

    @repeatable(examples)
    @given(made_up(operation, known))
    def send(case: Case[Any]) -> None:
        if operation.label == EVENTS:
            begin_where_something_is(case, known)
        further(case, case.call_and_validate(url, checks=promised, timeout=SECONDS, **sent))

    send()


UNREADABLE = {"no UTF-8": b"\xff", "cut": b"{", "too deep": b"[" * 60_000, "no JSON": b"text", "nothing": b""}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_body_that_cannot_be_read_is_refused_in_words(http: httpx2.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await http.post("/v1/conversations/unread/messages", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:invalid_request")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Nothing was changed" in answer.json()["detail"]
    assert (await http.get("/v1/conversations/unread")).status_code == 404
