"""The verbs of deliveries."""

from __future__ import annotations

from collections.abc import Container

from heliograph.domain.loading import load_delivery
from heliograph.domain.tenants import Tenant
from heliograph.errors import NotFound
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import deliveries, outbox, repetitions, webhooks
from heliograph.storage.rows.log_rows import StoredAttempt, StoredDelivery
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.deliveries import Attempt, Delivery, DeliveryFilter
from heliograph.wire.event_types import is_about_user
from heliograph.wire.paging import Page, Slice


async def page(store: Store, tenant: Tenant, filter: DeliveryFilter, page: Page) -> Slice[Delivery]:
    """A page of the deliveries that the filter selects, oldest first. With `filter.ids`, those deliveries in the order
    of the ids."""
    if filter.ids is not None:
        return await store.snapshot(_with_ids, tenant.app_id, filter.ids)
    values = (
        ("status", filter.status),
        ("webhook_id", filter.webhook_id),
        ("event_type", filter.event_type),
        ("event_id", filter.event_id),
        ("lane", filter.conversation_id),
        ("lane", filter.user_id),
    )
    match = [(column, value) for column, value in values if value is not None]
    return await store.snapshot(_page, tenant.app_id, match, page)


async def _page(reader: Reader, app_id: str, match: list[tuple[str, str]], page: Page) -> Slice[Delivery]:
    found = await deliveries.page(reader, app_id, match, page)
    return found.holding(await _listed(reader, app_id, found.records))


async def _listed(reader: Reader, app_id: str, stored: list[StoredDelivery]) -> list[Delivery]:
    synthetic = await outbox.synthetic(reader, app_id, stored)
    last = await deliveries.last_attempts(reader, app_id, stored)
    return [to_api(one, synthetic, last=last.get(one.id)) for one in stored]


async def _with_ids(reader: Reader, app_id: str, ids: list[str]) -> Slice[Delivery]:
    stored = await deliveries.get_many(reader, app_id, ids)
    by_id = {one.id: one for one in await _listed(reader, app_id, stored)}
    return Slice([by_id[id] for id in ids if id in by_id], precedes=False, follows=False)


async def get(store: Store, tenant: Tenant, delivery_id: str) -> Delivery:
    """A delivery with its attempts.

    Raises:
        NotFound: it does not exist in this app.
    """
    return await store.snapshot(_get, tenant.app_id, delivery_id)


async def _get(reader: Reader, app_id: str, delivery_id: str) -> Delivery:
    found = await load_delivery(reader, app_id, delivery_id)
    synthetic = await outbox.synthetic(reader, app_id, [found])
    return to_api(found, synthetic, await deliveries.attempts(reader, app_id, found))


async def retry(store: Store, tenant: Tenant, delivery_id: str) -> Delivery:
    """Make a settled delivery pending again, and repeat its event for listeners. Makes a pending delivery due now.

    Raises:
        NotFound: it does not exist in this app, or its webhook or its event was deleted.
    """
    return await store.write(_retry, tenant.app_id, delivery_id)


async def _retry(tx: Tx, app_id: str, delivery_id: str) -> Delivery:
    found = await load_delivery(tx, app_id, delivery_id)
    # A pending delivery of a deleted webhook would be deleted, with the record of its attempts.
    if await webhooks.get(tx, app_id, found.webhook_id) is None:
        raise NotFound
    if await deliveries.retry(tx, app_id, found):
        await repetitions.add(tx, app_id, found.event_id, found.lane)
    else:
        await deliveries.hasten(tx, app_id, found)
    retried = await _get(tx, app_id, delivery_id)
    if retried.status != deliveries.PENDING:
        raise NotFound
    return retried


def to_api(
    delivery: StoredDelivery,
    synthetic: Container[str],
    attempts: list[StoredAttempt] | None = None,
    last: StoredAttempt | None = None,
) -> Delivery:
    """A delivery as responses show it. `synthetic` contains the ids of events that a sandbox tool triggered."""
    about_user = is_about_user(delivery.event_type)
    return Delivery(
        id=delivery.id,
        status=delivery.status,
        webhook_id=delivery.webhook_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        attempt_count=delivery.attempts,
        created_at=times.to_text(delivery.created_at),
        conversation_id=None if about_user else delivery.lane,
        user_id=delivery.lane if about_user else None,
        due_at=times.to_text(delivery.due_at) if delivery.status == "pending" else None,
        settled_at=times.optional_text(delivery.settled_at),
        synthetic=delivery.event_id in synthetic or None,
        attempts=None if attempts is None else [_attempt(one) for one in attempts],
        last_attempt=None if last is None else _attempt(last),
    )


def _attempt(attempt: StoredAttempt) -> Attempt:
    return Attempt(
        number=attempt.number,
        started_at=times.to_text(attempt.started_at),
        milliseconds=attempt.milliseconds,
        status=attempt.status,
        error=attempt.error,
        response=attempt.answer,
    )
