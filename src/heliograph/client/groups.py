"""The attributes of a client that are groups of operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

G = TypeVar("G")


class group(Generic[G]):
    """Makes a group at its first use, and keeps it.

    The cached_property of Python 3.11 holds a lock meanwhile, which a thread may hold during a fork: the child would
    wait for it forever. Two threads may make the same group here, and that is harmless.
    """

    def __init__(self, make: Callable[[Any], G]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: object, owner: type) -> G: ...

    def __get__(self, client: object, owner: type) -> Self | G:
        if client is None:
            return self
        made: G = vars(client).setdefault(self._name, self._make(client))
        return made
