"""The PostgreSQL server of the benchmark, on a port."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bench import engines


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_the_port_is_on_loopback_and_needs_the_password() -> None:
    # Not below `tmp_path`: another run of pytest may remove the access of the user of PostgreSQL to its folders, and
    # the path of a socket has at most 107 bytes.
    with (
        tempfile.TemporaryDirectory(prefix="heliograph-") as folder,
        engines.own_postgresql(Path(folder), tcp=True) as engine,
    ):
        url = engine.create("port")
        parts = urlsplit(url)
        assert (parts.hostname, parts.password is not None) == ("127.0.0.1", True)
        assert asyncio.run(value(url, "SHOW listen_addresses")) == "127.0.0.1"
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(value(url.replace(f":{parts.password}@", ":guess@"), "SELECT 1"))
        assert engine.process is not None
        assert engine.process.memory_bytes() > 0
