"""PostgreSQL reads tables by their indexes, even while the database is new.

Statements are planned when tables are empty or nearly so. A sequential scan is the best plan then, and PostgreSQL would
keep it until the table is analysed, long after it has grown.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from heliograph.background import Failures
from heliograph.maintenance import purge as purging
from heliograph.maintenance.retention import prune
from heliograph.storage.opening import open_store
from heliograph.storage.rows.retention import RetentionMark
from tests.api.endpoint import Endpoint
from tests.databases import POSTGRESQL, execute, new_database, rows
from tests.harness import Caller, init, new_app, serving
from tests.proofs.crowd import Crowd, at_once

USERS, GROUPS = 20, 2
PATIENCE_SECONDS = 60
DAY = 24 * 3_600_000
NOUNS = ("users", "conversations")
SCANNED = ["app", "api_key", "integration", "webhook", "lease", "meta", "inactivity_limit", "stream_mark"]
"""Tables that may be scanned, because they have a row for each app, key, process or setting."""


async def use(crowd: Crowd, target: str) -> None:
    """Call every operation that reads or writes a growing table."""
    webhook = {"target": target, "triggers": ["*"]}
    await crowd.ok("POST", "/integrations", {"displayName": "Hook", "type": "custom", "webhooks": [webhook]})
    users = await asyncio.gather(*(crowd.new_user(f"user {number}") for number in range(USERS)))
    groups = [await crowd.new_group() for _ in range(GROUPS)]
    seats = [(group, user) for group in groups for user in users]
    await asyncio.gather(*(crowd.ok("POST", f"/conversations/{group}/join", member(user)) for group, user in seats))
    await asyncio.gather(*(crowd.ok("POST", f"/conversations/{group}/messages", said(user)) for group, user in seats))
    await asyncio.gather(*(crowd.ok("POST", f"/conversations/{group}/activity", seen(user)) for group, user in seats))
    leavers = [{"userExternalId": f"user {number}"} for number in range(5)]
    await asyncio.gather(*(crowd.ok("POST", f"/conversations/{groups[0]}/leave", leaver) for leaver in leavers))
    group, user = f"/conversations/{groups[0]}", f"/users/{users[0]}"
    conversations = f"/conversations?filter[userId]={users[0]}"
    for path in (group, f"{group}/participants", f"{group}/messages", user, f"{user}/clients", conversations):
        await crowd.ok("GET", path)
    await crowd.ok("PATCH", f"/users/{users[0]}", {"profile": {"givenName": "Ada"}, "metadata": {"plan": "gold"}})
    for path in (f"/users/{users[1]}", f"/conversations/{groups[1]}/messages", f"/conversations/{groups[1]}"):
        await crowd.ok("DELETE", path)
    deliveries = f"/heliograph/v1/apps/{crowd.api.app_id}/deliveries"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await crowd.ok("GET", f"{deliveries}?filter[status]=pending&page[size]=1"))["deliveries"]:  # noqa: ASYNC110 - the server delivers
            await asyncio.sleep(0.05)
    listed = (await crowd.ok("GET", deliveries))["deliveries"]
    await crowd.ok("GET", f"{deliveries}?filter[ids]={','.join(one['id'] for one in listed)}")
    await look_up(crowd, f"/heliograph/v1/apps/{crowd.api.app_id}", users)


async def look_up(crowd: Crowd, app: str, users: list[str]) -> None:
    """Call the operations that list and search an app."""
    lists = ["/users", "/users?sort=oldest", "/conversations", "/conversations?sort=oldest"]
    for path in (*lists, "/conversations?sort=activity", f"/users?filter[ids]={','.join(users)}"):
        await crowd.ok("GET", app + path)
    group = (await crowd.ok("GET", f"{app}/conversations?sort=oldest"))["conversations"][0]["id"]
    searched = [
        "/users?filter[name]=ada",
        "/users?filter[externalId]=user%207",
        f"/users?filter[conversationId]={group}",
    ]
    searched += [f"/{noun}?filter[metadata.plan]=gold{sort}" for noun in NOUNS for sort in ("", "&sort=oldest")]
    searched += ["/conversations?filter[name]=crew", f"/conversations?filter[userId]={users[0]}"]
    for path in searched:
        await crowd.ok("GET", app + path)
        await crowd.ok("GET", f"{app}{path}&page[size]=1&page[before]={'0' * 24}")
    await read_members(crowd, f"{app}/conversations/{group}/participants", f"{app}/users/{users[2]}/memberships", users)
    events = (await crowd.ok("GET", f"{app}/eventRecords"))["events"]
    for wanted in (users[0], "user%207", "Crew", events[0]["id"], "0" * 24, "f" * 24, "app_" + "0" * 24):
        await crowd.ok("GET", f"{app}/find?q={wanted}")


async def read_members(crowd: Crowd, members: str, memberships: str, users: list[str]) -> None:
    """Call the operations that list members and memberships."""
    some, since = ",".join(users), "2020-01-01T00:00:00Z"
    queries = ("", "sort=newest&include=total,user", "filter[unread]=true", f"filter[joinedAfter]={since}")
    for query in (*queries, f"filter[userId]={some}&filter[unread]=true", "filter[userExternalId]=user%207,user%208"):
        await crowd.ok("GET", f"{members}?page[size]=1000&{query}")
        await crowd.ok("GET", f"{members}?page[size]=1&page[after]={'0' * 24}&{query}")
    for query in ("", "sort=oldest", "sort=activity&include=unread"):
        await crowd.ok("GET", f"{memberships}?page[size]=1&{query}")


def member(user: str) -> dict[str, Any]:
    return {"userId": user, "subscribeSDKClient": True}


def said(user: str) -> dict[str, Any]:
    return {"author": {"type": "user", "userId": user}, "content": {"type": "text", "text": "Hello"}}


def seen(user: str) -> dict[str, Any]:
    return {"author": {"type": "user", "userId": user}, "type": "conversation:read"}


async def maintain(url: str) -> None:
    """Prune every event, and purge the deleted app."""
    store = await open_store(url)
    assert await prune(store, RetentionMark(0, await store.horizon()), DAY, Failures())
    await purging.purge(store, Failures(), shared_delay=0)
    await store.close()


def test_tables_that_grow_are_never_scanned(tmp_path: Path) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    with serving(url, "--webhook-allowed-networks", "loopback") as server, Endpoint() as endpoint:
        account = Caller(server.url, init(url).account_auth)
        for _ in ("young", "analysed"):
            api = new_app(account)
            at_once(api, lambda crowd: use(crowd, endpoint.url))
            execute(url, "ANALYZE")
            account.ok("DELETE", f"/v2/apps/{api.app_id}")
        account.http.close()
    asyncio.run(maintain(url))
    assert rows(url, "SELECT count(*) FROM participant") == [(0,)]
    # All connections of the servers are closed, so the statistics are complete.
    assert (
        rows(
            url,
            "SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables "
            "WHERE schemaname = current_schema() AND seq_tup_read > 0 AND relname <> ALL($1::text[])",
            SCANNED,
        )
        == []
    )
