"""The interface of batches, and of the verbs of the conversation batch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from heliograph.domain.changes import Changes
from heliograph.domain.facts import Facts, Needs
from heliograph.errors import ApiError
from heliograph.storage.engine import Tx

Item = TypeVar("Item")
T = TypeVar("T")
Outcome = TypeVar("Outcome", covariant=True)


class Refused(Struct, frozen=True):
    """A rule refuses the verb; nothing has changed."""

    error: type[ApiError] | ApiError


Batch = Callable[[Tx, Sequence[Item]], Awaitable[Sequence[T | Refused]]]
"""Decides items in one transaction; returns the outcome of each item, in their order."""


def raised(refused: Refused) -> ApiError:
    """The error of a refusal."""
    return refused.error() if isinstance(refused.error, type) else refused.error


class Verb(Protocol[Outcome]):
    """A request to change one conversation."""

    def needs(self) -> Needs:
        """The facts that `decide` reads."""

    def decide(self, facts: Facts, changes: Changes) -> Outcome | Refused:
        """Apply the rules, and record the changes. Verbs that come later in the batch see them."""
