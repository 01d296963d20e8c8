"""Imports race with other calls: the counts of a conversation agree with its lists.

HELIOGRAPH_TEST_ROUNDS is the number of rounds.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.importing import group_of, message_of, old_id, participant_of, user_of
from tests.databases import POSTGRESQL, SQLITE
from tests.harness import Caller
from tests.moving.moving import messages_of
from tests.proofs.crowd import Crowd
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
SITES = [(SQLITE, (1,)), (POSTGRESQL, (1, 2))]
_NUMBERS = itertools.count(10_000, 10_000)
"""The first number of the imported ids of each app. No id is used in two apps: `identities` checks this."""


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server, or two on one database of which one has two workers."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("races")) as site:
        yield site
        site.assert_calm()


@pytest.mark.parametrize("round", range(ROUNDS))
def test_imports_among_other_calls(site: Site, round: int) -> None:
    api, first = site.new_app(), next(_NUMBERS)
    users, group_id = range(first + 100, first + 130), old_id(first)

    async def put(crowd: Crowd, *records: Any) -> httpx.Response:
        return await crowd("POST", f"/heliograph/v1/apps/{api.app_id}/import", {"records": records})

    async def race(crowd: Crowd) -> list[httpx.Response]:
        members = [participant_of(first, 1000 + one, one) for one in users]
        await put(crowd, group_of(first), *map(user_of, users), *members[:15])
        locals = await crowd.new_users(8)
        group = f"/conversations/{group_id}"
        text = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
        leaves = [
            {"kind": "leave", "conversationId": group_id, "participantId": old_id(1000 + one)} for one in users[:5]
        ]
        calls = [put(crowd, *members[at : at + 5]) for at in (0, 10, 15, 20, 25, 15)]
        calls += [put(crowd, *(message_of(first, first + at + n) for n in range(4))) for at in (2000, 2004, 2004, 2008)]
        calls += [put(crowd, user_of(one, externalId=f"user {one}")) for one in users[::10]]
        calls += [put(crowd, *leaves)]
        calls += [crowd.join(group_id, one) for one in (*locals, *map(old_id, users[20:25]))]
        calls += [crowd("POST", f"{group}/leave", {"userId": old_id(one)}) for one in users[10:14]]
        calls += [crowd("DELETE", f"/users/{old_id(one)}") for one in (users[1], users[12], users[27])]
        calls += [crowd("POST", f"{group}/messages", text) for _ in range(6)]
        calls += [crowd("DELETE", f"{group}/messages/{old_id(first + 2001)}")]
        return await asyncio.gather(*calls)

    answers = site.at_once(api, race)
    assert {one.status_code for one in answers} <= {200, 201, 404}
    require_consistent(api, group_id)


def require_consistent(api: Caller, group: str) -> None:
    """Check the counts, the order and the members of the group."""
    shown = api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/conversations/{group}")["conversation"]
    participants, messages = api.participants(group), messages_of(api, group)
    assert (shown["participantCount"], shown["messageCount"]) == (len(participants), len(messages))
    for listed in (participants, messages):
        ids = [one["id"] for one in listed]
        assert ids == sorted(set(ids))
    users = [one["userId"] for one in participants]
    assert len(users) == len(set(users))
    for one in participants:
        user = api.ok("GET", f"/users/{one['userId']}")["user"]
        assert one.get("userExternalId") == user.get("externalId")
        own = api.ok("GET", f"/conversations?filter[userId]={one['userId']}")["conversations"]
        assert [each["id"] for each in own] == [group]
    joined = api.join(group, api.new_user())
    assert api.participants(group)[-1]["id"] == joined["id"]
