"""The request of a webhook call: its body, an event in the envelope of the API document, and its headers.

The event stream and `heliograph listen` send the same body.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from heliograph import ids
from heliograph._version import __version__
from heliograph.wire import times
from heliograph.wire.event_types import Trigger
from heliograph.wire.events import Event, WebhookApp, WebhookCall, WebhookCalled
from heliograph.wire.webhooks import VERSION

DELIVERY_HEADER = "x-heliograph-delivery"
ATTEMPT_HEADER = "x-heliograph-attempt"
REPEATED_HEADER = "x-heliograph-repeated"
"""Marks an event that `heliograph listen` forwards again."""
SECRET_HEADER = "x-api-key"
NO_WEBHOOK = ids.FIRST
"""The webhook id in the envelope of an event that is not sent to a webhook."""


def call_body(app_id: str, webhook_id: str, event_id: str, event_type: Trigger, created_at: int, payload: Raw) -> bytes:
    """The body of a webhook call with one event, the same for every attempt. `created_at` is in milliseconds."""
    event = Event(id=event_id, type=event_type, created_at=times.to_text(created_at), payload=payload)
    call = WebhookCall(app=WebhookApp(id=app_id), webhook=WebhookCalled(id=webhook_id, version=VERSION), events=[event])
    return msgspec.json.encode(call)


def repeated(body: bytes) -> bytes:
    """The body of a webhook call, marked as a repetition in the event stream."""
    return msgspec.json.encode({**msgspec.json.decode(body, type=dict[str, Raw]), "repeated": True})


def with_full_source(payload: Raw, full_source: Raw) -> Raw:
    """A payload whose source also has these fields, as `includeFullSource` adds them."""
    shown = msgspec.json.decode(payload)
    holder = shown.get("message") or shown.get("activity") or shown
    holder["source"].update(msgspec.json.decode(full_source))
    return Raw(msgspec.json.encode(shown))


def call_headers(secret: str, delivery_id: str, attempt: int) -> dict[str, str]:
    """The headers of a webhook call."""
    return {**basic_headers(delivery_id, attempt), SECRET_HEADER: secret}


def basic_headers(delivery_id: str, attempt: int) -> dict[str, str]:
    """The headers of a call without a secret."""
    return {
        "content-type": "application/json",
        "user-agent": f"heliograph/{__version__}",
        "accept": "*/*",
        DELIVERY_HEADER: delivery_id,
        ATTEMPT_HEADER: str(attempt),
    }
