"""Generated requests, valid and invalid, get documented responses only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from heliograph.wire.operations import AnyOperation
from tests.harness import Caller
from tests.robustness.bases import base_of
from tests.security.calls import MISSING, OFFERED
from tests.security.worlds import World, new_world

EXAMPLES = 6
CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
AIMS = ("what is generated", "what exists", "what exists", "no app")
pytestmark = pytest.mark.one_engine
# The client of the paths of a world is an SDK's, which stays, and none is of Apple or Meta.
NEED_OTHER_CLIENTS = {"RemoveClient", "DownloadMessageRef", "PostConversionEvents"}
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Target:
    """The server as schemathesis sees it."""

    url: str
    schema: BaseSchema
    connection: requests.Session
    described: dict[str, APIOperation[Any, Any, Any, Any]]


@pytest.fixture(scope="module")
def target(account: Caller) -> Iterator[Target]:
    """The document of the running server, loaded."""
    schema = schemathesis.openapi.from_url(f"{account.url}/openapi.json", config=schemathesis.Config())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    described = {f"{one.method.upper()} {one.path}": one for one in found}
    with requests.Session() as connection:
        yield Target(account.url, schema, connection, described)


def aim(case: Case[Any], world: World) -> None:
    """Let the request name things that exist, and of the ways to name a user only one."""
    ids = world.ids()
    if "/integrations/" in case.operation.path:
        ids["keyId"] = world.integration_key_id
    case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
    known = {
        "userId": world.users["ada"],
        "userExternalId": world.lone_external_id,
        "participantId": world.participants["quiet"],
    }
    if isinstance(case.body, dict) and case.operation.label.endswith(("/join", "/leave")):
        name = next((one for one in known if one in case.body), "userId")
        others = {key: value for key, value in case.body.items() if key not in known}
        case.body = {**others, name: known[name]}
        if case.operation.label.endswith("/join") and others.get("subscribeSDKClient") is None:
            case.body["subscribeSDKClient"] = True
    if isinstance(case.body, dict) and case.operation.label.endswith(("/messages", "/activity")):
        case.body["author"] = {"type": "business"}
        case.body.pop("destination", None)  # it is for personal conversations only
    if isinstance(case.body, dict):
        webhooks = case.body.get("webhooks")
        for hook in [case.body, *(webhooks if isinstance(webhooks, list) else [])]:
            if isinstance(hook, dict) and "target" in hook:
                hook["target"] = "https://example.invalid"  # others may be refused for their address
    for name in ("userId", "userExternalId"):
        if f"filter[{name}]" in (case.query or {}):
            case.query[f"filter[{name}]"] = known[name]


def make_room(world: World, operation: AnyOperation) -> None:
    """Delete what keeps the operation from creating an object."""
    switchboard = f"/switchboards/{world.switchboard}"
    if operation.name == "CreateSwitchboard":
        world.api.ok("DELETE", switchboard)
    elif operation.name == "CreateSwitchboardIntegration":
        world.api.ok("DELETE", f"{switchboard}/switchboardIntegrations/{world.switchboard_integration}")


OAUTH_FLOW = ("Authorize", "GetToken", "RevokeAccess")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize("operation", OFFERED, ids=lambda one: one.name)
def test_every_response_is_documented(
    account: Caller, target: Target, operation: AnyOperation, mode: GenerationMode
) -> None:
    world = new_world(account, operation.name)
    make_room(world, operation)
    described = target.described[f"{operation.method} {operation.path}"]
    fixed = {"appId": world.app_id} if "{appId}" in operation.path else None
    answered: list[int] = []

    def send(case: Case[Any]) -> None:
        """Send the request with the key of the account, then with that of the app."""
        for key in (world.owner.auth, world.api.auth):
            answer = case.call(base_url=target.url, session=target.connection, auth=key)
            answered.append(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

    @BOUNDED
    @given(case=described.as_strategy(generation_mode=mode, path_parameters=fixed), at=st.sampled_from(AIMS))
    def run(case: Case[Any], at: str) -> None:
        if at == "what exists":
            aim(case, world)
        elif at == "no app" and fixed:
            case.path_parameters["appId"] = MISSING
        send(case)

    run()
    if operation.body.kind is not None and mode == GenerationMode.POSITIVE and operation.status not in answered:
        # What was generated may all break a rule between fields, or name an address that is refused.
        path = {name: value for name, value in world.ids().items() if f"{{{name}}}" in operation.path}
        query = {"access": "public"} if "access" in operation.required else {}
        media_type = operation.body.media_type
        send(described.Case(path_parameters=path, query=query, body=base_of(operation, world), media_type=media_type))
    # OAuth needs a client and a code: its successes are checked by the walk of test_openapi.py.
    if mode == GenerationMode.POSITIVE and operation.name not in (*NEED_OTHER_CLIENTS, *OAUTH_FLOW):
        assert operation.status in answered
    assert answered
