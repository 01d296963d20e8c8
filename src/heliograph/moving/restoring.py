"""Writes an app from a directory to this server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from heliograph.moving import directory
from heliograph.moving.directory import Manifest
from heliograph.moving.report import Record, Report
from heliograph.moving.selecting import clients_of, devices_of, message_of, participant_of, record_of
from heliograph.moving.writing import AppWriter
from heliograph.wire.imports import RECORDS_AT_ONCE


async def restore(
    path: Path, manifest: Manifest, target: AppWriter, report: Report, advanced: Callable[[int], None]
) -> None:
    """Write the records of a verified directory. Existing records are compared, so a restore can be repeated.

    Raises:
        UsageError: a file has a line that is not a record, or the target cannot be reached.
    """
    done = 0
    for kind in directory.IMPORTED:
        waiting: list[Record] = []
        for record in directory.records(path, manifest, kind):
            waiting += _stored(report, record)
            done += 1
            if len(waiting) >= RECORDS_AT_ONCE:
                await target.put(waiting)
                waiting = []
                advanced(done)
        if waiting:
            await target.put(waiting)
        advanced(done)


def _stored(report: Report, record: dict[str, Any]) -> list[Record]:
    """The record in a list, or an empty list if this server cannot store it."""
    match kind := record["kind"]:
        case "client":
            return clients_of(report, record.get("userId", ""), [record[kind]])
        case "device":
            return devices_of(report, record.get("userId", ""), [record[kind]])
        case "message":
            return [message_of(report, record.get("conversationId", ""), record[kind])]
        case "participant":
            return [participant_of(report, record.get("conversationId", ""), record[kind])]
    return [record_of(report, kind, record[kind])]
