"""Rules between the fields of a body, for `Body.violations`.

A title speaks of the object as a whole, so that the object's path can stand before it. What is given may be anything
that JSON can say: the types of the fields are reported apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def exactly_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    """One of these fields, and no other of them."""
    count = sum(given.get(name) is not None for name in names)
    if count != 1:
        yield f"exactly one of {', '.join(names)} is required, {count or 'none'} given"


def at_most_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    """These fields exclude each other."""
    count = sum(given.get(name) is not None for name in names)
    if count > 1:
        yield f"at most one of {', '.join(names)} may be given, {count} given"


def at_least_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    """Something in one of these fields; an empty text or list is nothing."""
    if not any(given.get(name) for name in names):
        yield f"at least one of {', '.join(names)} is required"


def distinct(given: dict[str, Any], field: str, name: str) -> Iterator[str]:
    """No two objects of the list in `field` have the same text under `name`."""
    members = given.get(field)
    objects = [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []
    texts = [one[name] for one in objects if isinstance(one.get(name), str)]
    if len(set(texts)) < len(texts):
        yield f"every one of {field} should have a {name} of its own"
