"""Rules about devices, and about acts of end users. They need the extensions of Heliograph."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.end_users import EndUser
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.conformance.switchboards import Board
from heliograph.wire.table.extensions.end_users import (
    BEGIN_CONVERSATION,
    CHANGE_CONTROL,
    POST_INBOUND,
    REPORT_MESSAGE_OUTCOME,
)
from heliograph.wire.table.v2.conversations import LIST_MESSAGES, RELEASE_CONTROL
from heliograph.wire.table.v2.users import DELETE_USER_PERSONAL_INFORMATION, GET_DEVICE, LIST_CLIENTS, LIST_DEVICES

TYPING = {"type": "typing:start"}


@rule("devices.1", "A user has one device for each guid.", Need.EXTENSIONS)
def one_device_for_each_guid(site: Site) -> None:
    person = EndUser(site)
    equal(person.register("browser")["id"], person.device, "the id of a device that is registered again")
    holds(person.register("phone")["id"] != person.device, "another id for another guid", person.device)


@rule("devices.2", "Devices are listed with the most recently seen first.", Need.EXTENSIONS)
def order_of_devices(site: Site) -> None:
    person, other = EndUser(site), EndUser(site)
    second = person.register("phone")["id"]
    listed = site.ok(LIST_DEVICES, userIdOrExternalId=person.id)["devices"]
    seen = [one["lastSeen"] for one in listed]
    equal(({one["id"] for one in listed}, seen), ({person.device, second}, sorted(seen, reverse=True)), "the devices")
    answer = site.call(GET_DEVICE, userIdOrExternalId=person.id, deviceId=other.device)
    answer.refused(404, "device_not_found", "Device not found")


@rule("devices.3", "DeleteUserPersonalInformation clears info and pushNotificationToken.", Need.EXTENSIONS)
def cleared_devices(site: Site) -> None:
    person = EndUser(site)
    person.register("browser", info={"os": "x"}, pushNotificationToken="t")
    site.ok(DELETE_USER_PERSONAL_INFORMATION, userIdOrExternalId=person.id)
    shown = site.ok(GET_DEVICE, userIdOrExternalId=person.id, deviceId=person.device)["device"]
    holds("pushNotificationToken" not in shown and not shown.get("info"), "neither token nor info", shown)


@rule("endusers.1", "The calls of end users need the scope app.", Need.EXTENSIONS)
def scope_of_end_users(site: Site) -> None:
    body = {"reason": "startConversation"}
    site.call(BEGIN_CONVERSATION, body, userIdOrExternalId=site.ada, auth=site.bot_key).refused(403, "forbidden")


@rule("endusers.2", "Registering a device creates the SDK client of the user.", Need.EXTENSIONS)
def device_with_a_client(site: Site) -> None:
    person = EndUser(site)
    clients = site.ok(LIST_CLIENTS, userIdOrExternalId=person.id)["clients"]
    equal([one["type"] for one in clients], ["sdk"], "the types of the clients")


@rule("endusers.3", "A conversation that a user begins is reported with its reason.", Need.EXTENSIONS, Need.WEBHOOK)
def begun_conversation(site: Site) -> None:
    inbox, person = site.inbox(), EndUser(site)
    conversation = person.begin("prechatCapture", referral={"code": "flyer"})
    payload = inbox.wait("conversation:create", conversation)
    equal((payload["creationReason"], payload["referral"]), ("prechatCapture", {"code": "flyer"}), "reason, referral")


@rule("endusers.4", "A message act posts a message; a postback, typing or reading posts none.", Need.EXTENSIONS)
def acts(site: Site) -> None:
    person = EndUser(site)
    conversation = person.begin()
    equal(person.say(conversation)["author"]["userId"], person.id, "the author of the message")
    others: list[dict[str, Any]] = [TYPING, {"type": "conversation:read"}, {"type": "referral", "code": "x"}]
    for act in others:
        equal(person.act(conversation, act).expect(200).json, {"messages": []}, f"the response to {act['type']}")


@rule("endusers.5", "The source of an act is the device, or the API without one.", Need.EXTENSIONS)
def source_of_acts(site: Site) -> None:
    person = EndUser(site)
    conversation = person.begin()
    shown = person.say(conversation)["source"]
    equal((shown["type"], shown.get("integrationId")), ("web", site.web), "the source on a device")
    body = {"userId": person.id, "act": {"type": "message", "content": {"type": "text", "text": "Hello"}}}
    (message,) = site.ok(POST_INBOUND, body, conversationId=conversation)["messages"]
    equal(message["source"]["type"], "api:conversations", "the source without a device")


@rule("endusers.6", "A message gives control to the default integration, and typing does not.", Need.EXTENSIONS,
      Need.SWITCHBOARD)  # fmt: skip
def messages_give_control(site: Site) -> None:
    board = Board(site.apart)
    person = EndUser(board.site)
    conversation = person.begin()
    board.act(conversation, RELEASE_CONTROL).expect(200)
    person.act(conversation, TYPING).expect(200)
    equal(board.state(conversation), ("", ""), "control after typing")
    person.say(conversation)
    equal(board.state(conversation), ("bot", ""), "control after a message")


@rule("endusers.7", "A form is answered once, with a value for each field.", Need.EXTENSIONS)
def form_responses(site: Site) -> None:
    person = EndUser(site)
    conversation = person.begin()
    form = site.say(conversation, {"type": "form", "fields": [{"type": "text", "name": "town", "label": "Town"}]})
    field = {"type": "text", "name": "town", "label": "x", "text": "Bonn"}

    def respond(*fields: Any) -> Any:
        content = {"type": "formResponse", "fields": list(fields)}
        return person.act(conversation, {"type": "message", "content": content, "quotedMessageId": form["id"]})

    respond({**field, "name": "other"}).refused(400, "bad_request")
    (message,) = respond(field).expect(200).json["messages"]
    equal(message["content"]["fields"][0]["label"], "Town", "the label in the response")
    shown = site.ok(LIST_MESSAGES, conversationId=conversation)["messages"][0]
    equal(shown["content"].get("submitted"), True, "submitted")
    respond(field).refused(409, "conflict", "submitted")


@rule("endusers.8", "A postback with messageId has the payload of an action of the message.", Need.EXTENSIONS)
def postbacks(site: Site) -> None:
    person = EndUser(site)
    conversation = person.begin()
    action = {"type": "postback", "text": "Yes", "payload": "yes"}
    message = site.say(conversation, {"type": "text", "text": "Sure?", "actions": [action]})
    act = {"type": "postback", "messageId": message["id"]}
    person.act(conversation, {**act, "payload": "no"}).refused(400, "bad_request")
    person.act(conversation, {**act, "payload": "yes"}).expect(200)
    person.act(conversation, {**act, "messageId": MISSING, "payload": "yes"}).refused(404, "not_found")


@rule("endusers.9", "An outcome of a message is reported by its event.", Need.EXTENSIONS, Need.WEBHOOK)
def outcomes(site: Site) -> None:
    inbox, person = site.inbox(), EndUser(site)
    conversation = person.begin()
    message = site.say(conversation)["id"]
    for outcome in ("channel", "user", "failure"):
        site.ok(REPORT_MESSAGE_OUTCOME, {"outcome": outcome}, conversationId=conversation, messageId=message)
        inbox.wait(f"conversation:message:delivery:{outcome}", conversation, message)


@rule("endusers.10", "Control is passed and released with a reason.", Need.EXTENSIONS, Need.SWITCHBOARD, Need.WEBHOOK)
def control_with_a_reason(site: Site) -> None:
    board = Board(site.apart)
    inbox, group = board.site.inbox(), board.site.group()
    body = {"action": "release", "reason": "ticketClosed"}
    board.site.ok(CHANGE_CONTROL, body, conversationId=group)
    payload = inbox.wait("switchboard:releaseControl", group)
    equal(payload.get("reason"), "ticketClosed", "reason")
    equal(board.state(group), ("", ""), "control")
