"""Chaos rules: setting, showing, removing and validating them."""

from __future__ import annotations

from typing import Any

import pytest

from heliograph.sandbox.chaos import APPS, Chaos
from heliograph.wire.chaos import MAX_RULES, ChaosBody
from tests.harness import Caller, error_of, new_app, titles_of
from tests.sandbox.chaos import counts, disturb, path_of, rule

pytestmark = pytest.mark.one_engine


def test_rules_are_shown_with_their_counts_until_they_are_removed(api: Caller) -> None:
    busy = rule("busy", status=429, retryAfter=2, times=1, match={"operation": "CreateUser"})
    lost = rule("lost", "delivery", drop="after", probability=0.5)
    shown = disturb(api, busy, lost)
    assert shown == {"seed": 7, "rules": [{**one, "matches": 0, "hits": 0} for one in (busy, lost)]}
    assert api("POST", "/users", {"externalId": "ada"}).status_code == 429
    assert api("POST", "/users", {"externalId": "ada"}).status_code == 201
    assert counts(api) == {"busy": (2, 1), "lost": (0, 0)}
    disturb(api, busy)
    assert counts(api) == {"busy": (0, 0)}
    assert api.ok("DELETE", path_of(api)) == {}
    assert api.ok("GET", path_of(api)) == {"chaos": {"seed": 0, "rules": []}}
    assert api("POST", "/users", {"externalId": "bob"}).status_code == 201


def test_a_reset_of_the_app_keeps_the_rules(api: Caller) -> None:
    disturb(api, rule("busy", status=429))
    api.ok("POST", f"/heliograph/v1/apps/{api.app_id}/sandbox/reset")
    assert api("GET", "/users/ada").status_code == 429


def test_other_apps_are_not_affected(account: Caller, api: Caller) -> None:
    neighbour = new_app(account)
    disturb(api, rule("busy", status=503))
    disturb(neighbour, rule("busy", status=404, match={"operation": "ListConversations"}))
    assert api("GET", "/users/ada").status_code == 503
    neighbour.new_user("ada")
    assert account("GET", "/v2/apps").status_code == 200
    assert counts(neighbour) == {"busy": (0, 0)}


EFFECT = "rules[0].effect"
UNKNOWN = "rules[0].match.operation should be an operation of an app, such as PostMessage"
OUTCOMES = "status, drop, truncate, bytesPerSecond"


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"on": "nothing"}, "rules[0].on should be equal to one of the allowed values: delivery, request, stream"),
        ({"name": "two words"}, 'rules[0].name should match pattern "^[A-Za-z0-9._-]{1,64}$(?!\\n)"'),
        ({"probability": 1.5}, "rules[0].probability should be <= 1"),
        ({"probability": -0.1}, "rules[0].probability should be >= 0"),
        ({"times": 0}, "rules[0].times should be >= 1"),
        ({"odds": 1}, "rules[0] should NOT have the additional property 'odds'"),
        ({"effect": {}}, f"{EFFECT} at least one of delayMs, {OUTCOMES} is required"),
        ({"effect": {"explode": 1, "delayMs": 1}}, f"{EFFECT} should NOT have the additional property 'explode'"),
        ({"effect": {"duplicate": 1, "delayMs": 1}}, f"{EFFECT} should NOT have the additional property 'duplicate'"),
        ({"effect": {"status": 429, "drop": "after"}}, f"{EFFECT} at most one of {OUTCOMES} may be given, 2 given"),
        ({"effect": {"status": 200}}, f"{EFFECT}.status should be >= 400"),
        ({"effect": {"delayMs": 60_001}}, f"{EFFECT}.delayMs should be <= 60000"),
        ({"effect": {"delayMs": [1]}}, f".{EFFECT}.delayMs: should not have fewer than 2 items"),
        ({"effect": {"delayMs": [2, 1]}}, f"{EFFECT} delayMs should be in ascending order"),
        ({"effect": {"delayMs": 1, "title": "Busy"}}, f"{EFFECT} title needs a status"),
        ({"effect": {"drop": "during"}}, f"{EFFECT}.drop should be equal to one of the allowed values: after, before"),
        ({"match": {"operation": "Explode"}}, UNKNOWN),
        ({"match": {"operation": "ListApps"}}, UNKNOWN),
        ({"match": {"operation": "PutChaos"}}, UNKNOWN),
        ({"match": {"caller": "user"}}, "rules[0].match should NOT have the additional property 'caller'"),
        *[
            (
                {"match": {"operation": stream}, "effect": {"truncate": 5}},
                f"{EFFECT} truncate and bytesPerSecond are not possible for {stream}",
            )
            for stream in ("StreamEvents", "StreamActivity")
        ],
    ],
)  # fmt: skip
def test_an_invalid_rule_is_refused_by_the_name_of_its_field(api: Caller, given: Any, title: str) -> None:
    body = {"seed": 7, "rules": [{**rule("busy", status=429), **given}]}
    assert titles_of(api("PUT", path_of(api), body)) == [title]
    assert api.ok("GET", path_of(api))["chaos"]["rules"] == []


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({}, "should have required property 'rules'"),
        ({"rules": [], "sed": 7}, "should NOT have the additional property 'sed'"),
        ({"rules": [], "seed": "x"}, "seed should be integer"),
        ({"rules": [rule("a", status=429)] * 2}, "every one of rules should have a name of its own"),
        ({"rules": [rule("a", status=429)] * (MAX_RULES + 1)}, f".rules: should not have more than {MAX_RULES} items"),
    ],
)
def test_an_invalid_set_of_rules_is_refused(api: Caller, body: Any, title: str) -> None:
    assert title in titles_of(api("PUT", path_of(api), body))


def test_the_rules_of_a_limited_number_of_apps_are_kept() -> None:
    chaos = Chaos()
    for number in range(APPS + 1):
        chaos.put(str(number), ChaosBody(rules=[]))
    assert chaos.of("0") is None
    assert chaos.of("1") is not None


def test_only_a_key_of_the_app_may_set_rules(account: Caller, api: Caller) -> None:
    stranger = new_app(account)
    response = api("PUT", path_of(api), {"rules": []}, auth=stranger.auth)
    assert error_of(response)[:2] == (403, "forbidden")
