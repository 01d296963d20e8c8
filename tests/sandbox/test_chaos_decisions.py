"""Chaos decisions are reproducible, and the rate of hits is the probability of the rule."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from heliograph.sandbox.chaos import AppChaos, delay_of, roll
from heliograph.wire.chaos import ChaosBody, RequestMatch
from tests.sandbox.chaos import rule

MATCHES = 10_000
POST = RequestMatch(operation="PostMessage", method="POST", key_id="app_1", conversation_id="c1")
GET = RequestMatch(operation="GetUser", method="GET", key_id="app_1")


def rules(*given: Any, seed: int = 7) -> AppChaos:
    """The rules of an app."""
    return AppChaos(msgspec.convert({"seed": seed, "rules": given}, ChaosBody))


def decisions(chaos: AppChaos, count: int = MATCHES, facts: RequestMatch = POST) -> list[tuple[list[str], int]]:
    """The rules that hit each match, and its delay."""
    found = (chaos.of_request(facts) for _ in range(count))
    return [(one.rules, one.delay_ms) for one in found]


@pytest.mark.parametrize(
    ("seed", "name", "number", "expected"),
    [
        (7, "busy", 1, (0.17616, 0.39104)),
        (7, "busy", 2, (0.33349, 0.09819)),
        (7, "idle", 1, (0.61822, 0.98975)),
        (8, "busy", 1, (0.43508, 0.92763)),
        (7, "busy", "1", (0.86384, 0.03657)),
    ],
)
def test_rolls_never_change(seed: int, name: str, number: int | str, expected: tuple[float, float]) -> None:
    """A run can be repeated with another release and on another machine."""
    assert roll(seed, name, number) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("probability", [0.0, 0.01, 0.3, 0.5, 0.999, 1.0])
def test_the_hit_rate_is_the_probability(probability: float) -> None:
    chaos = rules(rule("busy", status=429, probability=probability))
    hits = sum(bool(names) for names, _ in decisions(chaos))
    sigma = math.sqrt(MATCHES * probability * (1 - probability))
    assert abs(hits - MATCHES * probability) <= 3 * sigma


def test_the_same_seed_repeats_every_decision() -> None:
    given = (rule("slow", delayMs=[10, 50], probability=0.5), rule("busy", status=503, probability=0.3))
    first = decisions(rules(*given))
    assert decisions(rules(*given)) == first
    assert decisions(rules(*given, seed=8)) != first


def test_rules_do_not_influence_each_other() -> None:
    slow, busy = rule("slow", delayMs=10, probability=0.5), rule("busy", status=503, probability=0.3)
    alone = [bool(names) for names, _ in decisions(rules(busy))]
    assert ["busy" in names for names, _ in decisions(rules(slow, busy))] == alone
    mixed = rules(rule("other", delayMs=5, match={"operation": "GetUser"}, probability=0.5), busy)
    found = []
    for _ in range(MATCHES):
        found.append("busy" in mixed.of_request(POST).rules)
        found.append("busy" in mixed.of_request(GET).rules)
    assert found[:MATCHES] == alone


def test_the_first_outcome_wins_and_delays_add_up() -> None:
    chaos = rules(
        rule("slow", delayMs=10),
        rule("busy", status=429, delayMs=5),
        rule("broken", status=500, delayMs=1_000, times=1),
        rule("slower", delayMs=20),
    )
    found = chaos.of_request(POST)
    assert (found.rules, found.delay_ms) == (["slow", "busy", "slower"], 35)
    assert found.effect is not None
    assert found.effect.status == 429
    assert [(one.matches, one.hits) for one in chaos.state().rules] == [(1, 1), (1, 1), (1, 0), (1, 1)]


def test_times_limits_the_hits() -> None:
    chaos = rules(rule("busy", status=429, times=3, probability=0.5))
    assert sum(bool(names) for names, _ in decisions(chaos)) == 3
    (state,) = chaos.state().rules
    assert (state.matches, state.hits) == (MATCHES, 3)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"operation": "PostMessage"}, True),
        ({"operation": "GetUser"}, False),
        ({"method": "POST", "keyId": "app_1"}, True),
        ({"method": "POST", "keyId": "app_2"}, False),
        ({"conversationId": "c1"}, True),
        ({"conversationId": "c2"}, False),
    ],
)
def test_every_condition_has_to_hold(match: Any, fits: bool) -> None:
    assert bool(rules(rule("one", status=429, match=match)).of_request(POST).rules) is fits


def test_a_key_replaces_the_number_of_the_match() -> None:
    chaos = rules(rule("busy", status=429, probability=0.5))
    numbered = [bool(names) for names, _ in decisions(chaos, 20)]
    chaos = rules(rule("busy", status=429, probability=0.5))
    keyed: dict[str, set[bool]] = {}
    found = []
    for _ in range(20):
        for key in "abcdefgh":
            keyed.setdefault(key, set()).add(bool(chaos.of_request(POST, key).rules))
        found.append(bool(chaos.of_request(POST).rules))
    assert found == numbered
    assert all(len(one) == 1 for one in keyed.values())
    assert {True, False} == set.union(*keyed.values())


@pytest.mark.parametrize(
    ("delay", "fraction", "expected"),
    [(None, 0.5, 0), (7, 0.9, 7), ([10, 20], 0.0, 10), ([10, 20], 0.5, 15), ([10, 20], 0.9999, 20), ([5, 5], 0.7, 5)],
)
def test_a_delay_is_drawn_from_its_range(delay: Any, fraction: float, expected: int) -> None:
    assert delay_of(delay, fraction) == expected


def test_drawn_delays_cover_their_range() -> None:
    delays = [delay for _, delay in decisions(rules(rule("slow", delayMs=[10, 19])))]
    assert set(delays) == set(range(10, 20))
