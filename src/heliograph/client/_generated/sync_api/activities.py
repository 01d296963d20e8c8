# Generated from _generated/async_api/activities.py by tools/unasync.py. Do not edit.
"""The operations of the tag Activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from heliograph.client._generated.models import Empty
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.activities import ActivityPost
from heliograph.wire.authors import AuthorBody


class ActivitiesApi(Api):
    """The operations of the tag Activities."""

    def post_activity(
        self,
        app_id: str,
        conversation_id: str,
        body: ActivityPost | Mapping[str, Any] | None = None,
        *,
        author: AuthorBody | Mapping[str, Any] | None = None,
        type: Literal["conversation:read", "typing:start", "typing:stop"] | None = None,
    ) -> Empty:
        """Records that the business is typing, or that a user or the business has read the conversation.

        `POST /v2/apps/{appId}/conversations/{conversationId}/activity`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["PostActivity"], (app_id, conversation_id), body, {"author": author, "type": type}), Empty
        )
