"""Requests that wait for a lock on a user find the user to whom its identifier has moved meanwhile (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest

from tests.api.sandbox import login, try_login
from tests.databases import POSTGRESQL
from tests.harness import Caller, Server
from tests.storage.conftest import IS_LOCKED_OUT, until_true

pytestmark = pytest.mark.one_engine(POSTGRESQL)


async def while_moving(url: str, app_id: str, users: tuple[str, str], call: Callable[[], httpx.Response]) -> None:
    """Make a call that waits for a lock on the first user, while its identifiers move to the second user."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM app_user WHERE id = ANY($1) FOR UPDATE", list(users))
            calling = asyncio.create_task(asyncio.to_thread(call))
            await until_true(url, IS_LOCKED_OUT)
            for table in ("external_id", "identifier"):
                await connection.execute(f"UPDATE {table} SET user_id = $1 WHERE app_id = $2", users[1], app_id)
            found: Any = await connection.fetchrow(
                "SELECT external_id, zendesk_id, identities FROM app_user WHERE id = $1", users[0]
            )
            sql = "UPDATE app_user SET external_id = $2, zendesk_id = $3, identities = $4 WHERE id = $1"
            await connection.execute(sql, users[0], None, None, "[]")
            await connection.execute(sql, users[1], *found)
        answer = await calling
    finally:
        await connection.close()
    assert answer.is_success, answer.text


@pytest.mark.parametrize("verb", ["join", "create", "update", "delete", "sync", "login", "login of another"])
def test_the_new_user_is_found(server: Server, api: Caller, verb: str) -> None:
    ada, bob, eve, group = api.new_user("ada"), api.new_user(), api.new_user(), api.new_group()
    login(api, ada, zendeskId="1")
    member = {"userExternalId": "ada", "subscribeSDKClient": False}
    calls: dict[str, Callable[[], httpx.Response]] = {
        "join": lambda: api("POST", f"/conversations/{group}/join", member),
        "create": lambda: api("POST", "/conversations", {"type": "sdkGroup", "participants": [member]}),
        "update": lambda: api("PATCH", "/users/ada", {"metadata": {"seen": True}}),
        "delete": lambda: api("DELETE", "/users/ada"),
        "sync": lambda: api("POST", "/users/1/sync", {"survivingZendeskId": "2"}),
        "login": lambda: try_login(api, "ada", givenName="Ada"),
        "login of another": lambda: try_login(api, eve, externalId="ada"),
    }
    before = api.ok("GET", f"/users/{ada}")["user"]
    asyncio.run(while_moving(server.database_url, api.app_id, (ada, bob), calls[verb]))
    after = api.ok("GET", f"/users/{ada}")["user"]
    identifiers = ("externalId", "zendeskId")
    assert after == {name: value for name, value in before.items() if name not in identifiers}
    if verb == "delete":
        assert api("GET", f"/users/{bob}").status_code == 404
        return
    found = api.ok("GET", "/users/ada")["user"]
    assert found["id"] == bob
    assert found["zendeskId"] == ("2" if verb == "sync" else "1")
    assert found["metadata"] == ({"seen": True} if verb == "update" else {})
    mine = api.ok("GET", f"/conversations?filter[userId]={bob}")["conversations"]
    assert len(mine) == (verb in ("join", "create"))
