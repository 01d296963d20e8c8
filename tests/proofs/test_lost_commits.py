"""A COMMIT or its response is lost between a server and PostgreSQL: each change is applied exactly once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from heliograph.storage.rows.apps import OWNED
from tests.databases import POSTGRESQL, new_database, rows
from tests.harness import Caller, Server, init, new_app, serving
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.ledger import Ledger
from tests.proofs.proxy import Fate, Proxy, losing

JOINERS = 30
OPTIONS = ("--participant-limit", "100000", "--no-delivery")
TABLES = ("api_key", *OWNED, "event")


@dataclass
class Behind:
    """A server behind the proxy."""

    server: Server
    proxy: Proxy
    account: Caller


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """A server that connects to its database through the proxy."""
    url = new_database(POSTGRESQL, tmp_path_factory.mktemp("proxy"))
    with losing(url) as proxy, serving(proxy.url, *OPTIONS) as server:
        account = Caller(server.url, init(url).account_auth)
        yield Behind(server, proxy, account)
        account.http.close()


@dataclass
class Scene:
    """An app with objects of every type."""

    api: Caller
    account: Caller
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Caller) -> Scene:
        """Create the app."""
        api = new_app(account)
        scene = cls(api, account)
        scene.ids["inside"], scene.ids["outside"] = api.new_user("inside"), api.new_user("outside")
        scene.ids["group"] = api.new_group(scene.ids["inside"])
        api.new_personal(scene.ids["inside"])
        scene.ids["seat"] = api.participants(scene.ids["group"])[0]["id"]
        made = account.ok("POST", f"/v2/apps/{api.app_id}/keys", {"displayName": "Spare"})
        scene.ids["key"] = made["key"]["id"]
        return scene

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call with the account key."""
        where = path.format(app=self.api.app_id, **self.ids)
        filled = body(self.ids) if callable(body) else body
        mine = Caller(self.account.url, self.account.auth, self.api.app_id, self.account.http)
        return mine(method, where, filled)


Body = Callable[[dict[str, str]], Any]


def member(name: str, *, subscribe: bool) -> Body:
    """The body that names a user."""
    return lambda ids: {"userId": ids[name], "subscribeSDKClient": subscribe}


def conversation(type: str) -> Body:
    """The body of a new conversation with the user who is in no conversation."""
    return lambda ids: {"type": type, "participants": [{"userId": ids["outside"], "subscribeSDKClient": True}]}


CALLS: list[tuple[int, str, str, Any]] = [
    (201, "POST", "/conversations/{group}/join", member("outside", subscribe=True)),
    (201, "POST", "/conversations/{group}/join", member("outside", subscribe=False)),
    (201, "POST", "/conversations/{group}/join", member("inside", subscribe=True)),
    (201, "POST", "/conversations/{group}/join", member("inside", subscribe=False)),
    (200, "POST", "/conversations/{group}/leave", lambda ids: {"userId": ids["inside"]}),
    (200, "POST", "/conversations/{group}/leave", lambda ids: {"participantId": ids["seat"]}),
    (201, "POST", "/users", {}),
    (201, "POST", "/users", {"externalId": "new"}),
    (200, "PATCH", "/users/inside", {"profile": {"givenName": "Ada"}}),
    (200, "DELETE", "/users/inside/personalinformation", None),
    (200, "DELETE", "/users/inside", None),
    (201, "POST", "/conversations", conversation("sdkGroup")),
    (201, "POST", "/conversations", conversation("personal")),
    (200, "PATCH", "/conversations/{group}", {"displayName": "New"}),
    (200, "DELETE", "/conversations/{group}", None),
    (201, "POST", "/v2/apps", {"displayName": "New"}),
    (200, "PATCH", "/v2/apps/{app}", {"displayName": "New"}),
    (200, "DELETE", "/v2/apps/{app}", None),
    (201, "POST", "/v2/apps/{app}/keys", {"displayName": "New"}),
    (200, "DELETE", "/v2/apps/{app}/keys/{key}", None),
]
FATES = {
    "answered": [],
    "lost": [Fate.LOST],
    "lost thrice": [Fate.LOST] * 3,
    "unanswered": [Fate.UNANSWERED],
    "lost and then unanswered": [Fate.LOST, Fate.UNANSWERED],
    "late": [Fate.LATE],
}


def counts(behind: Behind) -> dict[str, int]:
    """The number of rows of each table, without the rows of deleted apps, which can be purged at any time."""
    apps = "SELECT id FROM app WHERE deleted_at IS NULL"
    each = [f"SELECT '{table}', count(*) FROM {table} WHERE app_id IN ({apps})" for table in TABLES]
    found = rows(behind.server.database_url, " UNION ALL ".join([f"SELECT 'app', count(*) FROM ({apps})", *each]))
    return dict(found)


@pytest.fixture(scope="module")
def changes(behind: Behind) -> dict[int, dict[str, int]]:
    """For each call, the change of the number of rows of each table if no COMMIT is lost."""
    return {number: change_of(behind, number, []) for number in range(len(CALLS))}


def change_of(behind: Behind, number: int, fates: list[Fate]) -> dict[str, int]:
    """Make a call with these fates; returns the change of the number of rows of each table."""
    status, method, path, body = CALLS[number]
    scene = Scene.of(behind.account)
    before = counts(behind)
    behind.proxy.mark = b"New" if path == "/v2/apps" else scene.api.app_id.encode()
    behind.proxy.fates = [*fates]
    answer = scene.call(method, path, body)
    behind.proxy.settle()
    assert answer.status_code == status, answer.text
    # A call without changes may not commit. For every other call, the fates must have been used.
    assert behind.proxy.fates == []
    if "DELETE /v2/apps/{app}" != f"{method} {path}":
        assert Ledger(behind.server.database_url, scene.api.app_id).faults() == []
    return {table: count - before[table] for table, count in counts(behind).items() if count != before[table]}


# How often a COMMIT is retried depends only on whether the call goes through a batch, as the first call does. So only
# every sixth call is tested with the fates of several COMMITs.
EACH = [(number, fate) for number in range(len(CALLS)) for fate in FATES if len(FATES[fate]) == 1 or not number % 6]


@pytest.mark.parametrize(
    ("number", "fate"),
    [(number, fate) for number, fate in EACH if fate != "answered"],
    ids=lambda one: f"{CALLS[one][1]} {CALLS[one][2]} {one}" if isinstance(one, int) else one,
)
def test_done_exactly_once(behind: Behind, changes: dict[int, dict[str, int]], number: int, fate: str) -> None:
    assert change_of(behind, number, FATES[fate]) == changes[number]


@pytest.mark.parametrize("fate", [name for name in FATES if name != "answered"])
def test_concurrent_joins_are_done_exactly_once(behind: Behind, fate: str) -> None:
    api = new_app(behind.account)

    async def work(crowd: Crowd) -> tuple[str, list[dict[str, Any]]]:
        users, group = await crowd.new_users(JOINERS), await crowd.new_group()
        behind.proxy.mark = api.app_id.encode()
        behind.proxy.fates = [*FATES[fate]]
        answers = await asyncio.gather(*[crowd.join(group, user, subscribe=True) for user in users])
        assert Counter(answer.status_code for answer in answers) == {201: JOINERS}
        assert behind.proxy.fates == []
        return group, [answer.json()["participant"] for answer in answers]

    group, joined = at_once(api, work)
    behind.proxy.settle()
    assert api.participants(group) == sorted(joined, key=lambda one: str(one["id"]))
    ledger = Ledger(behind.server.database_url, api.app_id)
    assert ledger.faults() == []
    assert Counter(event.type for event in ledger.events) == {
        "conversation:create": 1,
        "conversation:join": JOINERS,
        "client:add": JOINERS,
    }
