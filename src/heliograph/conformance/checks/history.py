"""Rules about the history of memberships."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.extensions.end_users import LOGIN_USER
from heliograph.wire.table.extensions.history import LIST_CONVERSATION_HISTORY, LIST_USER_HISTORY
from heliograph.wire.table.extensions.memberships import LIST_MEMBERS
from heliograph.wire.table.v2.conversations import DELETE_CONVERSATION, LEAVE_CONVERSATION
from heliograph.wire.table.v2.users import CREATE_USER, DELETE_USER


def changes(site: Site, group: str, **params: str) -> list[tuple[str, str, str]]:
    """The changes of a group: type, user and reason."""
    listed = site.ok(LIST_CONVERSATION_HISTORY, params=params, conversationId=group)["changes"]
    return [(one["type"], one["userId"], one["reason"]) for one in listed]


def members_at(site: Site, group: str, moment: str) -> list[Any]:
    """The users who were in a group at a time."""
    listed = site.ok(LIST_MEMBERS, params={"at": moment}, conversationId=group)["participants"]
    return sorted(one["userId"] for one in listed)


@rule("history.1", "The history lists who joined and left.", Need.EXTENSIONS)
def joined_and_left(site: Site) -> None:
    one, two = site.user(), site.user()
    group = site.group(one)
    site.join(group, two)
    site.ok(LEAVE_CONVERSATION, {"userId": one}, conversationId=group)
    expected = [("joined", one, "create"), ("joined", two, "join"), ("left", one, "leave")]
    equal(changes(site, group), expected, "the changes")
    equal(changes(site, group, **{"filter[userId]": two}), expected[1:2], "the changes of one user")
    equal(changes(site, group, **{"filter[before]": "2020-01-01T00:00:00Z"}), [], "the changes before 2020")
    params = {"filter[after]": "yesterday"}
    site.call(LIST_CONVERSATION_HISTORY, params=params, conversationId=group).refused(400, "bad_request")
    site.call(LIST_CONVERSATION_HISTORY, conversationId=MISSING).refused(404, "conversation_not_found")


@rule("history.2", "Deletions end memberships, whose history is kept.", Need.EXTENSIONS)
def deletions(site: Site) -> None:
    one, two = site.user(), site.user()
    group = site.group(one, two)
    site.ok(DELETE_USER, userIdOrExternalId=one)
    site.ok(DELETE_CONVERSATION, conversationId=group)
    ended = [("left", one, "userRemove"), ("left", two, "conversationRemove")]
    equal(changes(site, group)[2:], ended, "the changes of a deleted conversation")


@rule("history.3", "A merge ends the memberships of one user and begins those of the other.", Need.EXTENSIONS)
def merge(site: Site) -> None:
    external_id = site.name()
    surviving, discarded = site.user(external_id), site.ok(CREATE_USER, {})["user"]["id"]
    group = site.group(discarded)
    site.ok(LOGIN_USER, {"externalId": external_id}, userIdOrExternalId=discarded)
    expected = [("left", discarded, "merge"), ("joined", surviving, "merge")]
    equal(changes(site, group)[1:], expected, "the changes of the merge")


@rule("history.4", "The members at a time are listed.", Need.EXTENSIONS)
def members_at_a_time(site: Site) -> None:
    one, two = site.user(), site.user()
    group = site.group(one)
    site.ok(LEAVE_CONVERSATION, {"userId": one}, conversationId=group)
    site.join(group, two)
    times = [change["time"] for change in site.ok(LIST_CONVERSATION_HISTORY, conversationId=group)["changes"]]
    before_the_leave = [one] if times[0] < times[1] else []
    equal(members_at(site, group, times[0]), before_the_leave, "the members after the first change")
    equal(members_at(site, group, "2020-01-01T00:00:00Z"), [], "the members before the first change")
    equal(members_at(site, group, "2099-01-01T00:00:00Z"), [two], "the members in the future")


@rule("history.5", "The history of a user lists all conversations.", Need.EXTENSIONS)
def of_user(site: Site) -> None:
    user = site.user()
    groups = [site.group(user) for _ in range(2)]
    listed = site.ok(LIST_USER_HISTORY, userIdOrExternalId=user)["changes"]
    equal([one["conversationId"] for one in listed], groups, "the conversations")
    site.call(LIST_USER_HISTORY, userIdOrExternalId=MISSING).refused(404, "user_not_found")
