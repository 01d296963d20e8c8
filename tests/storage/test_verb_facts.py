"""A lone verb reads its conversation, its user and the user's participant with one statement."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from heliograph import ids
from heliograph.errors import NotAMember
from heliograph.storage.engine import Tx
from heliograph.storage.rows import verb_facts
from heliograph.storage.rows.verb_facts import VerbFacts
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.site import new_site
from tests.storage.conftest import IS_LOCKED_OUT, Run, until_true


def test_the_facts_have_the_rows_that_exist(run: Run) -> None:
    async def go(store: Store) -> None:
        site = await new_site(store)
        group, member, guest = await site.group(), await site.user(), await site.user()
        await site.join(group, member)

        async def facts(tx: Tx, conversation_id: str, user_id: str | None) -> VerbFacts:
            found = await verb_facts.get(tx, site.tenant.app_id, conversation_id, user_id)
            assert found is not None
            return found

        async def exists(conversation_id: str, user_id: str | None) -> list[bool]:
            found = await store.write(facts, conversation_id, user_id)
            return [one is not None for one in (found.conversation, found.user, found.participant)]

        assert await exists(group, member) == [True, True, True]
        assert await exists(group, guest) == [True, True, False]
        assert await exists(group, ids.new()) == [True, False, False]
        assert await exists(group, None) == [True, False, False]
        assert await exists(ids.new(), member) == [False, False, False]
        assert not (await store.write(facts, group, member)).has_webhooks
        await site.hook("http://localhost:1")
        assert (await store.write(facts, group, None)).has_webhooks
        found = await store.write(facts, group, member)
        ids_found = [one and one.id for one in (found.conversation, found.user)]
        assert (ids_found, found.participant and found.participant.user_id) == ([group, member], member)

    run(go)


@pytest.mark.one_engine(POSTGRESQL)
def test_a_verb_sees_the_transaction_that_it_has_waited_for(run: Run, url: str) -> None:
    """Two processes remove a user at the same time: the second one must not find the participant any more."""

    async def go(store: Store) -> int:
        site = await new_site(store)
        group, user = await site.group(), await site.user()
        await site.join(group, user)
        other = await asyncpg.connect(url)
        try:
            async with other.transaction():
                await other.execute("SELECT 1 FROM conversation WHERE id = $1 FOR NO KEY UPDATE", group)
                leaving = asyncio.create_task(site.leave(group, user))
                await until_true(url, IS_LOCKED_OUT)
                for table in ("participant", "membership"):
                    await other.execute(f"DELETE FROM {table} WHERE user_id = $1", user)
                changed = "UPDATE conversation SET participant_count = 0, newest_id = $1 WHERE id = $2"
                await other.execute(changed, ids.new(), group)
            with pytest.raises(NotAMember):
                await leaving
            return int(await other.fetchval("SELECT participant_count FROM conversation WHERE id = $1", group))
        finally:
            await other.close()

    assert run(go) == 0
