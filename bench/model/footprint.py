"""Measures the bytes that a database writes and stores, and the sizes of requests and responses."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from bench import engines, steady
from bench.processes import Process
from bench.worlds import World

KEPT = frozenset({"event", "delivery", "attempt"})
"""Tables whose rows are deleted after `--keep-days`."""
_SQLITE = """
    SELECT s.tbl_name, sum(d.pgsize) FROM dbstat AS d JOIN sqlite_schema AS s ON s.name = d.name
    WHERE d.aggregate = TRUE GROUP BY s.tbl_name"""
_POSTGRESQL = """
    SELECT whole.relname, sum(pg_total_relation_size(part.oid)) FROM pg_class AS part
    JOIN pg_class AS whole ON whole.oid = coalesce(pg_partition_root(part.oid), part.oid)
    WHERE part.relkind = 'r' AND part.relnamespace = current_schema()::regnamespace GROUP BY whole.relname"""
_WRITTEN = re.compile(r"^write_bytes: (\d+)$", re.MULTILINE)


class Footprint(Struct):
    """The bytes that a database has written so far, and the bytes that it stores."""

    log: float
    """Bytes of the write-ahead log; on SQLite, of all writes of the server process to disk."""
    kept: float
    lasting: float

    def __sub__(self, other: Footprint) -> Footprint:
        return Footprint(self.log - other.log, self.kept - other.kept, self.lasting - other.lasting)


def taken(url: str, server: Process) -> Footprint:
    """The footprint of the database at this URL, which a server uses."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            tables = dict(connection.execute(_SQLITE).fetchall())
        log = float(_WRITTEN.findall(Path(f"/proc/{server.pid}/io").read_text())[0])
    else:
        rows = asyncio.run(engines.fetch(url, _POSTGRESQL))
        tables = {name: float(size) for name, size in rows}
        log = float(asyncio.run(engines.fetch(url, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))[0][0])
    kept = sum(size for name, size in tables.items() if name in KEPT)
    return Footprint(log, kept, sum(tables.values()) - kept)


def exchanged(port: int, world: World, line: str) -> tuple[int, int]:
    """Send the request of a line; returns the bytes of the request and of the response, with their heads."""
    request = steady.request(world, line)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        response = connection.recv(65_536)
        while len(response) < _complete(response):
            response += connection.recv(65_536)
    return len(request), len(response)


def _complete(response: bytes) -> int:
    """The size of the whole response. While its head is incomplete, one byte more than arrived so far."""
    head, end, _ = response.lower().partition(b"\r\n\r\n")
    if not end:
        return len(response) + 1
    return len(head) + 4 + int(head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
