"""A request whose handler runs in a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from heliograph.server.http.request import Request
from heliograph.storage.store import Store

P = TypeVar("P", bound=Struct, covariant=True)
B = TypeVar("B")


class TransactionalRequest(Request[P, B], kw_only=True):
    """A request whose store is bound to a transaction. Calls that must follow its commit are added to `effects`."""

    bound: Store
    effects: list[Callable[[], None]]

    @classmethod
    def of(cls, request: Request[Any, Any], bound: Store, effects: list[Callable[[], None]]) -> Request[Any, Any]:
        """The same request in a transaction."""
        return cls(
            request.operation,
            request.path,
            request.query,
            request.body,
            request.known_caller,
            request.app_tenant,
            request.exchange,
            request.context,
            bound=bound,
            effects=effects,
        )

    @property
    def store(self) -> Store:
        """The store."""
        return self.bound

    def after_removal(self) -> None:
        """Clear the cache of credentials and wake the purge, after the commit."""
        self.effects.append(super().after_removal)

    def after_session_end(self) -> None:
        """Clear the cache of credentials, after the commit."""
        self.effects.append(super().after_session_end)

    def after_app_change(self) -> None:
        """Clear the cache of apps, after the commit."""
        self.effects.append(super().after_app_change)
