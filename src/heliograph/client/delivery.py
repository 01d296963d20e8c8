"""Deliveries: the bodies of webhook calls, which the event stream sends as well."""

from __future__ import annotations

from heliograph.client._generated.events import EVENTS, Event
from heliograph.client.model import Model, one, plain, tagged


class Sender(Model):
    """The app or the webhook of a delivery."""

    id: str = plain("id")
    version: str | None = plain("version")


class Delivery(Model):
    """One webhook call: one or more events of an app."""

    app: Sender = one("app", Sender)
    webhook: Sender = one("webhook", Sender)
    events: list[Event] = tagged("events", "type", EVENTS, several=True, otherwise=Event)
