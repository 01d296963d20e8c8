"""Rules between the fields of a body, for `Body.violations`.

Each title is about the whole object, so that the path of the object can precede it. The values may have any JSON type,
because violations of their types are reported separately.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def exactly_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    """Require exactly one of these fields."""
    # A loop is faster than a generator, and a body may have a thousand objects to check.
    count = 0
    for name in names:
        if given.get(name) is not None:
            count += 1
    return iter(() if count == 1 else (f"exactly one of {', '.join(names)} is required, {count or 'none'} given",))


def at_most_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    """Allow at most one of these fields."""
    count = sum(given.get(name) is not None for name in names)
    if count > 1:
        yield f"at most one of {', '.join(names)} may be given, {count} given"


def at_least_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    """Require a non-empty value in at least one of these fields."""
    if not any(given.get(name) for name in names):
        yield f"at least one of {', '.join(names)} is required"


def distinct(given: dict[str, Any], field: str, name: str) -> Iterator[str]:
    """Require a different text under `name` in each object of the list `field`."""
    members = given.get(field)
    objects = [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []
    texts = [one[name] for one in objects if isinstance(one.get(name), str)]
    if len(set(texts)) < len(texts):
        yield f"every one of {field} should have a {name} of its own"
