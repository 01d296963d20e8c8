"""Rules about imports of records from other servers."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import Site
from heliograph.wire.imports import IMPORT_BYTES, RECORDS_AT_ONCE
from heliograph.wire.table.extensions.deliveries import LIST_EVENT_RECORDS
from heliograph.wire.table.extensions.history import LIST_CONVERSATION_HISTORY
from heliograph.wire.table.extensions.imports import IMPORT_RECORDS
from heliograph.wire.table.v2.conversations import DELETE_CONVERSATION, GET_CONVERSATION, LIST_MESSAGES
from heliograph.wire.table.v2.users import DELETE_USER, GET_USER

_RUN = secrets.token_hex(6)
_NUMBERS = itertools.count(1)
_YEAR = 31_536_000


def new_id(seconds: int = 0) -> str:
    """An id of another server: from a year ago, or from a time in seconds."""
    number = next(_NUMBERS)
    return f"{seconds or int(time.time()) - _YEAR + number:08x}{_RUN}{number % 0x10000:04x}"


def put(site: Site, *records: Any) -> Any:
    """Import records; returns the response. What they create is deleted at the end."""
    for record in records:
        if record["kind"] == "user":
            site.run.created.add(site.app_id, DELETE_USER, "userIdOrExternalId", record["user"]["id"])
        if record["kind"] == "conversation" and record["conversation"]["type"] == "sdkGroup":
            id = record["conversation"]["id"]
            site.run.created.add(site.app_id, DELETE_CONVERSATION, "conversationId", id)
    return site.ok(IMPORT_RECORDS, {"records": list(records)})


def user(id: str, **fields: Any) -> Any:
    """The record of a user."""
    return {"kind": "user", "user": {"id": id, "signedUpAt": "2025-03-05T19:10:08.152Z", **fields}}


def group(id: str, **fields: Any) -> Any:
    """The record of a group."""
    times = {"lastUpdatedAt": "2025-03-06T10:00:00.000Z", "createdAt": "2025-03-05T10:00:00.000Z"}
    return {"kind": "conversation", "conversation": {"id": id, "type": "sdkGroup", **times, **fields}}


def participant(conversation_id: str, id: str, user_id: str, **fields: Any) -> Any:
    """The record of a participant."""
    shown = {"id": id, "userId": user_id, "unreadCount": 0, "clientAssociations": [], **fields}
    return {"kind": "participant", "conversationId": conversation_id, "participant": shown}


def message(conversation_id: str, id: str, **fields: Any) -> Any:
    """The record of a message."""
    shown = {"id": id, "received": "2025-03-06T10:00:00.000Z", "author": {"type": "business"}, **fields}
    shown = {"content": {"type": "text", "text": "Old"}, "source": {"type": "api:conversations"}, **shown}
    return {"kind": "message", "conversationId": conversation_id, "message": shown}


def a_group(site: Site) -> tuple[str, str, str]:
    """Import a group with a participant; returns the ids of the group, the participant and the user."""
    ids = new_id(), new_id(), new_id()
    crew, member, ada = ids
    equal(put(site, participant(crew, member, ada), user(ada), group(crew))["created"], 3, "created records")
    return ids


@rule("imports.1", "Records of one request may refer to each other in any order.", Need.EXTENSIONS)
def any_order(site: Site) -> None:
    crew, member, _ = a_group(site)
    equal([one["id"] for one in site.participants(crew)], [member], "the participants")


@rule("imports.2", "Objects are shown as their records show them.", Need.EXTENSIONS)
def as_shown(site: Site) -> None:
    crew, _, ada = a_group(site)
    record = message(crew, new_id(), content={"type": "hologram", "depth": 3}, later=True)
    put(site, record)
    listed = site.call(LIST_MESSAGES, conversationId=crew).expect(200).json["messages"]
    equal(listed, [record["message"]], "the messages")
    shown = site.ok(GET_USER, userIdOrExternalId=ada)["user"]
    equal(shown["signedUpAt"], "2025-03-05T19:10:08.152Z", "the time of the user")


@rule("imports.3", "A record whose id exists updates it.", Need.EXTENSIONS)
def updates(site: Site) -> None:
    crew, member, ada = a_group(site)
    answer = put(site, user(ada, profile={"givenName": "Ada"}), group(crew), participant(crew, member, ada))
    equal((answer["created"], answer["updated"], answer["unchanged"]), (0, 1, 2), "the counts")
    equal(put(site, {"kind": "leave", "conversationId": crew, "participantId": member})["updated"], 1, "who has left")
    equal(site.participants(crew), [], "the participants")


@rule("imports.4", "Later joins are after imported participants.", Need.EXTENSIONS)
def later_joins(site: Site) -> None:
    crew, member, _ = a_group(site)
    now = new_id(int(time.time()))
    other = new_id()
    put(site, user(other), participant(crew, now, other))
    joined = site.join(crew, site.user())
    equal([one["id"] for one in site.participants(crew)], [member, now, joined["id"]], "the participants")
    equal(len(put(site, message(crew, "f" * 24))["refused"]), 1, "refused ids of the future")


@rule("imports.5", "Unread counts are those of the records.", Need.EXTENSIONS)
def unread(site: Site) -> None:
    crew, member, ada = a_group(site)
    put(site, message(crew, new_id()))
    equal([one["unreadCount"] for one in site.participants(crew)], [1], "after a message")
    put(site, participant(crew, member, ada, unreadCount=7, lastRead="2025-03-06T09:00:00.000Z"))
    (shown,) = site.participants(crew)
    equal((shown["unreadCount"], shown["lastRead"]), (7, "2025-03-06T09:00:00.000Z"), "the participant")


@rule("imports.6", "A personal conversation may become the default one.", Need.EXTENSIONS)
def default(site: Site) -> None:
    ada, first, second = new_id(), new_id(), new_id()
    personal = {"type": "personal", "isDefault": True}
    for id in (first, second):
        put(site, user(ada), group(id, **personal), participant(id, new_id(), ada))
    shown = [site.ok(GET_CONVERSATION, conversationId=id)["conversation"]["isDefault"] for id in (first, second)]
    equal(shown, [True, False], "the default conversations")


@rule("imports.7", "A refused record does not stop the others.", Need.EXTENSIONS)
def refused(site: Site) -> None:
    crew, _, ada = a_group(site)
    taken = site.name()
    put(site, user(ada, externalId=taken))
    answer = put(site, user(new_id(), externalId=taken), participant(crew, new_id(), ada), user(new_id()))
    equal(answer["created"], 1, "created records")
    equal([one["index"] for one in answer["refused"]], [0, 1], "refused records")


@rule("imports.8", "Another app keeps its objects with the same ids.", Need.EXTENSIONS, Need.ACCOUNT)
def other_app(site: Site) -> None:
    crew, member, ada = a_group(site)
    other = site.apart.new_app()
    equal(len(put(other, message(crew, new_id()))["refused"]), 1, "refused records")
    put(other, user(ada, profile={"givenName": "Other"}))
    equal(site.ok(GET_USER, userIdOrExternalId=ada)["user"]["profile"], {}, "the profile")
    equal([one["id"] for one in site.participants(crew)], [member], "the participants")


@rule("imports.9", "An import writes no events, and is in the history.", Need.EXTENSIONS)
def silent(site: Site) -> None:
    crew, _, ada = a_group(site)
    listed = site.ok(LIST_EVENT_RECORDS, params={"filter[conversationId]": crew})["events"]
    equal(listed, [], "the events")
    (change,) = site.ok(LIST_CONVERSATION_HISTORY, conversationId=crew)["changes"]
    equal((change["userId"], change["reason"]), (ada, "import"), "the history")
    holds(change["time"] < time.strftime("%Y-%m-%d"), "the time of joining", change)


@rule("imports.10", "Records and bytes of a request are limited.", Need.EXTENSIONS)
def limits(site: Site) -> None:
    many = [user(new_id())] * (RECORDS_AT_ONCE + 1)
    site.call(IMPORT_RECORDS, {"records": many}).refused(400, "bad_request")
    large = message(new_id(), new_id(), content={"type": "text", "text": "x" * IMPORT_BYTES})
    site.call(IMPORT_RECORDS, {"records": [large]}).refused(413, "payload_too_large")
