"""A race of a few calls about one user and one group, and the search for an order that explains its outcome."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.databases import write_lock
from tests.harness import error_of
from tests.proofs.crowd import Crowd
from tests.proofs.paging import FIRST


@dataclass(frozen=True)
class State:
    """The state of one user and one group: whether they exist, and the participant id of the user."""

    user: bool = True
    group: bool = True
    participant: str | None = None


@dataclass(frozen=True)
class Seen:
    """A call, its status and error code, and the participant that joined or should leave; a bulk call has items."""

    verb: str
    status: int
    code: str = ""
    participant: str = ""
    items: tuple[Seen, ...] = ()


OK, NO_GROUP, NO_USER, NO_MEMBER = (
    (200, ""),
    (404, "conversation_not_found"),
    (404, "user_not_found"),
    (404, "not_found"),
)


def explain(state: State, seen: Seen) -> State | None:
    """The state after the call, or None if its response does not fit this state."""
    if seen.items:
        return explain_all(state, seen.items)
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
        # A participant id does not name a user, so the error is never user_not_found.
        return state if answer == (NO_MEMBER if seen.verb == "leave seat" else NO_USER) else None
    if seen.verb == "atomic":
        return state if answer == NO_MEMBER and state.participant is None else None
    if seen.verb.startswith("leave"):
        named = state.participant if seen.verb == "leave" else seen.participant
        expected = OK if state.participant and named == state.participant else NO_MEMBER
        after = replace(state, participant=None) if expected == OK else state
        return after if answer == expected else None
    if answer != (201, "") or state.participant not in (None, seen.participant):
        return None
    return replace(state, participant=seen.participant)


def explain_all(before: State, calls: Sequence[Seen]) -> State | None:
    """The state after the calls in this order, or None if a response does not fit."""
    state: State | None = before
    for seen in calls:
        state = explain(state, seen) if state else None
    return state


def explained(before: State, calls: Sequence[Seen], after: State) -> bool:
    """Whether an order of the calls explains all responses and the final state."""
    return any(explain_all(before, order) == after for order in itertools.permutations(calls))


async def call(crowd: Crowd, verb: str, group: str, user: str, seat: str) -> Seen:
    """Make one call of the race."""
    if verb in ("bulk", "atomic"):
        return await bulk_call(crowd, verb, group, user)
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


async def bulk_call(crowd: Crowd, verb: str, group: str, user: str) -> Seen:
    """Leave and join again with one call, which is one transaction."""
    items = [{"type": "leave", "userId": user}, {"type": "join", "userId": user, "subscribeSDKClient": True}]
    answer = await crowd.bulk(group, items, atomic=verb == "atomic")
    if not answer.is_success:
        return Seen(verb, answer.status_code, error_of(answer)[1])
    seen = []
    for kind, result in zip(("leave", "join"), answer.json()["results"], strict=True):
        code = result.get("errors", [{"code": ""}])[0]["code"]
        seen.append(Seen(kind, result["status"], code, result.get("participant", {"id": ""})["id"]))
    return Seen(verb, 200, items=tuple(seen))


async def look(crowd: Crowd, group: str, user: str) -> State:
    """The state according to the API, read from both the group and the user."""
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
    """The group and the user of a race."""

    group: str
    user: str
    before: State


async def prepared(crowd: Crowd, *, inside: bool) -> Arena:
    """A new group and a new user, who is a participant if `inside` is set."""
    user, group = await crowd.new_user(), await crowd.new_group()
    if inside:
        await crowd.join(group, user)
    before = await look(crowd, group, user)
    assert before == State(participant=before.participant)
    assert (before.participant is not None) == inside
    return Arena(group, user, before)


async def race(crowd: Crowd, arena: Arena, verbs: Sequence[str]) -> None:
    """Make the calls concurrently, and check that some order of them explains the outcome."""
    seat = arena.before.participant or FIRST
    seen = await asyncio.gather(*[call(crowd, verb, arena.group, arena.user, seat) for verb in verbs])
    after = await look(crowd, arena.group, arena.user)
    assert explained(arena.before, seen, after), (arena.before, seen, after)


async def in_one_transaction(crowd: Crowd, url: str, races: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Lock the database like another process until the calls have arrived, so that joins and leaves share a batch."""
    async with write_lock(url):
        # The first call waits for the database, and the others wait for the first.
        first = asyncio.create_task(crowd.join(FIRST, FIRST))
        await round_trip(crowd)
        tasks = [asyncio.create_task(one) for one in races]
        for _ in range(3):
            await round_trip(crowd)
    assert (await first).status_code == 404
    await asyncio.gather(*tasks)


async def round_trip(crowd: Crowd) -> None:
    """Make a call that does not use the database, to wait for the calls before it."""
    assert (await crowd.http.get(f"{crowd.api.url}/health/live")).status_code == 200
