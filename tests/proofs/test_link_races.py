"""Races of link requests: in any order of the calls, addresses, clients and associations agree afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from heliograph import ids
from tests.api.database import Database
from tests.api.event_records import events_of
from tests.api.linking import Links
from tests.databases import POSTGRESQL, SQLITE
from tests.harness import Caller
from tests.proofs.crowd import Crowd
from tests.proofs.site import Site
from tests.proofs.site import site as new_site

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
SITES = [(SQLITE, (1,)), (POSTGRESQL, (2,))]
SIZE = 2

# The calls of each race, and the statuses that they may return, in the order of the calls. In every scene, ada has a
# pending client for an address, bob has an active client for the same address, and carol has no client.
RACES: dict[str, tuple[tuple[str, ...], set[tuple[int, ...]]]] = {
    "a request twice": (("carol links", "carol links"), {(201, 201)}),
    "two users": (("carol links", "dave links"), {(201, 201)}),
    "three users": (("carol links", "dave links", "ada confirms"), {(201, 201, 200)}),
    "confirmed twice": (("ada confirms", "ada confirms"), {(200, 409), (409, 200)}),
    "confirmed and cancelled": (("ada confirms", "ada cancels"), {(200, 409), (404, 200)}),
    "confirmed and removed": (("ada confirms", "ada removes"), {(200, 200), (404, 200)}),
    "stolen and removed": (("ada confirms", "bob removes"), {(200, 200), (200, 404)}),
    "stolen and blocked": (("ada confirms", "bob blocks"), {(200, 200), (200, 404)}),
    "confirmed and the user": (("ada confirms", "delete ada"), {(200, 200), (404, 200)}),
    "stolen and the user": (("ada confirms", "delete bob"), {(200, 200)}),
    "linked and the user": (("carol links", "delete carol"), {(201, 200), (404, 200)}),
    "confirmed and the conversation": (("ada confirms", "delete ada's conversation"), {(200, 200)}),
    "linked and the conversation": (("carol links", "delete carol's conversation"), {(201, 200), (404, 200)}),
    "stolen and a message": (("ada confirms", "bob speaks"), {(200, 201)}),
    "confirmed and the integration": (("ada confirms", "delete integration"), {(200, 200), (409, 200)}),
    "linked and the integration": (("carol links", "delete integration"), {(201, 200), (404, 200)}),
}


@pytest.fixture(scope="module", params=SITES, ids=lambda one: f"{one[0]}-{one[1]}")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server on SQLite, or one with two workers on PostgreSQL."""
    engine, workers = request.param
    with new_site(engine, workers, tmp_path_factory.mktemp("links"), "--stand-ins", "yes") as site:
        yield site
        site.assert_calm()


class Scene:
    """Users of one integration who want the same address."""

    def __init__(self, api: Caller) -> None:
        self.api = api
        users = {name: api.new_user(f"{name} {ids.new()}") for name in ("ada", "bob", "carol", "dave")}
        for user in users.values():
            api.new_personal(user)  # the default conversation, which cannot be deleted
        first = Links(api, users["ada"])
        self.links = {"ada": first} | {
            name: Links(api, user, integration=first.integration) for name, user in users.items() if name != "ada"
        }
        self.clients = {"bob": self.links["bob"].link("immediate")["id"], "ada": first.link("prompt")["id"]}

    async def call(self, crowd: Crowd, act: str) -> int:
        """Make a call of a race; returns its status."""
        who, _, verb = act.partition(" ")
        if who == "delete":
            return (await crowd("DELETE", self._path(verb))).status_code
        links = self.links[who]
        user = f"/users/{links.user}"
        match verb:
            case "links":
                return (await crowd("POST", f"{user}/clients", links.body("immediate"))).status_code
            case "removes":
                return (await crowd("DELETE", f"{user}/clients/{self.clients[who]}")).status_code
            case "speaks":
                body = {"author": {"type": "user", "userId": links.user}, "content": {"type": "text", "text": "Hello"}}
                path = f"/conversations/{links.conversation}/messages"
                return (await crowd("POST", path, body)).status_code
        outcome = {"confirms": "confirmed", "cancels": "cancelled", "blocks": "blocked"}[verb]
        path = f"/heliograph/v1/apps/{self.api.app_id}{user}/clients/{self.clients[who]}/outcome"
        answer = await crowd.http.request("POST", f"{self.api.url}{path}", {"outcome": outcome}, self.api.auth)
        return answer.status_code

    def _path(self, what: str) -> str:
        if what == "integration":
            return f"/integrations/{self.links['ada'].integration}"
        name, _, rest = what.partition("'s ")
        return f"/conversations/{self.links[name].conversation}" if rest else f"/users/{self.links[name].user}"


@pytest.mark.parametrize("name", RACES)
def test_everything_agrees_after_a_race(site: Site, name: str) -> None:
    acts, allowed = RACES[name]
    api, dice = site.new_app(), random.Random(2026)

    async def races(crowd: Crowd, scenes: Sequence[Scene]) -> list[tuple[int, ...]]:
        async def race(scene: Scene) -> tuple[int, ...]:
            # Shuffled, because the call that is sent first often wins.
            order = dice.sample(range(len(acts)), len(acts))
            tasks = {number: asyncio.create_task(scene.call(crowd, acts[number])) for number in order}
            return tuple([await tasks[number] for number in range(len(acts))])

        return await asyncio.gather(*[race(scene) for scene in scenes])

    for _ in range(ROUNDS):
        scenes = [Scene(api) for _ in range(SIZE)]
        results = site.at_once(api, partial(races, scenes=scenes), len(acts) * SIZE)
        assert set(results) <= allowed, results
    assert_agreed(Database(site.database_url), api)


def assert_agreed(database: Database, api: Caller) -> None:
    """Check that each address is linked to its client, and that associations are with clients that can be reached."""
    sql = "SELECT user_id, id, status, integration_id, address FROM client WHERE app_id = $1"
    clients = [(*one,) for one in database.rows(sql, api.app_id)]
    linked = [(one[3], one[4], one[0], one[1]) for one in clients if one[2] in ("active", "blocked")]
    stored = database.rows("SELECT integration_id, address, user_id, client_id FROM linked_address WHERE app_id = $1",
                           api.app_id)  # fmt: skip
    assert sorted((*one,) for one in stored) == sorted(linked)
    reachable = {(user, id) for user, id, status, *_ in clients if status in ("active", "blocked")}
    found = database.rows("SELECT user_id, client_associations FROM participant WHERE app_id = $1", api.app_id)
    associated = {(user, one["clientId"]) for user, shown in found for one in json.loads(shown)}
    assert associated <= reachable
    assert_events_explain(events_of(api), clients)


def assert_events_explain(events: Sequence[Any], clients: Sequence[tuple[Any, ...]]) -> None:
    """Check that each client was added once, and removed at most once, by an event or with its user.

    Ids that two processes create in the same millisecond do not show the order of their commits, so it is not checked.
    """
    deleted = {one.user_id for one in events if one.type == "user:remove"}
    found: dict[str, list[str]] = defaultdict(list)
    owners: dict[str, str | None] = {}
    for event in events:
        if event.type.startswith("client:"):
            id = event.payload["client"]["id"]
            owners[id] = event.user_id
            found[id].append(event.payload["reason"] if event.type == "client:update" else event.type)
    removed = {id for id, types in found.items() if "client:remove" in types}
    assert all(types.count("client:add") == 1 and types.count("client:remove") <= 1 for types in found.values())
    present = {id for id in found if id not in removed and owners[id] not in deleted}
    assert {id for _, id, *_ in clients} == present
    for _, id, status, *_ in clients:
        assert found[id].count("confirmed") == 1 or status in ("pending", "inactive")
        assert "blocked" in found[id] or status != "blocked"
