"""The interval tree: a time finds an interval if and only if the interval contains the time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heliograph.storage.intervals import NO_TIME, ancestors_of, node_of

NOW = 1_795_000_000_000
TIMES = st.integers(1, 300) | st.integers(NOW, NOW + 300) | st.integers(1, (1 << 32) * 1000 - 1)


@given(TIMES, TIMES, TIMES)
def test_a_time_is_in_the_intervals_at_its_ancestors(first: int, end: int, moment: int) -> None:
    node = node_of(first, end)
    found = node in ancestors_of(moment) and (moment < end if node <= moment else first <= moment)
    assert found == (first <= moment < end)


@given(TIMES, st.integers(1, 5000))
def test_the_node_is_in_its_interval(first: int, length: int) -> None:
    assert first <= node_of(first, first + length) < first + length
    assert node_of(first, first) == NO_TIME
