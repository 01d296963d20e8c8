"""The base class of all exceptions, and those that neither the API nor a connection causes."""

from __future__ import annotations


class HeliographError(Exception):
    """The base class of all exceptions of this package."""


class UsageError(HeliographError):
    """Invalid command line or configuration: printed as one line, with exit status 2."""


class InvalidArgument(HeliographError, ValueError):
    """A client call has invalid arguments; nothing was sent."""
