"""Races for the control of a conversation: the outcome matches one of the two orders, never a mixture."""

from __future__ import annotations

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from tests.api.event_records import events_of
from tests.api.handover import CALLS, Board, Scene, state_of
from tests.databases import POSTGRESQL, SQLITE
from tests.harness import author_of
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
SITES = [(SQLITE, (1,)), (POSTGRESQL, (2,))]

Outcome = tuple[tuple[str, ...], str, tuple[str, ...]]
"""The result of each call, the state afterwards, and the events with the states that they show."""

PASS, OFFER, ACCEPT, RELEASE = (f"switchboard:{call}" for call in CALLS.values())

# For each race, the state before, the calls, and the outcome of each order of the calls.
RACES: dict[str, tuple[str, tuple[tuple[str, str], ...], tuple[Outcome, ...]]] = {
    "accept twice by the pending integration": (
        "A(human)P(bot)",
        (("bot", "accept"), ("bot", "accept")),
        ((("200", "200"), "A(bot)", (f"{ACCEPT} A(bot)",)),),
    ),
    "accept twice by the app": (
        "A(human)P(bot)",
        (("app", "accept"), ("app", "accept")),
        (
            (("200", "failed"), "A(bot)", (f"{ACCEPT} A(bot)", f"{ACCEPT}:failure A(bot)")),
            (("failed", "200"), "A(bot)", (f"{ACCEPT} A(bot)", f"{ACCEPT}:failure A(bot)")),
        ),
    ),
    "accept and offer": (
        "A(human)P(bot)",
        (("bot", "accept"), ("app", "offer util")),
        (
            (("200", "200"), "A(bot)P(util)", (f"{ACCEPT} A(bot)", f"{OFFER} A(bot)P(util)")),
            (("403", "200"), "A(human)P(util)", (f"{OFFER} A(human)P(util)",)),
        ),
    ),
    "accept and pass": (
        "A(human)P(bot)",
        (("bot", "accept"), ("app", "pass util")),
        (
            (("200", "200"), "A(util)", (f"{ACCEPT} A(bot)", f"{PASS} A(util)")),
            (("403", "200"), "A(util)", (f"{PASS} A(util)",)),
        ),
    ),
    "release and a message of the user": (
        "A(human)",
        (("human", "release"), ("user", "say")),
        (
            (("200", "201"), "A(bot)", (f"{RELEASE} N", "conversation:message A(bot)")),
            (("200", "201"), "N", ("conversation:message A(human)", f"{RELEASE} N")),
        ),
    ),
    "next twice by one integration": (
        "A(bot)",
        (("bot", "pass next"), ("bot", "pass next")),
        ((("200", "200"), "A(human)", (f"{PASS} A(human)",)),),
    ),
    "next twice by the app": (
        "A(bot)",
        (("app", "pass next"), ("app", "pass next")),
        ((("200", "200"), "A(bot)", (f"{PASS} A(human)", f"{PASS} A(bot)")),),
    ),
    "two messages of the user": (
        "N",
        (("user", "say"), ("user", "say")),
        ((("201", "201"), "A(bot)", ("conversation:message A(bot)", "conversation:message A(bot)")),),
    ),
    "pass and the deletion of its target": (
        "A(bot)",
        (("app", "pass util"), ("app", "delete util")),
        (
            (("failed", "200"), "A(bot)", (f"{PASS}:failure A(bot)",)),
            (("200", "200"), "N", (f"{PASS} A(util)",)),
        ),
    ),
    "pass and the end of the switchboard": (
        "A(bot)",
        (("app", "pass util"), ("app", "disable")),
        (
            (("failed", "200"), "N", (f"{PASS}:failure N",)),
            (("200", "200"), "N", (f"{PASS} A(util)",)),
        ),
    ),
}


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server on SQLite, or one with two workers on PostgreSQL."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("control")) as site:
        yield site
        site.assert_calm()


async def call(crowd: Crowd, board: Board, scene: Scene, who: str, act: str) -> str:
    """Make a call of a race; returns its status, or `failed`."""
    verb, _, target = act.partition(" ")
    conversation = f"/conversations/{scene.conversation}"
    body: Any = {}
    match verb:
        case "say":
            body = {"author": author_of(userId=board.user), "content": {"type": "text", "text": "Hello"}}
            method, path = "POST", f"{conversation}/messages"
        case "delete":
            method, path = "DELETE", f"{board.path}/switchboardIntegrations/{board.members[target]}"
        case "disable":
            method, path, body = "PATCH", board.path, {"enabled": False}
        case _:
            method, path = "POST", f"{conversation}/{CALLS[verb]}"
            body = {"switchboardIntegration": target} if target else {}
    caller = board.callers.get(who, board.api)
    url = f"{caller.url}/v2/apps/{caller.app_id}{path}"
    answer = await crowd.http.request(method, url, body or None, caller.auth)
    return answer.headers.get("x-heliograph-control") or str(answer.status_code)


def restore(board: Board, act: str) -> None:
    """Undo what a call did to the switchboard."""
    if act == "delete util":
        board.add("util")
    elif act == "disable":
        board.set(enabled=True)


@pytest.mark.parametrize("name", RACES)
def test_an_order_of_the_calls_explains_the_outcome(site: Site, name: str) -> None:
    before, calls, outcomes = RACES[name]
    board, dice = Board(site.new_app()), random.Random(2026)
    # A change of the switchboard affects all conversations, so such a race has only one.
    size = 1 if any(act in ("delete util", "disable") for _, act in calls) else 3
    done: list[tuple[Scene, list[str], str]] = []

    async def race(crowd: Crowd, scene: Scene) -> list[str]:
        # Shuffled, because the call that is sent first often wins.
        order = dice.sample(range(len(calls)), len(calls))
        tasks = {number: asyncio.create_task(call(crowd, board, scene, *calls[number])) for number in order}
        return [await tasks[number] for number in range(len(calls))]

    async def races(crowd: Crowd, scenes: Sequence[Scene]) -> list[list[str]]:
        return await asyncio.gather(*[race(crowd, scene) for scene in scenes])

    for _ in range(ROUNDS):
        scenes = [board.reach(before) for _ in range(size)]
        results = at_once(board.api, partial(races, scenes=scenes), len(calls) * size)
        for scene, result in zip(scenes, results, strict=True):
            done.append((scene, result, board.state(scene.conversation)))
        for _, act in calls:
            restore(board, act)
    recorded = events_by_conversation(board)
    for scene, result, after in done:
        events = recorded[scene.conversation][len(scene.events) :]
        assert (tuple(result), after, tuple(events)) in outcomes


def events_by_conversation(board: Board) -> dict[str, list[str]]:
    """The events of each conversation, with the states that they show."""
    found: dict[str, list[str]] = defaultdict(list)
    for event in events_of(board.api):
        if event.conversation_id is not None:
            found[event.conversation_id].append(f"{event.type} {state_of(event.payload['conversation'])}")
    return found
