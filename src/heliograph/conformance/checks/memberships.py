"""Rules about the lists of the members of a conversation."""

from __future__ import annotations

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.extensions.memberships import LIST_MEMBERS, LIST_MEMBERSHIPS
from heliograph.wire.table.v2.conversations import POST_ACTIVITY


@rule("memberships.1", "Up to 1,000 members are on a page, in the order of joining.", Need.EXTENSIONS)
def members(site: Site) -> None:
    one, two = site.user(), site.user()
    group = site.group(one, two)
    shown = site.ok(LIST_MEMBERS, params={"page[size]": "1000"}, conversationId=group)["participants"]
    equal([member["userId"] for member in shown], [one, two], "the users of the members")
    holds(shown[0]["joinedAt"] <= shown[1]["joinedAt"], "the times of joining", shown)
    site.call(LIST_MEMBERS, params={"page[size]": "1001"}, conversationId=group).refused(400, "bad_request")


def listed(site: Site, group: str, **params: str) -> list[str]:
    """The users of the members of a group."""
    found = site.ok(LIST_MEMBERS, params=params, conversationId=group)["participants"]
    return [member["userId"] for member in found]


@rule("memberships.2", "Members are listed oldest first, or newest first.", Need.EXTENSIONS)
def both_orders_of_members(site: Site) -> None:
    users = [site.user(), site.user()]
    group = site.group(*users)
    equal(listed(site, group, sort="newest"), users[::-1], "the users with sort=newest")
    equal(listed(site, group, sort="oldest"), users, "the users with sort=oldest")


@rule("memberships.3", "Members are found by their users.", Need.EXTENSIONS)
def members_by_user(site: Site) -> None:
    external_id = site.name()
    one, two = site.user(external_id), site.user()
    group = site.group(one, two)
    equal(listed(site, group, **{"filter[userId]": f"{two},{MISSING},{one}"}), [one, two], "the users with an id")
    equal(listed(site, group, **{"filter[userExternalId]": external_id}), [one], "the users with an external id")
    both = {"filter[userId]": one, "filter[userExternalId]": external_id}
    site.call(LIST_MEMBERS, params=both, conversationId=group).refused(400, "bad_request")


@rule("memberships.4", "Members with unread messages are found.", Need.EXTENSIONS)
def unread_members(site: Site) -> None:
    one, two = site.user(), site.user()
    group = site.group(one, two)
    site.say(group, site.name())
    read = {"author": {"type": "user", "userId": one}, "type": "conversation:read"}
    site.ok(POST_ACTIVITY, read, conversationId=group)
    equal(listed(site, group, **{"filter[unread]": "true"}), [two], "the users with unread messages")


@rule("memberships.5", "Members are found by the time of joining.", Need.EXTENSIONS)
def members_by_time(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    (member,) = site.ok(LIST_MEMBERS, conversationId=group)["participants"]
    joined = member["joinedAt"]
    equal(listed(site, group, **{"filter[joinedAfter]": joined}), [user], "the users who joined then or later")
    equal(listed(site, group, **{"filter[joinedBefore]": joined}), [], "the users who joined before")
    params = {"filter[joinedAfter]": "yesterday"}
    site.call(LIST_MEMBERS, params=params, conversationId=group).refused(400, "bad_request")


@rule("memberships.6", "A list of members includes their number and their users.", Need.EXTENSIONS)
def included(site: Site) -> None:
    external_id = site.name()
    group = site.group(site.user(external_id), site.user())
    params = {"include": "total,user", "page[size]": "1"}
    shown = site.ok(LIST_MEMBERS, params=params, conversationId=group)
    equal((shown["total"], len(shown["participants"])), (2, 1), "the total and the length of a page")
    equal(shown["participants"][0]["user"]["externalId"], external_id, "the external id of the user")
    filtered = {"include": "total", "filter[unread]": "true"}
    site.call(LIST_MEMBERS, params=filtered, conversationId=group).refused(400, "bad_request")


def memberships_of(site: Site, user: str, **params: str) -> list[str]:
    """The conversations that a user is in."""
    found = site.ok(LIST_MEMBERSHIPS, params=params, userIdOrExternalId=user)["memberships"]
    return [membership["conversationId"] for membership in found]


@rule("memberships.7", "The conversations of a user are listed with their unread messages.", Need.EXTENSIONS)
def of_user(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    site.say(group, site.name())
    (shown,) = site.ok(LIST_MEMBERSHIPS, userIdOrExternalId=user)["memberships"]
    (member,) = site.ok(LIST_MEMBERS, conversationId=group)["participants"]
    equal((shown["conversationId"], shown["participantId"]), (group, member["id"]), "the ids of a membership")
    equal((shown["unreadCount"], shown["joinedAt"]), (1, member["joinedAt"]), "the unread messages and the time")
    site.call(LIST_MEMBERSHIPS, userIdOrExternalId=MISSING).refused(404, "user_not_found")


@rule("memberships.8", "The conversations of a user are listed in the order of joining.", Need.EXTENSIONS)
def in_the_order_of_joining(site: Site) -> None:
    user = site.user()
    groups = [site.group() for _ in range(2)]
    for group in groups[::-1]:
        site.join(group, user)
    equal(memberships_of(site, user), groups, "the conversations, the last one joined first")
    equal(memberships_of(site, user, sort="oldest"), groups[::-1], "the conversations with sort=oldest")


@rule("memberships.9", "The conversations of a user are listed by activity.", Need.EXTENSIONS)
def memberships_by_activity(site: Site) -> None:
    user = site.user()
    first, second = site.group(user), site.group(user)
    site.say(first, site.name())
    equal(memberships_of(site, user, sort="activity"), [first, second], "the conversations with sort=activity")


@rule("memberships.10", "The unread messages of a user are counted.", Need.EXTENSIONS)
def unread_messages(site: Site) -> None:
    user = site.user()
    for _ in range(2):
        site.say(site.group(user), site.name())
    params = {"include": "unread", "page[size]": "1"}
    equal(site.ok(LIST_MEMBERSHIPS, params=params, userIdOrExternalId=user)["totalUnread"], 2, "the total")
