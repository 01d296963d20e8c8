"""How the tables of a distributed database are stored."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_SHARDS = 32


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the tables are distributed: the number of tables in shards, of copied tables, of shards, and of machines."""

    divided: int
    copied: int
    shards: int
    machines: int
