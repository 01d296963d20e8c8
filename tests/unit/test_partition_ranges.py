"""Which partitions maintenance adds."""

from __future__ import annotations

import pytest

from heliograph import ids
from heliograph.storage.partitions import SPANS, Range, missing, span

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
START = 1_800_000_000_000
"""A time in milliseconds."""


def is_covered(ranges: list[Range], milliseconds: int) -> bool:
    """Whether exactly one of the ranges contains the ids of this time."""
    return sum(one.first <= ids.earliest(milliseconds) < one.end for one in ranges) == 1


@pytest.mark.parametrize("days", [1, 7, 365])
def test_the_next_ids_always_have_a_partition_and_partitions_are_few(days: int) -> None:
    keep, present = days * DAY, list[Range]()
    for hour in range(0, 3 * days * 24, max(1, days // 2)):
        now = START + hour * HOUR
        present += missing(present, now, keep)
        assert is_covered(present, now)
        assert is_covered(present, now + span(keep) // 2 - SECOND)
        present = [one for one in present if one.end > ids.earliest(now - keep)]
        assert len(present) <= SPANS + 3
    assert len(present) >= SPANS


def test_partitions_fill_gaps_and_follow_the_retention_time() -> None:
    first = list(missing([], START, DAY))
    assert [*missing(first, START, DAY)] == [], "the partitions exist"
    # A clock that was wrong for a moment led to partitions of another year, and the retention time has changed.
    wrong = [*missing([], START + 365 * DAY, 30 * DAY)]
    present = [*first, *wrong]
    for hour in range(24 * 400):
        present += missing(present, START + hour * HOUR, 30 * DAY)
        assert is_covered(present, START + hour * HOUR)
    assert len(present) < 400 // 5 + 6
