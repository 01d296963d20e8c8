"""What the activity stream sends: recorded requests, and events with their causes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from heliograph.client.model import Model, plain, timestamp


class RecordedRequest(Model):
    """A request that the server responded to, and recorded. `duration_ms` is in milliseconds."""

    id: str = plain("id")
    request_id: str = plain("requestId")
    received_at: datetime = timestamp("receivedAt")
    duration_ms: float = plain("durationMs")
    method: str = plain("method")
    path: str = plain("path")
    status: int = plain("status")
    operation: str | None = plain("operation")
    key_id: str | None = plain("keyId")
    session_id: str | None = plain("sessionId")


class EventRecord(Model):
    """An event with the request, the key and the console session that caused it."""

    id: str = plain("id")
    type: str = plain("type")
    created_at: datetime = timestamp("createdAt")
    payload: dict[str, Any] = plain("payload")
    request_id: str | None = plain("requestId")
    key_id: str | None = plain("keyId")
    session_id: str | None = plain("sessionId")
    conversation_id: str | None = plain("conversationId")
    user_id: str | None = plain("userId")
    synthetic: bool | None = plain("synthetic")


ActivityEntry = RecordedRequest | EventRecord
