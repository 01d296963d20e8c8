"""The steps of scripts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from heliograph.errors import BadRequest
from heliograph.sandbox.scripts import ScriptStep, index_at, parse
from heliograph.wire.inboxes import InboxScriptBody


def parsed(*steps: Any) -> tuple[ScriptStep, ...]:
    """Parse the steps of a request."""
    return parse(msgspec.convert({"steps": steps}, InboxScriptBody).steps)


@pytest.mark.parametrize(
    ("given", "step"),
    [
        ("200", ScriptStep(200)),
        ("503 x3", ScriptStep(503, times=3)),
        (" 503  x 3 ", ScriptStep(503, times=3)),
        ("200 after 2s", ScriptStep(200, delay_ms=2000)),
        ("200 after 0.25s", ScriptStep(200, delay_ms=250)),
        ("503 x2 after 100ms", ScriptStep(503, delay_ms=100, times=2)),
        ("hang 25s", ScriptStep(None, delay_ms=25_000)),
        ("hang 10ms x2", ScriptStep(None, delay_ms=10, times=2)),
        ("close", ScriptStep(None)),
        ("close x2", ScriptStep(None, times=2)),
        ("close after 1s", ScriptStep(None, delay_ms=1000)),
        ({"status": 204}, ScriptStep(204)),
        ({"body": [1]}, ScriptStep(200, (("content-type", "application/json"),), b"[1]")),
        ({"status": 429, "headers": {"Retry-After": "2"}}, ScriptStep(429, (("retry-after", "2"),))),
        ({"status": 200, "body": "hello"}, ScriptStep(200, (("content-type", "text/plain; charset=utf-8"),), b"hello")),
        ({"status": 200, "body": {"a": [1]}}, ScriptStep(200, (("content-type", "application/json"),), b'{"a":[1]}')),
        (
            {"status": 200, "headers": {"Content-Type": "text/csv"}, "body": "a,b"},
            ScriptStep(200, (("content-type", "text/csv"),), b"a,b"),
        ),
    ],
)
def test_a_step(given: Any, step: ScriptStep) -> None:
    assert parsed(given) == (step,)


EXPECTED = 'steps[0] should be a status such as "200", "503 x3" or "200 after 2s", or "close", or "hang 25s"'


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("", EXPECTED),
        ("OK", EXPECTED),
        ("199", EXPECTED),
        ("600", EXPECTED),
        ("hang", EXPECTED),
        ("200 after 2", EXPECTED),
        ("200 after -2s", EXPECTED),
        ("200x3", EXPECTED),
        ("200 after ٢s", EXPECTED),
        ("200 x0", "steps[0] should repeat 1 to 1000 times"),
        ("200 x1001", "steps[0] should repeat 1 to 1000 times"),
        ("hang 121s", "steps[0] should take at most 120s"),
        ("hang 60s after 61s", "steps[0] should take at most 120s"),
        ({"status": 204, "body": "x"}, "steps[0].body is not possible with status 204"),
        ({"headers": {"Content-Length": "3"}}, "steps[0].headers should not have the name 'content-length'"),
        ({"status": 200, "headers": {"a b": "3"}}, "steps[0].headers should not have the name 'a b'"),
        (
            {"status": 200, "headers": {"a": "1\r\nb: 2"}},
            "steps[0].headers['a'] should be a line of up to 1000 Latin-1 characters",
        ),
        (
            {"status": 200, "headers": {f"a{number}": "" for number in range(51)}},
            "steps[0].headers should not have more than 50 items",
        ),
    ],
)  # fmt: skip
def test_a_step_that_is_refused(given: Any, title: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parsed(given)
    assert refused.value.titles == (title,)


def test_every_step_that_is_not_valid_has_a_title() -> None:
    with pytest.raises(BadRequest) as refused:
        parsed("one", "200", "three")
    assert [title[:8] for title in refused.value.titles] == ["steps[0]", "steps[2]"]


def test_steps_follow_each_other_and_the_last_one_repeats() -> None:
    steps = parsed("503 x3", "close", "200 x2")
    assert [index_at(steps, position) for position in range(9)] == [0, 0, 0, 1, 2, 2, 2, 2, 2]
