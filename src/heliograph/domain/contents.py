"""Converts the content of a message from its request to the JSON that responses and events show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Raw

from heliograph.domain import cards, metadata, richtext
from heliograph.domain.media import MediaFile
from heliograph.errors import BadRequest
from heliograph.wire.actions import ActionBody, LinkBody, WebviewBody
from heliograph.wire.contents import (
    CarouselMessageBody,
    ContentBody,
    FormMessageBody,
    FormResponseMessageBody,
    ImageMessageBody,
    ListMessageBody,
    LocationMessageBody,
    MediaMessageBody,
    TextMessageBody,
)
from heliograph.wire.items import ItemBody

_ENCODER = msgspec.json.Encoder()
_WITH_ITEMS = (CarouselMessageBody, ListMessageBody)
_WITH_ACTIONS = (TextMessageBody, ImageMessageBody, ListMessageBody)
_MOST_CHARACTERS = 4096
_MOST_IN_ALT_TEXT = 128
# A character is at most four bytes, each of which is percent-encoded in three characters.
_MOST_ENCODED = 12 * _MOST_IN_ALT_TEXT
_MAP = "https://maps.google.com/maps?q="


def to_api(content: ContentBody, files: Mapping[str, MediaFile], *, masks_cards: bool) -> Raw:
    """The JSON of a content as responses show it, with credit card numbers masked if `masks_cards` is set.

    `files` has the known files that the content shows, by URL.

    Raises:
        BadRequest: the content breaks a rule that its schema cannot express.
    """
    match content:
        case FormResponseMessageBody():
            raise BadRequest("content of type formResponse cannot be sent through the API")
        case TextMessageBody() | MediaMessageBody():
            _enrich(content)
            if masks_cards:
                content.text, content.html_text = _masked(content.text), _masked(content.html_text)
            if isinstance(content, MediaMessageBody) and (file := files.get(content.media_url)):
                size = {} if file.size is None else {"mediaSize": file.size}
                return _with(content, mediaType=file.media_type, **size)
        case CarouselMessageBody() | ListMessageBody():
            _set_media_types(content.items, files)
        case LocationMessageBody():
            where = f"{content.coordinates.lat},{content.coordinates.long}"
            return _with(content, text=f"Location shared:\n{_MAP}{where}")
        case FormMessageBody():
            if masks_cards:
                content.text = _masked(content.text)
            return _with(content, submitted=False)
    _clean_metadata(content)
    if isinstance(content, _WITH_ITEMS):
        return _with(content, text=_as_text(content.items))
    return Raw(_ENCODER.encode(content))


def _set_media_types(items: list[ItemBody], files: Mapping[str, MediaFile]) -> None:
    for item in items:
        if item.media_url is not None and (file := files.get(item.media_url)):
            item.media_type = file.media_type


def _with(content: ContentBody, **more: object) -> Raw:
    return Raw(_ENCODER.encode({**msgspec.to_builtins(content), **more}))


def _enrich(content: TextMessageBody | MediaMessageBody) -> None:
    """Convert Markdown to HTML and HTML to plain text, and use the name of a file as its alternative text."""
    if content.markdown_text is not None:
        content.html_text = richtext.to_html(content.markdown_text)
        content.markdown_text = None
        if len(content.html_text) > _MOST_CHARACTERS:
            raise BadRequest(f"content.htmlText should NOT be longer than {_MOST_CHARACTERS} characters")
    if content.html_text is not None and not content.text:
        content.text = richtext.to_text(content.html_text)
    if isinstance(content, MediaMessageBody) and content.alt_text is None:
        content.alt_text = file_name(content.media_url)


def _masked(text: str | None) -> str | None:
    return cards.mask(text) if text else text


def file_name(url: str) -> str | None:
    """The name of the file at a URL, for people; None without one."""
    try:
        path = urlsplit(url).path
    except ValueError:  # an invalid IPv6 address
        return None
    name = unquote(path.rpartition("/")[2][:_MOST_ENCODED], errors="replace").replace("\0", "")
    return name[:_MOST_IN_ALT_TEXT] or None


def _as_text(items: list[ItemBody]) -> str:
    """A carousel or a list as plain text, for channels that cannot show it: without images and postbacks."""
    return "\n\n".join(
        "\n".join([f"{number}. {item.title}", *_lines(item)]) for number, item in enumerate(items, start=1)
    )


def _lines(item: ItemBody) -> Iterator[str]:
    if item.description:
        yield item.description
    for action in item.actions:
        if isinstance(action, LinkBody | WebviewBody):
            yield f"{action.text}: {action.uri}"


def _clean_metadata(content: ContentBody) -> None:
    """Remove null values from the metadata of items and actions, and check its size."""
    items = content.items if isinstance(content, _WITH_ITEMS) else []
    actions = _actions_of(content, items)
    if not actions:
        return
    for item in items:
        item.metadata = metadata.without_nulls(item.metadata, "Item")
    for action in actions:
        action.metadata = metadata.without_nulls(action.metadata, "Action")
    if sum(isinstance(one, WebviewBody) and one.open_on_receive is True for one in actions) > 1:
        raise BadRequest("content should have at most one action with openOnReceive")


def _actions_of(content: ContentBody, items: list[ItemBody]) -> list[ActionBody]:
    whole = content.actions if isinstance(content, _WITH_ACTIONS) else None
    if not whole and not items:
        return []
    return list(chain(whole or [], *(item.actions for item in items)))
