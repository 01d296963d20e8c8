"""The verbs of attachments: uploading and deleting files, and finding those that messages show."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from urllib.parse import quote, urlsplit

from msgspec import Struct

from heliograph.domain import media_types
from heliograph.domain.loading import load_conversation
from heliograph.domain.tenants import Tenant
from heliograph.errors import AttachmentNotFound, BadRequest, RequestTimeout, ServiceUnavailable
from heliograph.storage.blobs import CHUNK_BYTES, Blobs, prepended
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import attachments
from heliograph.storage.rows.attachments import Removal, StoredAttachment
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.attachments import Attachment
from heliograph.wire.contents import CarouselMessageBody, ContentBody, ListMessageBody, MediaMessageBody
from heliograph.wire.formats import FilePart

PATH = "/attachments/v2"
_URL = re.compile(rf"{PATH}/([0-9a-z]{{26}})/[^/?#]+\Z")
_TOKEN_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TOKEN_LENGTH = 26
_UPLOAD_MILLISECONDS = 3_600_000
"""The longest time that an upload may take. A file that is not complete by then is deleted."""
_NAME_BYTES = 255
_EXTENSION_LENGTH = 16
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_EMPTY = "source should not be empty"
_NO_NAME = ("", ".", "..", "source")


class UploadOptions(Struct, frozen=True):
    """How to store an upload: the base URL of the server, the allowed extensions, and what the file is for."""

    base: str
    extensions: str
    for_message: bool
    conversation_id: str | None


class Received(Struct, frozen=True):
    """An uploaded file, with the attachment to create for it."""

    attachment: StoredAttachment
    removal: Removal
    conversation_id: str | None


async def receive(
    store: Store,
    blobs: Blobs,
    tenant: Tenant,
    part: FilePart,
    options: UploadOptions,
    recheck: Callable[[], Awaitable[None]],
) -> Received:
    """Store an uploaded file. It is deleted unless `complete` creates its attachment.

    `recheck` is called once the whole file has arrived, which may take minutes.

    Raises:
        BadRequest: the file is empty.
        UnsupportedMediaType: its extension or type is not allowed.
        ConversationNotFound: the conversation does not exist in this app.
        RequestTimeout: the upload took more than an hour.
    """
    if options.conversation_id is not None:
        await store.read(load_conversation, tenant.app_id, options.conversation_id)
    chunks = _chunks(part)
    first = await anext(chunks, b"")
    if not first:
        raise BadRequest(_EMPTY)
    name = clean_name(part.filename or "")
    media_type, extension = media_types.media_type(name, first, part.content_type, options.extensions)
    removal = Removal(_token(), tenant.app_id, times.now() + _UPLOAD_MILLISECONDS)
    await store.write(attachments.begin, removal)
    try:
        written = await blobs.write(removal, prepended(first, chunks))
        await recheck()
        attachment = StoredAttachment(
            id=removal.id,
            app_id=tenant.app_id,
            name=name or f"file.{extension}",
            media_type=media_type,
            size=written.size,
            chunks=written.chunks,
            base=options.base,
            for_message=options.for_message,
            uses=0,
            created_at=0,
        )
    except Exception:
        await abandon(store, removal)
        raise
    return Received(attachment, removal, options.conversation_id)


async def complete(tx: Tx, received: Received) -> Attachment:
    """Create the attachment of an uploaded file.

    Raises:
        ConversationNotFound: the conversation does not exist in this app.
        RequestTimeout: the upload took more than an hour.
    """
    attachment = received.attachment
    if received.conversation_id is not None:
        await load_conversation(tx, attachment.app_id, received.conversation_id, lock=Lock.KEEP)
    attachment.created_at = tx.now
    if not await attachments.complete(tx, attachment, received.removal, received.conversation_id):
        raise RequestTimeout
    return Attachment(media_url=url_of(attachment), media_type=attachment.media_type)


async def abandon(store: Store, removal: Removal) -> None:
    """Schedule the file of an upload for deletion, unless it has an attachment."""
    with suppress(ServiceUnavailable):
        await store.write(attachments.abandon, removal)


async def _chunks(part: FilePart) -> AsyncIterator[bytes]:
    """The file in chunks of CHUNK_BYTES; the last one may be shorter."""
    buffer = bytearray()
    async for data in part.chunks():
        buffer += data
        while len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer[:CHUNK_BYTES])
            del buffer[:CHUNK_BYTES]
    if buffer:
        yield bytes(buffer)


async def delete(store: Store, tenant: Tenant, media_url: str, base: str) -> None:
    """Delete an attachment. Messages keep its URL.

    Raises:
        BadRequest: it is not the URL of an attachment of this server.
        AttachmentNotFound: it does not exist in this app.
    """
    if (id := id_in(media_url)) is None:
        raise BadRequest(f"Unsupported media URL for attachment deletion: {media_url}")
    await store.write(_delete, tenant.app_id, id, media_url, base)


async def _delete(tx: Tx, app_id: str, id: str, media_url: str, base: str) -> None:
    attachment = await attachments.get(tx, app_id, id, lock=Lock.REMOVE)
    bases = (base,) if attachment is None else (base, attachment.base)
    if not any(media_url.startswith(f"{one}{PATH}/") for one in bases):
        raise BadRequest(f"Unsupported media URL for attachment deletion: {media_url}")
    if attachment is None:
        raise AttachmentNotFound
    await attachments.discard(tx, [attachment])


async def in_content(store: Store, app_id: str, content: ContentBody) -> dict[str, StoredAttachment]:
    """The attachments of the app that a message shows, by the URLs in the message."""
    ids = {url: id for url in _urls(content) if (id := id_in(url)) is not None}
    if not ids:
        return {}
    found = {one.id: one for one in await store.read(_get_many, app_id, sorted(set(ids.values())))}
    return {url: found[id] for url, id in ids.items() if id in found}


async def _get_many(reader: Reader, app_id: str, ids: Sequence[str]) -> list[StoredAttachment]:
    return await attachments.get_many(reader, [(app_id, id) for id in ids])


def _urls(content: ContentBody) -> list[str]:
    match content:
        case MediaMessageBody():
            return [content.media_url]
        case CarouselMessageBody() | ListMessageBody():
            return [one.media_url for one in content.items if one.media_url is not None]
    return []


def id_in(url: str) -> str | None:
    """The id in the URL of an attachment; None for other URLs."""
    try:
        found = _URL.search(urlsplit(url).path)
    except ValueError:  # an invalid IPv6 address
        return None
    return found[1] if found else None


def url_of(attachment: StoredAttachment) -> str:
    """The URL of an attachment."""
    return f"{attachment.base}{PATH}/{attachment.id}/{quote(attachment.name, safe='')}"


def clean_name(given: str) -> str:
    """A file name without folders and control characters, of up to 255 bytes with its extension; it may be empty."""
    text = given.encode("utf-8", "replace").decode().replace("\\", "/")
    name = _CONTROL.sub("", text.rpartition("/")[2]).strip()
    if name in _NO_NAME:
        return ""
    if len(name.encode()) <= _NAME_BYTES:
        return name
    extension = media_types.extension_of(name)
    ending = f".{extension}" if extension.isascii() and 0 < len(extension) <= _EXTENSION_LENGTH else ""
    stem = name.encode()[: _NAME_BYTES - len(ending)].decode(errors="ignore")
    return stem + ending


def _token() -> str:
    """26 characters from 130 random bits."""
    return "".join(secrets.choice(_TOKEN_ALPHABET) for _ in range(_TOKEN_LENGTH))
