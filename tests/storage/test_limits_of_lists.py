"""Lists that read everything of a user or examine a part of a conversation are limited."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from heliograph.domain import apps, conversations, members, memberships
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage import paging
from heliograph.storage.store import Store
from heliograph.wire.apps import AppCreateBody
from heliograph.wire.conversations import ConversationCreateBody
from heliograph.wire.members import MemberFilter, MemberQuery
from heliograph.wire.memberships import MembershipQuery, MembershipSort
from heliograph.wire.paging import Page
from tests.delivery.site import Site, perform
from tests.storage.conftest import Run

GROUP = ConversationCreateBody(type="sdkGroup")


async def new_tenant(store: Store) -> Tenant:
    """A new app."""
    return Tenant((await apps.create(store, AppCreateBody(display_name="Limits"))).id, "key")


async def join(store: Store, tenant: Tenant, group: str, user: str) -> None:
    """Add a user to a group."""
    await perform(store, Join(tenant, group, UserReference(user), subscribe=False, limit=100))


def test_memberships_are_sorted_by_activity_up_to_a_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """memberships.9, memberships.10"""
    monkeypatch.setattr(memberships, "MOST_SORTED", 3)

    async def work(store: Store) -> None:
        tenant = await new_tenant(store)
        ada = await Site(store, tenant).user()

        async def listed(sort: MembershipSort, *, unread: bool = False) -> int:
            query = MembershipQuery(Page(), sort, unread)
            found = await memberships.page(store, tenant, ada, None, query)
            return len(found.memberships.records)

        for _ in range(3):
            await join(store, tenant, (await conversations.create(store, tenant, GROUP, 10)).id, ada)
        assert await listed("activity", unread=True) == 3
        await join(store, tenant, (await conversations.create(store, tenant, GROUP, 10)).id, ada)
        for refused in (listed("activity"), listed("newest", unread=True)):
            with pytest.raises(BadRequest, match="limited to users in 3 conversations"):
                await refused
        assert await listed("newest") == await listed("oldest") == 4

    run(work)


@pytest.mark.parametrize("newest_first", [False, True])
def test_unread_members_beyond_the_limit_are_on_later_pages(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, newest_first: bool
) -> None:
    """memberships.4"""
    monkeypatch.setattr(paging, "ROWS_EXAMINED", 4)

    async def work(store: Store) -> None:
        tenant = await new_tenant(store)
        group = (await conversations.create(store, tenant, GROUP, 10)).id
        people = [await Site(store, tenant).user() for _ in range(11)]
        for user in people:
            await join(store, tenant, group, user)
        await store.write(post_and_read, tenant, group, people[1:])
        pages: list[bytes] = []
        query = MemberQuery(Page(), MemberFilter(unread=True), newest_first)
        while True:
            found = await members.page(store, tenant, group, query)
            pages.append(bytes(found.members))
            assert found.meta.has_more == (found.meta.after_cursor is not None)
            if not found.meta.has_more:
                break
            query = MemberQuery(Page(after=found.meta.after_cursor), query.filter, newest_first)
        assert [people[0].encode() in page for page in pages] == (
            [False, False, True] if newest_first else [True, False, False]
        )
        assert sum(page == b"[]" for page in pages) == 2

    run(work)


async def post_and_read(tx: Any, tenant: Tenant, group: str, readers: list[str]) -> None:
    """Change the rows as if a message had been posted, and read by these users."""
    key = (tx.bucket(group), tenant.app_id, group)
    await tx.update("conversation", ("message_seq",), ("bucket", "app_id", "id"), [(1, *key)])
    for user in readers:
        seat = ("bucket", "app_id", "conversation_id", "user_id")
        await tx.update("participant", ("seen_seq",), seat, [(1, *key, user)])


def test_concurrent_reads_see_one_state(run: Run) -> None:
    """memberships.6: the total is from the same snapshot as the page."""

    async def work(store: Store) -> None:
        tenant = await new_tenant(store)
        group = (await conversations.create(store, tenant, GROUP, 10)).id
        people = [await Site(store, tenant).user() for _ in range(30)]

        async def counted() -> None:
            found = await members.page(store, tenant, group, MemberQuery(Page(size=1_000), with_total=True))
            assert bytes(found.members).count(b'"joinedAt"') == found.total

        await asyncio.gather(*(call for user in people for call in (join(store, tenant, group, user), counted())))
        await counted()

    run(work)
