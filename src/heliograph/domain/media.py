"""Files at media URLs: the attachments of this server, and with the setting `fetch_media` files of other servers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from heliograph.domain import media_types
from heliograph.domain.attachments import clean_name
from heliograph.errors import BadRequest, UnsupportedMediaType
from heliograph.storage.rows.attachments import StoredAttachment
from heliograph.wire.contents import CarouselMessageBody, ContentBody, ListMessageBody, MediaMessageBody


class MediaUnreadable(Exception):
    """The file at a URL cannot be read. The message gives the reason to the sender of the message."""


class MediaStart(Struct, frozen=True):
    """The response of a server for a media URL: the first bytes of the file, its size if it is known, and the media
    type that the server declares."""

    first_bytes: bytes
    size: int | None
    declared: str | None


ReadMedia = Callable[[str, str], Awaitable[MediaStart]]
"""Reads the beginning of a file, given the id of the app and the URL. Raises MediaUnreadable."""


class MediaFetching(Struct, frozen=True):
    """How to read files of other servers: the reader, and the allowed extensions.

    `recheck` is called after the files were read, which may take seconds.
    """

    read: ReadMedia
    extensions: str
    recheck: Callable[[], Awaitable[None]]


class MediaFile(Struct, frozen=True):
    """The type and, if it is known, the size of a file that a message shows."""

    media_type: str
    size: int | None


async def in_content(
    fetching: MediaFetching | None, app_id: str, content: ContentBody, attachments: Mapping[str, StoredAttachment]
) -> dict[str, MediaFile]:
    """The files that a message shows, by their URLs. Without `fetching`, only attachments are included.

    Raises:
        BadRequest: a file cannot be read, or its type is not allowed.
    """
    files = {url: MediaFile(one.media_type, one.size) for url, one in attachments.items()}
    if fetching is None:
        return files
    places: dict[str, str] = {}
    for path, url in _places(content):
        if url not in attachments:
            places.setdefault(url, path)
    if not places:
        return files
    found = await asyncio.gather(*(_inspect(fetching, app_id, url) for url in places))
    titles = [f"{places[url]} {one}" for url, one in zip(places, found, strict=True) if isinstance(one, str)]
    if titles:
        raise BadRequest(*titles)
    await fetching.recheck()
    return files | {url: one for url, one in zip(places, found, strict=True) if not isinstance(one, str)}


def _places(content: ContentBody) -> Iterator[tuple[str, str]]:
    """The media URLs of a message, each with its path in the body of the request."""
    match content:
        case MediaMessageBody():
            yield "content.mediaUrl", content.media_url
        case CarouselMessageBody() | ListMessageBody():
            for number, item in enumerate(content.items):
                if item.media_url is not None:
                    yield f"content.items[{number}].mediaUrl", item.media_url


async def _inspect(fetching: MediaFetching, app_id: str, url: str) -> MediaFile | str:
    """The file at a URL, or why a message cannot show it."""
    try:
        start = await fetching.read(app_id, url)
        name = clean_name(unquote(urlsplit(url).path, errors="replace"))
        media_type = media_types.type_at_url(name, start.first_bytes, start.declared, fetching.extensions)
    except MediaUnreadable as error:
        return f"cannot be read: {error}"
    except UnsupportedMediaType as error:
        return f"cannot be shown: {error}"
    return MediaFile(media_type, start.size)
