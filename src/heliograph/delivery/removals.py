"""Calls the `removeUrl` of partners after their integration was removed from an app.

These calls do not go through the queue of webhooks: their webhooks were deleted with the integration, and their body is
not an event. The rules for addresses, time and repetition are those of webhooks.
"""

from __future__ import annotations

import asyncio
import logging
import random

import msgspec
from msgspec import Struct

from heliograph.background import Failures
from heliograph.delivery.leases import BucketAssignment
from heliograph.delivery.policy import Policy, is_success
from heliograph.delivery.sender import WebhookSender
from heliograph.storage.rows import removal_calls
from heliograph.storage.rows.removal_calls import RemovalCall
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.envelope import basic_headers

_POLL_SECONDS = 1.0
"""The time between searches for due calls. Removals are rare, so requests do not wake this task."""
_CONCURRENCY = 8
_CLAIM_MILLISECONDS = 120_000
"""If a process ends during a call, another attempt is made after this time."""

log = logging.getLogger("heliograph.delivery")


class Removed(Struct, rename="camel"):
    """The body of a call."""

    app_id: str
    integration_id: str


class RemovalCaller:
    """Makes the calls for as long as it runs, in the process that delivers the first bucket."""

    def __init__(self, store: Store, sender: WebhookSender, assignment: BucketAssignment, failures: Failures) -> None:
        self._store = store
        self._sender = sender
        self._assignment = assignment
        self._failures = failures
        self._policy = Policy()

    async def run(self) -> None:
        """Make calls until cancelled."""
        while True:
            if self._assignment.lease_of(0) is not None:
                await self.make_due_calls()
            await asyncio.sleep(_POLL_SECONDS)

    async def make_due_calls(self) -> None:
        """Make one attempt of each call that is due."""
        # An idle server makes no transaction.
        while await self._store.read(removal_calls.is_any_due, times.now()):
            now = times.now()
            claimed = await self._store.write(removal_calls.claim, now, now + _CLAIM_MILLISECONDS, _CONCURRENCY)
            async with asyncio.TaskGroup() as tasks:
                for call in claimed:
                    tasks.create_task(self._make(call))

    async def _make(self, call: RemovalCall) -> None:
        # If the outcome cannot be recorded, the call is made again when its claim ends.
        with self._failures.reported("removals"):
            await self._attempt(call)

    async def _attempt(self, call: RemovalCall) -> None:
        body = msgspec.json.encode(Removed(call.app_id, call.integration_id))
        result = await self._sender.post(call.app_id, call.url, basic_headers(call.id, call.tries), body)
        if is_success(result.status):
            await self._store.write(removal_calls.remove, call.id)
            return
        delay = None if result.permanent else self._policy.next_delay(call.tries, result.status, random.random())
        log.warning(
            "the removal of integration %s of app %s could not be reported: %s%s",
            call.integration_id,
            call.app_id,
            result.error or f"status {result.status}",
            "" if delay is None else "; it will be repeated",
        )
        if delay is None:
            await self._store.write(removal_calls.remove, call.id)
        else:
            await self._store.write(removal_calls.postpone, call.id, times.now() + int(delay * 1000))
