"""Races of bulk requests with single requests: the limit is exact, and events and rows agree at the end.

HELIOGRAPH_TEST_ROUNDS is the number of rounds.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.harness import Caller, error_of
from tests.proofs.crowd import Crowd
from tests.proofs.site import Site
from tests.proofs.site import site as new_site
from tests.proofs.test_races import SITES

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "2"))
LIMIT = 10
OTHER_VERSION = "precondition_failed"


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server, or two on one database of which one has two workers, with a limit of 10 participants."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("bulk"), "--participant-limit", str(LIMIT)) as site:
        yield site
        site.assert_calm()


@pytest.fixture
def api(site: Site) -> Caller:
    """A caller with the key of a new app."""
    return site.new_app()


def joins(*users: str) -> list[dict[str, Any]]:
    """The items that join users."""
    return [{"type": "join", "userId": user, "subscribeSDKClient": False} for user in users]


async def members(crowd: Crowd, group: str) -> set[str]:
    """The users in a group."""
    listed = await crowd.ok("GET", f"/conversations/{group}/participants?page[size]=100")
    return {one["userId"] for one in listed["participants"]}


def joined_by(answer: httpx.Response) -> set[str]:
    """The users that a bulk call has joined."""
    if not answer.is_success:
        assert error_of(answer)[2].endswith(": Too many participants")
        return set()
    return {one["participant"]["userId"] for one in answer.json()["results"] if "participant" in one}


def test_the_limit_is_exact(site: Site, api: Caller) -> None:
    """Bulk calls, atomic calls and single joins race for one group. An atomic call joins all of its users or none."""

    async def race(crowd: Crowd) -> None:
        users = await crowd.new_users(36)
        for _ in range(ROUNDS):
            group = await crowd.new_group()
            parts = [users[start : start + 6] for start in range(0, 36, 6)]
            bulk = [crowd.bulk(group, joins(*part)) for part in parts[:2]]
            atomic = [crowd.bulk(group, joins(*part), atomic=True) for part in parts[2:4]]
            single = [crowd.join(group, user) for part in parts[4:] for user in part]
            answers = await asyncio.gather(*single, *bulk, *atomic)
            found = {one.json()["participant"]["userId"] for one in answers[:12] if one.is_success}
            found |= set().union(*map(joined_by, answers[12:]))
            assert {len(joined_by(one)) for one in answers[14:]} <= {0, 6}
            assert await members(crowd, group) == found
            # A refused atomic call can leave places free, because no later call asks for them.
            assert LIMIT - 6 < len(found) <= LIMIT

    site.at_once(api, race)
    assert site.ledger(api).faults() == []


def test_only_one_of_several_sets_for_the_same_version_is_applied(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> None:
        users = await crowd.new_users(12)
        for _ in range(ROUNDS):
            group = await crowd.new_group(*users[:4])
            version = (await crowd.put(group, *users[:4])).json()["version"]
            sets = [users[start : start + 6] for start in range(1, 6)]
            answers = await asyncio.gather(*[crowd.put(group, *each, version=version) for each in sets])
            (applied,) = [each for each, answer in zip(sets, answers, strict=True) if answer.is_success]
            refused = {answer.json()["errors"][0]["code"] for answer in answers if not answer.is_success}
            assert refused == {OTHER_VERSION}
            assert await members(crowd, group) == set(applied)

    site.at_once(api, race)
    assert site.ledger(api).faults() == []


def test_sets_and_everything_else(site: Site, api: Caller) -> None:
    """Sets, bulk calls, single calls and deletions race. A later set that runs alone gives exactly its members."""
    dice = random.Random(2026)

    async def one_round(crowd: Crowd) -> None:
        users = await crowd.new_users(14)
        group, doomed = await crowd.new_group(*users[:5]), await crowd.new_group(*users[5:10])
        calls = []
        for each in (group, doomed):
            calls += [crowd.put(each, *dice.sample(users[:12], 6)) for _ in range(3)]
            calls += [crowd.bulk(each, joins(*dice.sample(users, 6)), atomic=one) for one in (True, False)]
            calls += [crowd.join(each, user) for user in users[10:]]
            calls += [crowd("POST", f"/conversations/{each}/leave", {"userId": user}) for user in users[:6]]
        calls += [crowd("DELETE", f"/users/{user}") for user in users[12:]]
        calls.append(crowd("DELETE", f"/conversations/{doomed}"))
        dice.shuffle(calls)
        answers = await asyncio.gather(*calls)
        assert max(answer.status_code for answer in answers) < 500
        wanted = dice.sample(users[:12], 8)
        assert (await crowd.put(group, *wanted)).status_code == 200
        assert await members(crowd, group) == set(wanted)
        assert (await crowd.put(doomed, *wanted)).status_code == 404

    async def race(crowd: Crowd) -> None:
        for _ in range(ROUNDS):
            await asyncio.gather(one_round(crowd), one_round(crowd))

    site.at_once(api, race)
    assert site.ledger(api).faults() == []
