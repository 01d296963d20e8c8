"""Generated requests, valid and invalid, get documented responses only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests.auth import AuthBase
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
from heliograph.wire.table import OPERATIONS
from tests.api.oauth import Partner
from tests.harness import Caller
from tests.robustness.bases import base_of
from tests.security.calls import MISSING, OFFERED
from tests.security.worlds import World, new_world

OFFICIAL_DOCUMENT = os.environ.get("HELIOGRAPH_TEST_OFFICIAL_DOCUMENT")
ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
# `test_fuzz.py` also tests invalid bodies, field by field.
EXAMPLES = {GenerationMode.POSITIVE: 4 * ROUNDS, GenerationMode.NEGATIVE: 2 * ROUNDS}
CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
AIMS = ("what is generated", "what exists", "what exists", "no app")
pytestmark = [] if ROUNDS > 1 else [pytest.mark.one_engine]
# No client of the world is a client of Apple or Meta.
NEED_OTHER_CLIENTS = {"DownloadMessageRef", "PostConversionEvents"}
GENERAL_STATUSES = {400, 401, 403, 404}
CASES = [("own", operation) for operation in OFFERED]
if OFFICIAL_DOCUMENT:
    CASES += [("official", operation) for operation in OPERATIONS]
BOUNDED = settings(
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
def targets(account: Caller) -> Iterator[dict[str, Target]]:
    """The server as each document describes it."""
    config = schemathesis.Config()
    schemas = {"own": schemathesis.openapi.from_url(f"{account.url}/openapi.json", config=config)}
    if OFFICIAL_DOCUMENT:
        schemas["official"] = schemathesis.openapi.from_dict(official_document(), config=config)
    with requests.Session() as connection:
        yield {name: Target(account.url, schema, connection, described(schema)) for name, schema in schemas.items()}


@pytest.fixture(scope="module")
def untouched(account: Caller) -> World:
    """An app that is only read."""
    return new_world(account, "Read")


def official_document() -> dict[str, Any]:
    """The API document, corrected where it is invalid or ambiguous."""
    document: dict[str, Any] = msgspec.yaml.decode(Path(OFFICIAL_DOCUMENT or "").read_bytes())
    del document["servers"]  # one has an undefined variable
    components = document["components"]
    # A schema cannot be required by itself.
    del components["parameters"]["userFilterQuery"]["schema"]["properties"]["identities.email"]["required"]
    schemas = components["schemas"]
    # Every content would also be a text, because `type` may have any value and `text` is optional.
    for member in schemas["content"]["oneOf"]:
        kind = schemas[member["$ref"].rpartition("/")[2]]["properties"]["type"]
        kind["enum"] = [kind["default"]]
    # A value that is valid for one of these would be valid for all, because no field is required.
    for member in schemas["conversionEventsBody"]["oneOf"]:
        member["required"] = list(member["properties"])
    schemas["integrationUpdate"]["anyOf"] = schemas["integrationUpdate"].pop("oneOf")
    return document


def described(schema: BaseSchema) -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """The operations of a document by method and path."""
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {f"{one.method.upper()} {one.path}": one for one in found}


class Bearer(AuthBase):
    """A token of an OAuth integration."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["authorization"] = f"Bearer {self._token}"
        return request


def aim(case: Case[Any], world: World, operation: AnyOperation) -> None:
    """Make the request name objects that exist, and name a user in only one way."""
    ids = world.ids_for(operation)
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
    if operation.one_filter:
        others = {name: value for name, value in (case.query or {}).items() if not name.startswith("filter")}
        case.query = {**others, **base_query(operation, world)}
    if operation.name in ("Authorize", "GetToken"):
        aim_at_partner(case, world)


def aim_at_partner(case: Case[Any], world: World) -> None:
    """Make the request name an OAuth client and a new code."""
    partner = Partner(world.owner)
    if isinstance(case.body, dict):
        case.body = partner.request(partner.code(world.api))
    else:
        given = {name: value for name, value in case.query.items() if name != "redirect_uri"}
        case.query = {**given, "client_id": partner.client_id, "response_type": "code"}


def make_room(world: World, operation: AnyOperation) -> None:
    """Delete the object that keeps the operation from creating one."""
    switchboard = f"/switchboards/{world.switchboard}"
    if operation.name == "CreateSwitchboard":
        world.api.ok("DELETE", switchboard)
    elif operation.name == "CreateSwitchboardIntegration":
        world.api.ok("DELETE", f"{switchboard}/switchboardIntegrations/{world.switchboard_integration}")


def base_query(operation: AnyOperation, world: World) -> dict[str, str]:
    """The query that the operation requires."""
    queries = {
        "UploadAttachment": {"access": "public"},
        "ListConversations": {"filter[userId]": world.users["ada"]},
        "ListUsers": {"filter[identities.email]": world.email},
    }
    return queries.get(operation.name, {})


def base_request(operation: AnyOperation, world: World) -> dict[str, Any]:
    """The parts of a request that should succeed."""
    path = {name: value for name, value in world.ids_for(operation).items() if f"{{{name}}}" in operation.path}
    query = base_query(operation, world)
    if operation.body.kind is None:
        return {"path_parameters": path, "query": query}
    body, media_type = base_of(operation, world), operation.body.media_type
    return {"path_parameters": path, "query": query, "body": body, "media_type": media_type}


def checks_of(document: str, answer: Any) -> Any:
    """The checks that a response must pass."""
    if document == "own":
        return CHECKS
    # The API document is incomplete: almost no operation lists 403, and only some list the 404 of an unknown app.
    general = answer.status_code in GENERAL_STATUSES
    return [check for check in CHECKS if not (general and check is status_code_conformance)]


def credentials_of(operation: AnyOperation, world: World) -> list[Any]:
    """The key of the account and the key of the app; for RevokeAccess, also a token."""
    keys: list[Any] = [world.owner.auth, world.api.auth]
    if operation.name == "RevokeAccess":
        keys.append(Bearer(Partner(world.owner).token(world.api).token))
    return keys


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize(
    ("document", "operation"), CASES, ids=[f"{operation.name}-{document}" for document, operation in CASES]
)
def test_every_response_is_documented(
    account: Caller,
    untouched: World,
    targets: dict[str, Target],
    document: str,
    operation: AnyOperation,
    mode: GenerationMode,
) -> None:
    world = untouched if operation.method == "GET" else new_world(account, operation.name)
    target = targets[document]
    make_room(world, operation)
    described = target.described[f"{operation.method} {operation.path}"]
    fixed = {"appId": world.app_id} if "{appId}" in operation.path else None
    answered: list[int] = []

    def send(case: Case[Any]) -> None:
        for auth in credentials_of(operation, world):
            answer = case.call(base_url=target.url, session=target.connection, auth=auth, allow_redirects=False)
            answered.append(answer.status_code)
            case.validate_response(answer, checks=checks_of(document, answer))

    @settings(BOUNDED, max_examples=EXAMPLES[mode])
    @given(case=described.as_strategy(generation_mode=mode, path_parameters=fixed), at=st.sampled_from(AIMS))
    def run(case: Case[Any], at: str) -> None:
        if at == "what exists":
            aim(case, world, operation)
        elif at == "no app" and fixed:
            case.path_parameters["appId"] = MISSING
        send(case)

    with contextlib.suppress(Unsatisfiable):  # without parameters, no request is invalid
        run()
    # All generated requests may break a rule between fields, or contain an address that is refused.
    if not answered or (mode == GenerationMode.POSITIVE and operation.status not in answered):
        send(described.Case(**base_request(operation, world)))
    if mode == GenerationMode.POSITIVE and operation.name not in NEED_OTHER_CLIENTS:
        assert operation.status in answered
    assert answered
