"""Uploads under load: memory, other requests, kill -9, and bodies that never end.

HELIOGRAPH_TEST_ROUNDS=n kills the server n times, and uploads 20 files of 50 MB at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.background import Failures
from heliograph.errors import RequestTimeout
from heliograph.maintenance.files import remove_files
from heliograph.server.http import multipart
from heliograph.server.http.asgi import AsgiExchange
from heliograph.server.http.multipart import open_part
from heliograph.storage.blobs import DatabaseBlobs
from heliograph.storage.opening import open_store
from tests.api.database import Database
from tests.api.files import BOUNDARY, stored
from tests.attachments.uploading import (
    MEGABYTE,
    Acknowledged,
    body_of,
    peak_memory,
    reset_peak_memory,
    upload,
    upload_together,
)
from tests.databases import new_database
from tests.harness import Caller, Server, init, new_app, serving
from tests.http import Http

LONG = "HELIOGRAPH_TEST_ROUNDS" in os.environ
ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "2"))
UPLOADS, SIZE = (20, 50 * MEGABYTE) if LONG else (6, 6 * MEGABYTE)
GROWTH = (60 if LONG else 16) * MEGABYTE
RESIDENT = 150 * MEGABYTE
log = logging.getLogger(__name__)


@pytest.fixture
def api(running: Server) -> Iterator[Caller]:
    """A caller with the key of a fresh app."""
    with Http(timeout=60) as http:
        yield new_app(Caller(running.url, init(running.database_url).account_auth, http=http))


@pytest.fixture
def running(engine: str, tmp_path: Path) -> Iterator[Server]:
    """A server for one test."""
    with serving(new_database(engine, tmp_path)) as server:
        yield server


def test_memory_and_other_requests_during_uploads(running: Server, api: Caller) -> None:
    upload_together(api, 4, 8 * MEGABYTE)  # fills the page cache of SQLite, 32 MB
    pid = running.process.pid
    reset_peak_memory(pid)
    before = peak_memory(pid)
    ended, seconds = threading.Event(), []

    def create_users() -> None:
        while not ended.is_set():
            started = time.monotonic()
            api.new_user()
            seconds.append(time.monotonic() - started)

    other = threading.Thread(target=create_users)
    other.start()
    started = time.monotonic()
    try:
        acknowledged = upload_together(api, UPLOADS, SIZE)
    finally:
        took = time.monotonic() - started
        ended.set()
        other.join()
    peak = peak_memory(pid)
    seconds.sort()
    log.info(
        "%d uploads of %d MB in %.1f s: memory %d MB, before %d MB; %d users, p50 %.3f s, p99 %.3f s, max %.3f s",
        UPLOADS, SIZE // MEGABYTE, took, peak // MEGABYTE, before // MEGABYTE, len(seconds),
        seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100], seconds[-1],
    )  # fmt: skip
    assert peak - before < GROWTH
    assert peak < RESIDENT
    assert len(seconds) > 5
    acknowledged.check(running.url)


def test_kill_during_uploads(running: Server, api: Caller) -> None:
    """Acknowledged files are stored, and the rest is deleted when its removal is due."""
    database, acknowledged = Database(running.database_url), Acknowledged()
    for round_ in range(ROUNDS):
        uploading = [
            threading.Thread(target=_upload_until_killed, args=(api, round_ * 100 + number, acknowledged))
            for number in range(6)
        ]
        have = len(acknowledged.digests)
        for one in uploading:
            one.start()
        while len(acknowledged.digests) < have + 6:
            time.sleep(0.01)
        time.sleep(random.Random(round_).uniform(0, 0.2))
        running.kill()
        for one in uploading:
            one.join()
        running.output.clear()
        running.start()
        api.url = running.url
        acknowledged.check(running.url)
    log.info("%d files acknowledged in %d rounds", len(acknowledged.digests), ROUNDS)
    left = stored(database, api.app_id)
    assert left["attachment_removal"] > 0
    assert left["attachment"] >= len(acknowledged.digests)
    removals = database.rows("SELECT id FROM attachment_removal WHERE app_id = $1", api.app_id)
    database.write(*[("UPDATE attachment_removal SET due_at = 1 WHERE id = $1", row) for row in removals])
    asyncio.run(_remove_files(database))
    chunks = database.rows(
        "SELECT count(*) FROM attachment_chunk WHERE app_id = $1 AND attachment_id NOT IN (SELECT id FROM attachment)",
        api.app_id,
    )
    assert chunks == [(0,)]
    assert stored(database, api.app_id)["attachment_removal"] == 0
    acknowledged.check(running.url)


def _upload_until_killed(api: Caller, number: int, acknowledged: Acknowledged) -> None:
    with contextlib.suppress(httpx.TransportError):
        while True:
            upload(api, number, 700_000, acknowledged)


async def _remove_files(database: Database) -> None:
    store = await open_store(database.url)
    try:
        await remove_files(store, DatabaseBlobs(store), Failures())
    finally:
        await store.close()


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_bodies_that_never_end(monkeypatch: pytest.MonkeyPatch, pieces: int) -> None:
    """attachments.2: a body that stalls is ended by the time limit, after any number of pieces."""
    monkeypatch.setattr(multipart, "BODY_SECONDS", 30 if pieces else 0.05)
    monkeypatch.setattr(multipart, "BYTES_PER_PERIOD", 100_000)
    sent = 0

    async def receive() -> Any:
        nonlocal sent
        if sent == pieces:
            await asyncio.sleep(60)
        sent += 1
        if sent == pieces:
            monkeypatch.setattr(multipart, "BODY_SECONDS", 0.05)
        body = b"".join(body_of(1, 50_000))
        return {"type": "http.request", "body": body[:40_000] if sent == 1 else body[1000:40_000], "more_body": True}

    async def unused(message: Any) -> None:
        raise AssertionError

    async def run() -> None:
        headers = [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())]
        scope = {"scheme": "http", "method": "POST", "raw_path": b"/", "query_string": b"", "root_path": ""}
        exchange = AsgiExchange({**scope, "headers": headers}, receive, unused)
        part = await open_part(exchange, "source", MEGABYTE)
        async for _ in part.chunks():
            pass

    with pytest.raises(RequestTimeout):
        asyncio.run(run())
    assert sent == pieces
