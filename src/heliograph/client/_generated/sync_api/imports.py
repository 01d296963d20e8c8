# Generated from _generated/async_api/imports.py by tools/unasync.py. Do not edit.
"""The operations of the tag Imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heliograph.client._generated.models import ImportResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.imports import (
    ClientRecord,
    ConversationRecord,
    DeviceRecord,
    ImportBody,
    LeaveRecord,
    MessageRecord,
    ParticipantRecord,
    UserRecord,
)


class ImportsApi(Api):
    """The operations of the tag Imports."""

    def import_records(
        self,
        app_id: str,
        body: ImportBody | Mapping[str, Any] | None = None,
        *,
        records: Sequence[
            UserRecord
            | ClientRecord
            | DeviceRecord
            | ConversationRecord
            | MessageRecord
            | LeaveRecord
            | ParticipantRecord
            | Mapping[str, Any]
        ]
        | None = None,
    ) -> ImportResponse:
        """Stores up to 500 records of another server with the ids and times that they have there: users, clients,
        devices, conversations, messages and participants. A record whose id exists is updated, so an import can be
        repeated. A record that is refused does not stop the others. No events are written, and no webhooks are
        called.

        `POST /heliograph/v1/apps/{appId}/import`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ImportRecords"], (app_id,), body, {"records": records}), ImportResponse
        )
