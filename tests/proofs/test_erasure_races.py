"""Erasures that race with other calls for the same user, and that a crash interrupts.

HELIOGRAPH_TEST_ROUNDS is the number of rounds of each race.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.storage.rows import mentions
from tests.databases import everything, new_database, rows
from tests.harness import Caller, Server, init, new_app, serving
from tests.people.calling import base, erase, export, of_type
from tests.proofs.crowd import Crowd, at_once

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "2"))
POSTS = 12
PATIENCE_SECONDS = 60
MARK = "zq-written-by-the-person"
REMOVAL = {"event", "delivery", "attempt"}
ALLOWED = {201, 200, 404}
MESSAGES, LENGTH = 5_000, 3_000
MEGABYTES = 24
CACHE = 34
"""The size in megabytes of the page cache of a SQLite connection, which a new server still fills."""


def assert_nothing_left(server: Server, user: str) -> None:
    """Check that no row contains what the person wrote, and that only `user:remove` contains the id."""
    for table, found in everything(server.database_url).items():
        text = repr(found)
        assert MARK not in text, table
        assert user not in text or table in REMOVAL, table
    removals = rows(server.database_url, "SELECT type, payload FROM event WHERE type = 'user:remove'")
    assert len([payload for _, payload in removals if user in payload]) == 1


def said(user: str) -> dict[str, object]:
    return {"author": {"type": "user", "userId": user}, "content": {"type": "text", "text": MARK}}


@pytest.mark.parametrize("number", range(ROUNDS))
def test_while_the_person_acts(api: Caller, server: Server, number: int) -> None:
    """Each call takes effect before the erasure, or gets a 404 because the user no longer exists."""
    ada = api.new_user(f"ada {number}", profile={"surname": MARK})
    groups = [api.new_group() for _ in range(3)]
    for group in groups[:2]:
        api.join(group, ada, subscribe=True)

    async def run(crowd: Crowd) -> None:
        joins = [crowd("POST", f"/conversations/{one}/join", {"userId": ada, "subscribeSDKClient": True})
                 for one in groups]  # fmt: skip
        posts = [crowd("POST", f"/conversations/{one}/messages", said(ada)) for one in groups * POSTS]
        edits = [crowd("PATCH", f"/users/{ada}", {"metadata": {MARK: MARK}}) for _ in range(POSTS)]
        answers = asyncio.gather(*joins, *posts, *edits)
        report = await crowd.ok("POST", f"{base(api)}/users/{ada}/erase")
        assert report["erasure"]["status"] == "finished"
        assert {one.status_code for one in await answers} <= ALLOWED | {400}

    at_once(api, run)
    assert_nothing_left(server, ada)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_concurrent_erasures(api: Caller, server: Server, number: int) -> None:
    """They share the work and return the same report, or 404 if the erasure had already finished."""
    ada = api.new_user(f"ada {number}")
    group = api.new_group(ada)
    for _ in range(20):
        api.say(group, MARK, user_id=ada)

    async def run(crowd: Crowd) -> list[httpx.Response]:
        return await asyncio.gather(*(crowd("POST", f"{base(api)}/users/{ada}/erase") for _ in range(6)))

    answers = at_once(api, run)
    assert {one.status_code for one in answers} <= {200, 404}
    pseudonyms = {one.json()["erasure"]["pseudonym"] for one in answers if one.status_code == 200}
    assert len(pseudonyms) == 1
    authors = {one["author"]["userId"] for one in api.ok("GET", f"/conversations/{group}/messages")["messages"]}
    assert authors == pseudonyms
    assert_nothing_left(server, ada)


def die_in_the_middle() -> None:
    """Kill the process when it has redacted some of the messages of the user."""
    redact, pieces = mentions.set_messages, itertools.count(1)

    async def die(*given: Any) -> None:
        if next(pieces) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        await redact(*given)

    mentions.set_messages = die  # type: ignore[assignment]


@pytest.fixture
def own(engine: str, tmp_path: Path) -> Iterator[Server]:
    """A server that dies in the middle of an erasure."""
    with serving(new_database(engine, tmp_path), prepare=die_in_the_middle) as server:
        yield server


def filled(server: Server) -> tuple[Caller, str, str]:
    """An app with a user who has posted 5,000 messages of 3 KB in a group, which also has another member."""
    api = new_app(Caller(server.url, init(server.database_url).account_auth))
    ada = api.new_user("ada")
    group = api.new_group(ada, api.new_user("bob"))
    body = {
        "author": {"type": "user", "userId": ada},
        "content": {"type": "text", "text": MARK * (LENGTH // len(MARK))},
    }

    async def run(crowd: Crowd) -> None:
        for _ in range(MESSAGES // 100):
            await asyncio.gather(*(crowd.ok("POST", f"/conversations/{group}/messages", body) for _ in range(100)))

    at_once(api, run)
    return api, ada, group


def memory_of(server: Server) -> int:
    """The megabytes of memory of a server."""
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * 4096 // 1_000_000


def test_a_kill_during_an_erasure(own: Server) -> None:
    """Another call completes the erasure. Neither export nor erasure holds 5,000 messages in memory."""
    api, ada, group = filled(own)
    # The first export fills the page cache of the database.
    for _ in range(2):
        before = memory_of(own)
        assert len(of_type(export(api, ada), "message")) == MESSAGES
    assert memory_of(own) - before < MEGABYTES

    with pytest.raises(httpx.TransportError):
        api("POST", f"{base(api)}/users/{ada}/erase")
    assert own.process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    assert len(rows(own.database_url, "SELECT id FROM erasure")) == 1
    own.stop()
    own.output.clear()
    own.prepare = None
    own.start()
    api.url = own.url
    before = memory_of(own)
    report = erase(api, ada)
    assert memory_of(own) - before < MEGABYTES + CACHE
    assert (report["status"], report["changed"]["messages"]) == ("finished", MESSAGES)
    assert_nothing_left(own, ada)
    assert len(rows(own.database_url, "SELECT id FROM message WHERE conversation_id = $1", group)) == MESSAGES
