"""`heliograph deliveries`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import click

from heliograph.cli.options import database_option, in_store, json_option, print_json
from heliograph.errors import NotFound, UsageError
from heliograph.storage.store import Store
from heliograph.wire.deliveries import Delivery, DeliveryFilter, DeliveryStatus

_MOST = 1000
_app_option = click.option("--app", "app_id", required=True, help="The app of the deliveries.")


@click.group()
def deliveries() -> None:
    """Deliveries to webhooks: list them, look at one, send again."""


def _do(url: str, app_id: str, work: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    from heliograph.domain.tenants import Tenant
    from heliograph.storage.rows import apps

    async def run(store: Store) -> Any:
        if await store.read(apps.get, app_id) is None:
            raise UsageError(f"there is no app {app_id}")
        try:
            return await work(store, Tenant(app_id, ""), *args)
        except NotFound:
            raise UsageError(f"there is no delivery {args[0]} in this app, or its webhook is gone") from None

    return in_store(url, run)


@deliveries.command("list")
@_app_option
@click.option("--status", type=click.Choice(["pending", "delivered", "failed"]), help="Only those.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=100, show_default=True, help="At most so many.")
@database_option
@json_option
def list_deliveries(app_id: str, status: DeliveryStatus | None, limit: int, url: str, as_json: bool) -> None:
    """List the newest deliveries of an app, oldest first."""
    found: list[Delivery] = _do(url, app_id, _newest, DeliveryFilter(status), limit)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(_line(one))


async def _newest(store: Store, tenant: Any, filter: DeliveryFilter, limit: int) -> list[Delivery]:
    """The newest deliveries, oldest first. A page of a filtered list may hold fewer than there are."""
    from heliograph.domain import deliveries as verbs
    from heliograph.wire.paging import Page

    # What precedes the greatest id is the end of the list.
    newest: list[Delivery] = []
    before: str | None = "f" * 24
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

    found: Delivery = _do(url, app_id, verbs.get, delivery_id)
    if as_json:
        print_json(found)
        return
    click.echo(_line(found))
    for one in found.attempts or []:
        outcome = str(one.status) if one.status is not None else one.error
        said = " ".join((one.answer or "").split())
        click.echo(f"  {one.number}  {one.started_at}  {one.milliseconds} ms  {outcome}  {_printable(said[:200])}")


def _printable(text: str) -> str:
    # What an endpoint says must not steer the terminal of who reads it.
    return "".join(one if one.isprintable() else "?" for one in text)


@deliveries.command("retry")
@_app_option
@click.argument("delivery_ids", nargs=-1)
@click.option("--all-failed", is_flag=True, help="All that failed.")
@database_option
def retry_deliveries(app_id: str, delivery_ids: tuple[str, ...], all_failed: bool, url: str) -> None:
    """Send again, with five attempts more. A running server does so at once."""
    from heliograph.domain import deliveries as verbs

    if all_failed == bool(delivery_ids):
        raise UsageError("deliveries retry needs either ids of deliveries or --all-failed")
    count = _do(url, app_id, _retry_failed) if all_failed else 0
    for delivery_id in delivery_ids:
        _do(url, app_id, verbs.retry, delivery_id)
    click.echo(f"{count or len(delivery_ids)} to be sent again")


async def _retried(store: Store, tenant: Any, delivery_id: str) -> bool:
    """Whether it is sent again; it is not if its webhook is gone."""
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


def _line(one: Delivery) -> str:
    about = one.conversation_id or one.user_id
    return f"{one.id}  {one.status:9}  {one.attempt_count} attempts  {one.event_type:20}  {about}  {one.created_at}"
