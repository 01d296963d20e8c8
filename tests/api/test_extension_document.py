"""Extensions of the API are in the server's OpenAPI document, and conform to it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator

from heliograph.server.routes import ROUTES
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.harness import Caller, new_app
from tests.security.calls import path_of

MISSING = "0" * 24
HOOK = {"target": "https://refused.invalid/hook", "triggers": ["conversation:create"]}


@pytest.fixture
def document(api: Caller) -> Any:
    """The document, fetched without credentials."""
    return api.http.get(f"{api.url}/openapi.json").json()


@pytest.fixture
def own(account: Caller) -> Caller:
    """A caller with the key of a fresh app that has a webhook with a host that cannot be resolved."""
    api = new_app(account)
    api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})
    api.new_group()
    return api


def call(api: Caller, name: str, query: str = "", *, app_id: str = "", **more: Any) -> httpx.Response:
    """Call an operation, by default in the caller's app; returns the response."""
    (operation,) = (one for one in EXTENSIONS if one.name == name)
    ids = {
        "deliveryId": more.pop("delivery_id", MISSING),
        "oauthClientId": more.pop("client_id", MISSING),
        "conversationId": more.pop("conversation_id", MISSING),
        "userIdOrExternalId": more.pop("user_id", MISSING),
    }
    path = path_of(operation, appId=app_id or api.app_id, **ids)
    return api.http.request(operation.method, f"{api.url}{path}{query}", auth=more.pop("auth", api.auth), **more)


def violations(document: Any, name: str, media: str, status: int, value: Any) -> list[str]:
    """The differences between a response and the document."""
    described = described_as(document, name)["responses"][str(status)]["content"][media]["schema"]
    validator = OAS31Validator({**described, "components": document["components"]})
    return [error.message for error in validator.iter_errors(value)]


def described_as(document: Any, name: str) -> Any:
    """The operation in the document."""
    (found,) = (
        one for operations in document["paths"].values() for one in operations.values() if one["operationId"] == name
    )
    return found


def check(document: Any, name: str, answer: httpx.Response, status: int) -> Any:
    """Check that a response conforms to the document; returns its JSON."""
    assert answer.status_code == status, answer.text
    assert violations(document, name, answer.headers["content-type"], status, answer.json()) == []
    return answer.json()


def test_every_extension_is_in_the_document(document: Any) -> None:
    listed = {
        operation["operationId"]: (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    offered = [one for one in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)]
    assert listed == {one.name: (one.method, one.path) for one in offered}
    assert set(listed) == set(ROUTES)


def test_versions_are_documented(api: Caller, document: Any) -> None:
    """Responses have versions as ETag, and If-Match accepts them."""
    group = api.new_group()
    for name, members in (("ListMembers", None), ("ReplaceParticipants", list[Any]())):
        answer = call(api, name, conversation_id=group, json=members)
        described = described_as(document, name)["responses"]["200"]["headers"]
        assert ("etag" in answer.headers, described["ETag"]) == (True, {"$ref": "#/components/headers/ETag"})
    assert document["components"]["headers"]["ETag"]["required"] is False
    parameters = described_as(document, "ReplaceParticipants")["parameters"]
    assert ("header", "If-Match") in [(one["in"], one["name"]) for one in parameters]
    assert "ETag" not in described_as(document, "ListMemberships")["responses"]["200"]["headers"]


def test_parameters_are_documented(document: Any) -> None:
    found = {
        operation.name: {
            (one["in"], one["name"]): one["schema"]
            for one in described_as(document, operation.name).get("parameters", [])
            if one["name"] != "Idempotency-Key"  # every write accepts it
        }
        for operation in EXTENSIONS
    }
    assert set(found["ListDeliveries"]) == {("path", "appId"), ("query", "page"), ("query", "filter")}
    filters = found["ListDeliveries"]["query", "filter"]["properties"]
    assert set(filters) == {"status", "webhookId", "conversationId", "userId", "eventType", "eventId", "ids"}
    assert set(found["DeleteOAuthClient"]) == {("path", "oauthClientId")}
    assert found["CreateOAuthClient"] == found["ListOAuthClients"] == {}
    assert filters["status"]["enum"] == ["pending", "delivered", "failed"]
    assert set(found["ListAppUsers"]) == {
        ("path", "appId"), ("query", "page"), ("query", "filter"), ("query", "sort"),
    }  # fmt: skip
    assert found["ListAppConversations"].keys() == found["ListAppUsers"].keys()
    filters = found["ListAppUsers"]["query", "filter"]
    assert set(filters["properties"]) == {"ids", "name", "externalId", "conversationId"}
    assert set(filters["patternProperties"]) == {r"^metadata\."}
    assert set(found["ListMembers"]) == {
        ("path", "appId"), ("path", "conversationId"), ("query", "page"), ("query", "filter"), ("query", "sort"),
        ("query", "include"), ("query", "at"),
    }  # fmt: skip
    assert found["ListMembers"]["query", "page"]["properties"]["size"]["maximum"] == 1_000
    assert set(found["Find"]) == {("path", "appId"), ("query", "q")}
    for name in ("GetDelivery", "RetryDelivery"):
        assert set(found[name]) == {("path", "appId"), ("path", "deliveryId")}
    assert set(found["SetClientOutcome"]) == {
        ("path", "appId"), ("path", "userIdOrExternalId"), ("path", "clientId"), ("query", "brandId"),
    }  # fmt: skip
    assert set(found["ListOutbound"]["query", "filter"]["properties"]) == {"conversationId", "clientId"}
    assert set(found["ListEventRecords"]["query", "filter"]["properties"]) == {
        "type", "conversationId", "userId", "requestId",
    }  # fmt: skip
    assert set(found["StreamEvents"]) == {
        ("path", "appId"), ("query", "trigger"), ("query", "conversationId"), ("query", "includeFullUser"),
        ("query", "repeated"), ("query", "listener"), ("query", "forwardTo"), ("header", "Last-Event-ID"),
    }  # fmt: skip
    assert set(found["StreamActivity"]) == {("path", "appId"), ("query", "once"), ("header", "Last-Event-ID")}


def test_deliveries_are_as_documented(document: Any, own: Caller) -> None:
    name = "ListDeliveries"
    deliveries = check(document, name, call(own, name), 200)["deliveries"]
    assert [one["eventType"] for one in deliveries] == ["conversation:create"]
    check(document, name, call(own, name, "?filter[status]=pending&page[size]=1"), 200)
    for query in ("?filter[status]=lost", "?page[size]=0"):
        check(document, name, call(own, name, query), 400)
    for name in ("GetDelivery", "RetryDelivery"):
        check(document, name, call(own, name, delivery_id=deliveries[0]["id"]), 200)
        check(document, name, call(own, name), 404)


def test_event_records_are_as_documented(document: Any, own: Caller) -> None:
    name = "ListEventRecords"
    # The first page scans the oldest events of the shared server, which may all be of other apps.
    events = check(document, name, call(own, name, f"?page[before]={'f' * 24}"), 200)["events"]
    assert [one["type"] for one in events] == ["conversation:create"]
    for query in ("?filter[type]=lost", "?page[size]=0"):
        check(document, name, call(own, name, query), 400)


def test_lists_and_search_are_as_documented(document: Any, own: Caller) -> None:
    ada = own.new_user("ada")
    group = own.new_group(ada, displayName="Crew")
    own.say(group, userId=ada)
    for query in ("", "?sort=oldest", f"?filter[ids]={ada}", f"?filter[conversationId]={group}"):
        found = check(document, "ListAppUsers", call(own, "ListAppUsers", query), 200)["users"]
        assert [one["id"] for one in found] == [ada]
    for query in ("", "?sort=activity"):
        found = check(document, "ListAppConversations", call(own, "ListAppConversations", query), 200)
        assert found["conversations"][0]["lastMessage"]["author"]["userId"] == ada
    for name in ("ListAppUsers", "ListAppConversations"):
        for query in ("?sort=name", "?page[size]=0", "?filter[name]=a&filter[metadata.b]=c"):
            check(document, name, call(own, name, query), 400)
    check(document, "ListAppUsers", call(own, "ListAppUsers", f"?filter[conversationId]={MISSING}"), 404)
    check(document, "ListAppConversations", call(own, "ListAppConversations", f"?filter[userId]={MISSING}"), 404)
    check(document, "GetAppConversation", call(own, "GetAppConversation", conversation_id=group), 200)
    check(document, "GetAppConversation", call(own, "GetAppConversation"), 404)
    for wanted in (ada, group, "crew"):
        assert len(check(document, "Find", call(own, "Find", f"?q={wanted}"), 200)["results"]) == 1
    check(document, "Find", call(own, "Find"), 400)


def test_memberships_are_as_documented(document: Any, own: Caller) -> None:
    ada = own.new_user()
    group = own.new_group(ada)
    for query in ("", "?include=total,user", "?filter[unread]=true"):
        check(document, "ListMembers", call(own, "ListMembers", query, conversation_id=group), 200)
    for query in ("", "?sort=activity&include=unread"):
        found = check(document, "ListMemberships", call(own, "ListMemberships", query, user_id=ada), 200)
        assert [one["conversationId"] for one in found["memberships"]] == [group]
    check(document, "ListMemberships", call(own, "ListMemberships", "?sort=name", user_id=ada), 400)
    check(document, "ListMemberships", call(own, "ListMemberships"), 404)
    check(document, "ListMembers", call(own, "ListMembers", "?page[size]=1001", conversation_id=group), 400)
    check(document, "ListMembers", call(own, "ListMembers"), 404)


def test_imports_are_as_documented(document: Any, own: Caller) -> None:
    user = {"kind": "user", "user": {"id": "67a11490f0305f4a391e9f8a"}}
    body = {"records": [user, {"kind": "user", "user": {}}]}
    result = check(document, "ImportRecords", call(own, "ImportRecords", json=body), 200)
    assert (result["created"], [one["index"] for one in result["refused"]]) == (1, [1])
    check(document, "ImportRecords", call(own, "ImportRecords", json={"records": [{"kind": "x"}]}), 400)


def test_recorded_requests_are_as_documented(document: Any, own: Caller) -> None:
    name = "ListRecordedRequests"
    assert check(document, name, call(own, name), 200)["requests"] == []
    for query in ("?filter[status]=lost", "?page[size]=0"):
        check(document, name, call(own, name, query), 400)
    check(document, "GetRecordedRequest", call(own, "GetRecordedRequest"), 404)


def test_refusals_are_as_documented(document: Any, own: Caller, account: Caller) -> None:
    other = new_app(account)
    for operation in EXTENSIONS:
        check(document, operation.name, call(own, operation.name, auth=None), 401)
        check(document, operation.name, call(own, operation.name, auth=other.auth), 403)
        if "{" in operation.path:
            check(document, operation.name, call(own, operation.name, app_id=MISSING, auth=account.auth), 404)


def test_oauth_clients_are_as_documented(document: Any, own: Caller, account: Caller) -> None:
    body = {"displayName": "Shop", "redirectUris": ["https://shop.example.org/"], "removeUrl": "https://example.org"}
    create, owner = "CreateOAuthClient", account.auth
    created = check(document, create, call(own, create, json=body, auth=owner), 201)
    client_id = created["oauthClient"]["clientId"]
    check(document, create, call(own, create, json={**body, "clientId": client_id}, auth=owner), 409)
    check(document, create, call(own, create, json={}, auth=owner), 400)
    check(document, "ListOAuthClients", call(own, "ListOAuthClients", auth=owner), 200)
    check(document, "DeleteOAuthClient", call(own, "DeleteOAuthClient", client_id=client_id, auth=owner), 200)


def test_the_stream_is_as_documented(document: Any, own: Caller) -> None:
    name = "StreamEvents"
    check(document, name, call(own, name, headers={"last-event-id": "nonsense"}), 400)
    url = f"{own.url}/heliograph/v1/apps/{own.app_id}/events"
    received: list[Any] = []
    with own.http.stream("GET", url, auth=own.auth, timeout=20) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("id: "):
                create_group(own)
            if line.startswith("data: "):
                received.append(json.loads(line.removeprefix("data: ")))
                break
    assert [violations(document, name, "text/event-stream", 200, one) for one in received] == [[]]
    assert received[0]["events"][0]["type"] == "conversation:create"


def test_the_activity_stream_is_as_documented(document: Any, own: Caller) -> None:
    name = "StreamActivity"
    url = f"{own.url}/heliograph/v1/apps/{own.app_id}/activity"
    check(document, name, call(own, name, "?once=2"), 400)
    found: list[Any] = []
    with own.http.stream("GET", url, auth=own.auth, headers={"last-event-id": "x"}, timeout=20) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
        for line in answer.iter_lines():
            if line == "event: reset":
                create_group(own)
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
            if len(found) == 3:
                break
    assert [violations(document, name, "text/event-stream", 200, one) for one in found] == [[], [], []]
    assert found[2]["type"] == "conversation:create"


def create_group(api: Caller) -> None:
    """Create a group over another connection than that of the stream."""
    body = {"type": "sdkGroup"}
    answer = httpx.post(f"{api.url}/v2/apps/{api.app_id}/conversations", json=body, auth=api.auth, timeout=20)
    assert answer.status_code == 201
