# Generated from _generated/async_api/attachments.py by tools/unasync.py. Do not edit.
"""The operations of the tag Attachments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import AttachmentResponse, Empty
from heliograph.client.files import FileSource
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.attachments import AttachmentDeleteBody, AttachmentUploadBody


class AttachmentsApi(Api):
    """The operations of the tag Attachments."""

    def upload_attachment(
        self,
        app_id: str,
        body: AttachmentUploadBody | Mapping[str, Any] | None = None,
        *,
        source: FileSource | None = None,
        access: str | None = None,
        for_: str | None = None,
        conversation_id: str | None = None,
    ) -> AttachmentResponse:
        """Uploads a file that messages can refer to by its URL. With `for=message` and a `conversationId`, it is
        deleted together with the message, the conversation or the user.

        `POST /v2/apps/{appId}/attachments`. Scopes: integration, app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UploadAttachment"],
                (app_id,),
                body,
                {"source": source},
                query={"access": access, "for": for_, "conversationId": conversation_id},
            ),
            AttachmentResponse,
        )

    def delete_attachment(
        self, app_id: str, body: AttachmentDeleteBody | Mapping[str, Any] | None = None, *, media_url: str | None = None
    ) -> Empty:
        """Deletes an attachment, named by its URL.

        `POST /v2/apps/{appId}/attachments/remove`. Scopes: integration, app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            AttachmentNotFound: The attachment does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteAttachment"], (app_id,), body, {"media_url": media_url}), Empty)
