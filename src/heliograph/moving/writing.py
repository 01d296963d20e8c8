"""Writes records to an app of this server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from heliograph import AsyncClient
from heliograph.errors import ApiError, BadRequest, InvalidArgument, NotFound, PayloadTooLarge, UsageError
from heliograph.models import ImportResponse
from heliograph.moving.pace import Pace
from heliograph.moving.report import Record, RefusedRecord, Report
from heliograph.wire.imports import IMPORT_BYTES, RECORDS_AT_ONCE

_MOST_BYTES = IMPORT_BYTES - 1024


class AppWriter:
    """The app to which records are written, in requests of a limited size."""

    def __init__(self, client: AsyncClient, app_id: str, report: Report, *, at_once: int = 1) -> None:
        self._client = client
        self._app_id = app_id
        self._pace = Pace(at_once=at_once)
        self._report = report

    async def put(self, records: Sequence[Record]) -> set[int]:
        """Write records, each after the records that it refers to; returns the indexes of the refused ones.

        Raises:
            UsageError: the server cannot be reached, or refuses the key.
        """
        refused: set[int] = set()
        for first, chunk in self._chunks(records, refused):
            refused.update(first + index for index in await self._send(chunk))
        return refused

    async def delete_message(self, conversation_id: str, message_id: str) -> None:
        """Delete a message, if it exists.

        Raises:
            UsageError: the server cannot be reached, or refuses the key.
        """
        delete = self._client.messages.delete_message
        try:
            await self._pace.call("deleting a message", lambda: delete(self._app_id, conversation_id, message_id))
        except NotFound:
            return
        except ApiError as error:
            raise UsageError(f"the target responded with status {error.status}: {error}") from None
        self._report.deleted += 1

    def _chunks(self, records: Sequence[Record], refused: set[int]) -> Iterator[tuple[int, list[Record]]]:
        first, size, chunk = 0, 0, list[Record]()
        for index, record in enumerate(records):
            length = len(msgspec.json.encode(record)) + 1
            if length > _MOST_BYTES:
                self._refuse(record, [f"the record has {length:,} bytes"])
                refused.add(index)
            if chunk and (size + length > _MOST_BYTES or len(chunk) == RECORDS_AT_ONCE or index in refused):
                yield first, chunk
                chunk = []
            if index not in refused:
                first, size = (index, 0) if not chunk else (first, size)
                chunk.append(record)
                size += length
        if chunk:
            yield first, chunk

    async def _send(self, records: list[Record]) -> set[int]:
        try:
            response = await self._pace.call("writing records", lambda: self._import(records))
        except (BadRequest, PayloadTooLarge, InvalidArgument) as error:
            # A record is malformed, for example with an invalid user id, or a proxy has a lower size limit.
            if len(records) == 1:
                self._refuse(records[0], list(error.titles) if isinstance(error, ApiError) else [str(error)])
                return {0}
            half = len(records) // 2
            return await self._send(records[:half]) | {half + one for one in await self._send(records[half:])}
        except ApiError as error:
            raise UsageError(f"the target responded with status {error.status}: {error}") from None
        self._report.created += response.created
        self._report.updated += response.updated
        self._report.unchanged += response.unchanged
        for one in response.refused:
            self._refuse(records[one.index], one.titles)
        return {one.index for one in response.refused}

    async def _import(self, records: list[Record]) -> ImportResponse:
        return await self._client.imports.import_records(self._app_id, {"records": records})

    def _refuse(self, record: Record, titles: list[str]) -> None:
        kind = record["kind"]
        shown = record.get(kind) or {}
        id = str(shown.get("id") or record.get("participantId"))
        self._report.refused.append(RefusedRecord(kind, id, titles, record.get("conversationId")))
