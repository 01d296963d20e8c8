"""Links to channels by every official client that has the call."""

from __future__ import annotations

from typing import Any

from tests.api.linking import Links, new_integration
from tests.compat.official import JAVASCRIPT, PYTHON_14, PYTHON_17, Official
from tests.harness import Caller

REFERENCE = {"url": "https://example.org", "bid": "b", "key": "k", "signature": "s", "owner": "o"}
EVENTS = {"payload": {"data": [{"event_name": "Purchase"}]}}
WITHOUT_CONVERSION_EVENTS = {JAVASCRIPT, PYTHON_14, "heliograph.compat 14.4.0"}


def create(client: Official, body: dict[str, Any]) -> Any:
    """Create a client of ada."""
    if client.name == PYTHON_17:
        return client.ok("create_client", user="ada", body=body)["client"]
    fields = {"match_criteria": body["matchCriteria"], "confirmation": body["confirmation"], "target": body["target"]}
    made = client.ok("call", api="ClientsApi", method="create_client", ids=["ada"], model="ClientCreate", fields=fields)
    return made["client"]


def post_events(client: Official, conversation: str) -> Any:
    """Post conversion events of WhatsApp."""
    if client.name == PYTHON_17:
        return client.ok("post_conversion_events", conversation=conversation, whatsapp=EVENTS)
    return client.ok(
        "call", api="ConversationsApi", method="post_conversion_events", ids=[conversation],
        model="ConversionEventsBody", fields={"whatsapp": EVENTS},
    )  # fmt: skip


def test_a_link(client: Official, api: Caller) -> None:
    links = Links(api, api.new_user("ada"))
    made = create(client, links.body("immediate"))
    assert (made["type"], made["status"]) == ("twilio", "pending")
    (shown,) = links.listed()
    assert (shown["id"], shown["status"]) == (made["id"], "active")
    whatsapp = Links(api, links.user, links.conversation, new_integration(api, "whatsapp"))
    assert create(client, whatsapp.body("immediate", type="whatsapp"))["type"] == "whatsapp"
    if client.name not in WITHOUT_CONVERSION_EVENTS:
        sent = post_events(client, links.conversation)["conversionEvents"]
        assert sent == {"datasetId": whatsapp.integration, "eventsReceived": 1}
    body = {"user_id": links.user, "apple": {"interactiveDataRef": REFERENCE}}
    title = "The user has no client of type apple attached to the conversation"
    assert client.error(
        "call", api="ConversationsApi", method="download_message_ref", ids=[links.conversation],
        model="DownloadMessageRefBody", fields=body,
    ) == (400, "bad_request", title)  # fmt: skip
