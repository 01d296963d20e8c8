"""Rules about lists of all users and conversations of an app, and about search."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site


def ids_of(site: Site, name: str, noun: str, **params: str) -> list[str]:
    """The ids in a list."""
    return [one["id"] for one in site.ok(name, params=params)[noun]]


def found(site: Site, wanted: str) -> list[Any]:
    """The results of a search, as kind and id."""
    return [(one["kind"], one["id"]) for one in site.ok("Find", params={"q": wanted})["results"]]


@rule("listings.1", "Users with given ids are shown in the order of the ids.", Need.EXTENSIONS)
def users_with_ids(site: Site) -> None:
    one, two = site.user(), site.user()
    shown = ids_of(site, "ListAppUsers", "users", **{"filter[ids]": f"{two},{MISSING},{one}"})
    equal(shown, [two, one], "the ids of the users")
    many = ",".join(f"{number:024x}" for number in range(101))
    site.call("ListAppUsers", params={"filter[ids]": many}).refused(400, "bad_request")


@rule("listings.2", "All users and conversations are listed, newest first or oldest first.", Need.EXTENSIONS)
def both_orders(site: Site) -> None:
    group, user = site.group(), site.user()
    for name, noun, newest in (("ListAppUsers", "users", user), ("ListAppConversations", "conversations", group)):
        shown = ids_of(site, name, noun)
        equal((shown[0], shown), (newest, sorted(shown, reverse=True)), f"the ids of {noun}")
        shown = ids_of(site, name, noun, sort="oldest")
        equal(shown, sorted(shown), f"the ids of {noun} with sort=oldest")
        site.call(name, params={"sort": "name"}).refused(400, "bad_request")


@rule("listings.3", "A conversation is listed with its counts and its newest message.", Need.EXTENSIONS)
def summaries(site: Site) -> None:
    group = site.group(site.ada)
    site.say(group, site.name())
    message = site.say(group, "x" * 201)
    shown = site.ok("GetAppConversation", conversationId=group)["conversation"]
    equal((shown["participantCount"], shown["messageCount"]), (1, 2), "the counts")
    equal((shown["lastMessage"]["id"], shown["lastMessage"]["text"]), (message["id"], "x" * 200), "the newest message")


@rule("listings.4", "sort=activity has the conversation with the newest event first.", Need.EXTENSIONS)
def by_activity(site: Site) -> None:
    first, second = site.group(), site.group()
    site.say(first, site.name())
    shown = ids_of(site, "ListAppConversations", "conversations", sort="activity")
    holds(shown.index(first) < shown.index(second), "the order of two conversations", shown)


@rule("finding.1", "What has an id in the app is found by it.", Need.EXTENSIONS)
def by_id(site: Site) -> None:
    group = site.group()
    message, participant = site.say(group, site.name())["id"], site.join(group, site.ada)["id"]
    for kind, id in (("user", site.ada), ("conversation", group), ("message", message), ("participant", participant)):
        equal(found(site, id), [(kind, id)], f"the results for a {kind}")
    site.call("Find", params={"q": " "}).refused(400, "bad_request")


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
