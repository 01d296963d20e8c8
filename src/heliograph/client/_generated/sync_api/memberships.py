# Generated from _generated/async_api/memberships.py by tools/unasync.py. Do not edit.
"""The operations of the tag Memberships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heliograph.client._generated.models import BulkParticipantsResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.bulk import BulkJoin, BulkLeave, BulkParticipantsBody


class MembershipsApi(Api):
    """The operations of the tag Memberships."""

    def bulk_participants(
        self,
        app_id: str,
        conversation_id: str,
        body: BulkParticipantsBody | Mapping[str, Any] | None = None,
        *,
        items: Sequence[BulkJoin | BulkLeave | Mapping[str, Any]] | None = None,
        atomic: bool | None = None,
    ) -> BulkParticipantsResponse:
        """Adds and removes up to 1,000 participants of an sdkGroup conversation, in order, with a result for each. With
        `atomic`, the first refusal undoes everything, and its status and item are those of the response.

        `POST /heliograph/v1/apps/{appId}/conversations/{conversationId}/participants/bulk`. Scopes: app, account.

        Raises:
            TooManyParticipants: The conversation has the maximum number of participants.
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["BulkParticipants"], (app_id, conversation_id), body, {"items": items, "atomic": atomic}),
            BulkParticipantsResponse,
        )
