"""Attachments: files that messages refer to."""

from __future__ import annotations

from heliograph.wire.base import Body, Response


class AttachmentUploadBody(Body):
    """A file, as the part `source` of a multipart body."""

    source: bytes


class AttachmentDeleteBody(Body):
    """The URL of the attachment to delete, from the response to its upload."""

    media_url: str


class Attachment(Response):
    """An uploaded file."""

    media_url: str
    media_type: str


class AttachmentResponse(Response):
    """One attachment."""

    attachment: Attachment
