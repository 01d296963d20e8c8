"""A bulk request with an idempotency key: each of its pieces is made once, and a retry makes those that are missing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.domain.writes import PiecewiseWrite
from heliograph.storage.engine import Tx
from tests.databases import POSTGRESQL, SQLITE, new_database, rows
from tests.harness import Caller, Server, error_of, init, new_app
from tests.proofs.crowd import Crowd
from tests.proofs.ledger import Ledger
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

OPTIONS = ("--no-delivery",)
SITES = [(SQLITE, (1,)), (POSTGRESQL, (1, 2))]
USERS, TIMES = 5, 60
ITEMS = 2 * USERS * TIMES
"""More than a piece has."""
AT_ONCE = 8
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
    """Items of which each has an effect, again and again."""
    joins = [{"type": "join", "userId": user, "subscribeSDKClient": False} for user in users]
    leaves = [{"type": "leave", "userId": user} for user in users]
    return [*joins, *leaves] * TIMES


def assert_made_once(url: str, api: Caller) -> None:
    """Check that each item has taken effect once, and that only the response is stored."""
    ledger = Ledger(url, api.app_id)
    assert ledger.faults() == []
    types = Counter(event.type for event in ledger.events)
    assert (types["conversation:join"], types["conversation:leave"]) == (ITEMS // 2, ITEMS // 2)
    stored = "SELECT key, status FROM idempotency_key WHERE app_id = $1 AND key LIKE 'one%'"
    assert rows(url, stored, api.app_id) == [("one", 200)]


def test_pieces_of_many_requests_with_one_key_are_made_once(site: Site) -> None:
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
    assert_made_once(site.database_url, api)


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


def die_after_first_piece(marker: Path) -> None:
    """Kill the process when the second piece begins, once."""
    run = PiecewiseWrite.run

    def die(self: PiecewiseWrite[Any, Any], tx: Tx, start: int, end: int) -> Coroutine[Any, Any, Any]:
        if start and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return run(self, tx, start, end)

    PiecewiseWrite.run = die  # type: ignore[method-assign]


def test_a_retry_makes_what_a_kill_has_left(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    server = Server(url, *OPTIONS, prepare=partial(die_after_first_piece, tmp_path / "died"))
    try:
        api = new_app(Caller(server.url, init(url).account_auth))
        users, group = [api.new_user() for _ in range(USERS)], api.new_group()
        path = f"/heliograph/v1/apps/{api.app_id}/conversations/{group}/participants/bulk"
        items = comings_and_goings(users)
        with pytest.raises(httpx.TransportError):
            api("POST", path, {"items": items}, headers={"Idempotency-Key": KEY})
        restart(server)
        api = Caller(server.url, api.auth, api.app_id)
        for other_path, body in ((path, {"items": items[:1]}), ("/users", {})):
            other = api("POST", other_path, body, headers={"Idempotency-Key": KEY})
            assert error_of(other)[:2] == (422, "idempotency_key_reuse")
        completed, repeated = (api("POST", path, {"items": items}, headers={"Idempotency-Key": KEY}) for _ in "12")
        assert "idempotent-replayed" not in completed.headers
        assert repeated.headers["idempotent-replayed"] == "true"
        assert repeated.content == completed.content
        assert_complete(completed)
        assert_made_once(url, api)
    finally:
        server.stop()


def restart(server: Server) -> None:
    """Start the server that was killed again."""
    assert server.process.wait(timeout=20) == -signal.SIGKILL
    server.stop()
    server.output.clear()
    server.start()
