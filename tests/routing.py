"""Shards for tests, and a check that a statement can be sent to one shard.

It can if it names the bucket of each of its tables that has buckets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from heliograph.storage.buckets import Shard, merged
from heliograph.storage.copying import TABLES
from heliograph.storage.postgres.placement import BUCKETS, Placement

SPREAD = {"…", *(table.name for table in TABLES if table.spread)}
"""The tables that have buckets, and `…` for a table with an unknown name."""

SHARDS = 8

_WORD = r"(?!(?:WHERE|SET|ON|ORDER|LIMIT|LEFT|JOIN|GROUP|VALUES|FOR|USING|SELECT|AND)\b)(\w+)"
_TABLE = re.compile(rf"\b(FROM|JOIN|UPDATE|INTO)\s+(\w+|…)(?:\s+(?:AS\s+)?{_WORD})?")
_NAMED = re.compile(r"(?:(\w+)\.)?\bbucket (?:= ?(\$\d+|\d+)|IN \(([^)]*)\))")
_BEGINS = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b")
_NUMBER = re.compile(r"\$?\d+")


def shard_of(bucket: int, shards: int = SHARDS) -> int:
    """The number of the shard of a bucket. Neighbouring buckets are in different shards, as with a hash."""
    return bucket * 2654435761 % shards


def divided(shards: int = SHARDS) -> Placement:
    """A placement in shards. Their names contain the number of shards, so that two placements share no name."""
    names = tuple(f"{shards}-{number}" for number in range(shards))
    buckets = [[one for one in range(BUCKETS) if shard_of(one, shards) == number] for number in range(shards)]
    return Placement(tuple(Shard(name, merged(some)) for name, some in zip(names, buckets, strict=True)), names)


@dataclass
class Part:
    """A SELECT, INSERT, UPDATE or DELETE without the statements nested in it."""

    text: str = ""
    unnamed: list[str] = field(default_factory=list)
    """The tables whose bucket it does not name."""
    buckets: list[str] = field(default_factory=list)
    """The buckets that it names: numbers, or parameters such as `$1`."""


def unnamed(sql: str) -> list[str]:
    """The tables of a statement whose bucket it does not name."""
    return [table for part in _parts(sql) for table in part.unnamed]


def refused(sql: str) -> str | None:
    """Why a distributed database refuses a statement that names no bucket, or None if it runs it on all shards."""
    for pattern, reason in (
        (r"\bRECURSIVE\b", "a recursive query"),
        (r"\bFOR (NO KEY |KEY )?(UPDATE|SHARE)\b", "locked rows"),
        (r"SELECT [^()]*\bEXISTS\b(?=.* FROM )", "EXISTS in a target list"),
        (r"\bINSERT INTO \w+ \([^)]*\) SELECT\b", "INSERT ... SELECT"),
        (r"\bFROM (generate_series|unnest)\b.*\(SELECT\b", "a subquery for each row of a function"),
    ):
        if re.search(pattern, sql):
            return reason
    return None


def buckets(sql: str, values: Sequence[Any]) -> set[int]:
    """The buckets that a statement names, with these parameters."""
    names = [name for part in _parts(sql) for name in part.buckets]
    return {values[int(name[1:]) - 1] if name.startswith("$") else int(name) for name in names}


def _parts(sql: str) -> list[Part]:
    """The parts of a statement, each with the tables and buckets in it."""
    found: list[Part] = [Part()]
    open_parts = [found[0]]
    pieces = re.split(r"([()])", sql)
    for number, piece in enumerate(pieces):
        if piece == "(":
            inner = Part() if _BEGINS.match(pieces[number + 1]) else open_parts[-1]
            if inner is not open_parts[-1]:
                found.append(inner)
            open_parts.append(inner)
        outer = len(open_parts) > 1 and open_parts[-1] is open_parts[-2]
        if piece not in "()" or outer:
            open_parts[-1].text += piece
        if piece == ")":
            open_parts.pop()
    split = [Part(text) for part in found for text in part.text.split("UNION ALL")]
    for part in split:
        _look(part)
    return split


def _look(part: Part) -> None:
    tables = [(how, name, alias or name) for how, name, alias in _TABLE.findall(part.text) if name in SPREAD]
    if tables and tables[0][0] == "INTO":
        part.unnamed, part.buckets = _of_insert(part.text)
        return
    named = set()
    for qualifier, one, several in _NAMED.findall(part.text):
        part.buckets += [one] if one else _NUMBER.findall(several)
        named.add(qualifier)
    part.unnamed = [name for _, name, alias in tables if not named & {alias, "" if len(tables) == 1 else alias}]


def _of_insert(text: str) -> tuple[list[str], list[str]]:
    """The table if its rows do not name the bucket, and the buckets of its rows."""
    table, columns, rest = re.findall(r"INTO (\w+) \(([^)]*)\)\s*(.*)", text, re.DOTALL)[0]
    names = columns.split(", ")
    if "bucket" not in names or not rest.startswith("VALUES"):
        return [table], []
    return [], list(_of_rows(rest, names.index("bucket")))


def _of_rows(values: str, position: int) -> Iterator[str]:
    for row in re.findall(r"\(([^()]*)\)", values.split(" ON CONFLICT")[0]):
        yield row.split(", ")[position]
