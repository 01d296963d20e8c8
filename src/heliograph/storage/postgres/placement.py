"""The placement of buckets: in one database or, with Citus, in shards on several machines.

Statements are grouped by shard, because Citus sends a statement to one shard if it can, and refuses some of those that
need several, such as SELECT FOR UPDATE. Shards are used in ascending order, so that transactions cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from heliograph.storage.buckets import BucketRanges, Part, Shard, merged, numbers
from heliograph.storage.engine import Reader, Row

BUCKETS = 1024
_ALL: BucketRanges = ((0, BUCKETS - 1),)
_UNNAMED = ""
ANCHOR = "conversation"
"""All tables with a bucket are distributed in the same way as this one."""


class Placement:
    """The shards that have buckets, and the shard of each bucket. `names` are the names of all shards."""

    def __init__(
        self, shards: tuple[Shard, ...] = (Shard(_UNNAMED, _ALL),), names: Sequence[str] = (_UNNAMED,)
    ) -> None:
        self.shards = shards
        self.names = names
        self.is_distributed = shards[0].name != _UNNAMED
        self._shard_numbers = {
            bucket: number for number, shard in enumerate(shards) for bucket in numbers(shard.ranges)
        }
        self.parts = lru_cache(maxsize=64)(self._parts)

    def grouped(self, rows: Sequence[Row], bucket: int) -> list[Sequence[Row]]:
        """The rows of each shard; `bucket` is the position of the bucket in a row."""
        if not self.is_distributed:
            return [rows]
        groups: dict[int, list[Row]] = {}
        for row in rows:
            groups.setdefault(self._shard_numbers[row[bucket]], []).append(row)
        return [groups[number] for number in sorted(groups)]

    def _parts(self, ranges: BucketRanges) -> Sequence[Part]:
        """The buckets in the ranges, split by shard."""
        if not self.is_distributed:
            return [Part(ranges)]
        wanted = set(numbers(ranges))
        shared = [merged(bucket for bucket in numbers(shard.ranges) if bucket in wanted) for shard in self.shards]
        return [Part(some, apart=True) for some in shared if some]


async def read_placement(reader: Reader, known: Placement) -> Placement:
    """The placement of the buckets in the database. Returns `known` if the shards are the same."""
    names = await _shard_names(reader)
    if names == known.names:
        return known
    if names == (_UNNAMED,):
        return Placement()
    rows = await reader.rows(
        """SELECT get_shard_id_for_distribution_column($1::text::regclass, bucket)::text,
        array_agg(bucket ORDER BY bucket) FROM generate_series(0, $2::bigint - 1) AS bucket GROUP BY 1""",
        ANCHOR,
        BUCKETS,
    )
    buckets = {name: merged(numbers) for name, numbers in rows}
    return Placement(tuple(Shard(name, buckets[name]) for name in names if name in buckets), names)


async def _shard_names(reader: Reader) -> tuple[str, ...]:
    row = await reader.row("SELECT to_regclass('pg_catalog.pg_dist_shard') IS NOT NULL")
    if row is None or not row[0]:  # Citus is not installed
        return (_UNNAMED,)
    rows = await reader.rows(
        "SELECT shardid::text FROM pg_dist_shard JOIN pg_dist_partition USING (logicalrelid) "
        "WHERE logicalrelid = $1::text::regclass AND partmethod = 'h' ORDER BY shardid",
        ANCHOR,
    )
    return tuple(row[0] for row in rows) or (_UNNAMED,)
