"""Rules about users and their synchronization."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import Site
from heliograph.wire.table.extensions.end_users import LOGIN_USER, PUT_SUPPORT_USER
from heliograph.wire.table.v2.conversations import GET_CONVERSATION, LIST_MESSAGES
from heliograph.wire.table.v2.users import CREATE_USER, DELETE_USER, GET_USER, SYNC_USER, UPDATE_USER


def user_of(site: Site, user: str, **params: str) -> Any:
    """A user, by id or external id."""
    return site.ok(GET_USER, userIdOrExternalId=user, params=params)["user"]


def login(site: Site, user: str, **body: str) -> Any:
    """Log a user in; returns the user."""
    return site.ok(LOGIN_USER, body, userIdOrExternalId=user)["user"]


def support_user(site: Site, **body: str) -> str:
    """Store a Support user; returns its id."""
    zendesk_id = site.name()
    site.ok(PUT_SUPPORT_USER, body, zendeskId=zendesk_id)
    return zendesk_id


def sync(site: Site, zendesk_id: str, surviving: str = "") -> Any:
    """Synchronize a user; returns the user."""
    body = {"survivingZendeskId": surviving} if surviving else {}
    return site.ok(SYNC_USER, body, zendeskId=zendesk_id)["user"]


def email_of(user: Any) -> list[str]:
    """The email addresses among the identities of a user."""
    return [one["value"] for one in user["identities"] if one["type"] == "email"]


def new_email(site: Site) -> str:
    """An email address that no other user has."""
    return f"{site.name()}@example.invalid"


@rule("users.1", "Deleting a user deletes personal conversations, and ends memberships of groups.")
def deleted_user(site: Site) -> None:
    user = site.user()
    personal, group = site.personal(user), site.group(user)
    site.say(group, user=user)
    site.ok(DELETE_USER, userIdOrExternalId=user)
    site.call(GET_USER, userIdOrExternalId=user).refused(404, "user_not_found")
    site.call(GET_CONVERSATION, conversationId=personal).refused(404, "conversation_not_found")
    equal(site.participants(group), [], "the participants of the group")
    equal(len(site.ok(LIST_MESSAGES, conversationId=group)["messages"]), 1, "the number of messages in the group")


@rule("users.1.events", "A deleted user is reported by user:remove, without conversation:leave.", Need.WEBHOOK)
def deletion_of_a_user_is_reported(site: Site) -> None:
    inbox, user = site.inbox(), site.user()
    personal, group = site.personal(user), site.group(user)
    site.ok(DELETE_USER, userIdOrExternalId=user)
    inbox.wait("user:remove", user)
    inbox.wait("conversation:remove", personal)
    holds("conversation:leave" not in site.settled(inbox, group), "no conversation:leave", inbox.types(group))


@rule("users.3", "An id in a path wins over the same text as an external id.")
def id_before_external_id(site: Site) -> None:
    first = site.user()
    site.user(first)
    equal(user_of(site, first)["id"], first, "the user with this id")


@rule("users.4", "External ids have up to 1024 characters of any script.")
def long_external_ids(site: Site) -> None:
    name = f"{site.name()} ж中é /?#%" + "ü" * 1000
    user = site.user(name[:1024])
    equal(user_of(site, name[:1024])["id"], user, "the user with this external id")
    site.call(CREATE_USER, {"externalId": "x" * 1025}).refused(400, "bad_request")


@rule("users.5", "An external id is unique within its brand.")
def external_ids_of_brands(site: Site) -> None:
    name = site.name()
    plain, branded = site.user(name), site.user(name, brandId="7")
    site.call(CREATE_USER, {"externalId": name}).refused(409, "conflict")
    site.call(CREATE_USER, {"externalId": name, "brandId": "7"}).refused(409, "conflict")
    equal(user_of(site, name)["id"], plain, "the user without a brand")
    equal(user_of(site, name, brandId="7")["id"], branded, "the user of the brand")


@rule("users.6", "A change of a user is reported by user:update without a reason.", Need.WEBHOOK)
def changed_user(site: Site) -> None:
    inbox, user = site.inbox(), site.user()
    site.ok(UPDATE_USER, {"profile": {"givenName": "Grace"}}, userIdOrExternalId=user)
    holds("reason" not in inbox.wait("user:update", user), "no reason", inbox.events(user))


@rule("users.7", "SyncUser finds the user who is linked to the Support user.", Need.EXTENSIONS)
def synchronized_user(site: Site) -> None:
    zendesk_id, user = site.name(), site.user()
    site.call(SYNC_USER, zendeskId=zendesk_id).refused(404, "user_not_found")
    login(site, user, zendeskId=zendesk_id)
    equal(sync(site, zendesk_id)["id"], user, "the user")
    equal(sync(site, site.name(), zendesk_id)["id"], user, "the user of survivingZendeskId, after a merge")


@rule("users.8", "SyncUser merges the users of both Support users, or links the user to the survivor.", Need.EXTENSIONS)
def merged_support_users(site: Site) -> None:
    old, new, users = site.name(), site.name(), [site.user(), site.user()]
    login(site, users[0], zendeskId=old)
    equal(sync(site, old, new).get("zendeskId"), new, "zendeskId of the user")
    login(site, users[1], zendeskId=old)
    equal(sync(site, old, new)["id"], users[0], "the user who survives")
    site.call(GET_USER, userIdOrExternalId=users[1]).refused(404, "user_not_found")


@rule("users.9", "SyncUser takes names, external id and email of the Support user.", Need.EXTENSIONS)
def values_of_the_support_user(site: Site) -> None:
    email, user = new_email(site), site.ok(CREATE_USER, {})["user"]["id"]
    zendesk_id = support_user(site, givenName="Grace", email=email, externalId=site.name())
    login(site, user, zendeskId=zendesk_id, surname="Hopper")
    shown = sync(site, zendesk_id)
    names = (shown["profile"].get("givenName"), shown["profile"].get("surname"))
    equal((*names, email_of(shown)), ("Grace", "Hopper", [email]), "names and email")
    holds("externalId" in shown, "an external id", shown)


@rule("users.10", "SyncUser merges another user who has the email address.", Need.EXTENSIONS)
def merged_by_email(site: Site) -> None:
    email, users = new_email(site), [site.ok(CREATE_USER, {})["user"]["id"] for _ in range(2)]
    login(site, users[0], email=email)
    zendesk_id = support_user(site, email=email)
    login(site, users[1], zendeskId=zendesk_id)
    equal(sync(site, zendesk_id)["id"], users[1], "the user who survives")
    site.call(GET_USER, userIdOrExternalId=users[0]).refused(404, "user_not_found")


@rule("users.11", "SyncUser reports merges once, by user:merge with the reason api.", Need.EXTENSIONS, Need.WEBHOOK)
def reported_synchronization(site: Site) -> None:
    inbox, old, new = site.inbox(), site.name(), site.name()
    users = [site.user(), site.ok(CREATE_USER, {})["user"]["id"]]
    for user, zendesk_id in zip(users, (new, old), strict=True):
        login(site, user, zendeskId=zendesk_id)
    sync(site, old, new)
    payload = inbox.wait("user:merge", *users)
    equal(payload["reason"], "api", "reason")
    sync(site, old, new)
    site.ok(UPDATE_USER, {"profile": {"surname": "Last"}}, userIdOrExternalId=users[0])
    inbox.until(lambda: inbox.types(users[0])[-1:] == ["user:update"])
    equal(inbox.types(users[0]).count("user:merge"), 1, "the number of user:merge")
