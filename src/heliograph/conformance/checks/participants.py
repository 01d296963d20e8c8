"""Rules about participants."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.v2.conversations import CREATE_CONVERSATION, JOIN_CONVERSATION, LEAVE_CONVERSATION

NO_SUBSCRIPTION = {"subscribeSDKClient": False}
LIMIT = 1000
NOT_A_MEMBER = "User is not a member of the conversation"


@rule("participants.1", "Joining twice returns the existing participant.")
def joining_twice(site: Site) -> None:
    group, user = site.group(), site.user()
    first = site.join(group, user)
    site.say(group)
    again = site.join(group, user)
    equal(again, {**first, "unreadCount": 1}, "the participant of the second join")
    equal(len(site.participants(group)), 1, "the number of participants")
    (client,) = site.join(group, user, subscribe=True)["clientAssociations"]
    equal(client["type"], "sdk", "the type of the client that a later join adds")


@rule("participants.2", "A conversation that has reached the limit of participants refuses the next one.", Need.SLOW)
def limit_of_participants(site: Site) -> None:
    group = site.group()
    for _ in range(LIMIT + 1):
        answer = site.call(JOIN_CONVERSATION, {"userId": site.user(), **NO_SUBSCRIPTION}, conversationId=group)
        if answer.status != 201:
            answer.refused(400, "bad_request", "Too many participants")
            return
    holds(False, f"a refusal after at most {LIMIT} participants", f"{LIMIT + 1} participants")


@rule("participants.3", "A join names the user by exactly one of userId and userExternalId.")
def one_name_in_a_join(site: Site) -> None:
    group, name = site.group(), site.name()
    user = site.user(name)
    by_name = {"userExternalId": name, **NO_SUBSCRIPTION}
    equal(site.ok(JOIN_CONVERSATION, by_name, conversationId=group)["participant"]["userId"], user, "userId")
    for body in (NO_SUBSCRIPTION, {"userId": user, **by_name}):
        titles = site.call(JOIN_CONVERSATION, body, conversationId=group).refused(400, "bad_request")
        holds(any("userId" in one for one in titles), "a title that names userId", titles)


@rule("participants.4", "Joining with an unknown user is 404 user_not_found.")
def unknown_user(site: Site) -> None:
    group = site.group()
    for named in ({"userId": MISSING}, {"userExternalId": site.name()}):
        site.call(JOIN_CONVERSATION, {**named, **NO_SUBSCRIPTION}, conversationId=group).refused(404, "user_not_found")


@rule("participants.4.other", "Joining with a user of another app is 404 user_not_found.", Need.ACCOUNT)
def user_of_another_app(site: Site) -> None:
    body = {"userId": site.apart.user(), **NO_SUBSCRIPTION}
    site.call(JOIN_CONVERSATION, body, conversationId=site.group()).refused(404, "user_not_found")


@rule("participants.5", "Personal conversations cannot be joined or left.")
def personal_conversations(site: Site) -> None:
    user = site.user()
    personal = site.personal(user)
    before = site.participants(personal)
    site.call(JOIN_CONVERSATION, {"userId": site.ada, **NO_SUBSCRIPTION}, conversationId=personal).refused(400)
    site.call(LEAVE_CONVERSATION, {"userId": user}, conversationId=personal).refused(400)
    equal(site.participants(personal), before, "the participants")


@rule("participants.6", "A join without subscribeSDKClient is 400.", source=RuleSource(JOIN_CONVERSATION.name))
def subscription_is_required(site: Site) -> None:
    site.call(JOIN_CONVERSATION, {"userId": site.ada}, conversationId=site.group()).refused(400, "bad_request")
    member = {"userId": site.ada}
    site.call(CREATE_CONVERSATION, {"type": "sdkGroup", "participants": [member]}).refused(400, "bad_request")


@rule("participants.7", "A join with subscribeSDKClient: false adds no client association.")
def no_association(site: Site) -> None:
    user = site.user()
    site.join(site.group(), user, subscribe=True)
    equal(
        site.join(site.group(), user)["clientAssociations"], [], "the client associations of a user with an SDK client"
    )


@rule("participants.8", "Participants are listed in the order of joining, which is that of their ids.")
def order_of_joining(site: Site) -> None:
    group, users = site.group(), [site.user() for _ in range(3)]
    for user in reversed(users):
        site.join(group, user)
    listed = site.participants(group)
    equal([one["userId"] for one in listed], users[::-1], "the users in the order of the list")
    ids = [one["id"] for one in listed]
    equal(ids, sorted(ids), "the ids in the order of the list")


@rule("participants.9", "A user who leaves and joins again is a new participant.")
def joining_again(site: Site) -> None:
    user = site.user()
    group = site.group(user, site.ada)
    first = site.participants(group)[0]
    site.say(group)
    site.ok(LEAVE_CONVERSATION, {"userId": user}, conversationId=group)
    again = site.join(group, user)
    holds(again["id"] != first["id"], "a new id", again)
    equal(again["unreadCount"], 0, "unreadCount")
    holds("lastRead" not in again, "no lastRead", again)
    equal(site.participants(group)[-1], again, "the last participant of the list")


@rule("participants.10", "Participants of a new conversation are not reported by conversation:join.", Need.WEBHOOK)
def initial_participants(site: Site) -> None:
    inbox = site.inbox()
    group = site.group(site.ada)
    equal(site.settled(inbox, group), ["conversation:create"], "the events of a new group")


@rule("participants.11", "A user who is named twice in a new conversation becomes one participant.")
def named_twice(site: Site) -> None:
    user = site.user()
    members = [{"userId": user, "subscribeSDKClient": subscribe} for subscribe in (False, True)]
    body = {"type": "sdkGroup", "participants": members}
    group = site.ok(CREATE_CONVERSATION, body)["conversation"]["id"]
    (participant,) = site.participants(group)
    equal(len(participant["clientAssociations"]), 1, "the number of client associations")


@rule("participants.12", "An SDK client that a join creates is reported by client:add with sdkLogin.", Need.WEBHOOK)
def client_of_a_join(site: Site) -> None:
    inbox, user = site.inbox(), site.user()
    (client,) = site.join(site.group(), user, subscribe=True)["clientAssociations"]
    payload = inbox.wait("client:add", user)
    equal((payload["client"]["id"], payload["reason"]), (client["clientId"], "sdkLogin"), "the client and the reason")


@rule("participants.13", "A leave names exactly one of userId, userExternalId and participantId.")
def one_name_in_a_leave(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    participant = site.participants(group)[0]["id"]
    bodies: list[dict[str, Any]] = [{}, {"userId": user, "participantId": participant}]
    for body in bodies:
        titles = site.call(LEAVE_CONVERSATION, body, conversationId=group).refused(400, "bad_request")
        holds(any("participantId" in one for one in titles), "a title that names participantId", titles)
    equal(site.ok(LEAVE_CONVERSATION, {"participantId": participant}, conversationId=group), {}, "the response")


@rule(
    "participants.14",
    "Leaving with a user who is not a member is 404 not_found.",
    source=RuleSource(LEAVE_CONVERSATION.name),
)
def leaving_as_no_member(site: Site) -> None:
    user = site.user()
    group, other = site.group(user), site.group(site.ada)
    stranger = site.participants(other)[0]["id"]
    for body in ({"userId": site.ada}, {"participantId": MISSING}, {"participantId": stranger}):
        site.call(LEAVE_CONVERSATION, body, conversationId=group).refused(404, "not_found", NOT_A_MEMBER)
    site.ok(LEAVE_CONVERSATION, {"userId": user}, conversationId=group)
    site.call(LEAVE_CONVERSATION, {"userId": user}, conversationId=group).refused(404, "not_found", NOT_A_MEMBER)


@rule("participants.15", "A conversation remains when the last participant leaves.")
def last_participant(site: Site) -> None:
    group = site.group(site.ada)
    site.ok(LEAVE_CONVERSATION, {"userId": site.ada}, conversationId=group)
    equal(site.participants(group), [], "the participants")
    equal(site.join(group, site.ada)["userId"], site.ada, "the user who joins again")
