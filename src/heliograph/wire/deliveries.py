"""Deliveries: what became of telling a webhook of an event. They are no part of the API document."""

from __future__ import annotations

from typing import Literal

from heliograph.wire.base import Id, Response, Time
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.webhooks import Trigger

DeliveryStatus = Literal["pending", "delivered", "failed"]


class Attempt(Response):
    """One call of the webhook. Without a status there was no answer; of the answer there is the first kilobyte."""

    number: int
    started_at: Time
    milliseconds: int
    status: int | None = None
    error: str | None = None
    answer: str | None = None


class Delivery(Response):
    """One event for one webhook. `due_at` is when it is tried next, or may be; for the others of its lane wait."""

    id: Id
    status: DeliveryStatus
    webhook_id: Id
    event_id: Id
    event_type: Trigger
    attempt_count: int
    created_at: Time
    conversation_id: Id | None = None
    user_id: Id | None = None
    due_at: Time | None = None
    settled_at: Time | None = None
    attempts: list[Attempt] | None = None


class DeliveryResponse(Response):
    """One delivery, with its attempts."""

    delivery: Delivery


class DeliveryListResponse(Response):
    """A page of deliveries, oldest first."""

    deliveries: list[Delivery]
    meta: PageMeta
    links: Links | None = None
