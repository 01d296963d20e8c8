"""A delivery: the body of a webhook call, which the event stream sends too."""

from __future__ import annotations

from heliograph.client._generated.events import EVENTS, Event
from heliograph.client.model import Model, one, plain, tagged


class Sender(Model):
    """The app, or the webhook, that a delivery is of."""

    id: str = plain("id")
    version: str | None = plain("version")


class Delivery(Model):
    """One call of a webhook: several events of one app."""

    app: Sender = one("app", Sender)
    webhook: Sender = one("webhook", Sender)
    events: list[Event] = tagged("events", "type", EVENTS, several=True, otherwise=Event)
