"""What an operation is, and the table of all of them.

The router mounts the table, the OpenAPI document is rendered from it, and the tests iterate over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from heliograph.errors import ApiError
from heliograph.wire.base import Answer, Body


class Scope(IntEnum):
    """How far a credential reaches; each scope may do all that the ones below it may."""

    INTEGRATION = 1
    APP = 2
    ACCOUNT = 3

    @property
    def label(self) -> str:
        """The word of the API document: `integration`, `app` or `account`."""
        return self.name.lower()


SCOPES = {scope.label: scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    `scope` is the least that may call it. `filters` are the inner names of its `filter` parameter. An operation
    without an `answer` is one that this server does not offer yet.
    """

    name: str
    method: str
    path: str
    tag: str
    scope: Scope
    answer: type[Answer] | None = None
    about: str = ""
    body: type[Body] | None = None
    status: int = 200
    errors: tuple[type[ApiError], ...] = ()
    paged: bool = False
    filters: tuple[str, ...] = ()

    @property
    def offered(self) -> bool:
        """Whether this server answers it."""
        return self.answer is not None
