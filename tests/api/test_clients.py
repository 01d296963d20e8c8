"""ListClients and RemoveClient."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.api.event_records import event_types, events_of
from tests.api.importing import add_client, associate
from tests.harness import Caller, Server, error_of, new_app

UNKNOWN = "0123456789abcdef01234567"
TWILIO, WHATSAPP = "a" * 24, "b" * 24  # ids that sort after all generated ids
NO_USER = (404, "user_not_found", "User not found")
NO_CLIENT = (404, "client_not_found", "Client not found")
ID = re.compile(r"[0-9a-f]{24}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")


def clients_of(caller: Caller, who: str, query: str = "") -> Any:
    """A page of the user's clients."""
    return caller.ok("GET", f"/users/{who}/clients{query}")


@pytest.mark.parametrize("who", ["id", "external id"])
def test_sdk_client(api: Caller, who: str) -> None:
    """subscribeSDKClient creates an active client, last seen when it was linked. Unset fields are left out."""
    ada = api.new_user("ada")
    joined = api.join(api.new_group(), ada, subscribe=True)
    listed = clients_of(api, ada if who == "id" else "ada")
    assert listed["meta"] == {"hasMore": False}
    assert set(listed) == {"clients", "meta"}
    (client,) = listed["clients"]
    assert set(client) == {"id", "type", "status", "lastSeen", "linkedAt"}
    assert ID.fullmatch(client["id"])
    assert (client["type"], client["status"]) == ("sdk", "active")
    assert TIME.fullmatch(client["linkedAt"])
    assert client["lastSeen"] == client["linkedAt"]
    assert joined["clientAssociations"] == [{"type": "sdk", "clientId": client["id"]}]


def test_one_sdk_client_per_user(api: Caller) -> None:
    """Repeated subscriptions, in any conversation, use the same client; another user has another client."""
    ada, bob = api.new_user(), api.new_user()
    groups = [api.new_group() for _ in range(3)]
    hers = [api.join(group, ada, subscribe=True)["clientAssociations"] for group in [*groups, groups[0]]]
    his = api.join(groups[0], bob, subscribe=True)["clientAssociations"]
    (client,) = clients_of(api, ada)["clients"]
    assert hers == [[{"type": "sdk", "clientId": client["id"]}]] * 4
    assert his[0]["clientId"] != client["id"]


def test_no_clients(api: Caller) -> None:
    """A user who was never subscribed has no clients."""
    ada = api.new_user()
    api.join(api.new_group(), ada, subscribe=False)
    assert clients_of(api, ada) == {"clients": [], "meta": {"hasMore": False}}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("who", [UNKNOWN, "nobody", "%00"])
def test_unknown_user(api: Caller, account: Caller, method: str, who: str) -> None:
    """404, also for another app's user."""
    for one in (who, new_app(account).new_user()):
        path = f"/users/{one}/clients" + (f"/{UNKNOWN}" if method == "DELETE" else "")
        assert error_of(api(method, path)) == NO_USER


def test_pages(api: Caller, server: Server) -> None:
    """pages.3, pages.4: oldest first; cursors are client ids; the links keep the path as it was sent."""
    ada = api.new_user("ada/é")
    sdk = api.join(api.new_group(), ada, subscribe=True)["clientAssociations"][0]["clientId"]
    for client_id in (WHATSAPP, TWILIO):
        add_client(api, ada, client_id)
    path = f"/users/{quote('ada/é', safe='')}/clients"
    first = api.ok("GET", f"{path}?page[size]=2")
    assert [one["id"] for one in first["clients"]] == [sdk, TWILIO]
    assert first["meta"] == {"hasMore": True, "afterCursor": TWILIO}
    assert first["links"]["next"].startswith(f"{server.url}/v2/apps/{api.app_id}{path}?")
    last = api.http.get(first["links"]["next"], auth=api.auth).json()
    assert [one["id"] for one in last["clients"]] == [WHATSAPP]
    assert last["meta"] == {"hasMore": False, "beforeCursor": WHATSAPP}
    assert api.http.get(last["links"]["prev"], auth=api.auth).json()["clients"] == first["clients"]


def test_links_keep_the_brand(api: Caller) -> None:
    """pages.4: without brandId, a link would list another user's clients."""
    api.new_user("ada")
    branded = api.new_user("ada", brandId="1")
    for client_id in (TWILIO, WHATSAPP):
        add_client(api, branded, client_id)
    first = clients_of(api, "ada", "?brandId=1&page[size]=1")
    assert [one["id"] for one in first["clients"]] == [TWILIO]
    sent = dict(parse_qsl(urlsplit(first["links"]["next"]).query))
    assert sent == {"brandId": "1", "page[size]": "1", "page[after]": TWILIO}


@pytest.mark.parametrize("query", ["page[size]=0", "page[after]=x", f"page[after]={UNKNOWN}&page[before]={UNKNOWN}"])
def test_invalid_page(api: Caller, query: str) -> None:
    """pages.1, requests.1: takes precedence over an unknown user."""
    expected = (400, "bad_request", "Invalid page query parameters")
    assert error_of(api("GET", f"/users/nobody/clients?{query}")) == expected


def test_client_with_everything(api: Caller) -> None:
    """The client of a channel is shown with all of its fields."""
    ada = api.new_user()
    client = add_client(api, ada, TWILIO, lastSeen="2020-09-14T12:00:00.000Z", externalId="+44", integrationId="x")
    assert clients_of(api, ada)["clients"] == [client]


@pytest.mark.parametrize("who", ["id", "external id"])
def test_sdk_client_cannot_be_removed(api: Caller, who: str) -> None:
    """Refused with the API document's title; nothing changes."""
    ada, group = api.new_user("ada"), api.new_group()
    joined = api.join(group, ada, subscribe=True)
    client_id = joined["clientAssociations"][0]["clientId"]
    answer = api("DELETE", f"/users/{ada if who == 'id' else 'ada'}/clients/{client_id}")
    assert error_of(answer) == (400, "bad_request", "Cannot remove a client of type 'sdk'")
    assert api.participants(group) == [joined]
    assert "client:remove" not in event_types(api)


def test_unknown_client(api: Caller) -> None:
    """requests.2: a malformed id is an unknown id, and so is the id of another user's client."""
    ada, bob = api.new_user(), api.new_user()
    his = api.join(api.new_group(), bob, subscribe=True)["clientAssociations"][0]["clientId"]
    for client_id in (UNKNOWN, "x", "%00", his):
        assert error_of(api("DELETE", f"/users/{ada}/clients/{client_id}")) == NO_CLIENT


@pytest.mark.parametrize("who", ["id", "external id"])
def test_remove(api: Caller, who: str) -> None:
    """The client is removed with its associations in all conversations; other associations keep their order."""
    ada, bob = api.new_user("ada"), api.new_user()
    groups = [api.new_group(bob), api.new_group(bob)]
    hers = [api.join(group, ada, subscribe=True) for group in groups]
    sdk = hers[0]["clientAssociations"][0]["clientId"]
    add_client(api, ada, TWILIO)
    add_client(api, ada, WHATSAPP, "whatsapp")
    associate(api, groups[0], hers[0], ("twilio", TWILIO), ("sdk", sdk), ("whatsapp", WHATSAPP))
    associate(api, groups[1], hers[1], ("twilio", TWILIO))
    assert [len(api.participants(group)[1]["clientAssociations"]) for group in groups] == [3, 1]
    answer = api("DELETE", f"/users/{ada if who == 'id' else 'ada'}/clients/{TWILIO}")
    assert answer.status_code == 200
    assert answer.json() == {}
    assert [one["id"] for one in clients_of(api, ada)["clients"]] == [sdk, WHATSAPP]
    assert [api.participants(group)[1]["clientAssociations"] for group in groups] == [
        [{"type": "sdk", "clientId": sdk}, {"type": "whatsapp", "clientId": WHATSAPP}],
        [],
    ]
    assert error_of(api("DELETE", f"/users/{ada}/clients/{TWILIO}")) == NO_CLIENT


def test_removal_is_one_event(api: Caller) -> None:
    """`client:remove`, reason api."""
    ada = api.new_user("ada")
    api.join(api.new_group(), ada)
    shown = add_client(api, ada, TWILIO)
    api.ok("DELETE", f"/users/{ada}/clients/{TWILIO}")
    *_, event = events_of(api)
    assert (event.type, event.user_id, event.conversation_id) == ("client:remove", ada, None)
    assert event.payload == {
        "user": {"id": ada, "authenticated": False, "externalId": "ada"},
        "client": shown,
        "reason": "api",
        "source": {"type": "api"},
    }
