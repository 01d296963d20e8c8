"""The app setting `conversationRetentionSeconds`."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from heliograph.background import Failures
from heliograph.domain import apps, conversations, messages, participants
from heliograph.domain import inactivity as rules
from heliograph.maintenance.inactivity import InactivityWatch
from heliograph.maintenance.purge import purge
from heliograph.storage.engine import Tx
from heliograph.storage.rows import inactivity, retention
from heliograph.storage.rows.inactivity import StoredLimit
from heliograph.storage.store import Store
from heliograph.wire.apps import AppUpdateBody
from heliograph.wire.messages import MessagePost
from heliograph.wire.paging import Page
from tests.databases import SQLITE
from tests.delivery.site import Site, new_site
from tests.storage.conftest import Run

HOUR = 3_600_000
YEAR = 365 * 24 * HOUR


class Office:
    """An app whose conversations are checked twice an hour, by a clock that can be wrong."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.wall = 0
        self.age = 0

    async def keep(self, seconds: int) -> None:
        """Set the setting of the app."""
        body = msgspec.convert({"settings": {"conversationRetentionSeconds": seconds}}, AppUpdateBody)
        await apps.update(self.site.store, self.site.tenant.app_id, body)
        self.wall = await self.site.store.read(retention.clock)

    async def run(self, hours: float, wrong: int = 0) -> None:
        """Let hours pass, with a wall clock that is wrong by `wrong` milliseconds."""
        for _ in range(int(hours * 2)):
            self.wall += HOUR // 2
            if (limit := await self.advance(self.wall + wrong, self.age + HOUR // 2)) is not None:
                self.age = limit.age
                await rules.sweep(self.site.store, limit)

    async def advance(self, wall: int, least: int) -> StoredLimit | None:
        """Advance the clock of the app."""
        return await self.site.store.write(inactivity.advance, self.site.tenant.app_id, wall, least)

    async def post(self, conversation: str) -> None:
        """Post a message of the business."""
        body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hi"}}
        await self.site.post(conversation, msgspec.convert(body, MessagePost))

    async def count(self, conversation: str) -> int:
        """The number of messages in a conversation."""
        page = await messages.page(self.site.store, self.site.tenant, conversation, Page(None, None, 25))
        return len(msgspec.json.decode(page.messages))

    async def unread(self, conversation: str) -> list[int]:
        """The unread counts of the participants of a conversation."""
        page = Page(None, None, 25)
        found = await participants.page(self.site.store, self.site.tenant, conversation, page)
        return [one["unreadCount"] for one in msgspec.json.decode(msgspec.json.encode(found.participants))]


async def office(store: Store, hours: int = 16) -> Office:
    """A new app that keeps messages for this many hours, or forever with 0."""
    made = Office(await new_site(store))
    await made.keep(hours * 3600)
    return made


def test_messages_are_deleted_after_a_time_without_new_ones(run: Run) -> None:
    """apps.8: with the effects of DeleteAllMessages, and again after the next message."""

    async def work(store: Store) -> None:
        here, elsewhere = await office(store), await office(store, 0)
        site = here.site
        group, busy, other = await site.group(), await site.group(), await elsewhere.site.group()
        await site.join(group, await site.user())
        for conversation in (group, busy):
            await here.post(conversation)
        await here.post(group)
        await elsewhere.post(other)
        before = await conversations.get(store, site.tenant, group)
        await here.run(9)
        await here.post(busy)
        await here.run(7)
        assert (await here.count(group), await here.unread(group)) == (2, [2])
        events = await site.rows("SELECT count(*) FROM event")
        await here.run(2)
        assert (await here.count(group), await here.unread(group)) == (0, [0])
        assert await here.count(busy) == 2
        assert await site.rows("SELECT count(*) FROM event") == events, "deleting messages causes no event"
        after = await conversations.get(store, site.tenant, group)
        assert after.last_updated_at == before.last_updated_at
        await here.post(group)
        assert await here.unread(group) == [1]
        await here.run(8)
        assert (await here.count(group), await here.count(busy)) == (1, 0)
        await here.run(10)
        assert (await here.count(group), await elsewhere.count(other)) == (0, 1)

    run(work)


@pytest.mark.parametrize("wrong", [10 * YEAR, -10 * YEAR], ids="{:+d} ms".format)
def test_a_wrong_clock_neither_deletes_new_messages_nor_keeps_old_ones(run: Run, wrong: int) -> None:
    async def work(store: Store) -> None:
        here = await office(store)
        group = await here.site.group()
        await here.post(group)
        await here.run(2, wrong)
        await here.run(1)
        assert await here.count(group) == 1
        await here.run(16)
        assert await here.count(group) == 0

    run(work)


def test_the_setting_applies_from_when_it_is_turned_on_until_it_is_turned_off(run: Run) -> None:
    async def work(store: Store) -> None:
        here = await office(store, 0)
        group = await here.site.group()
        await here.post(group)
        await here.run(100)
        await here.keep(16 * 3600)
        await here.run(15)
        assert await here.count(group) == 1
        await here.keep(0)
        await here.run(100)
        assert await here.count(group) == 1
        await here.keep(3600)
        await here.run(1)
        assert await here.count(group) == 0

    run(work)


def test_several_processes_check_many_conversations(run: Run) -> None:
    """They check in steps, and a message arrives in the meantime."""

    async def work(store: Store) -> None:
        here = await office(store)
        groups = [await here.site.group() for _ in range(230)]
        for start in range(0, len(groups), 50):
            await asyncio.gather(*(here.post(one) for one in groups[start : start + 50]))
        first = await here.advance(here.wall, 0)
        assert first is not None
        await asyncio.gather(rules.sweep(store, first), rules.sweep(store, first))
        due = await here.advance(here.wall, 17 * HOUR)
        assert due is not None
        await asyncio.gather(rules.sweep(store, due), rules.sweep(store, due), here.post(groups[0]))
        kept = await here.count(groups[0])
        assert kept in (1, 2), "the new message came after the deletion, or prevented it"
        ((total,),) = await here.site.rows("SELECT sum(message_count) FROM conversation")
        assert total == kept
        assert len(await here.site.rows("SELECT 1 FROM conversation WHERE checked_at IS NOT NULL")) == 1

    run(work)


@pytest.mark.one_engine(SQLITE)
def test_the_watch_checks_when_it_is_time_and_a_purge_deletes_the_limit(run: Run) -> None:
    async def long_ago(tx: Tx) -> None:
        await tx.execute("UPDATE inactivity_limit SET wall = wall - 100 * milliseconds")
        await tx.execute("UPDATE app SET deleted_at = 1 WHERE deleted_at IS NOT NULL")

    async def work(store: Store) -> None:
        here = await office(store)
        group = await here.site.group()
        await here.post(group)
        for _ in range(10):
            # Each process trusts the wall clock for an eighth of the time.
            await store.write(long_ago)
            await InactivityWatch(store, Failures()).check()
        assert await here.count(group) == 0
        watch = InactivityWatch(store, Failures())
        await watch.check()
        ages = await here.site.rows("SELECT age FROM inactivity_limit")
        await store.write(long_ago)
        await watch.check()
        assert await here.site.rows("SELECT age FROM inactivity_limit") == ages, "the next check is in an hour"
        await apps.delete(store, here.site.tenant.app_id)
        await store.write(long_ago)
        await purge(store, Failures())
        assert await here.site.rows("SELECT 1 FROM inactivity_limit") == []

    run(work)
