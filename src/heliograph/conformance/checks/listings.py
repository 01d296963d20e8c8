"""Rules about lists of all users and conversations of an app, and about search."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.extensions.app_contents import (
    FIND,
    GET_APP_CONVERSATION,
    LIST_APP_CONVERSATIONS,
    LIST_APP_USERS,
)


def ids_of(site: Site, operation: AnyOperation, noun: str, **params: str) -> list[str]:
    """The ids in a list."""
    return [one["id"] for one in site.ok(operation, params=params)[noun]]


def found(site: Site, wanted: str) -> list[Any]:
    """The results of a search, as kind and id."""
    return [(one["kind"], one["id"]) for one in site.ok(FIND, params={"q": wanted})["results"]]


@rule("listings.1", "Users with given ids are shown in the order of the ids.", Need.EXTENSIONS)
def users_with_ids(site: Site) -> None:
    one, two = site.user(), site.user()
    shown = ids_of(site, LIST_APP_USERS, "users", **{"filter[ids]": f"{two},{MISSING},{one}"})
    equal(shown, [two, one], "the ids of the users")
    many = ",".join(f"{number:024x}" for number in range(101))
    site.call(LIST_APP_USERS, params={"filter[ids]": many}).refused(400, "bad_request")


@rule("listings.2", "All users and conversations are listed, newest first or oldest first.", Need.EXTENSIONS)
def both_orders(site: Site) -> None:
    group, user = site.group(), site.user()
    for operation, noun, newest in ((LIST_APP_USERS, "users", user), (LIST_APP_CONVERSATIONS, "conversations", group)):
        shown = ids_of(site, operation, noun)
        equal((shown[0], shown), (newest, sorted(shown, reverse=True)), f"the ids of {noun}")
        shown = ids_of(site, operation, noun, sort="oldest")
        equal(shown, sorted(shown), f"the ids of {noun} with sort=oldest")
        site.call(operation, params={"sort": "name"}).refused(400, "bad_request")


@rule("listings.3", "A conversation is listed with its counts and its newest message.", Need.EXTENSIONS)
def summaries(site: Site) -> None:
    group = site.group(site.ada)
    site.say(group, site.name())
    message = site.say(group, "x" * 201)
    shown = site.ok(GET_APP_CONVERSATION, conversationId=group)["conversation"]
    equal((shown["participantCount"], shown["messageCount"]), (1, 2), "the counts")
    equal((shown["lastMessage"]["id"], shown["lastMessage"]["text"]), (message["id"], "x" * 200), "the newest message")


@rule("listings.4", "sort=activity lists the conversation with the newest event first.", Need.EXTENSIONS)
def by_activity(site: Site) -> None:
    first, second = site.group(), site.group()
    site.say(first, site.name())
    shown = ids_of(site, LIST_APP_CONVERSATIONS, "conversations", sort="activity")
    holds(shown.index(first) < shown.index(second), "the order of two conversations", shown)


@rule("listings.5", "Users and conversations are found by the beginning of their names.", Need.EXTENSIONS)
def by_beginning(site: Site) -> None:
    name = site.name()
    user, group = site.user(profile={"givenName": "Ada", "surname": name}), site.group(displayName=f"Crew of {name}")
    asked = {"filter[name]": f"ADA {name}"}
    equal(ids_of(site, LIST_APP_USERS, "users", **asked), [user], "the users with a name")
    equal(ids_of(site, LIST_APP_USERS, "users", **{"filter[name]": name}), [user], "the users with a surname")
    asked = {"filter[name]": f"crew of {name}"}
    equal(ids_of(site, LIST_APP_CONVERSATIONS, "conversations", **asked), [group], "the conversations with a name")


@rule("listings.6", "Users are found by external id and conversation, conversations by user.", Need.EXTENSIONS)
def by_relation(site: Site) -> None:
    external_id = site.name()
    user = site.user(external_id)
    group = site.group(user)
    for asked in ({"filter[externalId]": external_id}, {"filter[conversationId]": group}):
        equal(ids_of(site, LIST_APP_USERS, "users", **asked), [user], "the users")
    asked = {"filter[userId]": user}
    equal(ids_of(site, LIST_APP_CONVERSATIONS, "conversations", **asked), [group], "the conversations of a user")
    missing = {"filter[userId]": MISSING}
    site.call(LIST_APP_CONVERSATIONS, params=missing).refused(404, "user_not_found")


@rule("listings.7", "Users and conversations are found by a key of their metadata.", Need.EXTENSIONS)
def by_metadata(site: Site) -> None:
    value = site.name()
    user, group = site.user(metadata={"run": value}), site.group(metadata={"run": value})
    asked = {"filter[metadata.run]": value}
    equal(ids_of(site, LIST_APP_USERS, "users", **asked), [user], "the users")
    equal(ids_of(site, LIST_APP_CONVERSATIONS, "conversations", **asked), [group], "the conversations")
    equal(ids_of(site, LIST_APP_USERS, "users", **{"filter[metadata.run]": value[:-1]}), [], "the users with another")


@rule("listings.8", "Several filters of a list of an app are rejected.", Need.EXTENSIONS)
def one_filter(site: Site) -> None:
    for operation in (LIST_APP_USERS, LIST_APP_CONVERSATIONS):
        both = {"filter[name]": "a", "filter[metadata.b]": "c"}
        site.call(operation, params=both).refused(400, "bad_request")


@rule("finding.1", "Records are found by their ids.", Need.EXTENSIONS)
def by_id(site: Site) -> None:
    group = site.group()
    message, participant = site.say(group, site.name())["id"], site.join(group, site.ada)["id"]
    for kind, id in (("user", site.ada), ("conversation", group), ("message", message), ("participant", participant)):
        equal(found(site, id), [(kind, id)], f"the results for a {kind}")
    site.call(FIND, params={"q": " "}).refused(400, "bad_request")


@rule("finding.2", "Users are found by their whole external id.", Need.EXTENSIONS)
def by_external_id(site: Site) -> None:
    external_id = site.name()
    user = site.user(external_id)
    equal(found(site, external_id), [("user", user)], "the results for an external id")
    holds(("user", user) not in found(site, external_id[:-1]), "no user for the beginning of an external id", user)


@rule("finding.3", "Conversations are found by the beginning of their names.", Need.EXTENSIONS)
def by_name(site: Site) -> None:
    name = site.name()
    group = site.group(displayName=f"Crew of {name} at night")
    equal(found(site, f"CREW of {name}"), [("conversation", group)], "the results for the beginning of a name")
    equal(found(site, f"of {name}"), [], "the results for another part of it")
