"""Items: the cards of carousels and lists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire.actions import ItemAction, ItemActionBody
from heliograph.wire.base import Body, Caption, Label, Metadata, Response, Uri

ItemSize = Literal["compact", "large"]


class ItemBody(Body):
    """A card with a title, an optional picture, and one to three actions."""

    title: Label
    actions: Annotated[list[ItemActionBody], Meta(min_length=1, max_length=3)]
    description: Caption | None = None
    media_url: Uri | None = None
    media_type: Caption | None = None
    alt_text: Caption | None = None
    size: ItemSize | None = None
    metadata: Metadata | None = None


class Item(Response):
    """A card with a title, an optional picture, and one to three actions."""

    title: str
    actions: list[ItemAction]
    description: str | None = None
    media_url: str | None = None
    media_type: str | None = None
    alt_text: str | None = None
    size: ItemSize | None = None
    metadata: dict[str, Any] | None = None


ItemBodies = Annotated[list[ItemBody], Meta(min_length=1, max_length=10)]
