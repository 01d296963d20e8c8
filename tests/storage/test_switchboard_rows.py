"""A transaction that has waited for a conversation reads the switchboard as of the end of the wait."""

from __future__ import annotations

import asyncio

import pytest

from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import conversations, switchboards
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.switchboards import StoredSwitchboard, StoredSwitchboardIntegration, SwitchboardState
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.site import new_site
from tests.storage.conftest import IS_LOCKED_OUT, Run, until_true

BOT = StoredSwitchboardIntegration("b" * 24, "bot", "1" * 24, "custom", deliver_standby_events=False)
HUMAN = StoredSwitchboardIntegration("a" * 24, "human", "2" * 24, "custom", deliver_standby_events=False)


@pytest.mark.one_engine(POSTGRESQL)
def test_the_switchboard_is_not_older_than_the_active_integration(run: Run, url: str) -> None:
    """The ids of the conversation are as of the end of the wait, and are looked up in the switchboard."""

    async def work(store: Store) -> StoredConversation:
        site = await new_site(store)
        group, app_id = await site.group(), site.tenant.app_id
        board = StoredSwitchboard("c" * 24, app_id, SwitchboardState(True, BOT.id, (BOT,)))
        await store.write(switchboards.add, app_id, board)
        locked = asyncio.Event()

        async def add_and_pass(tx: Tx) -> None:
            (conversation,) = await conversations.get_many(tx, [(app_id, group)], lock=Lock.CHANGE)
            locked.set()
            await until_true(url, IS_LOCKED_OUT)
            board.state = SwitchboardState(True, BOT.id, (BOT, HUMAN))
            await switchboards.change(tx, app_id, board)
            conversation.active_id = HUMAN.id
            await conversations.set_control(tx, [conversation])

        async def read(tx: Tx) -> StoredConversation:
            (conversation,) = await conversations.get_many(tx, [(app_id, group)], lock=Lock.CHANGE)
            return conversation

        passing = asyncio.create_task(store.write(add_and_pass))
        await locked.wait()
        found = await store.write(read)
        await passing
        return found

    found = run(work)
    assert found.active_id == HUMAN.id
    assert found.switchboard is not None
    assert found.switchboard.find(HUMAN.id) == HUMAN
