"""Chaos: the rules by which a sandbox disturbs requests, webhook calls and event streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire import rules
from heliograph.wire.base import Body, Response
from heliograph.wire.event_types import Trigger
from heliograph.wire.operations import Method

MAX_RULES = 50
_MAX_DELAY = 60_000
_MAX_EVENTS = 1_000
_MAX_DUPLICATES = 10
_MAX_BYTES = 10_000_000

RuleName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$(?!\n)")]
Milliseconds = Annotated[int, Meta(ge=0, le=_MAX_DELAY)]
Delay = Milliseconds | Annotated[list[Milliseconds], Meta(min_length=2, max_length=2)]
"""A number of milliseconds, or a pair of numbers between which each delay is drawn."""
Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=1)]
RequestStatus = Annotated[int, Meta(ge=400, le=599)]
CallStatus = Annotated[int, Meta(ge=200, le=599)]
Moment = Literal["before", "after"]


class Strict(Body, forbid_unknown_fields=True):
    """A JSON object whose unknown keys are refused, because a misspelled rule would silently do nothing."""

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of unknown keys."""
        config = cls.__struct_config__
        known = {*cls.__struct_encode_fields__, config.tag_field}
        for name in given:
            if name not in known:
                yield f"should NOT have the additional property '{name[:64]}'"


def _is_set(value: object) -> bool:
    return value is not None and value is not False


class Effect(Strict):
    """What a rule does: a delay, an outcome, or both."""

    delay_ms: Delay | None = None

    @classmethod
    def outcomes(cls) -> tuple[str, ...]:
        """The fields of which at most one may be given."""
        return ()

    @property
    def has_outcome(self) -> bool:
        """Whether the effect is more than a delay."""
        return any(_is_set(getattr(self, name)) for name in self.__struct_fields__ if name != "delay_ms")

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules."""
        yield from super().violations(given, require_subscribe=require_subscribe)
        yield from rules.at_most_one(given, *cls.outcomes())
        if not any(_is_set(given.get(name)) for name in ("delayMs", *cls.outcomes())):
            yield f"at least one of delayMs, {', '.join(cls.outcomes())} is required"
        match given.get("delayMs"):
            case [int(least), int(most)] if least > most:
                yield "delayMs should be in ascending order"


class RequestEffect(Effect):
    """What happens to a request. `drop` closes the connection before the call, or after it without its response."""

    status: RequestStatus | None = None
    code: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    title: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    retry_after: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    drop: Moment | None = None
    truncate: Annotated[int, Meta(ge=0, le=_MAX_BYTES)] | None = None
    bytes_per_second: Annotated[int, Meta(ge=1, le=_MAX_BYTES)] | None = None

    @classmethod
    def outcomes(cls) -> tuple[str, ...]:
        """The fields of which at most one may be given."""
        return "status", "drop", "truncate", "bytesPerSecond"

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules."""
        yield from super().violations(given, require_subscribe=require_subscribe)
        for name in ("code", "title", "retryAfter"):
            if given.get(name) is not None and given.get("status") is None:
                yield f"{name} needs a status"


class CallEffect(Effect):
    """What happens to a webhook call. `drop` loses the call, or its response, so the server calls again."""

    status: CallStatus | None = None
    drop: Moment | None = None
    duplicate: Annotated[int, Meta(ge=1, le=_MAX_DUPLICATES)] | None = None
    wrong_secret: bool | None = None

    @classmethod
    def outcomes(cls) -> tuple[str, ...]:
        """The fields of which at most one may be given."""
        return "status", "drop", "duplicate", "wrongSecret"


class StreamEffect(Effect):
    """What happens to an event stream. `drop` closes the connection after this number of events, the hit one included.

    `reset` resets it instead, so that the client may not read what was sent before.
    """

    drop: Annotated[int, Meta(ge=0, le=_MAX_EVENTS)] | None = None
    reset: bool | None = None

    @classmethod
    def outcomes(cls) -> tuple[str, ...]:
        """The fields of which at most one may be given."""
        return "drop", "reset"


class RequestMatch(Strict):
    """Which requests a rule is about: those for which every field that is set has this value."""

    operation: str | None = None
    method: Method | None = None
    key_id: str | None = None
    conversation_id: str | None = None


class CallMatch(Strict):
    """Which webhook calls a rule is about. The first attempt of a delivery is number 1."""

    webhook_id: str | None = None
    trigger: Trigger | None = None
    conversation_id: str | None = None
    attempt: Count | None = None


class StreamMatch(Strict):
    """Which events of streams a rule is about."""

    trigger: Trigger | None = None


class BaseRule(Strict, tag_field="on"):
    """What all rules have.

    `probability` is that of a hit, by default 1, and `times` the number of hits after which the rule does nothing.
    """

    name: RuleName
    probability: Probability | None = None
    times: Count | None = None


class RequestRule(BaseRule, tag="request", kw_only=True):
    """Disturbs requests of the app, after their credential and their body were accepted."""

    effect: RequestEffect
    match: RequestMatch | None = None


class DeliveryRule(BaseRule, tag="delivery", kw_only=True):
    """Disturbs calls of the webhooks of the app."""

    effect: CallEffect
    match: CallMatch | None = None


class StreamRule(BaseRule, tag="stream", kw_only=True):
    """Disturbs the event streams of the app."""

    effect: StreamEffect
    match: StreamMatch | None = None


Rule = RequestRule | DeliveryRule | StreamRule


class ChaosBody(Strict):
    """The rules of an app, in order, which replace those that it has. The same seed, by default 0, repeats the hits."""

    rules: Annotated[list[Rule], Meta(max_length=MAX_RULES)]
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules."""
        yield from super().violations(given, require_subscribe=require_subscribe)
        yield from rules.distinct(given, "rules", "name")


class RuleState(Response):
    """A rule, how many requests, calls or events matched it, and how many of them it affected."""

    name: str
    on: str
    effect: dict[str, Any]
    probability: float
    matches: int
    hits: int
    match: dict[str, Any] | None = None
    times: int | None = None


class ChaosState(Response):
    """The rules of an app; none if chaos is off."""

    seed: int
    rules: list[RuleState]


class ChaosResponse(Response):
    """The chaos of an app."""

    chaos: ChaosState
