"""Chaos: decides which requests, webhook calls and events of streams are disturbed, and how.

Decisions repeat exactly: they depend on the seed of the app, the name of the rule, and the number of the match, and on
no clock and no generator that rules share.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.chaos import (
    BaseRule,
    CallEffect,
    CallMatch,
    ChaosBody,
    ChaosState,
    Delay,
    DeliveryRule,
    Effect,
    RequestEffect,
    RequestMatch,
    RequestRule,
    RuleState,
    StreamEffect,
    StreamMatch,
    StreamRule,
)
from heliograph.wire.paths import AppPath
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS

APPS = 1_000
"""The number of apps whose rules are kept: those that were set last."""
HEADER = "x-heliograph-chaos"
"""The header of a disturbed response or webhook call, with the names of the rules."""
KEY_HEADER = b"x-heliograph-chaos-key"
"""The header of a request whose value replaces the number of the match."""

_NAMES = frozenset(one.name for one in (*OPERATIONS, *EXTENSIONS) if issubclass(one.template.values, AppPath))
_STREAMS = frozenset(one.name for one in EXTENSIONS if one.response.is_stream)

E = TypeVar("E", bound=Effect)
M = TypeVar("M", bound=Struct)


def roll(seed: int, rule: str, number: int | str) -> tuple[float, float]:
    """Two numbers, each from 0 to less than 1, for a match: the first decides whether the rule hits, and the second the
    value in a range."""
    digest = hashlib.blake2b(msgspec.json.encode([seed, rule, number]), digest_size=16).digest()
    return _fraction(digest[:8]), _fraction(digest[8:])


def _fraction(digest: bytes) -> float:
    return float(int.from_bytes(digest) >> 11) / 2**53


def delay_of(delay: Delay | None, fraction: float) -> int:
    """The delay in milliseconds at this fraction of its range."""
    if delay is None:
        return 0
    if isinstance(delay, int):
        return delay
    least, most = delay
    return least + int(fraction * (most - least + 1))


class Disturbance(Struct, Generic[E]):
    """The effect of the rules on a match: the names of the rules that hit, the sum of their delays, and the first
    outcome."""

    rules: list[str] = []
    delay_ms: int = 0
    effect: E | None = None

    @property
    def label(self) -> str:
        """The names of the rules, as the header shows them."""
        return ", ".join(self.rules)


class ActiveRule(Struct, Generic[E, M]):
    """A rule with its counts. `numbered` counts the matches without a key, and gives them their numbers."""

    rule: BaseRule
    effect: E
    match: M | None
    matches: int = 0
    numbered: int = 0
    hits: int = 0

    @property
    def probability(self) -> float:
        """The probability of a hit."""
        return 1.0 if self.rule.probability is None else self.rule.probability

    def fits(self, facts: M) -> bool:
        """Whether the rule matches a request, call or event with these facts."""
        match = self.match
        if match is None:
            return True
        wanted = ((getattr(match, name), name) for name in match.__struct_fields__)
        return all(value is None or value == getattr(facts, name) for value, name in wanted)

    def decide(self, seed: int, key: str | None, disturbance: Disturbance[E]) -> None:
        """Count a match, and add to the disturbance if it hits."""
        rule = self.rule
        self.matches += 1
        if key is None:
            self.numbered += 1
        if rule.times is not None and self.hits >= rule.times:
            return
        chance, fraction = roll(seed, rule.name, self.numbered if key is None else key)
        overruled = disturbance.effect is not None and self.effect.has_outcome
        if chance >= self.probability or overruled:
            return
        self.hits += 1
        disturbance.rules.append(rule.name)
        disturbance.delay_ms += delay_of(self.effect.delay_ms, fraction)
        if self.effect.has_outcome:
            disturbance.effect = self.effect

    def state(self) -> RuleState:
        """The rule as responses show it."""
        shown = msgspec.to_builtins(self.rule)
        return RuleState(
            name=shown["name"],
            on=shown["on"],
            effect=shown["effect"],
            probability=self.probability,
            matches=self.matches,
            hits=self.hits,
            match=shown.get("match"),
            times=self.rule.times,
        )


class AppChaos:
    """The rules of an app."""

    def __init__(self, body: ChaosBody) -> None:
        self._seed = body.seed or 0
        self._requests: list[ActiveRule[RequestEffect, RequestMatch]] = []
        self._calls: list[ActiveRule[CallEffect, CallMatch]] = []
        self._events: list[ActiveRule[StreamEffect, StreamMatch]] = []
        self._rules: list[ActiveRule[Any, Any]] = [self._activate(rule) for rule in body.rules]

    def _activate(self, rule: RequestRule | DeliveryRule | StreamRule) -> ActiveRule[Any, Any]:
        match rule:
            case RequestRule():
                self._requests.append(request := ActiveRule(rule, rule.effect, rule.match))
                return request
            case DeliveryRule():
                self._calls.append(call := ActiveRule(rule, rule.effect, rule.match))
                return call
            case StreamRule():
                self._events.append(event := ActiveRule(rule, rule.effect, rule.match))
                return event

    def of_request(self, facts: RequestMatch, key: str | None = None) -> Disturbance[RequestEffect]:
        """The disturbance of a request."""
        rules = self._requests
        if facts.operation in _STREAMS:
            rules = [one for one in rules if not _needs_length(one.effect)]
        return self._decide(rules, facts, key)

    def of_call(self, facts: CallMatch) -> Disturbance[CallEffect]:
        """The disturbance of a webhook call."""
        return self._decide(self._calls, facts)

    def of_event(self, facts: StreamMatch) -> Disturbance[StreamEffect]:
        """The disturbance of an event of a stream."""
        return self._decide(self._events, facts)

    def _decide(self, rules: Sequence[ActiveRule[E, M]], facts: M, key: str | None = None) -> Disturbance[E]:
        disturbance: Disturbance[E] = Disturbance()
        for one in rules:
            if one.fits(facts):
                one.decide(self._seed, key, disturbance)
        return disturbance

    def state(self) -> ChaosState:
        """The rules with their counts."""
        return ChaosState(seed=self._seed, rules=[one.state() for one in self._rules])


class Chaos:
    """The rules of all apps."""

    def __init__(self) -> None:
        self.closing = asyncio.Event()
        """Set when the server stops."""
        self._apps: OrderedDict[str, AppChaos] = OrderedDict()

    async def pause(self, seconds: float) -> None:
        """Wait, unless the server stops, which no rule may delay."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    def of(self, app_id: str) -> AppChaos | None:
        """The rules of an app, or None if it has none."""
        return self._apps.get(app_id)

    def put(self, app_id: str, body: ChaosBody) -> ChaosState:
        """Replace the rules of an app, and begin to count again.

        Raises:
            BadRequest: a rule names an operation that does not exist, or that it cannot disturb.
        """
        if titles := [title for number, rule in enumerate(body.rules) for title in _violations(number, rule)]:
            raise BadRequest(*titles)
        found = self._apps[app_id] = AppChaos(body)
        self._apps.move_to_end(app_id)
        if len(self._apps) > APPS:
            self._apps.popitem(last=False)
        return found.state()

    def state(self, app_id: str) -> ChaosState:
        """The rules of an app with their counts."""
        found = self._apps.get(app_id)
        return found.state() if found else ChaosState(seed=0, rules=[])

    def clear(self, app_id: str) -> None:
        """Remove the rules of an app."""
        self._apps.pop(app_id, None)


def _violations(number: int, rule: BaseRule) -> list[str]:
    if not isinstance(rule, RequestRule) or rule.match is None or (operation := rule.match.operation) is None:
        return []
    if operation not in _NAMES:
        return [f"rules[{number}].match.operation should be an operation of an app, such as PostMessage"]
    if operation in _STREAMS and _needs_length(rule.effect):
        return [f"rules[{number}].effect truncate and bytesPerSecond are not possible for {operation}"]
    return []


def _needs_length(effect: RequestEffect) -> bool:
    return effect.truncate is not None or effect.bytes_per_second is not None
