"""Races of calls over real sockets: some order of the calls explains every outcome.

HELIOGRAPH_TEST_ROUNDS is the number of rounds.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.databases import POSTGRESQL, SQLITE
from tests.harness import Caller, error_of
from tests.proofs.crowd import Crowd
from tests.proofs.racing import in_one_transaction, prepared, race
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "2"))
LIMIT = 10
SITES = [(SQLITE, (1,)), (POSTGRESQL, (1, 2))]


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server, or two on one database of which one has two workers, with a limit of 10 participants."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("races"), "--participant-limit", str(LIMIT)) as site:
        yield site
        site.assert_calm()


@pytest.fixture
def api(site: Site) -> Caller:
    """A caller with the key of a new app."""
    return site.new_app()


def test_concurrent_joins_of_one_user_create_one_participant(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> list[httpx.Response]:
        user, group = await crowd.new_user("ada"), await crowd.new_group()
        named: list[dict[str, str]] = [{"userId": user}, {"userExternalId": "ada"}]
        bodies = [{**one, "subscribeSDKClient": subscribe} for one in named for subscribe in (True, False)] * 16
        return await asyncio.gather(*[crowd("POST", f"/conversations/{group}/join", body) for body in bodies])

    answers = site.at_once(api, race)
    assert Counter(answer.status_code for answer in answers) == {201: 64}
    ledger = site.ledger(api)
    ((_, participant, user),) = ledger.participants
    assert {(one["id"], one["userId"]) for one in (answer.json()["participant"] for answer in answers)} == {
        (participant, user)
    }
    assert Counter(event.type for event in ledger.events) == {
        "conversation:create": 1,
        "client:add": 1,
        "conversation:join": 1,
    }
    assert ledger.faults() == []


def test_the_limit_holds_for_concurrent_joins(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> None:
        users = await crowd.new_users(32)
        for inside in (0, 7, LIMIT):
            group = await crowd.new_group(*users[:inside])
            comers = [*users[inside:], *users[:inside]]
            answers = await asyncio.gather(*[crowd.join(group, user) for user in comers])
            # Participants join a second time, which the limit does not affect.
            assert Counter(answer.status_code for answer in answers) == {201: LIMIT, 400: 32 - LIMIT}
            refused = {error_of(answer) for answer in answers if answer.status_code == 400}
            assert refused == {(400, "bad_request", "Too many participants")}
            listed = (await crowd.ok("GET", f"/conversations/{group}/participants"))["participants"]
            joined = [answer.json()["participant"] for answer in answers if answer.status_code == 201]
            assert listed == sorted(joined, key=lambda one: one["id"])

    site.at_once(api, race)
    assert site.ledger(api).faults() == []


def test_a_freed_place_is_taken_once(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> None:
        users = await crowd.new_users(LIMIT + 16)
        for _ in range(-(-ROUNDS // 2)):
            group = await crowd.new_group(*users[:LIMIT])
            leaves = [crowd("POST", f"/conversations/{group}/leave", {"userId": user}) for user in users[:4]]
            answers = await asyncio.gather(*leaves, *[crowd.join(group, user) for user in users[LIMIT:]])
            assert {answer.status_code for answer in answers[:4]} == {200}
            joined = sum(answer.status_code == 201 for answer in answers[4:])
            assert joined <= 4
            listed = (await crowd.ok("GET", f"/conversations/{group}/participants"))["participants"]
            assert len(listed) == LIMIT - 4 + joined

    site.at_once(api, race)
    assert site.ledger(api).faults() == []


@pytest.mark.parametrize(
    "verbs",
    [
        ("join", "leave"),
        ("join", "leave seat", "leave seat"),
        ("join", "join", "leave", "leave seat"),
        ("join", "delete group"),
        ("join", "delete user"),
        ("leave", "leave seat", "delete user"),
        ("delete user", "delete group"),
        ("join", "leave", "delete user", "delete group"),
        ("delete user", "delete user", "delete group", "delete group"),
        ("bulk", "join", "leave"),
        ("atomic", "leave seat", "join"),
        ("bulk", "bulk", "atomic", "leave"),
        ("bulk", "atomic", "delete user"),
        ("bulk", "atomic", "delete user", "delete group"),
    ],
    ids=" | ".join,
)
def test_some_order_of_the_calls_explains_the_outcome(site: Site, api: Caller, verbs: tuple[str, ...]) -> None:
    dice = random.Random(2026)

    async def all_races(crowd: Crowd) -> None:
        for number in range(ROUNDS):
            arenas = await asyncio.gather(*[prepared(crowd, inside=each % 2 == 0) for each in range(4)])
            # Shuffled, because the call that is sent first often wins.
            races = [race(crowd, arena, dice.sample(verbs, len(verbs))) for arena in arenas]
            if number % 2:
                await in_one_transaction(crowd, site.database_url, races)
            else:
                await asyncio.gather(*races)

    site.at_once(api, all_races, connections=24)
    assert site.ledger(api).faults() == []


def test_an_external_id_is_assigned_once(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> None:
        for number in range(5):
            body = {"externalId": f"ada/{number}"}
            answers = await asyncio.gather(*[crowd("POST", "/users", body) for _ in range(32)])
            assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 31}
            (made,) = [answer.json()["user"] for answer in answers if answer.status_code == 201]
            assert (await crowd.ok("GET", f"/users/ada%2F{number}"))["user"] == made

    site.at_once(api, race)
    ledger = site.ledger(api)
    assert len(ledger.users) == 5
    assert ledger.faults() == []


def test_a_user_has_one_default_conversation_and_one_sdk_client(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> None:
        user = await crowd.new_user()
        member = {"userId": user, "subscribeSDKClient": True}
        body = {"type": "personal", "participants": [member]}
        made = await asyncio.gather(*[crowd.ok("POST", "/conversations", body) for _ in range(32)])
        assert Counter(one["conversation"]["isDefault"] for one in made) == {True: 1, False: 31}

    site.at_once(api, race)
    ledger = site.ledger(api)
    assert len(ledger.clients) == len(ledger.events_of("client:add")) == 1
    assert ledger.faults() == []


def test_an_app_has_at_most_ten_keys(site: Site, api: Caller) -> None:
    account, app_id = site.account, api.app_id

    async def race(crowd: Crowd) -> list[httpx.Response]:
        path, body = f"/v2/apps/{app_id}/keys", {"displayName": "Key"}
        return await asyncio.gather(*[crowd("POST", path, body) for _ in range(32)])

    answers = site.at_once(account, race)
    # The new app has one key, which the test uses.
    assert Counter(answer.status_code for answer in answers) == {201: 9, 400: 23}
    made = [answer.json()["key"] for answer in answers if answer.status_code == 201]
    listed = account.ok("GET", f"/v2/apps/{app_id}/keys")["keys"]
    assert len(listed) == 10
    assert all(key in listed for key in made)
