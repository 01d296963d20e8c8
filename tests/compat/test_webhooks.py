"""Webhooks that an official client created receive the events of all its calls, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.endpoint import Endpoint
from tests.api.test_deliveries import settled
from tests.compat.official import JAVASCRIPT, PYTHON_17, Drivers, Official
from tests.databases import new_database
from tests.delivery.receiver import documented
from tests.harness import Caller, init, new_app, serving

EXPECTED = [
    "conversation:create", "conversation:join", "conversation:join", "conversation:message", "conversation:message",
    "conversation:read", "conversation:leave", "conversation:remove",
]  # fmt: skip
SELECTED = ["conversation:join", "conversation:message"]


@pytest.fixture(scope="module")
def owner(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A caller with the account key of a server whose webhooks may call this machine."""
    url = new_database(engine, tmp_path_factory.mktemp("webhooks"))
    with serving(url, "--webhook-allowed-networks", "loopback") as server:
        account = Caller(server.url, init(url).account_auth)
        yield account
        account.http.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint for webhooks."""
    with Endpoint() as made:
        yield made


def secrets_of_two(client: Official, url: str) -> tuple[dict[str, str], str]:
    """Create an integration with a webhook for all triggers, and another one; returns the secrets and the other id."""
    everything = {"target": url, "triggers": ["*"]}
    integration = client.ok("create_integration", **everything)["integration"]
    some = {"target": url, "triggers": SELECTED}
    added = client.ok("create_webhook", integrationId=integration["id"], webhook=some)["webhook"]
    # The JavaScript client leaves the webhooks out of the integration that it returns.
    listed = client.ok("list_webhooks", integrationId=integration["id"])["webhooks"]
    secrets = {one["id"]: one["secret"] for one in listed}
    assert len(secrets) == 2
    assert secrets[added["id"]] == added["secret"]
    return secrets, added["id"]


def live(client: Official) -> tuple[str, list[str]]:
    """Create a group of two users, use it and delete it; returns its id and the ids of its messages."""
    for name in ("ada", "bob"):
        client.ok("create_user", externalId=name)
    group = client.ok("create_conversation", type="sdkGroup", displayName="Crew")["conversation"]["id"]
    for name in ("ada", "bob"):
        client.ok("join", conversationId=group, body={"userExternalId": name, "subscribeSDKClient": name == "ada"})
    bob = {"type": "user", "userExternalId": "bob"}
    said = [
        client.ok("post_message", conversationId=group, author=author, content={"type": "text", "text": "Hello"})
        for author in ({"type": "user", "userExternalId": "ada"}, {"type": "business"})
    ]
    client.ok("post_activity", conversationId=group, author=bob, type="conversation:read")
    client.ok("leave", conversationId=group, body={"userExternalId": "bob"})
    client.ok("delete_conversation", conversationId=group)
    return group, [one["messages"][0]["id"] for one in said]


@pytest.mark.parametrize("name", [JAVASCRIPT, PYTHON_17])
def test_webhooks_receive_all_events_of_a_group(name: str, drivers: Drivers, owner: Caller, endpoint: Endpoint) -> None:
    api = new_app(owner)
    client = drivers.client(name, api)
    secrets, other = secrets_of_two(client, endpoint.url)
    group, said = live(client)
    selected = [one for one in EXPECTED if one in SELECTED]
    made = settled(api, len(EXPECTED) + len(selected) + 1)
    assert [one["status"] for one in made] == ["delivered"] * len(made)
    delivered: dict[str, list[Any]] = {webhook: [] for webhook in secrets}
    for headers, body in endpoint.came:
        assert headers["x-api-key"] == secrets[body["webhook"]["id"]]
        call = documented(json.dumps(body).encode())
        assert call.app.id == api.app_id
        delivered[call.webhook.id] += body["events"]
    everything = next(events for webhook, events in delivered.items() if webhook != other)
    for events, types in ((everything, EXPECTED), (delivered[other], selected)):
        about = [one for one in events if one["payload"].get("conversation", {}).get("id") == group]
        assert [one["type"] for one in about] == types
        assert [one["payload"]["message"]["id"] for one in about if "message" in one["payload"]] == said
    # The event about the client that a subscription creates is ordered by its user, not by the group.
    assert [one["type"] for one in everything if one["type"] not in EXPECTED] == ["client:add"]
    assert len(endpoint.came) == len(made)
