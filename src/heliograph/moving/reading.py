"""Reads an app of another server through its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from heliograph import AsyncClient
from heliograph.client.model import Model
from heliograph.client.paging import FIRST_CURSOR
from heliograph.errors import ApiError, DecodeError, InvalidArgument, NotFound, UsageError
from heliograph.moving.pace import Pace
from heliograph.wire.messages import MESSAGES_PER_PAGE
from heliograph.wire.paging import Page

Shown = dict[str, Any]
"""An object as the API shows it."""
_PAGE = 100
_NO_ACCESS = (401, 403)


class ApiReader:
    """Reads the users, conversations and integrations of an app.

    Objects that are deleted meanwhile are returned as None, or left out of lists.
    """

    def __init__(self, client: AsyncClient, app_id: str, pace: Pace) -> None:
        self._client = client
        self._app_id = app_id
        self._pace = pace

    async def app(self) -> Shown:
        """The app.

        Raises:
            UsageError: the app cannot be read.
        """
        found = await self._object("the app", lambda: self._client.apps.get_app(self._app_id), "app")
        if found is None:
            raise UsageError(f"the source has no app {self._app_id}")
        return found

    async def user(self, name: str) -> Shown | None:
        """The user with this id or external id; None if it does not exist."""
        return await self._object(f"the user {name}", lambda: self._client.users.get_user(self._app_id, name), "user")

    async def conversation(self, id: str) -> Shown | None:
        """The conversation; None if it does not exist."""
        get = self._client.conversations.get_conversation
        return await self._object(f"the conversation {id}", lambda: get(self._app_id, id), "conversation")

    def users(self) -> AsyncIterator[Shown]:
        """All users of the app.

        Raises:
            UsageError: the source is not a Heliograph server; others cannot list all users.
        """
        listing = self._client.app_contents.list_app_users
        return self._list(
            "the users", lambda page: listing(self._app_id, page=page, sort="oldest"), "users", whole=True
        )

    def conversations(self) -> AsyncIterator[Shown]:
        """Summaries of all conversations of the app.

        Raises:
            UsageError: the source is not a Heliograph server; others cannot list all conversations.
        """
        listing = self._client.app_contents.list_app_conversations
        return self._list(
            "the conversations",
            lambda page: listing(self._app_id, page=page, sort="oldest"),
            "conversations",
            whole=True,
        )

    def clients(self, user_id: str) -> AsyncIterator[Shown]:
        """The clients of a user."""
        listing = self._client.clients.list_clients
        return self._list(
            f"the clients of {user_id}", lambda page: listing(self._app_id, user_id, page=page), "clients"
        )

    async def devices(self, user_id: str) -> list[Shown]:
        """The devices of a user."""
        listing = self._client.devices.list_devices
        try:
            found, _ = await self._page(
                f"the devices of {user_id}", lambda page: listing(self._app_id, user_id), "devices", Page(), set()
            )
        except NotFound:
            return []
        return found

    def conversations_of(self, user_id: str) -> AsyncIterator[Shown]:
        """The conversations that a user is in."""
        listing = self._client.conversations.list_conversations
        return self._list(
            f"the conversations of {user_id}",
            lambda page: listing(self._app_id, page=page, user_id=user_id),
            "conversations",
        )

    def participants(self, conversation_id: str) -> AsyncIterator[Shown]:
        """The participants of a conversation, in the order of joining."""
        listing = self._client.participants.list_participants
        return self._list(
            f"the participants of {conversation_id}",
            lambda page: listing(self._app_id, conversation_id, page=page),
            "participants",
        )

    def messages(self, conversation_id: str, after: str | None = None) -> AsyncIterator[list[Shown]]:
        """The messages of a conversation in pages, oldest first: all of them, or those after the message `after`."""
        listing = self._client.messages.list_messages
        return self._pages(
            f"the messages of {conversation_id}",
            lambda page: listing(self._app_id, conversation_id, page=page),
            "messages",
            Page(after=after or FIRST_CURSOR),
        )

    async def recent_messages(self, conversation_id: str) -> tuple[list[Shown], bool]:
        """The newest page of the messages of a conversation, oldest first, and whether there are older ones."""
        listing = self._client.messages.list_messages
        what = f"the messages of {conversation_id}"

        async def make() -> tuple[list[Shown], bool]:
            shown = (await listing(self._app_id, conversation_id)).to_dict()
            records, meta = _parts(shown, "messages", what)
            return records, len(records) >= MESSAGES_PER_PAGE or bool(meta.get("hasMore"))

        try:
            found: tuple[list[Shown], bool] = await self._call(what, make)
        except NotFound:
            return [], True
        return found

    def integrations(self) -> AsyncIterator[Shown]:
        """The integrations of the app."""
        listing = self._client.integrations.list_integrations
        return self._list("the integrations", lambda page: listing(self._app_id, page=page), "integrations")

    async def webhooks(self, integration_id: str) -> list[Shown]:
        """The webhooks of an integration."""
        listing = self._client.webhooks.list_webhooks
        what = f"the webhooks of {integration_id}"
        try:
            found, _ = await self._page(
                what, lambda page: listing(self._app_id, integration_id), "webhooks", Page(), set()
            )
        except NotFound:
            return []
        return found

    async def _object(self, what: str, get: Callable[[], Awaitable[Model]], name: str) -> Shown | None:
        async def make() -> Shown:
            found = (await get()).to_dict().get(name)
            if not isinstance(found, dict) or not isinstance(found.get("id"), str):
                raise DecodeError(f"the response has no {name} with an id", what)
            return found

        try:
            found: Shown = await self._call(what, make)
        except (NotFound, InvalidArgument):  # InvalidArgument: a name that cannot be in a path does not exist
            return None
        return found

    async def _list(
        self, what: str, fetch: Callable[[Page], Awaitable[Model]], name: str, *, whole: bool = False
    ) -> AsyncIterator[Shown]:
        async for records in self._pages(what, fetch, name, Page(size=_PAGE), whole=whole):
            for one in records:
                yield one

    async def _pages(
        self, what: str, fetch: Callable[[Page], Awaitable[Model]], name: str, first: Page, *, whole: bool = False
    ) -> AsyncIterator[list[Shown]]:
        """The pages of a list. If its parent does not exist, it is empty; lists of the `whole` app raise instead."""
        seen: set[str] = set()
        page: Page | None = first
        while page is not None:
            try:
                records, cursor = await self._page(what, fetch, name, page, seen)
            except NotFound:
                if whole:
                    raise UsageError(f"the source does not list {what}: give the users with --users") from None
                return
            yield records
            page = None if cursor is None else Page(after=cursor, size=first.size)

    async def _page(
        self, what: str, fetch: Callable[[Page], Awaitable[Model]], name: str, page: Page, seen: set[str]
    ) -> tuple[list[Shown], str | None]:
        """The records of a page, and the cursor of the next one. A cursor that was `seen` before is an error."""

        async def make() -> tuple[list[Shown], str | None]:
            shown = (await fetch(page)).to_dict()
            records, meta = _parts(shown, name, what)
            cursor = meta.get("afterCursor") if meta.get("hasMore") else None
            if meta.get("hasMore") and (not isinstance(cursor, str) or cursor in seen):
                raise DecodeError("the response repeats a page, or has no cursor for the next one", what)
            return records, cursor

        records, cursor = await self._call(what, make)
        if cursor is not None:
            seen.add(cursor)
        return records, cursor

    async def _call(self, what: str, make: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await self._pace.call(f"reading {what}", make)
        except ApiError as error:
            if error.status in _NO_ACCESS:
                raise UsageError(f"reading {what}: the source refused the key with status {error.status}") from None
            if isinstance(error, NotFound):
                raise
            raise UsageError(f"reading {what}: the source responded with status {error.status}: {error}") from None


def _parts(shown: Shown, name: str, what: str) -> tuple[list[Shown], Shown]:
    """The records of a page, and its `meta`."""
    records, meta = shown.get(name), shown.get("meta") or {}
    if not (isinstance(records, list) and all(map(_is_record, records)) and isinstance(meta, dict)):
        raise DecodeError(f"the response is not a page of {name}", what)
    return records, meta


def _is_record(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str)
