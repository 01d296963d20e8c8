"""Tests of `each`: the resulting test takes fixtures, runs every case, and names the cases that fail."""

from __future__ import annotations

import inspect
import re

import pytest

from tests.cases import each


def test_every_case_runs_and_failing_cases_are_named() -> None:
    seen = []

    @each([1, 2, 3], lambda case: f"case {case}")
    def odd(case: int, base: int) -> None:
        seen.append(case)
        assert case % base, "even"

    assert list(inspect.signature(odd).parameters) == ["base"]
    with pytest.raises(AssertionError, match=re.escape("1 of 3 cases fail\ncase 2: AssertionError: even")):
        odd(base=2)
    assert seen == [1, 2, 3]


def test_there_must_be_cases() -> None:
    with pytest.raises(AssertionError, match="no cases"):
        each([])
