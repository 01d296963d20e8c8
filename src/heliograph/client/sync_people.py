# Generated from async_people.py by tools/unasync.py. Do not edit.
"""The export and the erasure of a person: `client.people`. Exports are streams."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import Self

from heliograph.client._generated.sync_api.people import PeopleApi
from heliograph.client.export_lines import ExportLine, LineReader
from heliograph.client.requesting import PreparedRequest, build
from heliograph.client.sync_calls import BaseClient
from heliograph.wire.table.extensions.people import EXPORT_USER


class PersonsApi(PeopleApi):
    """The operations of the tag People, and the export of a user."""

    def export_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> UserExport:
        """Export what is kept about a user, line by line. The request is sent when the lines are first iterated.

            with client.people.export_user(app_id, "ada") as lines:
                for line in lines:
                    print(line.type)

        An export that is cut off raises TransportError at the end, and is not sent again by itself.

        Args:
            app_id: the app.
            user_id_or_external_id: the user.
            brand_id: the brand in which to look up an external id.

        Raises:
            InvalidArgument: an argument cannot be sent.
        """
        query = {"brandId": brand_id}
        prepared = build(EXPORT_USER, (app_id, user_id_or_external_id), query=query)
        return UserExport(self._client, prepared)


class UserExport:
    """Iterates over the lines of an export. Close it, or use it as a context manager.

    Raises while it is iterated:
        UserNotFound: the user does not exist in this app.
        ApiError: the server responded with another error.
        TransportError: no response arrived, or it ended before the last line.
        DecodeError: a line is not JSON.
    """

    def __init__(self, client: BaseClient, prepared: PreparedRequest) -> None:
        self._client = client
        self._prepared = prepared
        self._lines = self._iterate()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ExportLine:
        return next(self._lines)

    def close(self) -> None:
        """Close the connection and end the iteration."""
        self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _iterate(self) -> Generator[ExportLine, None, None]:
        reader = LineReader(self._prepared.operation.name)
        with self._client.open(self._prepared, self._client._options) as chunks:
            for chunk in chunks:
                yield from reader.read(chunk)
        reader.finish()
