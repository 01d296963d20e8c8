"""The terms by which users and conversations are searched: after an upgrade, and with many names."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from heliograph.domain import apps, conversations, listings, searching, users
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.maintenance.search_terms import add_terms
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import meta, search_progress
from heliograph.storage.rows.search_progress import SearchProgress
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.apps import AppCreateBody
from heliograph.wire.base import Metadata
from heliograph.wire.conversations import ConversationCreateBody, ConversationUpdateBody
from heliograph.wire.listings import Selection
from heliograph.wire.paging import Page
from heliograph.wire.users import ProfileBody, UserUpdateBody
from tests.delivery.site import Site
from tests.storage.conftest import Run

BY_NAME = Selection("name", "ada")


async def new_tenant(store: Store) -> Tenant:
    """A new app."""
    return Tenant((await apps.create(store, AppCreateBody(display_name="Terms"))).id, "key")


async def fill(store: Store, tenant: Tenant, count: int) -> tuple[list[str], list[str]]:
    """Create users and conversations, most of them with a name and metadata; returns their ids."""
    made: tuple[list[str], list[str]] = ([], [])
    for number in range(count):
        given: Metadata | None = {"plan": "gold", "n": number} if number % 3 else None
        profile = ProfileBody(given_name="Ada", surname=f"No {number}") if number % 2 else None
        made[0].append(await Site(store, tenant).user(profile=profile, metadata=given))
        body = ConversationCreateBody(type="sdkGroup", metadata=given)
        made[1].append((await conversations.create(store, tenant, body, 10)).id)
    return made


async def stored(reader: Reader) -> list[tuple[Any, ...]]:
    """All terms."""
    rows = await reader.rows("SELECT bucket, app_id, kind, term, value, id FROM search_term")
    return sorted(tuple(row) for row in rows)


async def forget(tx: Tx) -> None:
    """Remove all terms, as if the rows were from before the step of the schema."""
    await tx.execute("DELETE FROM search_term")
    await meta.remove(tx, search_progress.STATE)


async def become_due(tx: Tx) -> None:
    """Make the addition of terms due, as if an hour had passed."""
    progress = await search_progress.get(tx)
    if progress is not None and not progress.complete:
        await search_progress.put(tx, replace(progress, not_before=0))


async def add_all_terms(store: Store) -> None:
    """Add the missing terms, without waiting until they are due."""
    await add_terms(store)
    await store.write(become_due)
    await add_terms(store)


async def selected(store: Store, tenant: Tenant, selection: Selection = BY_NAME) -> tuple[int, bool]:
    """The number of users that a filter selects, and whether some may be missing."""
    found = await listings.page_of_users(store, tenant, "newest", selection, Page(size=100))
    return len(found.slice.records), found.incomplete


def test_terms_are_added_after_an_upgrade(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """listings.9"""
    monkeypatch.setattr("heliograph.domain.search_terms.ROWS_PER_STEP", 3)

    async def work(store: Store) -> None:
        assert await store.read(search_progress.is_complete), "a new database has no rows without terms"
        tenant = await new_tenant(store)
        await fill(store, tenant, 20)
        expected = await store.read(stored)
        assert await selected(store, tenant) == (10, False)
        await store.write(forget)
        assert await selected(store, tenant) == (0, True)
        if store.shared:
            await add_terms(store)
            progress = await store.read(search_progress.get)
            assert progress is not None
            assert progress.not_before > times.now()
            assert await store.read(stored) == []
        assert await selected(store, tenant, Selection("externalId", "ada")) == (0, False)
        await Site(store, tenant).user(profile=ProfileBody(given_name="Ada"))
        assert await selected(store, tenant) == (1, True)
        await add_all_terms(store)
        assert await selected(store, tenant) == (11, False)
        assert set(expected) < set(await store.read(stored))

    run(work)


def test_changes_while_terms_are_added(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """listings.9: no term is missing, and no removed term is added again."""
    monkeypatch.setattr("heliograph.domain.search_terms.ROWS_PER_STEP", 2)

    async def work(store: Store) -> None:
        tenant = await new_tenant(store)
        people, groups = await fill(store, tenant, 30)
        await store.write(forget)

        async def change() -> None:
            for user, group in zip(people, groups, strict=True):
                await users.update(store, tenant, user, None, UserUpdateBody(metadata={"plan": "silver"}))
                body = ConversationUpdateBody(metadata={"plan": "silver"}, display_name=UNSET)
                await conversations.update(store, tenant, group, body)

        await asyncio.gather(change(), add_all_terms(store))
        found = await store.read(stored)
        await store.write(forget)
        await add_all_terms(store)
        assert found == await store.read(stored)
        assert await selected(store, tenant, Selection("metadata", "silver", "plan")) == (30, False)
        assert await selected(store, tenant, Selection("metadata", "gold", "plan")) == (0, False)

    run(work)


def test_an_interrupted_addition_continues(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """listings.9"""
    monkeypatch.setattr("heliograph.domain.search_terms.ROWS_PER_STEP", 4)

    async def work(store: Store) -> None:
        tenant = await new_tenant(store)
        await fill(store, tenant, 10)
        expected = await store.read(stored)
        await store.write(forget)
        await store.write(search_progress.put, SearchProgress("conversation"))
        await add_terms(store)
        assert await store.read(stored) == [row for row in expected if row[2] == "conversation.metadata"]

    run(work)


def test_a_beginning_of_too_many_names_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """listings.5"""
    monkeypatch.setattr(searching, "MOST_NAMED", 4)

    async def work(store: Store) -> None:
        tenant = await new_tenant(store)
        for number in range(5):
            profile = ProfileBody(given_name=f"Ada{number}")
            await Site(store, tenant).user(profile=profile)
            body = ConversationCreateBody(type="sdkGroup", display_name=f"Crew{number}")
            await conversations.create(store, tenant, body, 10)
        with pytest.raises(BadRequest, match="more than 4 names begin with"):
            await selected(store, tenant)
        with pytest.raises(BadRequest, match="more than 4 names begin with"):
            await listings.page_of_conversations(store, tenant, "newest", Selection("name", "crew"), Page())
        assert await selected(store, tenant, Selection("name", "ada3")) == (1, False)

    run(work)
