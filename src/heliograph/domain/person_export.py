"""Exports the data about a person, line by line. It reads a page of rows at a time, so the export may be of any length.

It does not read a single snapshot, so it may have some of the changes that are made meanwhile.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from msgspec import Raw

from heliograph import ids
from heliograph.domain import event_records, history, recorded_requests, recorded_texts, views
from heliograph.domain.attachments import id_in, url_of
from heliograph.domain.erasure import subject_of
from heliograph.domain.tenants import Tenant
from heliograph.storage.blobs import Blobs
from heliograph.storage.engine import Reader
from heliograph.storage.merged_paging import Between
from heliograph.storage.rows import (
    attachments,
    clients,
    conversations,
    devices,
    mentions,
    messages,
    participants,
    support_users,
)
from heliograph.storage.rows import history as stored_history
from heliograph.storage.rows import recorded_requests as stored_requests
from heliograph.storage.rows.attachments import StoredAttachment
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.erasures import ErasureState
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire import people, times
from heliograph.wire.base import Response, encoded
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.messages import Message
from heliograph.wire.paging import Page
from heliograph.wire.support_users import SupportUser

T = TypeVar("T")
P = ParamSpec("P")

_PAGE = 100
_ROWS = 500
_CHUNK_BYTES = 65_536
_encode = msgspec.json.Encoder().encode


class _ExportedParts(msgspec.Struct, rename="camel"):
    """The parts of a message that an export reads."""

    id: str
    author: dict[str, Any]
    content: dict[str, Any]


_decode_array = msgspec.json.Decoder(list[Raw]).decode
_decode_parts = msgspec.json.Decoder(_ExportedParts).decode


async def lines(
    store: Store, blobs: Blobs, tenant: Tenant, id_or_external_id: str, brand_id: str | None
) -> AsyncGenerator[bytes, None]:
    """The lines of an export, several at a time.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    user, subject = await store.snapshot(subject_of, tenant.app_id, id_or_external_id, brand_id)
    counts: Counter[str] = Counter()
    waiting = bytearray()
    async for one in _Export(store, blobs, tenant.app_id, user, subject).all():
        if (kind := type(one).__struct_config__.tag) != "header":
            counts[str(kind)] += 1
        waiting += _encode(one) + b"\n"
        if len(waiting) >= _CHUNK_BYTES:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting) + _encode(people.ExportEnd(counts=dict(counts))) + b"\n"


class _Export:
    """Reads the data about a user."""

    def __init__(self, store: Store, blobs: Blobs, app_id: str, user: StoredUser, subject: ErasureState) -> None:
        self._store = store
        self._blobs = blobs
        self._app_id = app_id
        self._user = user
        self._subject = subject
        self._conversation_ids: set[str] = set()
        """The conversations that have a line."""

    async def _read(
        self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        # A read of SQLite does not wait for the event loop: this lets other requests run between two pages.
        await asyncio.sleep(0)
        return await self._store.read(query, *args, **kwargs)

    async def all(self) -> AsyncIterator[Response]:
        """Everything, in the order of the lines."""
        yield people.ExportHeader(
            format=people.EXPORT_FORMAT,
            version=people.EXPORT_VERSION,
            app_id=self._app_id,
            user_id=self._user.id,
            exported_at=times.to_text(times.now()),
        )
        parts = (self._profile, self._conversations, self._ended, self._written, self._events, self._requests)
        for part in parts:
            async for line in part():
                yield line

    async def _profile(self) -> AsyncIterator[Response]:
        app_id, subject = self._app_id, self._subject
        yield people.ExportedProfile(user=views.user(self._user), merged_user_ids=subject.user_ids[1:] or None)
        named = (subject.zendesk_id, subject.external_id, subject.emails)
        for id in await self._read(mentions.support_users, app_id, *named):
            if (found := await self._read(support_users.get, app_id, id)) is not None:
                shown = {name: getattr(found, name) for name in SupportUser.__struct_fields__}
                yield people.ExportedSupportUser(support_user=SupportUser(**shown))
        for client in await self._read(clients.of_user, app_id, self._user.id):
            yield people.ExportedClient(client=views.client(client))
        for device in await self._read(devices.of_user, app_id, self._user.id):
            yield people.ExportedDevice(device=views.device(device))

    async def _conversations(self) -> AsyncIterator[Response]:
        """The conversations that the user is in, and all messages of the personal ones."""
        page: Page | None = Page(size=_PAGE)
        while page is not None:
            found = await self._read(participants.membership_page, self._app_id, self._user.id, page)
            for conversation, participant in await self._store.snapshot(
                _seats, self._app_id, self._user.id, found.records
            ):
                yield self._conversation(conversation)
                shown = views.participant(participant, conversation)
                yield people.ExportedMembership(conversation_id=conversation.id, participant=shown)
                if conversation.type == PERSONAL:
                    async for line in self._all_messages(conversation.id):
                        yield line
            page = Page(after=found.records[-1], size=_PAGE) if found.follows else None

    def _conversation(self, conversation: StoredConversation) -> Response:
        self._conversation_ids.add(conversation.id)
        if conversation.type == PERSONAL:
            self._subject.conversation_ids.append(conversation.id)
        return people.ExportedConversation(conversation=views.conversation(conversation))

    async def _all_messages(self, conversation_id: str) -> AsyncIterator[Response]:
        page: Page | None = Page(after=ids.FIRST, size=_PAGE)
        while page is not None:
            found = await self._read(messages.page, self._app_id, conversation_id, page)
            if found is None:
                return
            for shown in _decode_array(found.messages):
                async for line in self._message(conversation_id, shown):
                    yield line
            page = Page(after=found.last, size=_PAGE) if found.follows else None

    async def _ended(self) -> AsyncIterator[Response]:
        """The changes of memberships that have ended."""
        for user_id in self._subject.user_ids:
            page: Page | None = Page(size=_PAGE)
            while page is not None:
                found = await self._read(stored_history.page_of_user, self._app_id, user_id, page, Between())
                for change in found.records:
                    yield people.ExportedMembershipChange(change=history.to_api(change))
                page = Page(after=found.records[-1].id, size=_PAGE) if found.follows else None

    async def _written(self) -> AsyncIterator[Response]:
        """The messages of the user in groups, including groups that the user has left."""
        for bucket in range(self._store.buckets):
            after, more = ("", ""), True
            while more:
                rows = await self._read(mentions.messages, self._app_id, bucket, after, self._subject.user_ids, _ROWS)
                for one in rows:
                    if one.shown is not None and one.conversation_id not in self._subject.conversation_ids:
                        async for line in self._own_message(one.conversation_id, one.shown):
                            yield line
                more = len(rows) == _ROWS
                after = (rows[-1].conversation_id, rows[-1].id) if rows else after

    async def _own_message(self, conversation_id: str, shown: Raw) -> AsyncIterator[Response]:
        if _decode_parts(shown).author.get("userId") not in self._subject.user_ids:
            return
        if conversation_id not in self._conversation_ids:
            found = await self._read(conversations.get, self._app_id, conversation_id)
            if found is not None:
                yield self._conversation(found)
        async for line in self._message(conversation_id, shown):
            yield line

    async def _message(self, conversation_id: str, shown: Raw) -> AsyncIterator[Response]:
        """A message, and the files that it shows."""
        yield people.ExportedMessage(conversation_id=conversation_id, message=encoded(Message, shown))
        message = _decode_parts(shown)
        for id in dict.fromkeys(_files_in(message.content)):
            if (attachment := await self._read(attachments.get, self._app_id, id)) is not None:
                yield await self._file(conversation_id, message.id, attachment)

    async def _file(self, conversation_id: str, message_id: str, attachment: StoredAttachment) -> Response:
        digest = hashlib.sha256()
        async for chunk in self._blobs.read(attachment, 0, attachment.size):
            digest.update(chunk)
        return people.ExportedFile(
            conversation_id=conversation_id,
            message_id=message_id,
            media_url=url_of(attachment),
            name=attachment.name,
            media_type=attachment.media_type,
            size=attachment.size,
            sha256=digest.hexdigest(),
        )

    async def _events(self) -> AsyncIterator[Response]:
        subject, after, more = self._subject, "", True
        while more:
            rows = await self._read(mentions.events, self._app_id, after, subject.user_ids, _ROWS)
            keys = [(one.bucket, one.id) for one in rows if one.app_id == self._app_id and one.concerns(subject)]
            for stored in await self._read(mentions.event_records, self._app_id, keys):
                yield people.ExportedEvent(event=event_records.to_api(stored))
            more, after = len(rows) == _ROWS, rows[-1].id if rows else after

    async def _requests(self) -> AsyncIterator[Response]:
        subject, after, more = self._subject, "", True
        mention = recorded_texts.finder([*subject.user_ids, *subject.texts])
        while more:
            rows = await self._read(mentions.requests, self._app_id, after, _PAGE)
            for row in filter(mention, rows):
                if (stored := await self._read(stored_requests.get, self._app_id, row.id)) is not None:
                    yield people.ExportedRequest(request=recorded_requests.summary(stored))
            more, after = len(rows) == _PAGE, rows[-1].id if rows else after


async def _seats(
    reader: Reader, app_id: str, user_id: str, conversation_ids: list[str]
) -> list[tuple[StoredConversation, StoredParticipant]]:
    """The conversations, out of these, that the user is still in, each with the participant."""
    seats = await participants.ids_of_members(reader, [(app_id, id, user_id) for id in conversation_ids])
    found = {one.conversation_id: one for one in await participants.get_many(reader, seats)}
    rows = await conversations.get_many(reader, [(app_id, id) for id in sorted(found)])
    return sorted(((one, found[one.id]) for one in rows), key=lambda pair: pair[0].id)


def _files_in(content: dict[str, Any]) -> Iterator[str]:
    """The ids of the attachments in a content."""
    for one in (content, *content.get("items", ())):
        url = one.get("mediaUrl")
        if isinstance(url, str) and (id := id_in(url)) is not None:
            yield id
