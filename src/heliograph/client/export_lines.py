"""The lines of the export of a user, and the reader that finds them in a response."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from heliograph.client._generated.models import (
    Client,
    Conversation,
    Device,
    EventRecord,
    MembershipChange,
    Message,
    Participant,
    RecordedRequest,
    SupportUser,
    User,
)
from heliograph.client.model import Model, one, plain, timestamp
from heliograph.errors import DecodeError, TransportError

_END = "end"


class ExportLine(Model):
    """A line of an export. `type` says which of the other fields it has: `message` for a line of type `message`."""

    type: str = plain("type")
    version: int | None = plain("version")
    app_id: str | None = plain("appId")
    user_id: str | None = plain("userId")
    exported_at: datetime | None = timestamp("exportedAt")
    user: User | None = one("user", User)
    merged_user_ids: list[str] | None = plain("mergedUserIds")
    support_user: SupportUser | None = one("supportUser", SupportUser)
    client: Client | None = one("client", Client)
    device: Device | None = one("device", Device)
    conversation: Conversation | None = one("conversation", Conversation)
    conversation_id: str | None = plain("conversationId")
    participant: Participant | None = one("participant", Participant)
    change: MembershipChange | None = one("change", MembershipChange)
    message: Message | None = one("message", Message)
    message_id: str | None = plain("messageId")
    media_url: str | None = plain("mediaUrl")
    name: str | None = plain("name")
    media_type: str | None = plain("mediaType")
    size: int | None = plain("size")
    sha256: str | None = plain("sha256")
    event: EventRecord | None = one("event", EventRecord)
    request: RecordedRequest | None = one("request", RecordedRequest)
    counts: dict[str, Any] | None = plain("counts")


class LineReader:
    """Finds lines in the chunks of a response."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._rest = b""
        self._ended = False

    def read(self, chunk: bytes) -> Iterator[ExportLine]:
        """The lines that a chunk completes.

        Raises:
            DecodeError: a line is not JSON.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for text in lines:
            line = self._decoded(text)
            self._ended = line.type == _END
            yield line

    def finish(self) -> None:
        """Check that the export is complete.

        Raises:
            TransportError: the last line is missing.
        """
        if not self._ended:
            raise TransportError("the export ended early", self._operation)

    def _decoded(self, text: bytes) -> ExportLine:
        try:
            data = msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise DecodeError(f"{self._operation}: a line is not JSON: {error}") from error
        return ExportLine(data if isinstance(data, dict) else {})
