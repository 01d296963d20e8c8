"""When keys were last used (`GET …/keys` below `/heliograph/v1`, and `heliograph keys list`)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest

from heliograph.server.auth.key_uses import KeyUses
from tests.databases import new_database
from tests.harness import Caller, command, error_of, init, new_app, serving

KEYS = "/heliograph/v1/apps/{}/keys"


def keys_of(api: Caller, integration_id: str | None = None) -> Any:
    """The keys of the app, or of an integration."""
    query = {"filter[integrationId]": integration_id} if integration_id else {}
    return api.ok("GET", KEYS.format(api.app_id), params=query)["keys"]


def new_key(account: Caller, api: Caller, name: str) -> Caller:
    """A caller with a new key of the app."""
    key = account.ok("POST", f"/v2/apps/{api.app_id}/keys", {"displayName": name})["key"]
    return Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)


def test_only_a_successful_sign_in_is_a_use(api: Caller, account: Caller) -> None:
    bot, token, idle = [new_key(account, api, name) for name in ("Bot", "Token", "Idle")]
    before = api.ok("GET", f"/users/{api.new_user()}")["user"]["signedUpAt"]
    assert bot("GET", "/users/ada").status_code == 404
    assert token.auth is not None
    assert idle.auth is not None
    bearer = jwt.encode({"scope": "app"}, token.auth[1], "HS256", {"kid": token.auth[0]})
    assert api("GET", "/users/ada", auth=None, headers={"authorization": f"Bearer {bearer}"}).status_code == 404
    assert api("GET", "/users/ada", auth=(idle.auth[0], "wrong")).status_code == 401
    found = {one["displayName"]: one for one in keys_of(api)}
    assert found["Bot"]["lastUsedAt"] >= before
    assert found["Token"]["lastUsedAt"] >= before
    assert set(found["Idle"]) == {"id", "displayName", "createdAt"}


def test_keys_of_an_integration(api: Caller) -> None:
    webhook = {"target": "https://example.org/", "triggers": ["conversation:join"]}
    body = {"type": "custom", "displayName": "Desk", "webhooks": [webhook]}
    integration = api.ok("POST", "/integrations", body)["integration"]
    key = api.ok("POST", f"/integrations/{integration['id']}/keys", {"displayName": "Agent"})["key"]
    agent = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    assert [one["id"] for one in keys_of(api)] == [api.auth and api.auth[0]]
    (found,) = keys_of(api, integration["id"])
    assert (found["id"], found["displayName"], found["integrationId"]) == (key["id"], "Agent", integration["id"])
    assert "lastUsedAt" not in found
    assert agent("GET", f"/integrations/{integration['id']}/webhooks").status_code == 200
    assert "lastUsedAt" in keys_of(api, integration["id"])[0]
    assert error_of(agent("GET", KEYS.format(api.app_id))) == (403, "forbidden", "Forbidden")
    unknown = api("GET", KEYS.format(api.app_id), params={"filter[integrationId]": api.app_id})
    assert unknown.status_code == 404


def test_another_app_has_its_own_keys(api: Caller, account: Caller) -> None:
    other = new_app(account)
    assert not {one["id"] for one in keys_of(api)} & {one["id"] for one in keys_of(other)}


def test_the_last_use_survives_a_restart(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    sandbox = init(url)
    with serving(url) as server:
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        api.new_user()
        (used,) = [one["lastUsedAt"] for one in keys_of(api)]
        api.http.close()
    assert sandbox.app_auth is not None
    listed = json.loads(command("keys", "list", "--json", "--database", url).stdout)
    stored = {one["id"]: one["lastUsedAt"] for one in listed}
    assert stored.pop(sandbox.app_auth[0]) >= used
    assert set(stored.values()) == {None}
    assert "never used" in command("keys", "list", "--database", url).stdout


class UnreliableStore:
    """A store whose first write fails."""

    def __init__(self) -> None:
        self.written: list[Mapping[str, int]] = []
        self.fails = True

    async def write(self, work: Any, uses: Mapping[str, int]) -> None:
        """Record the uses, but fail on the first call."""
        if self.fails:
            self.fails = False
            raise OSError("disk is full")
        self.written.append(uses)


def test_a_failure_to_store_loses_nothing() -> None:
    async def run() -> None:
        store: Any = UnreliableStore()
        uses = KeyUses(store)
        uses.note("app_1")
        with pytest.raises(OSError, match="disk is full"):
            await uses.save()
        first = uses.newest("app_1", None)
        uses.note("app_2")
        await uses.save()
        assert [sorted(one) for one in store.written] == [["app_1", "app_2"]]
        assert store.written[0]["app_1"] == first
        await uses.save()
        assert len(store.written) == 1

    asyncio.run(run())


class SlowStore:
    """A store whose writes end when `released` is set."""

    def __init__(self) -> None:
        self.released = asyncio.Event()

    async def write(self, work: Any, uses: Mapping[str, int]) -> None:
        """Wait."""
        await self.released.wait()


def test_a_use_is_known_while_it_is_stored() -> None:
    """A list that read the row before the commit gets the time from memory, also after the commit."""

    async def run() -> None:
        store: Any = SlowStore()
        uses = KeyUses(store)
        uses.note("app_1")
        noted = uses.newest("app_1", None)
        assert noted is not None
        saving = asyncio.create_task(uses.save())
        await asyncio.sleep(0)
        assert uses.newest("app_1", None) == noted
        store.released.set()
        await saving
        assert uses.newest("app_1", None) == noted

    asyncio.run(run())
