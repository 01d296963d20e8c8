"""A check of one rule, and the register of all checks of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from heliograph.conformance.outcomes import Need
from heliograph.conformance.site import Site

CheckFunction = Callable[[Site], None]


@dataclass(frozen=True)
class RuleSource:
    """Where a rule comes from: a place in the API's documentation, or a choice of Heliograph."""

    place: str = ""

    @property
    def kind(self) -> str:
        """`documented` or `choice`."""
        return "documented" if self.place else "choice"

    def __str__(self) -> str:
        return f"documented: {self.place}" if self.place else "our choice"


CHOICE = RuleSource()


@dataclass(frozen=True)
class Check:
    """One rule, by its number in docs/behaviour.md or by its operation, and the function that checks it."""

    number: str
    sentence: str
    source: RuleSource
    needs: tuple[Need, ...]
    run: CheckFunction

    @property
    def topic(self) -> str:
        """The part of the number before the first dot: `participants`, or `operation`."""
        return self.number.partition(".")[0]


RULES: list[Check] = []
"""The checks of rules, in the order of their definition."""


def rule(
    number: str, sentence: str, *needs: Need, source: RuleSource = CHOICE
) -> Callable[[CheckFunction], CheckFunction]:
    """Register the decorated function as the check of a rule."""

    def register(run: CheckFunction) -> CheckFunction:
        RULES.append(Check(number, sentence, source, needs, run))
        return run

    return register
