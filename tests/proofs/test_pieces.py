"""A bulk request with an idempotency key: each piece is executed once, and a retry executes the missing pieces."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from heliograph.domain.idempotency import UNDER_WAY, IdempotencyKey, Result, settle
from heliograph.domain.writes import PiecewiseWrite
from heliograph.storage import turns
from heliograph.storage.engine import Tx
from heliograph.storage.opening import open_store
from tests.databases import POSTGRESQL, SQLITE, new_database, rows, transaction
from tests.harness import Caller, Server, error_of, init, new_app
from tests.proofs.crowd import Crowd
from tests.proofs.ledger import Ledger
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

OPTIONS = ("--no-delivery",)
SITES = [(SQLITE, (1,)), (POSTGRESQL, (1, 2))]
USERS, TIMES = 5, 60
ITEMS = 2 * USERS * TIMES
"""More than one piece contains."""
AT_ONCE = 8
JOIN_AND_LEAVE: list[tuple[str, dict[str, Any]]] = [("join", {"subscribeSDKClient": False}), ("leave", {})]
KEY = '"one"'

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", params=SITES, ids=["sqlite", "three processes"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Servers on one database."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("pieces"), *OPTIONS) as site:
        yield site
        site.assert_calm()


def comings_and_goings(users: Sequence[str]) -> list[dict[str, Any]]:
    """Items that join and leave repeatedly, so that each has an effect."""
    joins = [{"type": "join", "userId": user, "subscribeSDKClient": False} for user in users]
    leaves = [{"type": "leave", "userId": user} for user in users]
    return [*joins, *leaves] * TIMES


def assert_executed_once(url: str, api: Caller) -> None:
    """Check that each item has taken effect once, and that only the response is stored."""
    ledger = Ledger(url, api.app_id)
    assert ledger.faults() == []
    types = Counter(event.type for event in ledger.events)
    assert (types["conversation:join"], types["conversation:leave"]) == (ITEMS // 2, ITEMS // 2)
    stored = "SELECT key, status FROM idempotency_key WHERE app_id = $1 AND key LIKE 'one%'"
    assert rows(url, stored, api.app_id) == [("one", 200)]


def test_pieces_of_many_requests_with_one_key_are_executed_once(site: Site) -> None:
    api = site.new_app()
    users = [api.new_user() for _ in range(USERS)]
    group = api.new_group()
    answers: list[httpx.Response] = []

    async def work(crowd: Crowd) -> None:
        body, path = {"items": comings_and_goings(users)}, f"{crowd.path_of(group)}/bulk"
        sent = [crowd.send("POST", path, body, idempotency_key=KEY) for _ in range(AT_ONCE)]
        answers.extend(await asyncio.gather(*sent))

    site.at_once(api, work, connections=AT_ONCE)
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotent-replayed") for answer in answers) == {None: 1, "true": AT_ONCE - 1}
    assert_complete(answers[0])
    assert_executed_once(site.database_url, api)


def test_a_refusal_of_the_first_piece_is_stored(site: Site) -> None:
    api = site.new_app()
    path = f"/heliograph/v1/apps/{api.app_id}/conversations/{'0' * 24}/participants/bulk"
    body = {"items": comings_and_goings([api.new_user()])}
    first, second = (api("POST", path, body, headers={"Idempotency-Key": KEY}) for _ in "12")
    assert (first.status_code, first.headers.get("idempotent-replayed")) == (404, None)
    assert (second.content, second.headers["idempotent-replayed"]) == (first.content, "true")


def assert_complete(answer: httpx.Response) -> None:
    """Check the response to the items."""
    body = answer.json()
    assert body["counts"] == {"joined": ITEMS // 2, "left": ITEMS // 2, "unchanged": 0, "refused": 0}
    assert [one["index"] for one in body["results"]] == list(range(ITEMS))


def die_before_last_piece(marker: Path) -> None:
    """Kill the process when the last piece begins, unless the marker shows that it was killed before."""
    run = PiecewiseWrite.run

    def die(self: PiecewiseWrite[Any], tx: Tx, start: int, end: int) -> Coroutine[Any, Any, Any]:
        if end == len(self.items) and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return run(self, tx, start, end)

    PiecewiseWrite.run = die  # type: ignore[method-assign]


class Interrupted(NamedTuple):
    """A bulk request that was killed after the second of its three pieces."""

    api: Caller
    url: str
    group: str
    items: list[dict[str, Any]]

    def send(self, items: Sequence[dict[str, Any]] | None = None, **more: Any) -> httpx.Response:
        """Send the request again, or a request with the same key and other items."""
        path = f"/heliograph/v1/apps/{self.api.app_id}/conversations/{self.group}/participants/bulk"
        body = {"items": self.items if items is None else items, **more}
        return self.api("POST", path, body, headers={"Idempotency-Key": KEY})


@pytest.fixture
def interrupted(engine: str, tmp_path: Path) -> Iterator[Interrupted]:
    """A bulk request of which two of three pieces are stored. The server is running again."""
    url = new_database(engine, tmp_path)
    server = Server(url, *OPTIONS, prepare=partial(prepare, tmp_path / "died"))
    try:
        api = new_app(Caller(server.url, init(url).account_auth))
        users = [api.new_user() for _ in range(USERS)]
        found = Interrupted(api, url, api.new_group(), comings_and_goings(users))
        with pytest.raises(httpx.TransportError):
            found.send()
        restart(server)
        yield found._replace(api=Caller(server.url, api.auth, api.app_id))
    finally:
        server.stop()


def prepare(marker: Path) -> None:
    """Use pieces of 250 items, and kill the process before the last piece."""
    turns.LARGE = turns.SMALL = 250
    die_before_last_piece(marker)


def test_a_retry_executes_the_pieces_that_a_kill_left_out(interrupted: Interrupted) -> None:
    for other in (
        interrupted.send(interrupted.items[:1]),
        interrupted.send(atomic=True),
        interrupted.api("POST", "/users", {}, headers={"Idempotency-Key": KEY}),
    ):
        assert error_of(other)[:2] == (422, "idempotency_key_reuse")
    completed, repeated = (interrupted.send() for _ in "12")
    assert "idempotent-replayed" not in completed.headers
    assert repeated.headers["idempotent-replayed"] == "true"
    assert repeated.content == completed.content
    assert_complete(completed)
    assert_executed_once(interrupted.url, interrupted.api)


def test_leftovers_of_an_expired_key_are_ignored(interrupted: Interrupted) -> None:
    """Once the first part is deleted, the key counts as new, even for other items."""
    api, users = interrupted.api, list(dict.fromkeys(one["userId"] for one in interrupted.items))
    with transaction(interrupted.url) as query:
        query("DELETE FROM idempotency_key WHERE app_id = $1 AND key = 'one'", api.app_id)
    others = [{"type": kind, "userId": user, **rest} for user in users for kind, rest in JOIN_AND_LEAVE] * TIMES
    before = Ledger(interrupted.url, api.app_id)
    answer = interrupted.send(others)
    assert (answer.status_code, answer.json()["counts"]["joined"]) == (200, len(others) // 2)
    added = len(Ledger(interrupted.url, api.app_id).events) - len(before.events)
    assert added == len(others)
    assert interrupted.send(others).content == answer.content


def test_a_conversation_that_was_deleted_meanwhile(interrupted: Interrupted) -> None:
    """The retry returns the results of the executed pieces, and a refusal for each remaining item."""
    interrupted.api.ok("DELETE", f"/conversations/{interrupted.group}")
    answer, again = interrupted.send(), interrupted.send()
    results = answer.json()["results"]
    assert [one["status"] for one in results[500:]] == [404] * (ITEMS - 500)
    assert Counter(one["status"] for one in results[:500]) == {201: 250, 200: 250}
    assert (again.content, again.headers["idempotent-replayed"]) == (answer.content, "true")


def test_a_refused_request_does_not_return_the_partial_result_of_another(engine: str, tmp_path: Path) -> None:
    """A request that is refused while another request with its key is under way gets its own refusal."""
    url = new_database(engine, tmp_path)
    part, refusal = Result(UNDER_WAY, None, b"[1]"), Result(404, None, b"{}")

    async def settled() -> Result:
        async with aclosing(await open_store(url)) as store:
            key = IdempotencyKey(("app", "one"), b"digest", store.sealer)
            assert await store.write(settle, key, part) == part
            return await store.write(settle, key, refusal)

    assert asyncio.run(settled()) == refusal


def restart(server: Server) -> None:
    """Restart the killed server."""
    assert server.process.wait(timeout=60) == -signal.SIGKILL
    server.stop()
    server.output.clear()
    server.start()
