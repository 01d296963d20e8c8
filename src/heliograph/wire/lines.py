"""Errors of single objects in a response, and as the last line of a response of NDJSON."""

from __future__ import annotations

from heliograph.wire.base import Response


class ItemError(Response):
    """An entry of `errors`, as in an error response."""

    code: str
    title: str


class ErrorLine(Response, tag_field="type", tag="error"):
    """The error that ended a response whose status had been sent before: the status it would have had."""

    status: int
    errors: list[ItemError]
