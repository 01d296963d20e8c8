"""`heliograph deliveries`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import click

from heliograph import ids
from heliograph.cli.options import database_option, in_store, json_option, print_json, printable
from heliograph.errors import NotFound, UsageError
from heliograph.storage.store import Store
from heliograph.wire.deliveries import Delivery, DeliveryFilter, DeliveryStatus

_MAX_LIMIT = 1000
_app_option = click.option("--app", "app_id", required=True, help="The app of the deliveries.")


@click.group()
def deliveries() -> None:
    """List, show and retry deliveries to webhooks."""


def _in_app(url: str, app_id: str, work: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    from heliograph.domain.tenants import Tenant
    from heliograph.storage.rows import apps

    async def run(store: Store) -> Any:
        if await store.read(apps.get, app_id) is None:
            raise UsageError(f"app {app_id} not found")
        try:
            return await work(store, Tenant(app_id, ""), *args)
        except NotFound:
            raise UsageError(f"delivery {args[0]} not found in this app, or its webhook was deleted") from None

    return in_store(url, run)


@deliveries.command("list")
@_app_option
@click.option(
    "--status", type=click.Choice(["pending", "delivered", "failed"]), help="Only deliveries with this status."
)
@click.option(
    "--limit", type=click.IntRange(1, _MAX_LIMIT), default=100, show_default=True, help="Maximum number of deliveries."
)
@database_option
@json_option
def list_deliveries(app_id: str, status: DeliveryStatus | None, limit: int, url: str, as_json: bool) -> None:
    """List the newest deliveries of an app, oldest first."""
    found: list[Delivery] = _in_app(url, app_id, _newest, DeliveryFilter(status), limit)
    if as_json:
        print_json(found)
        return
    for delivery in found:
        click.echo(_line(delivery))


async def _newest(store: Store, tenant: Any, filter: DeliveryFilter, limit: int) -> list[Delivery]:
    """The newest deliveries, oldest first. Pages of filtered lists may be incomplete, so read on until `limit`."""
    from heliograph.domain import deliveries as verbs
    from heliograph.wire.paging import Page

    newest: list[Delivery] = []
    before: str | None = ids.LAST
    while before is not None and len(newest) < limit:
        found = await verbs.page(store, tenant, filter, Page(before=before, size=limit - len(newest)))
        newest = [*found.records, *newest]
        before = (found.first or found.records[0].id) if found.precedes else None
    return newest


@deliveries.command("show")
@_app_option
@click.argument("delivery_id")
@database_option
@json_option
def show_delivery(app_id: str, delivery_id: str, url: str, as_json: bool) -> None:
    """Show a delivery with its attempts."""
    from heliograph.domain import deliveries as verbs

    found: Delivery = _in_app(url, app_id, verbs.get, delivery_id)
    if as_json:
        print_json(found)
        return
    click.echo(_line(found))
    for attempt in found.attempts or []:
        outcome = str(attempt.status) if attempt.status is not None else attempt.error
        response = printable(" ".join((attempt.response or "").split())[:200])
        click.echo(f"  {attempt.number}  {attempt.started_at}  {attempt.milliseconds} ms  {outcome}  {response}")


@deliveries.command("retry")
@_app_option
@click.argument("delivery_ids", nargs=-1)
@click.option("--all-failed", is_flag=True, help="Retry all failed deliveries.")
@database_option
def retry_deliveries(app_id: str, delivery_ids: tuple[str, ...], all_failed: bool, url: str) -> None:
    """Retry deliveries with five more attempts. A running server starts immediately."""
    from heliograph.domain import deliveries as verbs

    if all_failed == bool(delivery_ids):
        raise UsageError("deliveries retry requires either delivery ids or --all-failed")
    count = _in_app(url, app_id, _retry_failed) if all_failed else 0
    for delivery_id in delivery_ids:
        _in_app(url, app_id, verbs.retry, delivery_id)
    count = count or len(delivery_ids)
    click.echo(f"retrying {count} {'delivery' if count == 1 else 'deliveries'}")


async def _retried(store: Store, tenant: Any, delivery_id: str) -> bool:
    """Retry a delivery; returns False if its webhook was deleted."""
    from heliograph.domain import deliveries as verbs

    try:
        await verbs.retry(store, tenant, delivery_id)
    except NotFound:
        return False
    return True


async def _retry_failed(store: Store, tenant: Any) -> int:
    from heliograph.domain import deliveries as verbs
    from heliograph.wire.paging import Page

    count, after = 0, None
    while True:
        found = await verbs.page(store, tenant, DeliveryFilter("failed"), Page(after=after, size=100))
        count += sum(await asyncio.gather(*(_retried(store, tenant, one.id) for one in found.records)))
        if not found.follows:
            return count
        after = found.last or found.records[-1].id


def _line(delivery: Delivery) -> str:
    attempts = f"{delivery.attempt_count} attempts"
    subject = delivery.conversation_id or delivery.user_id
    fields = (delivery.id, f"{delivery.status:9}", attempts, f"{delivery.event_type:20}", subject, delivery.created_at)
    return "  ".join(map(str, (*fields, "synthetic") if delivery.synthetic else fields))
