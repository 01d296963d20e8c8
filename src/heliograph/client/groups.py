"""The descriptor of a client's groups of operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

G = TypeVar("G")


class group(Generic[G]):
    """Creates a group of operations on first access and caches it on the client.

    The cached_property of Python 3.11 holds a lock, which would block a child forever if another thread held it during
    a fork. Without one, two threads may each create the group, which is harmless.
    """

    def __init__(self, create: Callable[[Any], G]) -> None:
        self._create = create
        self._name = create.__name__
        self.__doc__ = create.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: object, owner: type) -> G: ...

    def __get__(self, client: object, owner: type) -> Self | G:
        if client is None:
            return self
        created: G = vars(client).setdefault(self._name, self._create(client))
        return created
