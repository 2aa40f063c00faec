"""docker-compose.yml against the Compose specification, and against what Handover needs of it.

No container engine is needed: the specification's JSON schema comes with the package check-jsonschema, and the shell
of the namespace's one-shot is run against a real Temporal dev server.
"""

import copy
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from handover import ids
from settings import AppSettings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

HEALTHY, COMPLETED = "service_healthy", "service_completed_successfully"

STARTS_AFTER = {
    "postgres": {},
    "temporal-schema": {"postgres": HEALTHY},
    "temporal": {"temporal-schema": COMPLETED},
    "temporal-namespace": {"temporal": HEALTHY},
    "temporal-ui": {"temporal": HEALTHY},
    "migrate": {"postgres": HEALTHY},
    "worker": {"postgres": HEALTHY, "migrate": COMPLETED, "temporal-namespace": COMPLETED},
    "web": {"postgres": HEALTHY, "migrate": COMPLETED, "temporal-namespace": COMPLETED},
}

COMMANDS = {
    "migrate": ["python", "starter.py", "migrate"],
    "worker": ["python", "worker.py"],
    "web": ["python", "-m", "uvicorn", "--factory", "web.app:create_app", "--host", "0.0.0.0", "--port", "8000"],
}

SEARCH_ATTRIBUTES = {
    "ConversationStatus",
    "HandoverReason",
    "HandoverPriority",
    "AssignedTo",
    "BotId",
    "Channel",
    "ContactId",
}


@pytest.fixture(scope="module")
def specification() -> Draft202012Validator:
    schema = distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    return Draft202012Validator(json.loads(Path(str(schema)).read_text("utf-8")))


def faults(specification: Draft202012Validator, compose: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in specification.iter_errors(compose)]


def test_the_file_follows_the_compose_specification(specification: Draft202012Validator) -> None:
    assert faults(specification, COMPOSE) == []
    assert "version" not in COMPOSE


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("worker", "depends_on", {"postgres": {"condition": "service_ready"}}),
        ("worker", "restarts", "unless-stopped"),
        ("web", "healthcheck", {"retry": 3}),
    ],
)
def test_the_specification_refuses_a_fault(
    specification: Draft202012Validator, service: str, key: str, value: object
) -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"][service][key] = value
    assert faults(specification, broken)


def test_services_start_in_order() -> None:
    found = {
        name: {other: wish["condition"] for other, wish in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    assert found == STARTS_AFTER


def test_whoever_is_waited_for_can_be_waited_for() -> None:
    for wishes in STARTS_AFTER.values():
        for name, condition in wishes.items():
            one_shot = SERVICES[name]["restart"].startswith("on-failure:")
            assert one_shot if condition == COMPLETED else "healthcheck" in SERVICES[name]


def test_what_goes_on_comes_back_after_a_crash() -> None:
    goes_on = {name for name, service in SERVICES.items() if service["restart"] == "unless-stopped"}
    assert goes_on == {"postgres", "temporal", "temporal-ui", "worker", "web"}


def documented_variables() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))


def required_variables(text: str) -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{(\w+):\?[^}]+\}", text))


def used_variables(text: str) -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{(\w+)", text))


def passed_on_variables() -> set[str]:
    environments = [service.get("environment", {}) for service in SERVICES.values()]
    return {name for environment in environments for name, value in environment.items() if value is None}


def test_every_variable_is_documented() -> None:
    assert used_variables(TEXT) | passed_on_variables() == documented_variables()


OF_A_CONTAINER = {
    *("DATA_DIR", "DATABASE_URL", "API_KEY", "SIGNING_SECRET", "HOST", "METRICS_ADDRESS", "TEMPORAL_BINARY"),
    *("GRACEFUL_SHUTDOWN_SECONDS", "TWILIO_API_URL", "SLACK_API_URL", "SLACK_HOOKS_URL"),
}
"""What the file sets itself, or what makes no sense in a container. Every other setting is passed on to both processes."""


def test_secrets_are_required_and_everything_else_is_passed_on() -> None:
    secrets = {"POSTGRES_PASSWORD", "HANDOVER_API_KEY", "HANDOVER_SIGNING_SECRET"}
    assert required_variables(TEXT) == used_variables(TEXT) == secrets
    own = {"OPENAI_API_KEY", "OPENAI_BASE_URL"}
    settings = {name.upper() for name in AppSettings.model_fields} - own
    assert passed_on_variables() == own | {f"HANDOVER_{name}" for name in settings - OF_A_CONTAINER}


def open_ports(services: dict[str, dict[str, Any]]) -> list[str]:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    return [port for port in ports if not str(port).startswith("127.0.0.1:")]


def test_ports_are_published_to_this_machine_alone() -> None:
    assert open_ports(SERVICES) == []
    assert open_ports({"web": {"ports": ["8000:8000", "127.0.0.1:1:1", 80]}}) == ["8000:8000", 80]


def floating(images: list[str]) -> list[str]:
    return [image for image in images if not re.search(r":v?\d[\w.-]*$", image)]


def test_images_are_pinned_to_a_version() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert bases
    assert floating([service["image"] for service in SERVICES.values()] + bases) == []
    assert floating(["postgres", "postgres:latest", "a/b:1.2"]) == ["postgres", "postgres:latest"]


def test_temporal_server_and_tools_are_of_one_version() -> None:
    tags = {SERVICES[name]["image"].split(":")[1] for name in ("temporal", "temporal-schema", "temporal-namespace")}
    assert len(tags) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_name_what_exists(name: str) -> None:
    command = SERVICES[name]["command"]
    assert command == COMMANDS[name]
    scripts = [part for part in command if part.endswith(".py")] or ["web/app.py"]
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def test_handover_processes_know_their_database_and_temporal() -> None:
    for name in COMMANDS:
        environment = SERVICES[name]["environment"]
        assert environment["HANDOVER_DATABASE_URL"].startswith("postgresql+asyncpg://handover:")
        assert environment["HANDOVER_DATABASE_URL"].endswith("@postgres:5432/handover")
        assert environment["TEMPORAL_ADDRESS"] == "temporal:7233"
    assert SERVICES["worker"]["environment"]["HANDOVER_METRICS_ADDRESS"] == "0.0.0.0:9464"


def test_databases_are_the_three_expected() -> None:
    server = SERVICES["temporal"]["environment"]
    created = re.findall(r"^bring_up (\w+) ", SERVICES["temporal-schema"]["command"][0], re.MULTILINE)
    assert created == [server["DBNAME"], server["VISIBILITY_DBNAME"]] == ["temporal", "temporal_visibility"]
    assert SERVICES["postgres"]["environment"]["POSTGRES_DB"] == "handover"


def test_one_password_for_all_who_use_the_database() -> None:
    holders = [("postgres", "POSTGRES_PASSWORD"), ("temporal-schema", "SQL_PASSWORD"), ("temporal", "POSTGRES_PWD")]
    assert len({SERVICES[service]["environment"][name] for service, name in holders}) == 1


@pytest.mark.parametrize("name", ["temporal-schema", "temporal-namespace"])
def test_one_shots_are_valid_shell(name: str) -> None:
    checked = subprocess.run(["sh", "-n"], input=shell_of(name), text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def shell_of(name: str) -> str:
    """What the container's shell runs: Compose turns $$ into $."""
    script: str = SERVICES[name]["command"][0]
    assert not re.search(r"(?<!\$)\$(?!\$)", script.replace("$$", ""))
    return script.replace("$$", "$")


def test_search_attributes_are_those_of_the_code() -> None:
    assert set(ids.SEARCH_ATTRIBUTES) == SEARCH_ATTRIBUTES


def temporal_command() -> str | None:
    beside = Path(sys.executable).parent / "temporal"
    return str(beside) if beside.is_file() else shutil.which("temporal")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def temporal_address(tmp_path: Path) -> Iterator[str]:
    command = temporal_command()
    if command is None:
        pytest.skip("no temporal command on this machine")
    port = str(free_port())
    arguments = [
        command,
        "server",
        "start-dev",
        "--headless",
        "--ip",
        "127.0.0.1",
        "--port",
        port,
        "--log-level",
        "never",
    ]
    with (tmp_path / "server.log").open("wb") as log, subprocess.Popen(arguments, stdout=log, stderr=log) as server:
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def registered(environment: dict[str, str]) -> dict[str, str]:
    listing = ["temporal", "operator", "search-attribute", "list", "--namespace", environment["NAMESPACE"]]
    lines = subprocess.run(listing, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return {name: kind for name, kind in (row for row in rows if len(row) == 2) if name in SEARCH_ATTRIBUTES}


@pytest.mark.parametrize("namespace", ["default", "another"])
def test_the_namespace_one_shot_registers_every_search_attribute(temporal_address: str, namespace: str) -> None:
    command = temporal_command()
    assert command is not None
    path = os.pathsep.join([str(Path(command).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "TEMPORAL_ADDRESS": temporal_address, "NAMESPACE": namespace}
    for _ in range(2):  # again at every `docker compose up`
        shell = [*SERVICES["temporal-namespace"]["entrypoint"], shell_of("temporal-namespace")]
        ran = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=90, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
    deadline = time.monotonic() + 20
    while (found := registered(environment)) != dict.fromkeys(SEARCH_ATTRIBUTES, "Keyword"):
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
