"""Lists of all users and conversations of an app. They are extensions of the API document."""

from __future__ import annotations

from typing import Literal, get_args

from heliograph.errors import BadRequest
from heliograph.wire.authors import Author
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.conversations import ConversationType
from heliograph.wire.filters import parse_choice, parse_items
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.switchboards import SwitchboardIntegrationWebhook
from heliograph.wire.users import User

IDS_AT_ONCE = 100

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


class AppUserListResponse(Response):
    """A page of the users of an app, or those with the ids that were asked for."""

    users: list[User]
    meta: PageMeta
    links: Links | None = None


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
    """A page of the conversations of an app."""

    conversations: list[ConversationSummary]
    meta: PageMeta
    links: Links | None = None
