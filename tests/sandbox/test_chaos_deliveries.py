"""Effects of chaos on webhook calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from heliograph.sandbox.chaos import Chaos
from heliograph.storage.opening import open_store
from heliograph.wire.chaos import ChaosBody
from tests.api.endpoint import Endpoint
from tests.api.test_deliveries import below, settled
from tests.databases import new_database, url_of
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.site import Running, Site, delivering, new_site
from tests.harness import Caller, Server, init, new_app, serving
from tests.sandbox.chaos import counts, disturb, rule

pytestmark = pytest.mark.one_engine
CHAOS = "x-heliograph-chaos"


class Disturbed:
    """An app with chaos rules for webhook calls, a receiver, and a dispatcher whose clock can be advanced."""

    def __init__(self, site: Site, receiver: Receiver, running: Running, chaos: Chaos) -> None:
        self.site, self.receiver, self.running, self._chaos = site, receiver, running, chaos

    def rules(self, *given: Any) -> None:
        """Set the rules of the app."""
        self._chaos.put(self.site.tenant.app_id, msgspec.convert({"seed": 7, "rules": given}, ChaosBody))

    @property
    def hits(self) -> list[int]:
        """The hits of each rule."""
        return [one.hits for one in self._chaos.state(self.site.tenant.app_id).rules]

    async def attempts(self) -> list[tuple[int | None, str | None]]:
        """The status and the error of each recorded attempt."""
        rows = await self.site.rows("SELECT status, error FROM attempt ORDER BY delivery_id, number")
        return [(row[0], row[1]) for row in rows]

    async def recorded(self, count: int) -> list[tuple[int | None, str | None]]:
        """Wait until this many attempts are recorded."""
        async with asyncio.timeout(30):
            while len(found := await self.attempts()) < count:  # noqa: ASYNC110 - the worker records them
                await asyncio.sleep(0.005)
        return found


@contextlib.asynccontextmanager
async def disturbed(engine: str, tmp_path: Path, *rules: Any) -> AsyncIterator[Disturbed]:
    """An app with a webhook and these rules."""
    chaos = Chaos()
    async with contextlib.aclosing(await open_store(url_of(new_database(engine, tmp_path)))) as store:
        site = await new_site(store)
        async with receiving() as receiver, delivering(store, chaos=chaos) as running:
            await site.hook(receiver.url)
            made = Disturbed(site, receiver, running, chaos)
            made.rules(*rules)
            yield made


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_call_is_repeated_with_the_same_event(engine: str, tmp_path: Path, moment: str) -> None:
    async def go() -> None:
        async with disturbed(engine, tmp_path, rule("lost", "delivery", drop=moment, times=1)) as made:
            await made.site.group()
            ((status, error),) = await made.recorded(1)
            assert status is None
            assert error is not None
            assert error.startswith("x-heliograph-chaos: lost. The connection was closed: ")
            made.running.forward(15)
            assert await made.site.settled() == ["delivered"]
            calls = made.receiver.calls
            assert [call.attempt for call in calls] == ([1, 2] if moment == "after" else [2])
            assert len({call.event["id"] for call in calls}) == 1
            assert [call.headers.get(CHAOS) for call in calls] == (["lost", None] if moment == "after" else [None])

    asyncio.run(go())


def test_a_lost_response_delays_its_own_lane_only(engine: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with disturbed(engine, tmp_path) as made:
            first, second = await made.site.group(), await made.site.group()
            ada = await made.site.user()
            await made.receiver.saw(2)
            made.rules(rule("lost", "delivery", drop="after", times=1, match={"conversationId": first}))
            await made.site.join(first, ada)
            await made.site.leave(first, ada)
            await made.site.join(second, ada)
            await made.receiver.saw(4)
            await made.recorded(4)
            made.running.forward(15)
            assert await made.site.settled() == ["delivered"] * 5
            seen = [(call.event["payload"]["conversation"]["id"], call.event["type"]) for call in made.receiver.calls]
            assert [type for group, type in seen if group == first] == [
                "conversation:create", "conversation:join", "conversation:join", "conversation:leave",
            ]  # fmt: skip
            assert made.hits == [1]

    asyncio.run(go())


def test_a_status_is_recorded_without_a_call(engine: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with disturbed(engine, tmp_path, rule("down", "delivery", status=503, match={"attempt": 1})) as made:
            await made.site.group()
            assert await made.recorded(1) == [(503, None)]
            assert made.receiver.calls == []
            made.running.forward(15)
            assert await made.site.settled() == ["delivered"]
            assert [call.attempt for call in made.receiver.calls] == [2]
            made.rules(rule("gone", "delivery", status=404))
            await made.site.group()
            assert sorted(await made.site.settled()) == ["delivered", "failed"]

    asyncio.run(go())


def test_duplicates_have_the_same_event(engine: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with disturbed(engine, tmp_path, rule("twice", "delivery", duplicate=2, times=1)) as made:
            await made.site.group()
            calls = await made.receiver.saw(3)
            assert await made.site.settled() == ["delivered"]
            assert len({(call.body, call.headers["x-heliograph-delivery"]) for call in calls}) == 1
            assert [call.headers[CHAOS] for call in calls] == ["twice"] * 3
            assert len(await made.attempts()) == 1

    asyncio.run(go())


def test_a_wrong_secret_and_a_delay(engine: str, tmp_path: Path) -> None:
    async def go() -> None:
        rules = [rule("slow", "delivery", delayMs=[1, 9]), rule("forged", "delivery", wrongSecret=True, times=1)]
        async with disturbed(engine, tmp_path, *rules) as made:
            await made.site.group()
            await made.site.group()
            calls = await made.receiver.saw(2)
            assert sorted(call.headers[CHAOS] for call in calls) == ["slow", "slow, forged"]
            secrets = {call.headers[CHAOS]: call.headers["x-api-key"] for call in calls}
            assert secrets["slow, forged"] == "not-the-secret-of-this-webhook" != secrets["slow"]

    asyncio.run(go())


def test_rules_match_by_trigger_and_webhook(engine: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with disturbed(engine, tmp_path) as made:
            async with receiving() as other:
                second = await made.site.hook(other.url)
                made.rules(
                    rule("twice", "delivery", duplicate=1, match={"webhookId": second, "trigger": "conversation:join"})
                )
                await made.site.join(await made.site.group(), await made.site.user())
                assert set(await made.site.settled()) == {"delivered"}
                seen = [[call.event["type"] for call in one.calls] for one in (made.receiver, other)]
            assert seen == [
                ["conversation:create", "conversation:join"],
                ["conversation:create", "conversation:join", "conversation:join"],
            ]

    asyncio.run(go())


@pytest.fixture
def own(engine: str, tmp_path: Path) -> Iterator[tuple[Caller, Caller, Endpoint]]:
    """Two apps of a sandbox, and the endpoint of their webhooks."""
    with serving(new_database(engine, tmp_path), "--webhook-allowed-networks", "loopback") as server:
        yield from _apps(server)


def _apps(server: Server) -> Iterator[tuple[Caller, Caller, Endpoint]]:
    account = Caller(server.url, init(server.database_url).account_auth)
    with Endpoint() as endpoint:
        made = [new_app(account) for _ in range(2)]
        for one in made:
            hook = {"target": endpoint.url, "triggers": ["*"]}
            one.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
        yield made[0], made[1], endpoint
    account.http.close()


def test_attempts_show_the_rule_that_applied(own: tuple[Caller, Caller, Endpoint]) -> None:
    """Deliveries of other apps are not affected."""
    api, neighbour, endpoint = own
    disturb(api, rule("gone", "delivery", status=404))
    api.new_group()
    neighbour.new_group()
    (delivery,) = settled(api, 1)
    assert delivery["status"] == "failed"
    (attempt,) = below(api, f"/{delivery['id']}").json()["delivery"]["attempts"]
    assert attempt["status"] == 404
    assert attempt["response"] == "x-heliograph-chaos: gone. The endpoint was not called"
    assert counts(api) == {"gone": (1, 1)}
    assert [one["status"] for one in settled(neighbour, 1)] == ["delivered"]
    assert len(endpoint.came) == 1
