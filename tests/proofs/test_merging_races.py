"""Merges race with each other and with all other calls: the tables agree with the events, and nothing is lost."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections.abc import Iterator

import httpx
import pytest

from tests.databases import POSTGRESQL, SQLITE
from tests.harness import Caller, author_of, error_of
from tests.proofs.crowd import Crowd
from tests.proofs.replay import assert_documented, merged_users, unread
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
SITES = [(SQLITE, (1,)), (POSTGRESQL, (1, 2))]
CALLERS, CALLS = 16, 25 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 15
VERBS = {"say": 6, "read": 3, "join": 8, "leave": 3, "merge": 4, "sync": 3, "personal": 2, "delete": 1}
NO_USER = (404, "user_not_found", "User not found")


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server, or two on one database of which one has two workers."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("merging")) as site:
        yield site
        site.assert_calm()


@pytest.fixture
def api(site: Site) -> Caller:
    """A caller with the key of a new app."""
    return site.new_app()


async def synced(crowd: Crowd, zendesk_id: str, surviving: str) -> httpx.Response:
    """Synchronize a user with the survivor of a merge of Support users."""
    return await crowd("POST", f"/users/{zendesk_id}/sync", {"survivingZendeskId": surviving})


async def one_of_many(crowd: Crowd, number: int, groups: list[str], users: list[str]) -> None:
    """Run a caller that uses all verbs on users whom other callers merge and delete."""
    dice = random.Random(number)
    for verb in dice.choices(list(VERBS), list(VERBS.values()), k=CALLS):
        group, user = f"/conversations/{dice.choice(groups)}", dice.choice(users)
        member = {"userId": user, "subscribeSDKClient": True}
        content = {"type": "text", "text": "Hello"}
        calls: dict[str, tuple[str, str, object]] = {
            "say": ("POST", f"{group}/messages", {"author": author_of(userId=user), "content": content}),
            "read": ("POST", f"{group}/activity", {"author": author_of(userId=user), "type": "conversation:read"}),
            "join": ("POST", f"{group}/join", member),
            "leave": ("POST", f"{group}/leave", {"userId": user}),
            "personal": ("POST", "/conversations", {"type": "personal", "participants": [member]}),
            "delete": dice.choice([("DELETE", f"/users/{user}", None), ("DELETE", group, None)]),
        }
        if verb == "merge":
            answer = await crowd.login(user, zendeskId=f"Z{dice.randrange(4)}", email=f"{dice.randrange(9)}@x.org")
        elif verb == "sync":
            answer = await synced(crowd, f"Z{dice.randrange(4)}", f"Z{dice.randrange(4)}")
        else:
            answer = await crowd(*calls[verb])
        assert answer.status_code in (200, 201, 404, 409), answer.text


def test_the_tables_agree_with_the_events(site: Site, api: Caller) -> None:
    async def work(crowd: Crowd) -> list[str]:
        groups: list[str] = []
        for _ in range(ROUNDS):
            users = await crowd.new_users(24)
            groups = [await crowd.new_group(*users[number::4]) for number in range(4)]
            async with asyncio.TaskGroup() as tasks:
                for number in range(CALLERS):
                    tasks.create_task(one_of_many(crowd, number, groups, users))
        return groups

    groups = site.at_once(api, work, connections=CALLERS)
    ledger = site.ledger(api)
    assert ledger.faults() == []
    assert len(ledger.events_of("user:merge")) > 5 * ROUNDS
    gone = [merged_users(event)[1] for event in ledger.events_of("user:merge")]
    gone += [str(event.user_id) for event in ledger.events_of("user:remove")]
    assert len(gone) == len(set(gone)) == 24 * ROUNDS - len(ledger.users)
    for event in ledger.events:
        assert_documented(event)
    expected = unread(ledger.events)
    for group in set(groups) & set(expected):
        assert {one["id"]: one["unreadCount"] for one in api.participants(group)} == expected[group]


def test_two_users_are_merged_into_each_other_once(site: Site, api: Caller) -> None:
    async def race(crowd: Crowd) -> None:
        for number in range(8):
            users = await crowd.new_users(2)
            group = await crowd.new_group(*users)
            ids = [f"{number}a", f"{number}b"]
            for user, zendesk_id in zip(users, ids, strict=True):
                assert (await crowd.login(user, zendeskId=zendesk_id)).is_success
            pairs = [*itertools.permutations(ids)] * 3
            answers = await asyncio.gather(*[synced(crowd, *pair) for pair in pairs])
            assert {answer.status_code for answer in answers} == {200}
            (left,) = {answer.json()["user"]["id"] for answer in answers}
            listed = (await crowd.ok("GET", f"/conversations/{group}/participants"))["participants"]
            assert [one["userId"] for one in listed] == [left]

    site.at_once(api, race)
    ledger = site.ledger(api)
    assert ledger.faults() == []
    assert len(ledger.events_of("user:merge")) == 8


def test_an_external_id_always_identifies_a_user(site: Site, api: Caller) -> None:
    """The external id moves to the surviving user. Calls that name it meanwhile find one of the two users."""

    async def race(crowd: Crowd) -> None:
        for number in range(8):
            name = f"ada{number}"
            ada, other, group = await crowd.new_user(name), await crowd.new_user(), await crowd.new_group()
            assert (await crowd.join(group, ada)).is_success
            for user, zendesk_id in ((ada, f"{number}a"), (other, f"{number}b")):
                assert (await crowd.login(user, zendeskId=zendesk_id)).is_success
            rooms = [await crowd.new_group() for _ in range(4)]
            member = {"userExternalId": name, "subscribeSDKClient": True}
            said = {"author": author_of(userExternalId=name), "content": {"type": "text", "text": "Hello"}}
            calls = [
                *[crowd("POST", f"/conversations/{room}/join", member) for room in rooms],
                *[crowd("POST", f"/conversations/{group}/messages", said) for _ in range(4)],
                *[crowd("GET", f"/users/{name}") for _ in range(8)],
                crowd("GET", f"/conversations?filter[userExternalId]={name}"),
                crowd("POST", "/conversations", {"type": "personal", "participants": [member]}),
                crowd("PATCH", f"/users/{name}", {"metadata": {"seen": True}}),
            ]
            dice = random.Random(number)
            calls.insert(dice.randrange(len(calls)), synced(crowd, f"{number}a", f"{number}b"))
            answers = await asyncio.gather(*calls)
            assert {answer.status_code for answer in answers} <= {200, 201}, [one.text for one in answers]
            mine = await crowd.ok("GET", f"/conversations?filter[userId]={other}")
            assert len(mine["conversations"]) == 6
            assert error_of(await crowd("GET", f"/users/{ada}")) == NO_USER

    site.at_once(api, race)
    assert site.ledger(api).faults() == []


def test_joins_and_deletions_of_merged_users(site: Site, api: Caller) -> None:
    """An accepted join is not lost, and a deletion of the surviving user deletes all of its memberships."""

    async def race(crowd: Crowd) -> None:
        for number in range(8):
            guest, ada = await crowd.new_user(), await crowd.new_user(f"ada{number}")
            groups = [await crowd.new_group() for _ in range(6)]
            joins = [crowd.join(group, guest, subscribe=True) for group in groups]
            others = [crowd.login(guest, externalId=f"ada{number}")]
            if number % 2:
                others.append(crowd("DELETE", f"/users/{ada}"))
            answers = await asyncio.gather(*joins[:3], *others, *joins[3:])
            joined = [answer for answer in (*answers[:3], *answers[-3:]) if answer.status_code == 201]
            # If ada was deleted before the login, the guest has her external id now.
            left = await crowd("GET", f"/users/ada{number}")
            if left.is_success:
                mine = await crowd.ok("GET", f"/conversations?filter[userExternalId]=ada{number}")
                assert len(mine["conversations"]) == len(joined)
            assert left.is_success or number % 2

    site.at_once(api, race)
    assert site.ledger(api).faults() == []
