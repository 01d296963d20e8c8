"""Checks of the endpoints of webhooks: name, address, TLS, secret, and with `--call` a request."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

import msgspec

from heliograph import ids
from heliograph.cli.doctor.findings import Finding, failure, ok
from heliograph.delivery.connector import Connector, described
from heliograph.delivery.resolver import NameNotResolved
from heliograph.delivery.sender import CallResult, WebhookSender
from heliograph.domain.networks import Network, TargetRefused
from heliograph.domain.targets import Target, parse_target
from heliograph.errors import UsageError
from heliograph.storage.rows import apps, webhooks
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.store import Store
from heliograph.wire.envelope import call_headers
from heliograph.wire.events import WebhookApp, WebhookCall, WebhookCalled
from heliograph.wire.webhooks import VERSION

_SECONDS = 10.0
_AT_ONCE = 16
_REMEDIES = {
    "address": "allow its network with --webhook-allowed-networks, or use a public address over https",
    "name": "check the name, and the DNS servers of this machine",
    "tls": "give the endpoint a certificate for its name from an authority that this machine trusts (SSL_CERT_FILE)",
    "refused": "start the endpoint, or correct the port of the target",
    "timeout": "let firewalls pass connections from this machine, and let the endpoint respond within seconds",
    "target": "update the webhook with a valid target",
}
_OTHER_REMEDY = "check the endpoint and the network between"


async def check_webhooks(store: Store, allowed: Sequence[Network], *, call: bool) -> list[Finding]:
    """A finding for each webhook of all apps. With `call`, each is called with an empty list of events."""
    every = await store.read(apps.every)
    found = await store.read(webhooks.of_apps, [app.id for app in every])
    if not found:
        return [ok("webhooks", "there are none")]
    slots = asyncio.Semaphore(_AT_ONCE)
    sender, connector = WebhookSender(allowed, _SECONDS), Connector(allowed, _SECONDS)

    async def check(webhook: StoredWebhook) -> Finding:
        async with slots:
            return await _check(store, webhook, sender if call else None, connector)

    try:
        return await asyncio.gather(*(check(webhook) for webhook in sorted(found, key=lambda one: one.id)))
    finally:
        connector.close()
        await sender.close()


async def _check(store: Store, webhook: StoredWebhook, sender: WebhookSender | None, connector: Connector) -> Finding:
    try:
        secret = store.sealer.open(webhook.id, webhook.secret)
    except UsageError as error:
        return _refused(webhook, str(error), "restore the master key of this database")
    try:
        target = parse_target(webhook.target)
    except ValueError as error:
        return _refused(webhook, f"its target cannot be called: {error}", _REMEDIES["target"])
    if sender is None:
        result = await _connect(connector, webhook.app_id, target)
    else:
        headers = call_headers(secret, ids.FIRST, 1)
        result = await sender.post(webhook.app_id, webhook.target, headers, _empty_call(webhook))
    return _judge(webhook, target, result)


async def _connect(connector: Connector, app_id: str, target: Target) -> CallResult:
    """Open a connection, with TLS if the target has https, and close it."""
    try:
        async with asyncio.timeout(_SECONDS) as deadline:
            _, writer = await connector.connect(app_id, target, deadline)
    except TimeoutError:
        return CallResult(None, f"no connection within {_SECONDS:g} seconds", cause="timeout")
    except TargetRefused as error:
        return CallResult(None, str(error), cause="address")
    except ssl.SSLError as error:
        return CallResult(None, described(error), cause="tls")
    except NameNotResolved as error:
        return CallResult(None, described(error), cause="name")
    except ConnectionRefusedError as error:
        return CallResult(None, described(error), cause="refused")
    except (OSError, UnicodeError) as error:
        return CallResult(None, described(error), cause="connection")
    writer.transport.abort()
    return CallResult(None)


def _empty_call(webhook: StoredWebhook) -> bytes:
    """The body of a call without events, on which an endpoint has nothing to do."""
    called = WebhookCalled(id=webhook.id, version=VERSION)
    return msgspec.json.encode(WebhookCall(app=WebhookApp(id=webhook.app_id), webhook=called, events=[]))


def _judge(webhook: StoredWebhook, target: Target, result: CallResult) -> Finding:
    # A path or a query can contain a token, so only the host is shown.
    where = f"{'https' if target.encrypted else 'http'}://{target.authority}"
    if result.error is not None:
        return _refused(webhook, f"{where}: {result.error}", _REMEDIES.get(result.cause or "", _OTHER_REMEDY))
    if result.status is None:
        return ok("webhook", f"{webhook.id}: {where} can be reached")
    if 200 <= result.status < 300:
        return ok("webhook", f"{webhook.id}: {where} responded with status {result.status}")
    remedy = "let the endpoint accept the secret of the webhook, and a call without events, with a status of 200"
    return _refused(webhook, f"{where} responded with status {result.status}", remedy)


def _refused(webhook: StoredWebhook, text: str, remedy: str) -> Finding:
    return failure("webhook", f"{webhook.id} of app {webhook.app_id}: {text}", remedy)
