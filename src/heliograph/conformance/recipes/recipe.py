"""A recipe: a function that prepares a successful call of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from heliograph.conformance.outcomes import Need
from heliograph.conformance.site import Site
from heliograph.wire.operations import AnyOperation


class Prepared:
    """A call that should succeed: the body, the values in the path, and other options of `Site.call`."""

    def __init__(self, body: Any = None, *, site: Site | None = None, **given: Any) -> None:
        self.body = body
        self.site = site
        """The site to call it on, if it is not the given one."""
        self.given = given


Prepare = Callable[[Site], Prepared]


class Recipe(NamedTuple):
    """A recipe and its needs."""

    needs: tuple[Need, ...]
    prepare: Prepare


RECIPES: dict[AnyOperation, Recipe] = {}


def recipe(operation: AnyOperation, *needs: Need) -> Callable[[Prepare], Prepare]:
    """Register the decorated function as the recipe of an operation."""

    def register(prepare: Prepare) -> Prepare:
        RECIPES[operation] = Recipe(needs, prepare)
        return prepare

    return register
