"""Lists of all users and conversations of an app. They are extensions of the API document."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.authors import Author
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.conversations import ConversationType
from heliograph.wire.filters import parse_choice, parse_items
from heliograph.wire.operations import METADATA_FILTER_PREFIX
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.switchboards import SwitchboardIntegrationWebhook
from heliograph.wire.users import User

IDS_AT_ONCE = 100
MOST_NAMED = 2_000
"""The number of names that may begin with the text of a filter."""
USER_FILTERS = ("name", "externalId", "conversationId")
CONVERSATION_FILTERS = ("name", "userId")

UserSort = Literal["newest", "oldest"]
ConversationSort = Literal["newest", "oldest", "activity"]
_USER_SORTS: dict[str, UserSort] = {one: one for one in get_args(UserSort)}
_CONVERSATION_SORTS: dict[str, ConversationSort] = {one: one for one in get_args(ConversationSort)}


def parse_user_sort(parameters: dict[str, str]) -> UserSort:
    """The order of users that the parameter `sort` asks for.

    Raises:
        BadRequest: unknown order.
    """
    return parse_choice("sort", parameters.get("sort", "newest"), _USER_SORTS)


def parse_conversation_sort(parameters: dict[str, str]) -> ConversationSort:
    """The order of conversations that the parameter `sort` asks for.

    Raises:
        BadRequest: unknown order.
    """
    return parse_choice("sort", parameters.get("sort", "newest"), _CONVERSATION_SORTS)


def parse_ids(filters: dict[str, str]) -> list[str] | None:
    """The ids in the filter `ids`, in their order and without duplicates; None without this filter.

    Raises:
        BadRequest: more than 100 ids, or further filters.
    """
    if len(filters) > 1 and "ids" in filters:
        raise BadRequest("filter[ids] cannot be combined with other filters")
    ids = parse_items(filters, "ids", IDS_AT_ONCE)
    return None if ids is None else list(ids)


class Selection(Struct, frozen=True):
    """The selection of one filter: the records whose field `name`, or whose metadata `key`, has the value."""

    by: str
    value: str
    key: str = ""


def parse_selection(filters: dict[str, str], offered: tuple[str, ...], sort: str) -> Selection | None:
    """The only filter among those that a list offers; None without one.

    Raises:
        BadRequest: several filters, a filter with `sort=activity`, or a filter without a value.
    """
    given = {
        name: value for name, value in filters.items() if name in offered or name.startswith(METADATA_FILTER_PREFIX)
    }
    if not given:
        return None
    names = ", ".join(f"filter[{name}]" for name in (*offered, f"{METADATA_FILTER_PREFIX}KEY"))
    if len(given) > 1:
        raise BadRequest(f"only one of {names} can be given, because no index has several of them")
    if sort == "activity":
        raise BadRequest("sort=activity cannot be combined with filters")
    ((name, value),) = given.items()
    if name.startswith(METADATA_FILTER_PREFIX):
        return Selection("metadata", value, name.removeprefix(METADATA_FILTER_PREFIX))
    if not value:
        raise BadRequest(f"filter[{name}] should NOT be empty")
    return Selection(name, value)


class AppUserListResponse(Response):
    """A page of the users of an app, or those with the ids that were asked for. `incomplete` is true while the users
    from before an upgrade are not all searched."""

    users: list[User]
    meta: PageMeta
    links: Links | None = None
    incomplete: bool | None = None


class LastMessage(Response):
    """The newest message of a conversation. `type` is that of its content, and `text` the beginning of its text."""

    id: Id
    received: Time
    author: Author
    type: str
    text: str | None = None


class ConversationSummary(Response):
    """A conversation with its counts, its newest message, and who controls it."""

    id: Id
    type: ConversationType
    participant_count: int
    message_count: int
    last_updated_at: Time
    created_at: Time
    display_name: str | None = None
    icon_url: str | None = None
    business_last_read: Time | None = None
    last_message: LastMessage | None = None
    active_switchboard_integration: SwitchboardIntegrationWebhook | None = None
    pending_switchboard_integration: SwitchboardIntegrationWebhook | None = None


class ConversationSummaryResponse(Response):
    """One conversation, and the number of participants that it may have."""

    conversation: ConversationSummary
    participant_limit: int


class ConversationSummaryListResponse(Response):
    """A page of the conversations of an app. `incomplete` is true while the conversations from before an upgrade are
    not all searched."""

    conversations: list[ConversationSummary]
    meta: PageMeta
    links: Links | None = None
    incomplete: bool | None = None
