"""Each attempt is recorded once despite failures, and failures do not stop other deliveries."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from heliograph import ids
from heliograph.background import Failures
from heliograph.delivery.leases import SingleProcess
from heliograph.delivery.sender import CallResult, WebhookSender
from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import Tx
from heliograph.storage.rows import delivery_queue
from heliograph.storage.rows.deliveries import PENDING
from heliograph.storage.rows.delivery_queue import AttemptOutcome
from heliograph.storage.rows.log_rows import StoredAttempt, StoredDelivery
from heliograph.storage.store import Store
from heliograph.wire.deliveries import DeliveryStatus
from tests.delivery.receiver import receiving
from tests.delivery.site import delivering, new_site
from tests.storage.conftest import Run

SETTLE, HEADS, DUE_WEBHOOKS = delivery_queue.settle, delivery_queue.heads, delivery_queue.due_webhooks
LANES = 12


class Counted(Failures):
    """Counts failures by task, with a short pause before another try."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        super().__init__(lambda task: self.counts.update([task]), pause=0.01)


def pending(lane: str) -> StoredDelivery:
    """A pending delivery without attempts."""
    return StoredDelivery(
        id=ids.new(),
        app_id=ids.new(),
        webhook_id=ids.new(),
        event_id=ids.new(),
        event_type="conversation:message",
        lane=lane,
        in_full=False,
        status=PENDING,
        tries=0,
        attempts=0,
        due_at=0,
        created_at=0,
    )


def outcome(store: Store, it: StoredDelivery, number: int, status: DeliveryStatus) -> AttemptOutcome:
    """The outcome of an attempt."""
    attempt = StoredAttempt(it.id, number, it.app_id, it.lane, 0, 1, 200, None, None)
    bucket = 0 if store.buckets == 1 else 7
    changed = StoredDelivery(**{**{name: getattr(it, name) for name in it.__struct_fields__}, "attempts": number})
    changed.status, changed.tries = status, number
    return AttemptOutcome(bucket, changed, attempt)


def test_outcomes_of_one_attempt_in_a_batch_count_once(run: Run) -> None:
    async def work(store: Store) -> None:
        one, other = pending("one"), pending("other")

        async def add(tx: Tx) -> None:
            columns = ("bucket", *StoredDelivery.__struct_fields__)
            bucket = 0 if store.buckets == 1 else 7
            rows = [(bucket, *(getattr(it, name) for name in it.__struct_fields__)) for it in (one, other)]
            await tx.insert("delivery", columns, rows)

        await store.write(add)
        first, second = (outcome(store, one, 1, "pending"), outcome(store, one, 2, "delivered"))
        batch = (outcome(store, other, 1, "failed"), first, first, second, second, first)
        await asyncio.gather(*(store.submit(delivery_queue.settle, given) for given in batch))
        await store.submit(delivery_queue.settle, first)

        async def recorded(tx: Tx) -> tuple[list[Any], list[Any]]:
            attempts = await tx.rows("SELECT delivery_id, number FROM attempt")
            found = await tx.rows("SELECT id, status, attempts FROM delivery")
            return [tuple(row) for row in attempts], [tuple(row) for row in found]

        attempts, found = await store.write(recorded)
        assert sorted(attempts) == sorted([(other.id, 1), (one.id, 1), (one.id, 2)])
        assert sorted(found) == sorted([(one.id, "delivered", 2), (other.id, "failed", 1)])

    run(work)


def test_a_failing_worker_keeps_its_calls_in_flight(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(store: Store) -> None:
        site, failures = await new_site(store), Counted()
        healthy = True
        answering = asyncio.Event()

        async def heads(*args: Any) -> Any:
            if not healthy:
                raise ServiceUnavailable
            return await HEADS(*args)

        monkeypatch.setattr(delivery_queue, "heads", heads)
        async with receiving(lambda call: "hang" if not answering.is_set() else 200) as receiver:
            await site.hook(receiver.url)
            async with delivering(store, patience=1.0, failures=failures) as running:
                first = await site.user()
                await site.touch(first)
                await receiver.saw(1)
                healthy = False
                await site.touch(await site.user())
                while failures.counts["webhook"] < 3:
                    running.forward(0)
                    await asyncio.sleep(0.01)
                answering.set()
                healthy = True
                await receiver.saw(2)
                while not await site.rows("SELECT 1 FROM attempt WHERE number = 1 AND status IS NULL"):
                    await asyncio.sleep(0.01)
                running.forward(11)
                assert await site.settled() == ["delivered", "delivered"]
                assert Counter(call.event["id"] for call in receiver.calls).most_common(1)[0][1] == 2
                assert len(receiver.calls) == 3, "the call in flight was not repeated"

    run(work)


@pytest.mark.one_engine
def test_recording_is_retried_and_its_failures_are_logged_and_counted(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(store: Store) -> None:
        site, failures = await new_site(store), Counted()

        async def settle(tx: Tx, outcomes: Sequence[AttemptOutcome]) -> list[None]:
            if failures.counts["recording"] < 5:
                raise ServiceUnavailable
            return await SETTLE(tx, outcomes)

        monkeypatch.setattr(delivery_queue, "settle", settle)
        async with receiving() as receiver, delivering(store, failures=failures):
            await site.hook(receiver.url)
            await site.touch(await site.user())
            assert await site.settled() == ["delivered"]
            assert len(receiver.calls) == 1

    with caplog.at_level(logging.ERROR):
        run(work)
    lines = [record.getMessage() for record in caplog.records if record.name == "heliograph.background"]
    assert lines == ["background task recording failed, trying again"], "one line for all tries"


@pytest.mark.one_engine
def test_unrecordable_lanes_do_not_stop_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(store: Store) -> None:
        site, failures = await new_site(store), Counted()
        users = [await site.user() for _ in range(LANES)]

        async def settle(tx: Tx, outcomes: Sequence[AttemptOutcome]) -> list[None]:
            if any(one.delivery.lane in users for one in outcomes):
                raise ZeroDivisionError
            return await SETTLE(tx, outcomes)

        monkeypatch.setattr(delivery_queue, "settle", settle)
        async with receiving() as receiver, delivering(store, failures=failures):
            await site.hook(receiver.url)
            for user in users:
                await site.touch(user)
            healthy = await site.user()
            await site.touch(healthy)
            async with asyncio.timeout(30):
                while not await site.rows("SELECT 1 FROM delivery WHERE status = 'delivered'"):
                    await asyncio.sleep(0.01)
            await receiver.saw(LANES + 1)
            assert len(receiver.calls) == LANES + 1, "each was called once"
            monkeypatch.setattr(delivery_queue, "settle", SETTLE)
            # Writes in progress still use the failing function.
            users.clear()
            assert await site.settled() == ["delivered"] * (LANES + 1)
            assert len(receiver.calls) == LANES + 1

    run(work)


@pytest.mark.one_engine
@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
def test_an_internal_error_during_a_call_is_a_failed_attempt(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    async def work(store: Store) -> None:
        site, failures = await new_site(store), Counted()
        post, broken = WebhookSender.post, True

        async def posting(self: WebhookSender, *args: Any) -> CallResult:
            if broken:
                raise error
            return await post(self, *args)

        monkeypatch.setattr(WebhookSender, "post", posting)
        async with receiving() as receiver, delivering(store, failures=failures) as running:
            await site.hook(receiver.url)
            await site.touch(await site.user())
            while not await site.rows("SELECT 1 FROM attempt"):
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert failures.counts["call"] == 1, "the delivery waits for its next attempt"
            broken = False
            running.forward(11)
            assert await site.settled() == ["delivered"]
            assert [call.attempt for call in receiver.calls] == [2]

    run(work)


class Shaky(SingleProcess):
    """An assignment whose heartbeats fail, and then hang."""

    def __init__(self, buckets: int) -> None:
        super().__init__(buckets)
        self.beats = 0

    async def beat(self, busy: Any) -> None:
        """Fail twice, hang once, and then succeed."""
        self.beats += 1
        if self.beats <= 2:
            raise [ZeroDivisionError, asyncio.CancelledError][self.beats - 1]
        if self.beats == 3:
            await asyncio.get_running_loop().create_future()


@pytest.mark.one_engine
def test_the_dispatcher_continues_after_any_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.delivery.dispatcher.EXPIRY_SECONDS", 0.05)
    monkeypatch.setattr("heliograph.delivery.dispatcher.BEAT_SECONDS", 0.01)
    looks = iter([ZeroDivisionError, asyncio.CancelledError, ServiceUnavailable])

    async def waiting(*args: Any) -> Any:
        if error := next(looks, None):
            raise error
        return await DUE_WEBHOOKS(*args)

    async def work(store: Store) -> None:
        monkeypatch.setattr(delivery_queue, "due_webhooks", waiting)
        site, failures, assignment = await new_site(store), Counted(), Shaky(store.buckets)
        async with receiving() as receiver, delivering(store, failures=failures, assignment=assignment):
            await site.hook(receiver.url)
            await site.touch(await site.user())
            assert await site.settled() == ["delivered"]
            async with asyncio.timeout(30):
                while assignment.beats < 6:
                    await asyncio.sleep(0.01)
        assert failures.counts == {"dispatcher": 3, "leases": 3}

    run(work)
