"""Deliveries: the bodies of webhook calls, which the event stream sends as well."""

from __future__ import annotations

from datetime import datetime

from heliograph.client._generated.events import EVENTS, Event
from heliograph.client.model import Model, many, one, plain, tagged, timestamp


class Sender(Model):
    """The app or the webhook of a delivery."""

    id: str = plain("id")
    version: str | None = plain("version")


class Delivery(Model):
    """One webhook call: one or more events of an app."""

    app: Sender = one("app", Sender)
    webhook: Sender = one("webhook", Sender)
    events: list[Event] = tagged("events", "type", EVENTS, several=True, otherwise=Event)
    repeated: bool | None = plain("repeated")
    """Whether the event stream has the event again, because a delivery of it was sent again."""


class Listener(Model):
    """A program that follows the event stream of an app under a name."""

    id: str = plain("id")
    name: str = plain("name")
    connected_at: datetime = timestamp("connectedAt")
    forward_to: str | None = plain("forwardTo")
    last_event_at: datetime | None = timestamp("lastEventAt")


class ListenerListResponse(Model):
    """The listeners of an app, in the order in which they connected."""

    listeners: list[Listener] = many("listeners", Listener)
