"""Unread counts stay exact with concurrent messages, reads, joins and leaves, in one or several processes.

With HELIOGRAPH_TEST_ROUNDS each caller makes more calls.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
from collections.abc import Iterator

import pytest

from tests.databases import POSTGRESQL, SQLITE, rows
from tests.harness import Caller, author_of
from tests.proofs.crowd import Crowd
from tests.proofs.replay import unread
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

SITES = [(SQLITE, (1,)), (POSTGRESQL, (3,)), (POSTGRESQL, (1, 1, 1))]
USERS, CALLERS = 8, 24
CALLS = 30 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 15
VERBS = {"say": 6, "say as": 6, "read": 5, "join": 4, "leave": 3, "type": 1, "read all": 1}


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server, a server with three workers, or three servers on one database."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("conversing")) as site:
        yield site
        site.assert_calm()


@pytest.fixture
def api(site: Site) -> Caller:
    """A caller with the key of a new app."""
    return site.new_app()


async def one_of_many(crowd: Crowd, number: int, groups: list[str], users: list[str]) -> None:
    """Run a caller that posts, reads, joins and leaves."""
    dice = random.Random(number)
    for verb in dice.choices(list(VERBS), list(VERBS.values()), k=CALLS):
        where, user = f"/conversations/{dice.choice(groups)}", dice.choice(users)
        content = {"type": "text", "text": str(number)}
        calls: dict[str, tuple[str, object]] = {
            "say": ("messages", {"author": author_of(), "content": content}),
            "say as": ("messages", {"author": author_of(userId=user), "content": content}),
            "read": ("activity", {"author": author_of(userId=user), "type": "conversation:read"}),
            "read all": ("activity", {"author": author_of(), "type": "conversation:read"}),
            "type": ("activity", {"author": author_of(), "type": "typing:start"}),
            "join": ("join", {"userId": user, "subscribeSDKClient": False}),
            "leave": ("leave", {"userId": user}),
        }
        path, body = calls[verb]
        answer = await crowd("POST", f"{where}/{path}", body)
        assert answer.status_code in (200, 201) or "not a member" in answer.text, answer.text


def test_unread_counts_are_exact_in_any_order(site: Site, api: Caller) -> None:
    async def work(crowd: Crowd) -> list[str]:
        users = await crowd.new_users(USERS)
        groups = [await crowd.new_group(*users[:4]) for _ in range(2)]
        async with asyncio.TaskGroup() as tasks:
            for number in range(CALLERS):
                tasks.create_task(one_of_many(crowd, number, groups, users))
        return groups

    groups = site.at_once(api, work, connections=CALLERS)
    ledger = site.ledger(api)
    assert ledger.faults() == []
    expected = unread(ledger.events)
    assert any(count > 1 for group in groups for count in expected[group].values())
    for caller in site.callers(api):
        for group in groups:
            shown = {one["id"]: one["unreadCount"] for one in caller.participants(group)}
            assert shown == expected[group]
    for group in groups:
        in_events = [json.loads(bytes(one.payload))["message"] for one in ledger.events_of("conversation:message")]
        sql = "SELECT id, shown FROM message WHERE conversation_id = $1 ORDER BY id"
        stored = [json.loads(text) for _, text in rows(site.database_url, sql, group)]
        mine = {one["id"] for one in stored}
        assert [one["id"] for one in in_events if one["id"] in mine] == [one["id"] for one in stored]
        received = [one["received"] for one in stored]
        assert received == sorted(received)
        updated = api.ok("GET", f"/conversations/{group}")["conversation"]["lastUpdatedAt"]
        assert updated == received[-1]
        counted = rows(site.database_url, "SELECT message_seq, message_count FROM conversation WHERE id = $1", group)
        assert counted == [(len(stored), len(stored))]


def test_a_change_on_one_server_is_visible_on_the_others(site: Site, api: Caller) -> None:
    users = [api.new_user() for _ in range(2)]
    group = api.new_group(*users)
    callers = itertools.cycle(site.callers(api))
    for _ in range(6):
        next(callers).say(group)
        before = [one.unread(group) for one in site.callers(api)]
        assert [one[0] for one in before] == [1] * len(before)
        next(callers).read(group, userId=users[0])
        assert [one.unread(group)[0] for one in site.callers(api)] == [0] * len(before)
        next(callers).say(group, userId=users[1])
        assert [one.unread(group) for one in site.callers(api)] == [[1, 0]] * len(before)
        api.ok("DELETE", f"/conversations/{group}/messages")
        assert [one.unread(group) for one in site.callers(api)] == [[0, 0]] * len(before)


def test_authors_of_concurrent_messages_have_read_them(site: Site, api: Caller) -> None:
    async def work(crowd: Crowd) -> tuple[str, list[str]]:
        users = await crowd.new_users(USERS)
        group = await crowd.new_group(*users)
        content = {"type": "text", "text": "Hello"}
        for _ in range(8):
            posts = [{"author": author_of(userId=user), "content": content} for user in users]
            await asyncio.gather(*[crowd.ok("POST", f"/conversations/{group}/messages", body) for body in posts])
        return group, users

    group, users = site.at_once(api, work)
    order = [one["author"]["userId"] for one in api.ok("GET", f"/conversations/{group}/messages")["messages"]]
    assert len(order) == 8 * USERS
    # The unread messages of a user are those after the user's last own message.
    expected = {user: order[::-1].index(user) for user in users}
    assert {one["userId"]: one["unreadCount"] for one in api.participants(group)} == expected
