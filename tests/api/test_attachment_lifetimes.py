"""The lifetime of attachments, races between their deletion and other requests, and the removal of their rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from heliograph.background import Failures
from heliograph.maintenance.files import remove_files
from heliograph.maintenance.purge import purge
from heliograph.storage.blobs import DatabaseBlobs
from heliograph.storage.engine import Tx
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store
from tests.api.database import Database
from tests.api.event_records import events_of
from tests.api.files import BOUNDARY, PNG, PUBLIC, delete, part, show, status, stored, upload, uploaded
from tests.harness import Caller, Server, error_of, new_app
from tests.waiting import until

NOTHING = {"attachment": 0, "attachment_chunk": 0, "attachment_use": 0, "attachment_removal": 0}


def maintain(database: Database) -> None:
    """Delete the files whose removal is due, as every server does periodically."""
    run_on(database, lambda store: remove_files(store, DatabaseBlobs(store), Failures()))


def run_on(database: Database, work: Callable[[Store], Coroutine[Any, Any, None]]) -> None:
    """Run `work` with a store of the database."""

    async def run() -> None:
        store = await open_store(database.url)
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(run())


async def backdate_deletion(tx: Tx, app_id: str) -> None:
    """Backdate the deletion of an app."""
    await tx.execute("UPDATE app SET deleted_at = 1 WHERE id = $1", app_id)


def test_deleted_with_the_last_message(api: Caller, database: Database) -> None:
    """attachments.11"""
    group, other = api.new_group(api.new_user()), api.new_group(api.new_user())
    url, kept = uploaded(api, for_="message"), uploaded(api)
    one, two, third = show(api, group, url), show(api, other, url), show(api, group, kept)
    for where, message in ((group, one), (other, two), (group, third)):
        assert status(api, url) == 200
        api.ok("DELETE", f"/conversations/{where}/messages/{message['id']}")
        if message is two:
            assert status(api, url) == 404
            break
    api.ok("DELETE", f"/conversations/{group}/messages/{third['id']}")
    assert status(api, kept) == 200  # without `for` it stays
    assert delete(api, kept).status_code == 200
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


@pytest.mark.parametrize("kind", ["carousel", "list"])
def test_items_of_carousels_and_lists_count(api: Caller, database: Database, kind: str) -> None:
    group, url, other = api.new_group(api.new_user()), uploaded(api, for_="message"), uploaded(api, for_="message")
    actions = [{"type": "link", "text": "B", "uri": "https://example.org"}]
    items = [{"title": "A", "actions": actions, "mediaUrl": one} for one in (url, other, url)]
    body = {"author": {"type": "business"}, "content": {"type": kind, "items": items}}
    (message,) = api.ok("POST", f"/conversations/{group}/messages", body)["messages"]
    assert stored(database, api.app_id)["attachment_use"] == 2
    api.ok("DELETE", f"/conversations/{group}/messages/{message['id']}")
    assert (status(api, url), status(api, other)) == (404, 404)
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


def test_deleted_with_all_messages(api: Caller, database: Database) -> None:
    group, other = api.new_group(api.new_user()), api.new_group(api.new_user())
    url = uploaded(api, for_="message", conversationId=group)
    unused = uploaded(api, for_="message", conversationId=group)
    shared = uploaded(api, for_="message", conversationId=group)
    for _ in range(3):
        show(api, group, url)
    show(api, group, shared)
    message = show(api, other, shared)
    api.ok("DELETE", f"/conversations/{group}/messages")
    assert [status(api, one) for one in (url, unused, shared)] == [404, 200, 200]
    api.ok("DELETE", f"/conversations/{group}")
    assert [status(api, one) for one in (url, unused, shared)] == [404, 404, 200]
    api.ok("DELETE", f"/conversations/{other}/messages/{message['id']}")
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


def test_deleted_with_the_conversation(api: Caller, database: Database) -> None:
    group = api.new_group(api.new_user())
    shown, unused = uploaded(api, for_="message"), uploaded(api, for_="message", conversationId=group)
    kept, tied = uploaded(api, conversationId=group), uploaded(api)
    for url in (shown, shown, tied):
        show(api, group, url)
    api.ok("DELETE", f"/conversations/{group}")
    assert [status(api, one) for one in (shown, unused, kept, tied)] == [404, 404, 200, 200]
    maintain(database)
    assert stored(database, api.app_id) == {**NOTHING, "attachment": 2, "attachment_chunk": 2}


def test_deleted_with_the_user(api: Caller, database: Database) -> None:
    user, other = api.new_user("ada"), api.new_user()
    personal, group = api.new_personal(user), api.new_group(user, other)
    mine, unused = uploaded(api, for_="message"), uploaded(api, for_="message", conversationId=personal)
    ours = uploaded(api, for_="message")
    show(api, personal, mine)
    message = show(api, group, ours)
    api.ok("DELETE", f"/users/{user}")
    assert [status(api, one) for one in (mine, unused, ours)] == [404, 404, 200]
    api.ok("DELETE", f"/conversations/{group}/messages/{message['id']}")
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


def test_deleted_with_the_app(account: Caller, database: Database) -> None:
    app = new_app(account)
    group = app.new_group(app.new_user())
    url, large = uploaded(app, for_="message"), uploaded(app, "a.txt", b"x" * 3_000_000)
    show(app, group, url)
    account.ok("DELETE", f"/v2/apps/{app.app_id}")

    async def purge_at_once(store: Store) -> None:
        # On PostgreSQL, a purge waits for other processes. The server may have purged the app already.
        await store.write(backdate_deletion, app.app_id)
        await purge(store, Failures())

    run_on(database, purge_at_once)
    maintain(database)
    assert stored(database, app.app_id) == NOTHING
    assert (status(account, url), status(account, large)) == (404, 404)


def test_events_show_the_type_and_the_size(api: Caller) -> None:
    """attachments.10"""
    hook = {"target": "https://example.invalid", "triggers": ["*"]}
    api.ok("POST", "/integrations", {"type": "custom", "displayName": "Hook", "webhooks": [hook]})
    group, url = api.new_group(api.new_user()), uploaded(api)
    message = show(api, group, url)
    (event,) = [one for one in events_of(api) if one.type == "conversation:message"]
    assert event.payload["message"]["content"] == message["content"]
    assert event.payload["message"]["content"]["mediaSize"] == len(PNG)


def test_of_two_deletions_one_succeeds(api: Caller) -> None:
    """attachments.9"""
    urls = [uploaded(api) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda url: delete(api, url).status_code, [url for url in urls for _ in range(2)]))
    pairs = [sorted(statuses[start : start + 2]) for start in range(0, 16, 2)]
    assert pairs == [[200, 404]] * 8


def test_messages_that_show_deleted_attachments(api: Caller, database: Database) -> None:
    """Messages are accepted while their attachments are deleted. After the messages are deleted too, no rows remain."""
    group = api.new_group(api.new_user())
    urls = [uploaded(api, for_="message") for _ in range(6)]
    with ThreadPoolExecutor(8) as pool:
        shown = [pool.submit(show, api, group, url) for url in urls for _ in range(2)]
        deleted = [pool.submit(delete, api, url) for url in urls]
    assert all(one.result()["content"]["mediaUrl"] in urls for one in shown)
    assert {one.result().status_code for one in deleted} == {200}
    assert {status(api, url) for url in urls} == {404}
    api.ok("DELETE", f"/conversations/{group}/messages")
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


def test_two_messages_that_are_deleted_at_once(api: Caller, database: Database) -> None:
    """The attachment is deleted with the last message, whichever that is."""
    groups = [api.new_group(api.new_user()) for _ in range(2)]
    urls = [uploaded(api, for_="message") for _ in range(6)]
    paths = [f"/conversations/{group}/messages/{show(api, group, url)['id']}" for url in urls for group in groups]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda path: api.ok("DELETE", path), paths)) == [{}] * 12
    assert {status(api, url) for url in urls} == {404}
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


def upload_slowly(api: Caller, between: Callable[[], Any], **params: str) -> Any:
    """Upload a file of several chunks, and call `between` during the upload."""

    def pieces() -> Any:
        head = part(b"x" * 400_000, 'form-data; name="source"; filename="a.txt"')
        yield head[:-100]
        time.sleep(0.2)
        between()
        time.sleep(1.1)
        yield head[-100:] + f"--{BOUNDARY}--\r\n".encode()

    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return api("POST", "/attachments", content=pieces(), params={**PUBLIC, **params}, headers=headers)


def test_the_conversation_is_deleted_during_the_upload(api: Caller, database: Database) -> None:
    group = api.new_group(api.new_user())
    answer = upload_slowly(api, lambda: api.ok("DELETE", f"/conversations/{group}"), conversationId=group)
    assert error_of(answer)[:2] == (404, "conversation_not_found")
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


@pytest.mark.parametrize("path", ["", "/keys/{key}"], ids=["app", "key"])
def test_the_credential_is_deleted_during_the_upload(account: Caller, database: Database, path: str) -> None:
    app = new_app(account)
    assert app.auth is not None
    target = f"/v2/apps/{app.app_id}{path.format(key=app.auth[0])}"
    assert upload_slowly(app, lambda: account.ok("DELETE", target)).status_code == 401
    assert stored(database, app.app_id)["attachment"] == 0
    maintain(database)
    assert stored(database, app.app_id) == NOTHING


def test_an_upload_that_takes_too_long(api: Caller, database: Database) -> None:
    """Once its removal is due, the file is deleted, and chunks that arrive later do not remain."""

    def due() -> None:
        until(lambda: database.rows("SELECT 1 FROM attachment_removal WHERE app_id = $1", api.app_id))
        database.write(("UPDATE attachment_removal SET due_at = 1 WHERE app_id = $1", (api.app_id,)))
        maintain(database)
        assert stored(database, api.app_id) == NOTHING

    assert error_of(upload_slowly(api, due))[:2] == (408, "request_timeout")
    maintain(database)
    assert stored(database, api.app_id) == NOTHING


def test_an_aborted_upload_is_removed(server: Server, api: Caller, database: Database) -> None:
    """attachments.12"""

    class Gone(Exception):
        pass

    def leave() -> None:
        until(lambda: stored(database, api.app_id)["attachment_chunk"])
        raise Gone

    with pytest.raises(Gone):
        upload_slowly(api, leave)

    def is_removed() -> bool:
        maintain(database)
        return stored(database, api.app_id) == NOTHING

    until(is_removed)
    assert upload(api).status_code == 201
