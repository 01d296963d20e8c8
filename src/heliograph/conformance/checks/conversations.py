"""Rules about conversations, metadata, and pages of lists."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.v2.conversations import (
    DELETE_CONVERSATION,
    GET_CONVERSATION,
    LEAVE_CONVERSATION,
    LIST_CONVERSATIONS,
    LIST_MESSAGES,
    LIST_PARTICIPANTS,
    UPDATE_CONVERSATION,
)
from heliograph.wire.table.v2.users import CREATE_USER, UPDATE_USER

METADATA_BYTES = 4096
PAGINATION = RuleSource("section Cursor Pagination")


@rule("conversations.1", "A deleted conversation is 404, and so are its participants and messages.")
def deleted_conversation(site: Site) -> None:
    group = site.group(site.ada)
    site.ok(DELETE_CONVERSATION, conversationId=group)
    site.call(GET_CONVERSATION, conversationId=group).refused(404, "conversation_not_found")
    site.call(LIST_PARTICIPANTS, conversationId=group).refused(404, "conversation_not_found")
    site.call(LIST_MESSAGES, conversationId=group).refused(404, "not_found")


@rule("conversations.1.events", "A deletion is reported by conversation:remove alone.", Need.WEBHOOK)
def deletion_is_reported(site: Site) -> None:
    inbox = site.inbox()
    group = site.group(site.ada)
    site.ok(DELETE_CONVERSATION, conversationId=group)
    inbox.wait("conversation:remove", group)
    equal(inbox.types(group), ["conversation:create", "conversation:remove"], "the events")


@rule(
    "conversations.2",
    "The default conversation of a user cannot be deleted.",
    source=RuleSource(DELETE_CONVERSATION.name),
)
def default_conversation(site: Site) -> None:
    user = site.user()
    first, second = site.personal(user), site.personal(user)
    shown = [site.ok(GET_CONVERSATION, conversationId=one)["conversation"]["isDefault"] for one in (first, second)]
    equal(shown, [True, False], "isDefault of the first and the second conversation")
    site.call(DELETE_CONVERSATION, conversationId=first).refused(400, "bad_request", "default")
    site.ok(DELETE_CONVERSATION, conversationId=second)


@rule("conversations.3", "Conversations are listed in ascending order of their ids.")
def order_of_conversations(site: Site) -> None:
    user = site.user()
    made = [site.group(user) for _ in range(3)]
    listed = site.ok(LIST_CONVERSATIONS, params={"filter[userId]": user})["conversations"]
    equal([one["id"] for one in listed], sorted(made), "the ids in the order of the list")


@rule("metadata.1", "A PATCH merges metadata and profiles key by key, and null removes.")
def merged_metadata(site: Site) -> None:
    user = site.user(metadata={"a": 1, "b": 2}, profile={"givenName": "Ada", "surname": "L"})
    body = {"metadata": {"a": None, "c": 3}, "profile": {"surname": None}}
    shown = site.ok(UPDATE_USER, body, userIdOrExternalId=user)["user"]
    equal((shown["metadata"], shown["profile"]), ({"b": 2, "c": 3}, {"givenName": "Ada"}), "metadata and profile")
    cleared = site.ok(UPDATE_USER, {"metadata": None}, userIdOrExternalId=user)["user"]
    equal(cleared["metadata"], {}, "metadata after null")
    group = site.group(metadata={"a": 1})
    emptied = site.ok(UPDATE_CONVERSATION, {"metadata": {"a": None}}, conversationId=group)["conversation"]
    holds("metadata" not in emptied, "no metadata of a conversation whose metadata is empty", emptied)


@rule("metadata.2", "Metadata is limited to 4096 bytes.", source=RuleSource("schema Metadata"))
def limit_of_metadata(site: Site) -> None:
    room = METADATA_BYTES - len('{"m":""}')
    user = site.user(metadata={"m": "x" * room})
    site.call(UPDATE_USER, {"metadata": {"n": 1}}, userIdOrExternalId=user).refused(400, "bad_request", "4096")
    site.call(CREATE_USER, {"metadata": {"m": "x" * (room + 1)}}).refused(400, "bad_request", "4096")
    site.post(site.crew, metadata={"m": "x" * (room + 1)}).refused(400, "bad_request", "4096")


class Listing:
    """A group of four users, and pages of its participants."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.group = site.group(*(site.user() for _ in range(4)))
        self.ids = [one["id"] for one in site.participants(self.group)]

    def try_page(self, **page: Any) -> Answer:
        """Ask for a page."""
        params = {f"page[{name}]": str(value) for name, value in page.items()}
        return self.site.call(LIST_PARTICIPANTS, conversationId=self.group, params=params)

    def page(self, **page: Any) -> Any:
        """A page."""
        return self.try_page(**page).expect(200).json


def ids_of(page: Any) -> list[str]:
    """The ids of the participants of a page."""
    return [one["id"] for one in page["participants"]]


@rule("pages.1", "page[size] is 1 to 100, and a cursor has 24 hex characters.", source=PAGINATION)
def invalid_pages(site: Site) -> None:
    listing = Listing(site)
    title = "Invalid page query parameters"
    both = {"after": MISSING, "before": MISSING}
    for page in ({"size": 0}, {"size": 101}, {"size": "x"}, both, {"after": "x"}, {"before": "F" * 24}):
        listing.try_page(**page).refused(400, "bad_request", title)
    equal(ids_of(listing.page(other="x")), listing.ids, "the ids of a page with an unknown key")


@rule("pages.2", "A cursor need not name a record that exists.")
def cursors_of_nothing(site: Site) -> None:
    listing = Listing(site)
    equal(ids_of(listing.page(after=MISSING)), listing.ids, "the ids after a cursor before all participants")
    body = {"participantId": listing.ids[1]}
    site.ok(LEAVE_CONVERSATION, body, conversationId=listing.group)
    equal(ids_of(listing.page(after=listing.ids[1])), listing.ids[2:], "the ids after a participant who left")


@rule("pages.3", "Cursors and links are present exactly if the list continues there.", source=PAGINATION)
def ends_of_pages(site: Site) -> None:
    listing = Listing(site)
    ids = listing.ids
    first, last = listing.page(size=3), listing.page(size=3, after=ids[2])
    middle = listing.page(size=2, before=ids[3])
    equal(first["meta"], {"hasMore": True, "afterCursor": ids[2]}, "meta of the first page")
    equal(last["meta"], {"hasMore": False, "beforeCursor": ids[3]}, "meta of the last page")
    expected = {"hasMore": True, "afterCursor": ids[2], "beforeCursor": ids[1]}
    equal(middle["meta"], expected, "meta of a page before a cursor")
    shown = [sorted(page.get("links", {})) for page in (first, last, middle)]
    equal(shown, [["next"], ["prev"], ["next", "prev"]], "links of the three pages")
    empty = listing.page(after="f" * 24)
    equal((empty["participants"], empty["meta"]["hasMore"]), ([], False), "an empty page")


@rule("pages.4", "Links are absolute, repeat the page size, and lead to the next page.")
def links_of_pages(site: Site) -> None:
    listing = Listing(site)
    link = listing.page(size=3)["links"]["next"]
    holds(
        link.startswith(("http://", "https://")) and "3" in urlsplit(link).query, "an absolute URL with the size", link
    )
    parts = urlsplit(link)
    base = urlsplit(site.run.caller.url).path
    followed = site.send("GET", f"{parts.path.removeprefix(base)}?{parts.query}").expect(200).json
    equal(ids_of(followed), listing.ids[3:], "the ids of the page to which the link leads")


@rule("pages.5", "page may have plain or encoded brackets, or be one JSON value.")
def forms_of_page(site: Site) -> None:
    listing = Listing(site)
    path = f"/v2/apps/{site.app_id}/conversations/{listing.group}/participants"
    encoded = quote('{"size":1}')
    for query in ("page[size]=1", "page%5Bsize%5D=1", f"page={encoded}"):
        equal(ids_of(site.send("GET", f"{path}?{query}").expect(200).json), listing.ids[:1], f"the ids with {query}")
