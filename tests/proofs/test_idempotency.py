"""One key, one execution: with concurrent requests, with several processes, and if a process is killed in between.

HELIOGRAPH_TEST_ROUNDS is the number of kills.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.server.http import responses
from heliograph.server.http.exchange import Exchange
from tests.databases import POSTGRESQL, SQLITE, new_database
from tests.harness import Caller, Server, init, new_app
from tests.proofs.crowd import Crowd
from tests.proofs.ledger import Ledger
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

KILLS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "6"))
AT_ONCE = 100
OPTIONS = ("--participant-limit", "100000", "--no-delivery")
SITES = [(SQLITE, (1,)), (POSTGRESQL, (1,)), (POSTGRESQL, (1, 2))]
TEXT = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}

pytestmark = pytest.mark.timeout(120 + 5 * KILLS)


@pytest.fixture(scope="module", params=SITES, ids=["sqlite", "postgresql", "three processes"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Servers on one database."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("keys"), *OPTIONS) as site:
        yield site
        site.assert_calm()


Call = tuple[str, str, Any]
"""A method, a path and a body, with the ids of a scene in braces."""

CALLS: dict[str, Call] = {
    "a join": ("POST", "/conversations/{group}/join", {"userId": "{outside}", "subscribeSDKClient": True}),
    "a leave": ("POST", "/conversations/{group}/leave", {"userId": "{inside}"}),
    "a message": ("POST", "/conversations/{group}/messages", TEXT),
    "a new user": ("POST", "/users", {"profile": {"givenName": "Ada"}}),
    "a new conversation": ("POST", "/conversations", {"type": "sdkGroup"}),
    "a change": ("PATCH", "/users/{inside}", {"profile": {"givenName": "Ada"}}),
    "a deletion": ("DELETE", "/users/{inside}", None),
    "a refusal": ("POST", "/conversations/{group}/leave", {"userId": "{outside}"}),
}


def scene(api: Caller) -> dict[str, str]:
    """A group with one member, and a user who is not a member."""
    inside, outside = api.new_user(), api.new_user()
    return {"inside": inside, "outside": outside, "group": api.new_group(inside)}


def filled(call: Call, ids: dict[str, str]) -> Call:
    """The call with these ids."""
    method, path, body = call
    given = {key: value.format(**ids) if isinstance(value, str) else value for key, value in (body or {}).items()}
    return method, path.format(**ids), given if body is not None else None


def counts(url: str, api: Caller) -> Counter[str]:
    """The numbers of events by type, participants, users and conversations of an app."""
    ledger = Ledger(url, api.app_id)
    assert ledger.faults() == []
    events: Counter[str] = Counter(event.type for event in ledger.events)
    rows = {"participants": ledger.participants, "users": ledger.users, "conversations": ledger.counts}
    return Counter({**events, **{name: len(found) for name, found in rows.items()}})


def change(url: str, api: Caller, call: Callable[[], Any]) -> dict[str, int]:
    """The changes of these counts that a call causes."""
    before = counts(url, api)
    call()
    after = counts(url, api)
    return {name: after[name] - before[name] for name in after | before if after[name] != before[name]}


@pytest.mark.parametrize("name", CALLS)
def test_one_of_many_concurrent_requests_is_executed(site: Site, name: str) -> None:
    api, url = site.new_app(), site.database_url
    once, often = (filled(CALLS[name], scene(api)) for _ in range(2))
    expected = change(url, api, lambda: api(*once))
    answers: list[httpx.Response] = []

    async def work(crowd: Crowd) -> None:
        answers.extend(await asyncio.gather(*[crowd.send(*often, idempotency_key='"one"') for _ in range(AT_ONCE)]))

    assert change(url, api, lambda: site.at_once(api, work, connections=AT_ONCE)) == expected
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotent-replayed") for answer in answers) == {None: 1, "true": AT_ONCE - 1}


def die_before_responding() -> None:
    """Kill the process when the response to a request with the header X-Die is ready to be sent."""
    send = responses.HttpResponse.send

    async def die(self: responses.HttpResponse, exchange: Exchange) -> None:
        if b"x-die" in exchange.headers:
            os.kill(os.getpid(), signal.SIGKILL)
        await send(self, exchange)

    responses.HttpResponse.send = die  # type: ignore[method-assign]


def kill(server: Server, api: Caller, call: Call) -> None:
    """Make a call that kills the server before its response is sent, and restart the server."""
    with pytest.raises(httpx.TransportError):
        api(*call, headers={"Idempotency-Key": "one", "X-Die": "1"})
    api.http.close()
    assert server.process.wait(timeout=60) == -signal.SIGKILL
    server.stop()
    server.output.clear()
    server.start()


def repeat(api: Caller, call: Call, *, is_success: bool) -> None:
    """Repeat the call, which returns the lost response."""
    answer = api(*call, headers={"Idempotency-Key": "one"})
    assert (answer.headers.get("idempotent-replayed"), answer.is_success) == ("true", is_success)
    api.http.close()


def test_a_kill_between_commit_and_response_loses_and_repeats_nothing(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    server = Server(url, *OPTIONS, prepare=die_before_responding)
    try:
        for number in range(KILLS):
            api, name = new_app(Caller(server.url, init(url).account_auth)), list(CALLS)[number % len(CALLS)]
            once, killed = (filled(CALLS[name], scene(api)) for _ in range(2))
            expected = change(url, api, partial(api, *once))
            assert change(url, api, partial(kill, server, api, killed)) == expected, name
            api = Caller(server.url, api.auth, api.app_id)
            assert change(url, api, partial(repeat, api, killed, is_success=name != "a refusal")) == {}, name
    finally:
        server.stop()
