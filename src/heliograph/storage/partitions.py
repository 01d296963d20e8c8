"""Partitions: events and attempts of a range of ids, which are deleted together.

Ids ascend with time, so a partition has the events of a span of time. On PostgreSQL retention drops the partitions in
which everything is old, which costs the same for any number of rows. A default partition, the rest, takes the ids
outside of all ranges: ids of a wrong clock, ids that were created while no server added partitions, and the ids that
pending deliveries need when their partition is dropped. Its rows are deleted one by one.

Deliveries are not partitioned: the search for those to attempt would read the indexes of every partition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from heliograph import ids

SPANS = 6
"""Partitions per retention time. With more of them rows are deleted sooner after the retention time, and with fewer
there are fewer indexes to search."""


class Range(NamedTuple):
    """The ids of a partition, from `first` to before `end`."""

    first: str
    end: str


def span(keep: int) -> int:
    """The time that a partition covers if events are kept for `keep`, both in milliseconds."""
    return max(1, keep // SPANS // 1000) * 1000


def missing(present: Collection[Range], since: int, keep: int) -> Iterator[Range]:
    """The ranges to add, so that the ids of half a span from `since` on, in milliseconds, are in partitions."""
    width = span(keep)
    first = since // 1000 * 1000  # the name of a partition has seconds
    until = first + width // 2
    while first < until:
        start = ids.earliest(first)
        around = [one.end for one in present if one.first <= start < one.end]
        end = max(around, default="") or min(
            [ids.earliest(first + width), *(one.first for one in present if one.first > start)]
        )
        if not around:
            yield Range(start, end)
        first = ids.milliseconds(end)


class Partitions:
    """The partitions of a database. This class is for databases without partitions: all rows are deleted one by one."""

    async def add(self, keep: int) -> None:
        """Add the partitions that the next ids need, if events are kept for `keep` milliseconds."""

    async def drop(self, old: str) -> None:
        """Drop the partitions whose ids are all less than `old`. What pending deliveries need is moved to the rest; a
        partition with too much of it is kept."""

    async def parts(self, table: str, old: str, keep: int) -> Sequence[str]:
        """The parts of a table whose rows before `old` are to be deleted one by one."""
        return (table,)
