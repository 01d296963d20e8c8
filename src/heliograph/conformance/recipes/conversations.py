"""Recipes for conversations, their participants and messages, and control over them."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.links import linked
from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import Site
from heliograph.conformance.switchboards import Board
from heliograph.wire.table.v2.conversations import (
    ACCEPT_CONTROL,
    CREATE_CONVERSATION,
    DELETE_ALL_MESSAGES,
    DELETE_CONVERSATION,
    DELETE_MESSAGE,
    DOWNLOAD_MESSAGE_REF,
    GET_CONVERSATION,
    JOIN_CONVERSATION,
    LEAVE_CONVERSATION,
    LIST_CONVERSATIONS,
    LIST_MESSAGES,
    LIST_PARTICIPANTS,
    OFFER_CONTROL,
    PASS_CONTROL,
    POST_ACTIVITY,
    POST_CONVERSION_EVENTS,
    POST_MESSAGE,
    RELEASE_CONTROL,
    UPDATE_CONVERSATION,
)

TEXT = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}


@recipe(CREATE_CONVERSATION)
def create_conversation(site: Site) -> Prepared:
    """A group."""
    member = {"userId": site.ada, "subscribeSDKClient": False}
    return Prepared({"type": "sdkGroup", "displayName": site.name(), "participants": [member]})


@recipe(LIST_CONVERSATIONS)
def list_conversations(site: Site) -> Prepared:
    """The conversations of a user."""
    return Prepared(params={"filter[userId]": site.ada})


@recipe(GET_CONVERSATION)
def get_conversation(site: Site) -> Prepared:
    """A group."""
    return Prepared(conversationId=site.crew)


@recipe(UPDATE_CONVERSATION)
def update_conversation(site: Site) -> Prepared:
    """A new name for a group."""
    return Prepared({"displayName": site.name()}, conversationId=site.crew)


@recipe(DELETE_CONVERSATION)
def delete_conversation(site: Site) -> Prepared:
    """A group."""
    return Prepared(conversationId=site.group())


@recipe(JOIN_CONVERSATION)
def join_conversation(site: Site) -> Prepared:
    """A user who is not in the group."""
    return Prepared({"userId": site.user(), "subscribeSDKClient": False}, conversationId=site.crew)


@recipe(LIST_PARTICIPANTS)
def list_participants(site: Site) -> Prepared:
    """The participants of a group."""
    return Prepared(conversationId=site.crew)


@recipe(LEAVE_CONVERSATION)
def leave_conversation(site: Site) -> Prepared:
    """A user who is in the group."""
    return Prepared({"userId": site.ada}, conversationId=site.group(site.ada))


@recipe(POST_MESSAGE)
def post_message(site: Site) -> Prepared:
    """A text of the business."""
    return Prepared(TEXT, conversationId=site.crew)


@recipe(LIST_MESSAGES)
def list_messages(site: Site) -> Prepared:
    """The messages of a group."""
    site.say(site.crew)
    return Prepared(conversationId=site.crew)


@recipe(DELETE_ALL_MESSAGES)
def delete_all_messages(site: Site) -> Prepared:
    """A group with a message."""
    group = site.group()
    site.say(group)
    return Prepared(conversationId=group)


@recipe(DELETE_MESSAGE)
def delete_message(site: Site) -> Prepared:
    """A message of a group."""
    return Prepared(conversationId=site.crew, messageId=site.say(site.crew)["id"])


@recipe(POST_ACTIVITY)
def post_activity(site: Site) -> Prepared:
    """The business reads a group."""
    return Prepared({"author": {"type": "business"}, "type": "conversation:read"}, conversationId=site.crew)


@recipe(PASS_CONTROL, Need.SWITCHBOARD)
def pass_control(site: Site) -> Prepared:
    """Control goes to another integration."""
    board = Board(site.apart)
    return _on(board, {"switchboardIntegration": "human"})


@recipe(OFFER_CONTROL, Need.SWITCHBOARD)
def offer_control(site: Site) -> Prepared:
    """Control is offered to another integration."""
    board = Board(site.apart)
    return _on(board, {"switchboardIntegration": "human"})


@recipe(ACCEPT_CONTROL, Need.SWITCHBOARD)
def accept_control(site: Site) -> Prepared:
    """An offer is pending."""
    board = Board(site.apart)
    prepared = _on(board, {})
    board.act(prepared.given["conversationId"], OFFER_CONTROL, "human").expect(200)
    return prepared


@recipe(RELEASE_CONTROL, Need.SWITCHBOARD)
def release_control(site: Site) -> Prepared:
    """The default integration has control."""
    return _on(Board(site.apart), {})


def _on(board: Board, body: dict[str, Any]) -> Prepared:
    return Prepared(body, site=board.site, conversationId=board.site.group())


@recipe(DOWNLOAD_MESSAGE_REF, Need.CHANNEL)
def download_message_ref(site: Site) -> Prepared:
    """A reference of a user; no operation creates a client of Apple."""
    names = ("url", "bid", "key", "signature", "owner")
    reference = {"userId": site.ada, "apple": {"interactiveDataRef": dict.fromkeys(names, "x")}}
    return Prepared(reference, conversationId=site.crew)


@recipe(POST_CONVERSION_EVENTS, Need.CHANNEL, Need.EXTENSIONS)
def post_conversion_events(site: Site) -> Prepared:
    """An event about a user with a client of WhatsApp."""
    link = linked(site, "whatsapp")
    body = {"whatsapp": {"payload": {"data": [{"event_name": "Purchase"}]}}}
    return Prepared(body, conversationId=link.conversation)
