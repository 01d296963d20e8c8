"""Snapshots of the database of a sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

from heliograph.errors import BadRequest, UsageError
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.storage.snapshots import Snapshots, StoredSnapshot, is_name
from heliograph.wire import times
from heliograph.wire.apps import Empty
from heliograph.wire.paths import NoPath, SnapshotPath
from heliograph.wire.snapshots import Snapshot, SnapshotBody, SnapshotListResponse, SnapshotResponse
from heliograph.wire.table.sandbox import (
    DELETE_SNAPSHOT,
    EXPORT_SNAPSHOT,
    IMPORT_SNAPSHOT,
    LIST_SNAPSHOTS,
    RESTORE_SNAPSHOT,
    SAVE_SNAPSHOT,
)

_CHUNK_BYTES = 256 * 1024


@handles(SAVE_SNAPSHOT)
async def save(request: Request[NoPath, SnapshotBody]) -> SnapshotResponse:
    with _refusing():
        return SnapshotResponse(snapshot=_to_api(await _snapshots(request).save(request.body.name)))


@handles(LIST_SNAPSHOTS)
async def list_snapshots(request: Request[NoPath, None]) -> SnapshotListResponse:
    return SnapshotListResponse(snapshots=[_to_api(one) for one in await _snapshots(request).listed()])


@handles(DELETE_SNAPSHOT)
async def delete(request: Request[SnapshotPath, None]) -> Empty:
    await _snapshots(request).remove(_name(request))
    return Empty()


@handles(RESTORE_SNAPSHOT)
async def restore(request: Request[SnapshotPath, None]) -> Empty:
    snapshots, name, tools = _snapshots(request), _name(request), request.tools

    async def work() -> None:
        async with tools.stopped_services():
            await snapshots.restore(name)
            # Before anything can change again: keys, apps and streams of the state before are gone.
            request.context.auth.clear_cache()
            request.context.streams.end()
            await tools.clocks.load(request.store)

    with _refusing():
        await tools.gate.alone(work)
    return Empty()


@handles(EXPORT_SNAPSHOT)
async def export(request: Request[SnapshotPath, None]) -> AsyncGenerator[bytes, None]:
    name = _name(request)
    request.response_headers["content-disposition"] = f'attachment; filename="{name}.db"'
    return _content(_snapshots(request), name)


async def _content(snapshots: Snapshots, name: str) -> AsyncGenerator[bytes, None]:
    with _refusing():
        async with snapshots.exported(name) as path:
            with path.open("rb") as file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                    yield chunk


@handles(IMPORT_SNAPSHOT)
async def import_(request: Request[SnapshotPath, AsyncGenerator[bytes, None]]) -> SnapshotResponse:
    with _refusing():
        return SnapshotResponse(snapshot=_to_api(await _snapshots(request).add(_name(request), request.body)))


def _snapshots(request: Request[Any, Any]) -> Snapshots:
    found = request.store.snapshots
    if found is None:
        raise BadRequest("Snapshots need a SQLite database, which a single process serves")
    return found


def _name(request: Request[SnapshotPath, Any]) -> str:
    name = request.path.snapshot_name
    if not is_name(name):
        raise BadRequest("The name of a snapshot has up to 64 letters, digits, dots, underscores and hyphens")
    return name


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        raise BadRequest(str(error)) from None


def _to_api(stored: StoredSnapshot) -> Snapshot:
    return Snapshot(name=stored.name, created_at=times.to_text(stored.created_at), size=stored.size)
