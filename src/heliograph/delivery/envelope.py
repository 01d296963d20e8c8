"""What is posted to an endpoint: the envelope of the API document, and the headers."""

from __future__ import annotations

import msgspec

from heliograph._version import __version__
from heliograph.domain.webhooks import VERSION
from heliograph.wire import times
from heliograph.wire.events import Event, WebhookApp, WebhookCall, WebhookCalled
from heliograph.wire.webhooks import Trigger

DELIVERY_HEADER = "x-heliograph-delivery"
ATTEMPT_HEADER = "x-heliograph-attempt"


def body(app_id: str, webhook_id: str, event_id: str, event_type: Trigger, created_at: int, payload: str) -> bytes:
    """The body of a call that tells one event: the same bytes, however often it is made."""
    event = Event(
        id=event_id, type=event_type, created_at=times.to_text(created_at), payload=msgspec.Raw(payload.encode())
    )
    call = WebhookCall(app=WebhookApp(id=app_id), webhook=WebhookCalled(id=webhook_id, version=VERSION), events=[event])
    return msgspec.json.encode(call)


def headers(secret: str, delivery_id: str, attempt: int) -> dict[str, str]:
    """The headers of a call."""
    return {
        "content-type": "application/json",
        "x-api-key": secret,
        "user-agent": f"heliograph/{__version__}",
        "accept": "*/*",
        DELIVERY_HEADER: delivery_id,
        ATTEMPT_HEADER: str(attempt),
    }
