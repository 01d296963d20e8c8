"""Recipes for conversations, their participants and messages, and control over them."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.links import linked
from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import Site
from heliograph.conformance.switchboards import Board

TEXT = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}


@recipe("CreateConversation")
def create_conversation(site: Site) -> Prepared:
    """A group."""
    member = {"userId": site.ada, "subscribeSDKClient": False}
    return Prepared({"type": "sdkGroup", "displayName": site.name(), "participants": [member]})


@recipe("ListConversations")
def list_conversations(site: Site) -> Prepared:
    """The conversations of a user."""
    return Prepared(params={"filter[userId]": site.ada})


@recipe("GetConversation")
def get_conversation(site: Site) -> Prepared:
    """A group."""
    return Prepared(conversationId=site.crew)


@recipe("UpdateConversation")
def update_conversation(site: Site) -> Prepared:
    """A new name for a group."""
    return Prepared({"displayName": site.name()}, conversationId=site.crew)


@recipe("DeleteConversation")
def delete_conversation(site: Site) -> Prepared:
    """A group."""
    return Prepared(conversationId=site.group())


@recipe("JoinConversation")
def join_conversation(site: Site) -> Prepared:
    """A user who is not in the group."""
    return Prepared({"userId": site.user(), "subscribeSDKClient": False}, conversationId=site.crew)


@recipe("ListParticipants")
def list_participants(site: Site) -> Prepared:
    """The participants of a group."""
    return Prepared(conversationId=site.crew)


@recipe("LeaveConversation")
def leave_conversation(site: Site) -> Prepared:
    """A user who is in the group."""
    return Prepared({"userId": site.ada}, conversationId=site.group(site.ada))


@recipe("PostMessage")
def post_message(site: Site) -> Prepared:
    """A text of the business."""
    return Prepared(TEXT, conversationId=site.crew)


@recipe("ListMessages")
def list_messages(site: Site) -> Prepared:
    """The messages of a group."""
    site.say(site.crew)
    return Prepared(conversationId=site.crew)


@recipe("DeleteAllMessages")
def delete_all_messages(site: Site) -> Prepared:
    """A group with a message."""
    group = site.group()
    site.say(group)
    return Prepared(conversationId=group)


@recipe("DeleteMessage")
def delete_message(site: Site) -> Prepared:
    """A message of a group."""
    return Prepared(conversationId=site.crew, messageId=site.say(site.crew)["id"])


@recipe("PostActivity")
def post_activity(site: Site) -> Prepared:
    """The business reads a group."""
    return Prepared({"author": {"type": "business"}, "type": "conversation:read"}, conversationId=site.crew)


@recipe("PassControl", Need.SWITCHBOARD)
def pass_control(site: Site) -> Prepared:
    """Control goes to another integration."""
    board = Board(site.apart)
    return _on(board, {"switchboardIntegration": "human"})


@recipe("OfferControl", Need.SWITCHBOARD)
def offer_control(site: Site) -> Prepared:
    """Control is offered to another integration."""
    board = Board(site.apart)
    return _on(board, {"switchboardIntegration": "human"})


@recipe("AcceptControl", Need.SWITCHBOARD)
def accept_control(site: Site) -> Prepared:
    """An offer is pending."""
    board = Board(site.apart)
    prepared = _on(board, {})
    board.act(prepared.given["conversationId"], "OfferControl", "human").expect(200)
    return prepared


@recipe("ReleaseControl", Need.SWITCHBOARD)
def release_control(site: Site) -> Prepared:
    """The default integration has control."""
    return _on(Board(site.apart), {})


def _on(board: Board, body: dict[str, Any]) -> Prepared:
    return Prepared(body, site=board.site, conversationId=board.site.group())


@recipe("DownloadMessageRef", Need.CHANNEL)
def download_message_ref(site: Site) -> Prepared:
    """A reference of a user; no operation creates a client of Apple."""
    names = ("url", "bid", "key", "signature", "owner")
    reference = {"userId": site.ada, "apple": {"interactiveDataRef": dict.fromkeys(names, "x")}}
    return Prepared(reference, conversationId=site.crew)


@recipe("PostConversionEvents", Need.CHANNEL, Need.EXTENSIONS)
def post_conversion_events(site: Site) -> Prepared:
    """An event about a user with a client of WhatsApp."""
    link = linked(site, "whatsapp")
    body = {"whatsapp": {"payload": {"data": [{"event_name": "Purchase"}]}}}
    return Prepared(body, conversationId=link.conversation)
