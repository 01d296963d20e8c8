"""Collects what a report shows, through the API."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from heliograph.cli.connecting import client_of
from heliograph.errors import ApiError
from heliograph.local_sandboxes import Connection
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.extensions.deliveries import GET_DELIVERY, LIST_DELIVERIES
from heliograph.wire.table.sandbox import LIST_REQUESTS

if TYPE_CHECKING:
    from heliograph import Client

SHOWN = 100
"""The number of requests, and of deliveries, that a report shows."""
_PAGE = 100
_PAGES = 50
"""The number of pages that are read to find the newest entries of a list, which begins with the oldest ones."""

Row = dict[str, Any]


class Collected(Struct):
    """The newest requests and deliveries of an app, oldest first; `requests` is None if the server has no log of them.

    `secrets` are texts that must not appear in a report.
    """

    requests: list[Row] | None
    deliveries: list[Row]
    complete: bool
    """Whether all pages were read, so that the deliveries are the newest ones."""
    secrets: set[str]


def collect(to: Connection) -> Collected:
    """Collect the newest requests and deliveries of the app, and its secrets.

    Raises:
        HeliographError: the server refused a call, or no response arrived.
    """
    with client_of(to) as client:
        newest, complete = _newest(client, LIST_DELIVERIES, to.app_id, "deliveries")
        deliveries = [_call(client, GET_DELIVERY, to.app_id, one["id"])["delivery"] for one in newest]
        keys = filter(None, (to.key_secret, to.account_key_secret, to.webhook_secret))
        secrets = {*keys, *_webhook_secrets(client, to.app_id)}
        return Collected(_requests(client, to.app_id), deliveries, complete, secrets)


def _call(client: Client, operation: AnyOperation, *path: str, after: str | None = None) -> Row:
    from heliograph import Model
    from heliograph.client.requesting import build

    page = {"size": _PAGE, **({"after": after} if after else {})} if operation.paged else None
    found: Row = client.send(build(operation, path, None, page=page), Model).to_dict()
    return found


def _newest(client: Client, operation: AnyOperation, app_id: str, name: str) -> tuple[list[Row], bool]:
    """The newest entries of a list, and whether all pages were read."""
    newest: deque[Row] = deque(maxlen=SHOWN)
    after: str | None = None
    for _ in range(_PAGES):
        found = _call(client, operation, app_id, after=after)
        newest.extend(found[name])
        if not found["meta"]["hasMore"]:
            return list(newest), True
        after = found["meta"]["afterCursor"]
    return list(newest), False


def _requests(client: Client, app_id: str) -> list[Row] | None:
    """The newest requests; None if the server does not have the sandbox tool that lists them."""
    try:
        return _newest(client, LIST_REQUESTS, app_id, "requests")[0]
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def _webhook_secrets(client: Client, app_id: str) -> Iterator[str]:
    """The secrets of the webhooks, which an endpoint may repeat in its response."""
    for integration in client.integrations.iter_integrations(app_id):
        for webhook in integration.to_dict().get("webhooks") or ():
            yield webhook["secret"]
