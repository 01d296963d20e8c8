"""Calls that race over real sockets: whatever the order turns out to be, there is one that explains the outcome."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import sqlite3
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness import Caller, Server, error_of, init, new_app, serving
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.ledger import Ledger
from tests.proofs.paging import FIRST

ROUNDS = 16
LIMIT = 10


@pytest.fixture(scope="module")
def small_groups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Caller]]:
    """A server whose groups take 10 users, and a caller with the account key."""
    with serving(tmp_path_factory.mktemp("races") / "heliograph.db", "--participant-limit", str(LIMIT)) as server:
        caller = Caller(server.url, init(server.database_url).account_auth)
        yield server, caller
        caller.http.close()


def test_many_joins_of_one_user_are_one(api: Caller, server: Server) -> None:
    async def race(crowd: Crowd) -> list[httpx.Response]:
        user, group = await crowd.new_user("ada"), await crowd.new_group()
        named: list[dict[str, str]] = [{"userId": user}, {"userExternalId": "ada"}]
        bodies = [{**one, "subscribeSDKClient": subscribe} for one in named for subscribe in (True, False)] * 16
        return await asyncio.gather(*[crowd("POST", f"/conversations/{group}/join", body) for body in bodies])

    answers = at_once(api, race)
    assert Counter(answer.status_code for answer in answers) == {201: 64}
    ledger = Ledger(server.database, api.app_id)
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


def test_the_limit_holds_whoever_comes_first(small_groups: tuple[Server, Caller]) -> None:
    server, account = small_groups
    api = new_app(account)

    async def race(crowd: Crowd) -> None:
        users = await crowd.new_users(32)
        for inside in (0, 7, LIMIT):
            group = await crowd.new_group(*users[:inside])
            comers = [*users[inside:], *users[:inside]]
            answers = await asyncio.gather(*[crowd.join(group, user) for user in comers])
            # Those inside join a second time, which is no matter of the limit.
            assert Counter(answer.status_code for answer in answers) == {201: LIMIT, 400: 32 - LIMIT}
            refused = {error_of(answer) for answer in answers if answer.status_code == 400}
            assert refused == {(400, "bad_request", "Too many participants")}
            listed = (await crowd.ok("GET", f"/conversations/{group}/participants"))["participants"]
            joined = [answer.json()["participant"] for answer in answers if answer.status_code == 201]
            assert listed == sorted(joined, key=lambda one: one["id"])

    at_once(api, race)
    assert Ledger(server.database, api.app_id).faults() == []


def test_a_place_that_becomes_free_is_given_once(small_groups: tuple[Server, Caller]) -> None:
    server, account = small_groups
    api = new_app(account)

    async def race(crowd: Crowd) -> None:
        users = await crowd.new_users(LIMIT + 16)
        for _ in range(ROUNDS // 2):
            group = await crowd.new_group(*users[:LIMIT])
            leaves = [crowd("POST", f"/conversations/{group}/leave", {"userId": user}) for user in users[:4]]
            answers = await asyncio.gather(*leaves, *[crowd.join(group, user) for user in users[LIMIT:]])
            assert {answer.status_code for answer in answers[:4]} == {200}
            joined = sum(answer.status_code == 201 for answer in answers[4:])
            assert joined <= 4
            listed = (await crowd.ok("GET", f"/conversations/{group}/participants"))["participants"]
            assert len(listed) == LIMIT - 4 + joined

    at_once(api, race)
    assert Ledger(server.database, api.app_id).faults() == []


@dataclass(frozen=True)
class State:
    """One user and one group: whether they are there, and as which participant the one is in the other."""

    user: bool = True
    group: bool = True
    participant: str | None = None


@dataclass(frozen=True)
class Seen:
    """A call, its status, its error code, and the participant: who joined, or who was to leave."""

    verb: str
    status: int
    code: str = ""
    participant: str = ""


OK, NO_GROUP, NO_USER, NO_MEMBER = (
    (200, ""),
    (404, "conversation_not_found"),
    (404, "user_not_found"),
    (404, "not_found"),
)


def explain(state: State, seen: Seen) -> State | None:
    """The state after the call, if it was answered as it should be in this state."""
    answer = (seen.status, seen.code)
    match seen.verb:
        case "delete group":
            return (
                replace(state, group=False, participant=None) if answer == (OK if state.group else NO_GROUP) else None
            )
        case "delete user":
            return replace(state, user=False, participant=None) if answer == (OK if state.user else NO_USER) else None
    if not state.group:
        return state if answer == NO_GROUP else None
    if not state.user:
        # A participant id tells nothing of users, so there is no user to be missed.
        return state if answer == (NO_MEMBER if seen.verb == "leave seat" else NO_USER) else None
    if seen.verb.startswith("leave"):
        named = state.participant if seen.verb == "leave" else seen.participant
        expected = OK if state.participant and named == state.participant else NO_MEMBER
        return replace(state, participant=None) if answer == expected else None
    if answer != (201, "") or state.participant not in (None, seen.participant):
        return None
    return replace(state, participant=seen.participant)


def explained(before: State, calls: Sequence[Seen], after: State) -> bool:
    """Whether some order of the calls leads from the one state to the other, each answered as in its turn."""
    for order in itertools.permutations(calls):
        state: State | None = before
        for seen in order:
            state = explain(state, seen) if state else None
        if state == after:
            return True
    return False


async def call(crowd: Crowd, verb: str, group: str, user: str, seat: str) -> Seen:
    """Make a call of the race."""
    calls: dict[str, tuple[str, str, object]] = {
        "join": ("POST", f"/conversations/{group}/join", {"userId": user, "subscribeSDKClient": True}),
        "leave": ("POST", f"/conversations/{group}/leave", {"userId": user}),
        "leave seat": ("POST", f"/conversations/{group}/leave", {"participantId": seat}),
        "delete group": ("DELETE", f"/conversations/{group}", None),
        "delete user": ("DELETE", f"/users/{user}", None),
    }
    answer = await crowd(*calls[verb])
    if not answer.is_success:
        return Seen(verb, answer.status_code, error_of(answer)[1], seat)
    return Seen(verb, answer.status_code, "", answer.json().get("participant", {"id": seat})["id"])


async def look(crowd: Crowd, group: str, user: str) -> State:
    """What the API shows of the group and the user, from both sides."""
    listed, found, mine = await asyncio.gather(
        crowd("GET", f"/conversations/{group}/participants"),
        crowd("GET", f"/users/{user}"),
        crowd("GET", f"/conversations?filter[userId]={user}"),
    )
    assert found.status_code == mine.status_code
    participants = listed.json()["participants"] if listed.is_success else []
    assert [one["userId"] for one in participants] in ([], [user])
    assert [one["id"] for one in mine.json().get("conversations", [])] == [group] * len(participants)
    return State(found.is_success, listed.is_success, participants[0]["id"] if participants else None)


@dataclass(frozen=True)
class Arena:
    """Where a race takes place."""

    group: str
    user: str
    before: State


async def prepared(crowd: Crowd, *, inside: bool) -> Arena:
    """A group and a user, who is in it or not."""
    user, group = await crowd.new_user(), await crowd.new_group()
    if inside:
        await crowd.join(group, user)
    before = await look(crowd, group, user)
    assert before == State(participant=before.participant)
    assert (before.participant is not None) == inside
    return Arena(group, user, before)


async def race(crowd: Crowd, arena: Arena, verbs: Sequence[str]) -> None:
    """Make the calls at once."""
    seat = arena.before.participant or FIRST
    seen = await asyncio.gather(*[call(crowd, verb, arena.group, arena.user, seat) for verb in verbs])
    after = await look(crowd, arena.group, arena.user)
    assert explained(arena.before, seen, after), (arena.before, seen, after)


async def in_one_transaction(crowd: Crowd, database: Path, races: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Hold the writer up, as another process may, until the calls have arrived: then it takes them all together."""
    with contextlib.closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        # The writer waits with the first call that it gets; reading goes on, and shows how far the server has come.
        first = asyncio.create_task(crowd.new_user())
        await read(crowd)
        tasks = [asyncio.create_task(one) for one in races]
        for _ in range(3):
            await read(crowd)
        connection.execute("ROLLBACK")
    await asyncio.gather(first, *tasks)


async def read(crowd: Crowd) -> None:
    """One round trip that writes nothing."""
    assert (await crowd("GET", f"/users/{FIRST}")).status_code == 404


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
    ],
    ids=" | ".join,
)
def test_some_order_of_the_calls_explains_the_outcome(api: Caller, server: Server, verbs: tuple[str, ...]) -> None:
    dice = random.Random(2026)

    async def all_races(crowd: Crowd) -> None:
        for number in range(ROUNDS):
            arenas = await asyncio.gather(*[prepared(crowd, inside=each % 2 == 0) for each in range(4)])
            # Shuffled, because the first to be sent often wins.
            races = [race(crowd, arena, dice.sample(verbs, len(verbs))) for arena in arenas]
            if number % 2:
                await in_one_transaction(crowd, server.database, races)
            else:
                await asyncio.gather(*races)

    at_once(api, all_races, connections=24)
    assert Ledger(server.database, api.app_id).faults() == []


def test_an_external_id_is_given_once(api: Caller, server: Server) -> None:
    async def race(crowd: Crowd) -> None:
        for number in range(5):
            body = {"externalId": f"ada/{number}"}
            answers = await asyncio.gather(*[crowd("POST", "/users", body) for _ in range(32)])
            assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 31}
            (made,) = [answer.json()["user"] for answer in answers if answer.status_code == 201]
            assert (await crowd.ok("GET", f"/users/ada%2F{number}"))["user"] == made

    at_once(api, race)
    ledger = Ledger(server.database, api.app_id)
    assert len(ledger.users) == 5
    assert ledger.faults() == []


def test_a_user_has_one_default_conversation_and_one_sdk_client(api: Caller, server: Server) -> None:
    async def race(crowd: Crowd) -> None:
        user = await crowd.new_user()
        member = {"userId": user, "subscribeSDKClient": True}
        body = {"type": "personal", "participants": [member]}
        made = await asyncio.gather(*[crowd.ok("POST", "/conversations", body) for _ in range(32)])
        assert Counter(one["conversation"]["isDefault"] for one in made) == {True: 1, False: 31}

    at_once(api, race)
    ledger = Ledger(server.database, api.app_id)
    assert len(ledger.clients) == len(ledger.events_of("client:add")) == 1
    assert ledger.faults() == []


def test_an_app_has_at_most_ten_keys(account: Caller) -> None:
    app_id = new_app(account).app_id

    async def race(crowd: Crowd) -> list[httpx.Response]:
        path, body = f"/v2/apps/{app_id}/keys", {"displayName": "Key"}
        return await asyncio.gather(*[crowd("POST", path, body) for _ in range(32)])

    answers = at_once(account, race)
    # A fresh app has a key of the test's own.
    assert Counter(answer.status_code for answer in answers) == {201: 9, 400: 23}
    made = [answer.json()["key"] for answer in answers if answer.status_code == 201]
    listed = account.ok("GET", f"/v2/apps/{app_id}/keys")["keys"]
    assert len(listed) == 10
    assert all(key in listed for key in made)
