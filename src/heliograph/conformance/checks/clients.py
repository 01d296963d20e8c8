"""Rules about clients of third-party channels. They need a channel or a stand-in."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import rule
from heliograph.conformance.links import ChannelLink, associations, clients_of, link_body, linked, new_number
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.extensions.end_users import LIST_OUTBOUND, SET_CLIENT_OUTCOME
from heliograph.wire.table.v2.conversations import DOWNLOAD_MESSAGE_REF, LIST_MESSAGES, POST_CONVERSION_EVENTS
from heliograph.wire.table.v2.users import CREATE_CLIENT, GET_USER, REMOVE_CLIENT

NO_RECIPIENT = "+15005550001"


def outcome(site: Site, link: ChannelLink, name: str) -> Answer:
    """Act as the channel of a client."""
    return site.call(SET_CLIENT_OUTCOME, {"outcome": name}, userIdOrExternalId=link.user, clientId=link.client)


def create(site: Site, user: str, body: dict[str, Any]) -> Answer:
    """Ask for a client."""
    return site.call(CREATE_CLIENT, body, userIdOrExternalId=user)


@rule("clients.1", "CreateClient checks the conversation, its type, the user, and the integration.", Need.CHANNEL)
def order_of_checks(site: Site) -> None:
    user = site.user()
    personal = site.personal(user)
    create(site, user, link_body(site, MISSING)).refused(404, "conversation_not_found")
    create(site, user, link_body(site, site.crew)).refused(400, "bad_request", "personal")
    create(site, site.ada, link_body(site, personal)).refused(404, "not_found", "not a member")
    body = link_body(site, personal)
    body["matchCriteria"]["integrationId"] = site.web
    create(site, user, body).refused(400, "bad_request", "twilio")


@rule("clients.2", "A phone number is stored as + and its digits.", Need.CHANNEL)
def phone_numbers(site: Site) -> None:
    number = new_number()
    link = linked(site, number=f"{number[:2]} {number[2:5]}-{number[5:]}")
    equal(clients_of(site, link.user)[0].get("externalId"), number, "externalId")
    for wrong in ("12025550123", "+1202", "+1202555012x"):
        create(site, link.user, link_body(site, link.conversation, wrong)).refused(400, "bad_request")


@rule("clients.3", "The business sends the confirmation message, which is not in the conversation.", Need.CHANNEL)
def confirmation_messages(site: Site) -> None:
    user = site.user()
    personal = site.personal(user)
    body = link_body(site, personal)
    content = {"type": "text", "text": "Continue here?"}
    body["confirmation"]["message"] = {"author": {"type": "user", "userId": user}, "content": content}
    create(site, user, body).refused(400, "bad_request")
    body["confirmation"]["message"]["author"] = {"type": "business"}
    create(site, user, body).expect(201)
    equal(site.ok(LIST_MESSAGES, conversationId=personal)["messages"], [], "the messages of the conversation")


@rule("clients.4", "The response is 201 with the pending client.", Need.CHANNEL)
def pending_clients(site: Site) -> None:
    user = site.user()
    client = create(site, user, link_body(site, site.personal(user))).expect(201).json["client"]
    equal(set(client), {"id", "type", "integrationId", "status"}, "the fields of the client")
    equal((client["type"], client["status"]), ("twilio", "pending"), "type and status")


@rule("clients.4.events", "A new client is reported by client:add with channelLinking.", Need.CHANNEL, Need.WEBHOOK)
def new_clients_are_reported(site: Site) -> None:
    inbox, link = site.inbox(), linked(site)
    equal(inbox.wait("client:add", link.client)["reason"], "channelLinking", "reason")


@rule("clients.5", "With immediate a client is confirmed, with prompt it stays pending.", Need.CHANNEL)
def confirmations(site: Site) -> None:
    for confirmation, status in (("immediate", "active"), ("prompt", "pending"), ("userActivity", "pending")):
        link = linked(site, confirmation=confirmation)
        equal(clients_of(site, link.user)[0]["status"], status, f"the status after {confirmation}")


@rule("clients.6", "A confirmed client is the first client association, unless primary is false.", Need.CHANNEL)
def confirmed_clients(site: Site) -> None:
    first = linked(site)
    (shown,) = clients_of(site, first.user)
    equal((shown["status"], shown.get("externalId")), ("active", first.number), "status and externalId")
    again = {"user": first.user, "conversation": first.conversation}
    last = linked(site, **again, primary=False)
    newest = linked(site, **again)
    expected = [newest.client, first.client, last.client]
    equal(associations(site, first.conversation), expected, "the clients of the associations")


@rule("clients.7", "A second request for an address returns the client that the user has.", Need.CHANNEL)
def requests_for_the_same_address(site: Site) -> None:
    first = linked(site)
    again = linked(site, user=first.user, number=first.number, conversation=first.conversation)
    equal(again.client, first.client, "the id of the client")


@rule("clients.8", "At most one client of an integration and address is linked.", Need.CHANNEL)
def one_client_for_an_address(site: Site) -> None:
    first = linked(site, user=site.user())
    second = linked(site, user=site.user(), number=first.number)
    equal(clients_of(site, first.user), [], "the clients of the first user")
    equal([one["id"] for one in clients_of(site, second.user)], [second.client], "the clients of the second user")


@rule("clients.8.merge", "Two users without an external id are merged.", Need.CHANNEL)
def users_with_the_same_address(site: Site) -> None:
    first = linked(site)
    second = linked(site, number=first.number)
    site.call(GET_USER, userIdOrExternalId=first.user).refused(404, "user_not_found")
    equal([one["id"] for one in clients_of(site, second.user)], [first.client], "the client that remains")


@rule("clients.9", "A number without a recipient fails, and the client is removed.", Need.CHANNEL, Need.EXTENSIONS)
def no_recipient(site: Site) -> None:
    link = linked(site, number=NO_RECIPIENT, confirmation="prompt")
    equal(clients_of(site, link.user), [], "the clients")


@rule("clients.10", "An outcome that does not fit the status is 409 conflict.", Need.CHANNEL, Need.EXTENSIONS)
def outcomes(site: Site) -> None:
    link = linked(site, confirmation="prompt")
    outcome(site, link, "blocked").refused(409, "conflict")
    for name, status in (("matched", "pending"), ("confirmed", "active"), ("blocked", "blocked")):
        equal(outcome(site, link, name).expect(200).json["client"]["status"], status, f"the status after {name}")
    outcome(site, link, "cancelled").refused(409, "conflict")
    cancelled = linked(site, confirmation="prompt")
    outcome(site, cancelled, "cancelled").expect(200)
    equal(clients_of(site, cancelled.user), [], "the clients after cancelled")


@rule("clients.11", "RemoveClient of a pending client is reported with the reason api.", Need.CHANNEL, Need.WEBHOOK)
def removed_clients(site: Site) -> None:
    inbox, link = site.inbox(), linked(site, confirmation="prompt")
    site.ok(REMOVE_CLIENT, userIdOrExternalId=link.user, clientId=link.client)
    equal(inbox.wait("client:remove", link.client)["reason"], "api", "reason")


@rule("clients.12", "The events of a client are delivered in order.", Need.CHANNEL, Need.WEBHOOK)
def order_of_events(site: Site) -> None:
    inbox, link = site.inbox(), linked(site)
    site.ok(REMOVE_CLIENT, userIdOrExternalId=link.user, clientId=link.client)
    inbox.wait("client:remove", link.client)
    found = [one for one in inbox.types(link.client) if one.startswith("client:")]
    equal(found, ["client:add", "client:update", "client:remove"], "the types of the events")


@rule("clients.13", "DownloadMessageRef is 400 for a user without a client of Apple.", Need.CHANNEL)
def messages_of_apple(site: Site) -> None:
    names = ("url", "bid", "key", "signature", "owner")
    body = {"userId": site.ada, "apple": {"interactiveDataRef": dict.fromkeys(names, "x")}}
    site.call(DOWNLOAD_MESSAGE_REF, body, conversationId=site.crew).refused(400, "bad_request", "apple")
    stranger = {**body, "userId": site.user()}
    site.call(DOWNLOAD_MESSAGE_REF, stranger, conversationId=site.crew).refused(404, "not_found")


@rule("clients.14", "PostConversionEvents needs a client of the named channel.", Need.CHANNEL)
def conversion_events(site: Site) -> None:
    events = {"payload": {"data": [{"event_name": "Purchase"}]}}
    link = linked(site, "whatsapp")
    body = {"whatsapp": events, "messenger": events}
    site.call(POST_CONVERSION_EVENTS, body, conversationId=link.conversation).refused(400, "bad_request")
    site.call(POST_CONVERSION_EVENTS, {"messenger": events}, conversationId=link.conversation).refused(400)
    found = site.ok(POST_CONVERSION_EVENTS, {"whatsapp": events}, conversationId=link.conversation)
    equal(found["conversionEvents"]["eventsReceived"], 1, "eventsReceived")


@rule("clients.15", "ListOutbound shows what a channel would have received.", Need.CHANNEL, Need.EXTENSIONS)
def outbound(site: Site) -> None:
    link = linked(site)
    site.say(link.conversation, "Hello there")
    found = site.ok(LIST_OUTBOUND, params={"filter[clientId]": link.client})["outbound"]
    holds(len(found) == 1 and found[0]["kind"] == "message", "one message", found)
    holds("Hello there" in str(found), "the text of the message", found)
