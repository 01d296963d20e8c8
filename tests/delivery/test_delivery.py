"""Delivery from an event to its webhooks: content, retries, and order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from heliograph.domain import deliveries
from heliograph.storage.store import Store
from tests.delivery.receiver import Call, Receiver, documented, receiving
from tests.delivery.site import Running, Site, delivering, new_site
from tests.storage.conftest import Run

Work = Callable[[Site, Receiver, Running], Awaitable[None]]


def at_site(run: Run, work: Work, **options: Any) -> None:
    """Run `work` with an app and an endpoint while events are delivered."""

    async def go(store: Store) -> None:
        async with receiving() as receiver, delivering(store, **options) as running:
            await work(await new_site(store), receiver, running)

    run(go)


def test_every_event_arrives_in_its_envelope(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        webhook = await site.hook(receiver.url)
        user, group = await site.user("ada"), await site.group()
        await site.join(group, user, subscribe=True)
        await site.touch(user)
        await site.leave(group, user)
        assert await site.settled() == ["delivered"] * 5
        secret = next(iter(receiver.calls)).headers["x-api-key"]
        for call in receiver.calls:
            assert call.headers["content-type"] == "application/json"
            assert call.headers["x-api-key"] == secret
            assert call.attempt == 1
            assert call.headers["user-agent"].startswith("heliograph/")
            envelope = documented(call.body)
            assert (envelope.app.id, envelope.webhook.id, envelope.webhook.version) == (
                site.tenant.app_id, webhook, "v2",
            )  # fmt: skip
        received = sorted((call.event["id"], call.event["type"]) for call in receiver.calls)
        stored = await site.rows("SELECT id, type FROM event ORDER BY id")
        assert received == [tuple(row) for row in stored]
        assert len({call.headers["x-heliograph-delivery"] for call in receiver.calls}) == 5

    at_site(run, work)


def test_new_and_retried_deliveries_do_not_wait_for_a_search(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        await site.hook(receiver.url)
        user = await site.user()
        for number in range(3):  # updates have their own transactions, joins are batched
            await site.touch(user, number)
            assert await site.settled() == ["delivered"] * (number + 1)
        await site.join(await site.group(), user)
        assert await site.settled() == ["delivered"] * 5
        ((again,),) = await site.rows("SELECT id FROM delivery ORDER BY event_id LIMIT 1")
        await deliveries.retry(site.store, site.tenant, again)
        assert await site.settled() == ["delivered"] * 5
        assert len(receiver.calls) == 6

    at_site(run, work, poll_seconds=1000)


def test_webhooks_get_the_events_they_subscribe_to(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        await site.group()
        assert await site.rows("SELECT 1 FROM delivery") == [], "there are no webhooks yet"
        await site.hook(receiver.url + "/joins", "conversation:join")
        await site.hook(receiver.url + "/all", "*", "conversation:join")
        gone = await site.hook(receiver.url + "/gone")
        await site.hook(receiver.url + "/none", "conversation:typing")
        await site.unhook(gone)
        group, user = await site.group(), await site.user()
        await site.join(group, user)
        await site.settled()
        received = sorted((call.path, call.event["type"]) for call in receiver.calls)
        assert received == [
            ("/hook/all", "conversation:create"),
            ("/hook/all", "conversation:join"),
            ("/hook/joins", "conversation:join"),
        ]

    at_site(run, work)


def test_webhooks_with_include_full_user_get_full_users(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        await site.hook(receiver.url + "/full", includeFullUser=True)
        await site.hook(receiver.url + "/short")
        user = await site.user("ada")
        await site.touch(user, 7)
        await site.join(await site.group(), user)
        await site.settled()
        users = {(call.path, call.event["type"]): call.event["payload"].get("user") for call in receiver.calls}
        full, short = (users[f"/hook/{name}", "user:update"] for name in ("full", "short"))
        assert short == {"id": user, "authenticated": False, "externalId": "ada"}
        assert full["metadata"] == {"number": 7}
        assert full["identities"] == []
        assert short.items() <= full.items()
        assert users["/hook/full", "conversation:join"] == short, "join events never have full users"

    at_site(run, work)


def test_retries_follow_the_policy_and_send_the_same_bytes(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: 200 if call.attempt == 5 else 500
        await site.hook(receiver.url)
        await site.touch(await site.user())
        await receiver.saw(1)
        for number, delay in enumerate((10, 50, 190, 500), 1):
            await _attempts(site, number)
            running.forward(delay - 5)
            await asyncio.sleep(0.15)
            assert len(receiver.calls) == number, "not before it is due"
            running.forward(5)
            await receiver.saw(number + 1)
        assert await site.settled() == ["delivered"]
        assert len({call.body for call in receiver.calls}) == 1
        assert len({call.headers["x-heliograph-delivery"] for call in receiver.calls}) == 1
        assert [call.attempt for call in receiver.calls] == [1, 2, 3, 4, 5]
        logged = await site.rows("SELECT number, status, answer FROM attempt ORDER BY number")
        assert [tuple(row) for row in logged] == [
            (number, 500 if number < 5 else 200, "hello") for number in range(1, 6)
        ]

    at_site(run, work)


async def _attempts(site: Site, count: int) -> None:
    async with asyncio.timeout(30):
        while len(await site.rows("SELECT 1 FROM attempt")) < count:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("how", [410, 500, 301, "hang", "reset", "drip", "close", "huge headers"])
def test_a_delivery_fails_after_its_last_attempt_and_is_kept(run: Run, how: int | str) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: how
        await site.hook(receiver.url)
        await site.touch(await site.user())
        for number in range(1, 6):
            await _attempts(site, number)
            running.forward(600)
        assert await site.settled() == ["failed"]
        await asyncio.sleep(0.1)
        assert len(receiver.calls) <= 5  # an attempt that timed out may have sent nothing
        attempts = await site.rows("SELECT status, error FROM attempt")
        assert len(attempts) == 5
        for status, error in attempts:
            assert (status == how and error is None) if isinstance(how, int) else (status is None and error)

    at_site(run, work, patience=0.2 if how in ("hang", "drip") else 5)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406])
def test_final_statuses_are_not_retried(run: Run, status: int) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: status
        await site.hook(receiver.url)
        await site.touch(await site.user())
        assert await site.settled() == ["failed"]
        assert len(receiver.calls) == 1

    at_site(run, work)


def test_forbidden_addresses_are_not_called(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: (
            b"HTTP/1.1 302 X\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
        )
        await site.hook("http://169.254.169.254/latest/meta-data", "user:update")
        await site.hook(receiver.url, "user:update")
        await site.touch(await site.user())
        await _attempts(site, 2)
        found = await site.rows(
            "SELECT d.status, a.status, error FROM delivery AS d JOIN attempt AS a ON delivery_id = d.id ORDER BY d.id"
        )
        assert [tuple(row) for row in found] == [
            ("failed", None, "169.254.169.254 is not a public address"), ("pending", 302, None),
        ]  # fmt: skip

    at_site(run, work)


def test_a_failing_event_delays_only_its_own_lane_and_webhook(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        first, second = await site.user(), await site.user()
        failing = {"on": True}

        def answer(call: Call) -> int:
            mine = call.event["payload"]["user"]["id"] == first
            return 500 if failing["on"] and mine and call.path == "/hook/a" else 200

        receiver.answer = answer
        await site.hook(receiver.url + "/a")
        await site.hook(receiver.url + "/b")
        for number in range(5):
            await site.touch(first, number)
            await site.touch(second, number)
        await receiver.saw(16)
        await asyncio.sleep(0.1)
        assert len(receiver.calls) == 16, "five calls to /b per user; five to /a for the second user, one for the first"
        failing["on"] = False
        running.forward(11)
        await site.settled()
        for path in ("/hook/a", "/hook/b"):
            for user in (first, second):
                received = [
                    call.event["id"]
                    for call in receiver.calls
                    if call.path == path and call.event["payload"]["user"]["id"] == user
                ]
                assert received == sorted(received)
                assert len(set(received)) == 5

    at_site(run, work)


def test_the_next_event_is_delivered_after_a_failed_one(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: 400 if len(receiver.calls) == 1 else 200
        await site.hook(receiver.url)
        user = await site.user()
        for number in range(3):
            await site.touch(user, number)
        assert await site.settled() == ["failed", "delivered", "delivered"]

    at_site(run, work)


def test_a_hanging_endpoint_does_not_delay_others(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        sites = [await new_site(site.store) for _ in range(50)]
        receiver.answer = lambda call: "hang" if call.path == "/hook/hang" else 200
        await site.hook(receiver.url + "/hang")
        users = [await site.user() for _ in range(20)]
        for one, healthy in enumerate(sites):
            await healthy.hook(f"{receiver.url}/{one}")
        for user in users:
            await site.touch(user)
        members = [await healthy.user() for healthy in sites]
        for healthy, member in zip(sites, members, strict=True):
            await healthy.touch(member)
        async with asyncio.timeout(30):  # half of the timeout of the hanging calls
            while sum(call.path != "/hook/hang" for call in receiver.calls) < 50:
                await asyncio.sleep(0.005)
        hanging = sum(call.path == "/hook/hang" for call in receiver.calls)
        assert hanging <= 8, "the limit of concurrent calls of a webhook"

    at_site(run, work, patience=60)


def test_pending_deliveries_of_a_deleted_webhook_are_dropped(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: 500
        webhook = await site.hook(receiver.url)
        user = await site.user()
        for number in range(3):
            await site.touch(user, number)
        await _attempts(site, 1)
        await site.unhook(webhook)
        assert await site.settled() == []
        assert await site.rows("SELECT 1 FROM attempt") == []

    at_site(run, work)


def test_a_retry_uses_the_current_target(run: Run) -> None:
    async def work(site: Site, receiver: Receiver, running: Running) -> None:
        receiver.answer = lambda call: 200 if call.path == "/hook/right" else 500
        webhook = await site.hook(receiver.url)
        await site.touch(await site.user())
        await _attempts(site, 1)
        await site.point(webhook, receiver.url + "/right")
        running.forward(11)
        assert await site.settled() == ["delivered"]
        assert json.loads(receiver.calls[0].body) == json.loads(receiver.calls[1].body)

    at_site(run, work)
