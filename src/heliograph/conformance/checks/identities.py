"""Rules about identities of users, and logins."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.checks.users import email_of, login, new_email, support_user, sync, user_of
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import Site
from heliograph.wire.table.extensions.end_users import DELETE_SUPPORT_USER, GET_SUPPORT_USER, LOGIN_USER
from heliograph.wire.table.v2.conversations import LIST_CONVERSATIONS, LIST_MESSAGES
from heliograph.wire.table.v2.users import (
    CREATE_USER,
    DELETE_USER,
    DELETE_USER_PERSONAL_INFORMATION,
    GET_USER,
    LIST_CLIENTS,
    LIST_USERS,
    UPDATE_USER,
)


def nameless(site: Site) -> str:
    """Create a user without an external id; returns the id."""
    id: str = site.ok(CREATE_USER, {})["user"]["id"]
    return id


def with_email(site: Site, email: str, **params: str) -> list[str]:
    """The ids of the users with an email address."""
    found = site.ok(LIST_USERS, params={"filter[identities.email]": email, **params})["users"]
    return [one["id"] for one in found]


@rule("identities.1", "The email address of a profile is not an identity.", source=RuleSource(LIST_USERS.name))
def email_of_the_profile(site: Site) -> None:
    email = new_email(site)
    user = site.user(profile={"email": email})
    equal(user_of(site, user)["identities"], [], "the identities")
    equal(with_email(site, email), [], "the users with this email address")


@rule("identities.1.login", "A login gives a user an email identity with the verification sso.", Need.EXTENSIONS)
def email_of_a_login(site: Site) -> None:
    email = new_email(site)
    shown = login(site, site.user(), email=email)
    expected = {"type": "email", "value": email, "verification": "sso"}
    equal(shown["identities"], [expected], "the identities")


@rule("identities.2", "An email address is compared in lower case, and a login takes it over.", Need.EXTENSIONS)
def email_of_one_user(site: Site) -> None:
    email, users = new_email(site).replace("conformance", "Conformance"), [site.user(), site.user()]
    equal(email_of(login(site, users[0], email=email)), [email], "the address as it was given")
    equal(with_email(site, email.lower()), [users[0]], "the users with the address in lower case")
    login(site, users[1], email=email.lower())
    equal(with_email(site, email), [users[1]], "the users with the address after another login")
    equal(email_of(user_of(site, users[0])), [], "the email addresses of the first user")


@rule("identities.3", "DeleteUserPersonalInformation keeps identities and zendeskId.", Need.EXTENSIONS)
def identities_remain(site: Site) -> None:
    email, zendesk_id, user = new_email(site), site.name(), site.user()
    login(site, user, email=email, zendeskId=zendesk_id, givenName="Grace")
    shown = site.ok(DELETE_USER_PERSONAL_INFORMATION, userIdOrExternalId=user)["user"]
    equal((email_of(shown), shown.get("zendeskId")), ([email], zendesk_id), "the email address and zendeskId")
    holds("givenName" not in shown["profile"], "no givenName", shown["profile"])
    site.ok(DELETE_USER, userIdOrExternalId=user)
    equal(with_email(site, email), [], "the users with the address after DeleteUser")


@rule("identities.4", "ListUsers without filter[identities.email] is 400.", source=RuleSource(LIST_USERS.name))
def filter_is_required(site: Site) -> None:
    site.call(LIST_USERS).refused(400, "bad_request")
    equal(with_email(site, new_email(site)), [], "the users with an unknown address")


@rule("identities.4.brand", "ListUsers searches the users of a brand, or those without one.", Need.EXTENSIONS)
def email_of_a_brand(site: Site) -> None:
    email, plain, branded = new_email(site), site.user(), site.user(brandId="7")
    for user in (plain, branded):
        login(site, user, email=email)
    equal(with_email(site, email), [plain], "the users without a brand")
    equal(with_email(site, email, brandId="7"), [branded], "the users of the brand")


@rule("identities.5", "A login authenticates the user, and merges another user with the external id.", Need.EXTENSIONS)
def logins_merge(site: Site) -> None:
    name = site.name()
    known, guest = site.user(name), nameless(site)
    shown = login(site, guest, externalId=name, givenName="Grace")
    equal((shown["id"], shown["authenticated"]), (known, True), "the user, and whether it is authenticated")
    site.call(GET_USER, userIdOrExternalId=guest).refused(404, "user_not_found")


@rule("identities.5.events", "A merge of a login is reported by user:merge with sdkLogin.", Need.EXTENSIONS,
      Need.WEBHOOK)  # fmt: skip
def logins_are_reported(site: Site) -> None:
    inbox, name = site.inbox(), site.name()
    known, guest = site.user(name), nameless(site)
    login(site, known, givenName="Grace")
    equal(inbox.wait("user:update", known).get("reason"), "authentication", "the reason of user:update")
    login(site, guest, externalId=name)
    equal(inbox.wait("user:merge", known, guest)["reason"], "sdkLogin", "the reason of user:merge")


@rule("identities.6", "A login that contradicts the external id of the user is 409 conflict.", Need.EXTENSIONS)
def contradictions(site: Site) -> None:
    first, second = site.user(), site.user()
    taken = user_of(site, second)["externalId"]
    site.call(LOGIN_USER, {"externalId": taken}, userIdOrExternalId=first).refused(409, "conflict")
    linked = site.name()
    login(site, second, zendeskId=linked)
    both = {"externalId": user_of(site, first)["externalId"], "zendeskId": linked}
    site.call(LOGIN_USER, both, userIdOrExternalId=nameless(site)).refused(409, "conflict")


@rule("identities.7", "A login with an SDK integration creates the SDK client.", Need.EXTENSIONS)
def login_on_an_sdk(site: Site) -> None:
    user = site.user()
    login(site, user, integrationId=site.web)
    clients = site.ok(LIST_CLIENTS, userIdOrExternalId=user)["clients"]
    equal([one["type"] for one in clients], ["sdk"], "the types of the clients")


@rule("identities.8", "Support users are stored, shown and deleted without changing users.", Need.EXTENSIONS)
def support_users(site: Site) -> None:
    user = site.user()
    zendesk_id = support_user(site, givenName="Grace")
    login(site, user, zendeskId=zendesk_id)
    sync(site, zendesk_id)
    shown = site.ok(GET_SUPPORT_USER, zendeskId=zendesk_id)["supportUser"]
    equal(shown, {"zendeskId": zendesk_id, "givenName": "Grace"}, "the Support user")
    site.ok(DELETE_SUPPORT_USER, zendeskId=zendesk_id)
    site.call(GET_SUPPORT_USER, zendeskId=zendesk_id).refused(404, "not_found", "Support user not found")
    equal(user_of(site, user)["profile"].get("givenName"), "Grace", "the givenName of the user")


class Merge:
    """A user who is about to be merged into a known one, both with an SDK client in one group."""

    def __init__(self, site: Site, **fields: Any) -> None:
        self.site = site
        self.name = site.name()
        self.known = site.user(self.name)
        self.guest: str = site.ok(CREATE_USER, fields)["user"]["id"]

    def run(self) -> Any:
        """Merge; returns the surviving user."""
        return login(self.site, self.guest, externalId=self.name)


@rule("merging.1", "Participants of the discarded user go to the surviving user.", Need.EXTENSIONS)
def merged_participants(site: Site) -> None:
    merge = Merge(site)
    alone, both = site.group(merge.guest), site.group(merge.guest, merge.known)
    before = site.participants(alone)[0]
    site.say(alone)
    merge.run()
    (moved,) = site.participants(alone)
    expected = (before["id"], merge.known, 1)
    equal((moved["id"], moved["userId"], moved["unreadCount"]), expected, "id, userId and unreadCount")
    equal([one["userId"] for one in site.participants(both)], [merge.known], "the users in the common group")


@rule("merging.2", "Personal conversations move; the surviving user keeps the default one.", Need.EXTENSIONS)
def merged_conversations(site: Site) -> None:
    merge = Merge(site)
    own, moved = site.personal(merge.known), site.personal(merge.guest)
    merge.run()
    listed = site.ok(LIST_CONVERSATIONS, params={"filter[userId]": merge.known})["conversations"]
    equal({one["id"]: one["isDefault"] for one in listed}, {own: True, moved: False}, "isDefault by conversation")


@rule("merging.3", "Of two SDK clients, that of the surviving user remains.", Need.EXTENSIONS)
def merged_clients(site: Site) -> None:
    merge, groups = Merge(site), [site.group(), site.group()]
    for user, group in zip((merge.known, merge.guest), groups, strict=True):
        site.join(group, user, subscribe=True)
    (kept,) = site.ok(LIST_CLIENTS, userIdOrExternalId=merge.known)["clients"]
    merge.run()
    shown = [one["id"] for one in site.ok(LIST_CLIENTS, userIdOrExternalId=merge.known)["clients"]]
    equal(shown, [kept["id"]], "the clients")
    (participant,) = site.participants(groups[1])
    equal([one["clientId"] for one in participant["clientAssociations"]], [kept["id"]], "the client associations")


@rule("merging.4", "The surviving user keeps its values, and takes what it lacks.", Need.EXTENSIONS)
def merged_fields(site: Site) -> None:
    merge = Merge(site, signedUpAt="2019-01-01T00:00:00.000Z", profile={"givenName": "Guest", "surname": "Hopper"})
    login(site, merge.known, givenName="Grace")
    shown = merge.run()
    names = (shown["profile"].get("givenName"), shown["profile"].get("surname"))
    equal((*names, shown["signedUpAt"]), ("Grace", "Hopper", "2019-01-01T00:00:00.000Z"), "names and signedUpAt")


@rule("merging.5", "Metadata of the surviving user remains, and other keys are added.", Need.EXTENSIONS)
def merged_metadata(site: Site) -> None:
    merge = Merge(site, metadata={"a": 1, "b": 2})
    site.ok(UPDATE_USER, {"metadata": {"a": 3}}, userIdOrExternalId=merge.known)
    equal(merge.run()["metadata"], {"a": 3, "b": 2}, "metadata")


@rule("merging.6", "The discarded user is 404, and its messages keep their author.", Need.EXTENSIONS)
def discarded_user(site: Site) -> None:
    merge = Merge(site)
    group = site.group(merge.guest)
    site.say(group, user=merge.guest)
    merge.run()
    site.call(GET_USER, userIdOrExternalId=merge.guest).refused(404, "user_not_found")
    (message,) = site.ok(LIST_MESSAGES, conversationId=group)["messages"]
    equal(message["author"].get("userId"), merge.guest, "the author of the message")
