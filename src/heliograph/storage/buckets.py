"""Sets of buckets, and where they are stored.

Usually all buckets are in one shard. On a distributed database each shard has some of them, on a machine of its own,
and a statement is sent to one shard only if it names buckets of that shard for each of its tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

BucketRanges = tuple[tuple[int, int], ...]
"""Ranges of buckets, each as its first and last bucket."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Buckets that are stored together. The only shard of a database that is not distributed has no name."""

    name: str
    ranges: BucketRanges


@dataclass(frozen=True)
class Part:
    """The buckets of one statement. `apart`: whether they are stored apart from others."""

    ranges: BucketRanges
    apart: bool = False

    @cached_property
    def inside(self) -> str:
        """The condition for a row to be in these buckets."""
        if self.apart:
            return f"bucket IN ({', '.join(map(str, numbers(self.ranges)))})"
        return " OR ".join(f"bucket BETWEEN {first} AND {last}" for first, last in self.ranges) or "1 = 0"

    @cached_property
    def searched(self) -> str:
        """The same condition, for a search by another index."""
        # CASE keeps query planners from starting with the buckets and underestimating their rows: rows should be read
        # in the order of due times, of which the first few are enough.
        return self.inside if self.apart else f"CASE WHEN {self.inside} THEN 1 = 1 ELSE 1 = 0 END"

    def of(self, table: str) -> str:
        """A further condition that sends the statement to the shard, if there are several: ` AND d.bucket IN (…)`.

        Each table that has a bucket needs one.
        """
        return f" AND {table}.{self.inside}" if self.apart else ""


def numbers(ranges: BucketRanges) -> Iterator[int]:
    """The buckets in the ranges."""
    for first, last in ranges:
        yield from range(first, last + 1)


def merged(buckets: Iterable[int]) -> BucketRanges:
    """The fewest ranges that contain these buckets, which ascend."""
    found: list[tuple[int, int]] = []
    for bucket in buckets:
        if found and found[-1][1] == bucket - 1:
            found[-1] = found[-1][0], bucket
        else:
            found.append((bucket, bucket))
    return tuple(found)
