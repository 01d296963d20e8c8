"""Rules about messages: authors, unread counts, and lists."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.v2.apps import GET_APP
from heliograph.wire.table.v2.conversations import (
    DELETE_ALL_MESSAGES,
    DELETE_MESSAGE,
    GET_CONVERSATION,
    LIST_MESSAGES,
    POST_ACTIVITY,
    POST_MESSAGE,
)

HELLO = {"type": "text", "text": "Hello"}
BUSINESS = {"type": "business"}


def post_as(site: Site, conversation: str, author: dict[str, Any]) -> Any:
    """Post a text as this author; returns the answer."""
    return site.call(POST_MESSAGE, {"author": author, "content": HELLO}, conversationId=conversation)


def activity(site: Site, conversation: str, kind: str = "conversation:read", user: str = "") -> Any:
    """Post an activity of a user or of the business; returns the answer."""
    author = {"type": "user", "userId": user} if user else BUSINESS
    return site.call(POST_ACTIVITY, {"author": author, "type": kind}, conversationId=conversation)


def unread(site: Site, conversation: str) -> list[int]:
    """The unread counts, in the order of joining."""
    return [one["unreadCount"] for one in site.participants(conversation)]


@rule("messages.1", "An author of type user has to be a participant.")
def author_is_a_participant(site: Site) -> None:
    name = site.name()
    stranger = site.user(name)
    for named in ({"userId": stranger}, {"userExternalId": name}):
        post_as(site, site.crew, {"type": "user", **named}).refused(404, "not_found", "not a member")
    post_as(site, site.crew, {"type": "user", "userId": MISSING}).refused(404, "user_not_found")


@rule("messages.2", "An author of type business has no userId and no userExternalId.")
def business_has_no_user(site: Site) -> None:
    for named in ({"userId": site.ada}, {"userExternalId": f"{site.run.id}-ada"}, {"brandId": "1"}):
        post_as(site, site.crew, {**BUSINESS, **named}).refused(400, "bad_request")


@rule("messages.3", "The subtypes AI and activity can be sent, one at a time; agent and bot cannot.")
def subtypes(site: Site) -> None:
    for sent in ("AI", "activity"):
        author = {**BUSINESS, "subtypes": [sent], "displayName": "Robot"}
        shown = post_as(site, site.crew, author).expect(201).json["messages"][0]["author"]
        equal(shown, author, "the author")
    for refused in (["agent"], ["bot"], ["AI", "activity"]):
        post_as(site, site.crew, {**BUSINESS, "subtypes": refused}).refused(400, "bad_request")


@rule("messages.4", "A message is unread for all participants but its author, who has read everything.")
def unread_messages(site: Site) -> None:
    first, second = site.user(), site.user()
    group = site.group(first, second)
    site.say(group)
    equal(unread(site, group), [1, 1], "unread counts after a message of the business")
    message = site.say(group, user=first)
    equal(unread(site, group), [0, 2], "unread counts after a message of the first user")
    equal(site.participants(group)[0]["lastRead"], message["received"], "lastRead of the author")


@rule("messages.5", "A new participant has no unread messages.")
def new_participant(site: Site) -> None:
    site.say(site.crew)
    participant = site.join(site.crew, site.user())
    equal(participant["unreadCount"], 0, "unreadCount")


@rule("messages.6", "Deleting a message changes no unread count; deleting all messages sets them to 0.")
def deleted_messages(site: Site) -> None:
    group = site.group(site.ada)
    message = site.say(group)
    site.ok(DELETE_MESSAGE, conversationId=group, messageId=message["id"])
    equal(unread(site, group), [1], "unread counts after DeleteMessage")
    site.ok(DELETE_ALL_MESSAGES, conversationId=group)
    equal(unread(site, group), [0], "unread counts after DeleteAllMessages")
    holds("lastRead" not in site.participants(group)[0], "no lastRead", site.participants(group))


@rule("messages.7", "Reading sets the unread count to 0, and lastRead to the time of the last message.")
def reading(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    activity(site, group, user=user).expect(200)
    holds("lastRead" not in site.participants(group)[0], "no lastRead without a message", site.participants(group))
    message = site.say(group)
    activity(site, group, user=user).expect(200)
    participant = site.participants(group)[0]
    equal((participant["unreadCount"], participant.get("lastRead")), (0, message["received"]), "unreadCount, lastRead")
    activity(site, group).expect(200)
    shown = site.ok(GET_CONVERSATION, conversationId=group)["conversation"]
    holds("businessLastRead" in shown, "businessLastRead after the business has read", shown)


@rule("messages.7.events", "Each reading is reported, even if everything was read before.", Need.WEBHOOK)
def readings_are_reported(site: Site) -> None:
    inbox, user = site.inbox(), site.user()
    group = site.group(user)
    for reader in (user, user, ""):
        activity(site, group, user=reader).expect(200)
    equal(site.settled(inbox, group)[1:], ["conversation:read"] * 3, "the events of three readings")


@rule("messages.8", "Only the business can send typing, which conversation:typing reports.", Need.WEBHOOK)
def typing(site: Site) -> None:
    inbox = site.inbox()
    group = site.group(site.ada)
    activity(site, group, "typing:start", site.ada).refused(400, "bad_request")
    activity(site, group, "typing:start").expect(200)
    payload = inbox.wait("conversation:typing", group)
    equal(payload["activity"]["type"], "typing:start", "the type of the activity")


@rule("messages.9", "lastUpdatedAt is the time of the last message, and times do not decrease.")
def times(site: Site) -> None:
    group = site.group()
    received = [site.say(group)["received"] for _ in range(3)]
    equal(received, sorted(received), "the times of three messages")
    shown = site.ok(GET_CONVERSATION, conversationId=group)["conversation"]
    equal(shown["lastUpdatedAt"], received[-1], "lastUpdatedAt")


@rule("messages.10", "Messages of the API have the source api:conversations, and create no client association.")
def source_of_messages(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    for author in ("", user):
        equal(site.say(group, user=author)["source"], {"type": "api:conversations"}, "source")
    equal(site.participants(group)[0]["clientAssociations"], [], "the client associations of the author")


@rule("messages.12", "A list of messages is the newest page of 100, whatever page[size] says.")
def pages_of_messages(site: Site) -> None:
    group = site.group()
    sent = [site.say(group, str(number))["id"] for number in range(3)]
    listed = site.ok(LIST_MESSAGES, conversationId=group, params={"page[size]": "1"})["messages"]
    equal([one["id"] for one in listed], sent, "the ids of the messages, although page[size] is 1")
    site.call(LIST_MESSAGES, conversationId=group, params={"page[size]": "0"}).refused(400, "bad_request")


@rule("messages.13", "ListMessages of an unknown conversation is 404 not_found.", source=RuleSource(LIST_MESSAGES.name))
def messages_of_no_conversation(site: Site) -> None:
    site.call(LIST_MESSAGES, conversationId=MISSING).refused(404, "not_found", "Resource not found")


@rule("messages.14", "An unknown message is 404 not_found.")
def unknown_message(site: Site) -> None:
    answer = site.call(DELETE_MESSAGE, conversationId=site.crew, messageId=MISSING)
    answer.refused(404, "not_found", "Message not found")


@rule("messages.14.events", "Deleting messages causes no event.", Need.WEBHOOK)
def deletions_are_not_reported(site: Site) -> None:
    inbox = site.inbox()
    group = site.group()
    message = site.say(group)
    site.ok(DELETE_MESSAGE, conversationId=group, messageId=message["id"])
    site.ok(DELETE_ALL_MESSAGES, conversationId=group)
    equal(site.settled(inbox, group), ["conversation:create", "conversation:message"], "the events")


@rule("messages.24", "A message of a user without a name shows the name of the profile.")
def name_of_the_profile(site: Site) -> None:
    equal(site.say(site.crew, user=site.ada)["author"].get("displayName"), "Ada Lovelace", "displayName")
    nameless = site.user()
    author = site.say(site.group(nameless), user=nameless)["author"]
    # In an app with animal names, the author has an invented name.
    holds(author.get("displayName") is None or _uses_animal_names(site), "no displayName", author)


def _uses_animal_names(site: Site) -> bool:
    return bool(site.ok(GET_APP)["app"]["settings"].get("useAnimalNames"))


@rule("messages.24.animals", "With useAnimalNames, a user without a name gets an invented one.", Need.ACCOUNT)
def animal_names(site: Site) -> None:
    other = site.new_app(settings={"useAnimalNames": True})
    user = other.user()
    group = other.group(user)
    names = {other.say(group, user=user)["author"].get("displayName") for _ in range(2)}
    holds(len(names) == 1 and None not in names, "one invented name", names)


@rule("messages.25", "With maskCreditCardNumbers, card numbers are masked but for the last four digits.", Need.ACCOUNT)
def masked_cards(site: Site) -> None:
    other = site.new_app(settings={"maskCreditCardNumbers": True})
    group = other.group()
    shown = other.say(group, "Card 4111 1111 1111 1111, order 4111 1111 1111 1112")["content"]["text"]
    equal(shown, "Card **** **** **** 1111, order 4111 1111 1111 1112", "text")
