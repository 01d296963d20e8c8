"""Sessions of the console: what a viewer may do, and how sessions end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from heliograph.maintenance.sessions import end_sessions
from heliograph.server.viewer_masking import MASK
from heliograph.storage.opening import open_store
from heliograph.wire import times
from heliograph.wire.formats import Json
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.api.database import Database
from tests.cases import each
from tests.harness import Caller, Server, command, error_of, init, new_app, serving
from tests.security.calls import path_of, smallest_body
from tests.security.credentials import bearer
from tests.security.sign_ins import SESSION, SESSIONS, Bearer, operator_of, sign_in, ticket_of, viewer_of
from tests.security.test_clock import Clock
from tests.waiting import until

ALL = (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)
STREAMS = ("StreamEvents", "StreamActivity")
READ_ONLY = (403, "forbidden", "This session is read-only")
SECRET_LIKE = re.compile("secret|token|password|ticket|signingKey", re.IGNORECASE)
NO_SECRETS = {"pushNotificationToken", "token_type", "wrongSecret"}
"""Fields that only look like secrets: the push token of a device, the type of a token, and a chaos rule."""
HOUR, DAY = 3600, 24 * 3600
HOOK = {"target": "https://refused.invalid/hook", "triggers": ["conversation:join"]}


@pytest.mark.one_engine
@each(ALL, lambda one: one.name)
def test_a_viewer_may_only_read(operation: AnyOperation, account: Caller, api: Caller) -> None:
    if operation.name in ("CreateConsoleSession", "GetToken", "DeleteOwnConsoleSession"):
        return  # called without a credential, or the sign-out
    for viewer in (viewer_of(api), viewer_of(account)):
        path = path_of(operation, appId=api.app_id, name="default")
        body = smallest_body(operation)
        given = {**body, "params": {**dict.fromkeys(operation.required, "x"), **body.get("params", {})}}
        if operation.method == "GET" and operation.name not in ("Authorize", *STREAMS):
            answer = viewer(operation.method, path, **given)
            assert answer.status_code < 500
            assert answer.status_code == 403 or error_of_or_none(answer) != READ_ONLY
            assert viewer("HEAD", path, **given).status_code == answer.status_code
        elif operation.name not in STREAMS:
            assert error_of(viewer(operation.method, path, **given)) == READ_ONLY


def error_of_or_none(answer: httpx.Response) -> tuple[int, str, str] | None:
    """The error of a response, or None if it is a success."""
    return None if answer.is_success else error_of(answer)


def test_a_viewer_reads_and_streams_and_changes_nothing(api: Caller) -> None:
    ada = api.new_user("ada")
    viewer = viewer_of(api)
    assert viewer.ok("GET", f"/users/{ada}")["user"]["externalId"] == "ada"
    assert error_of(viewer("DELETE", f"/users/{ada}")) == READ_ONLY
    assert error_of(viewer("POST", "/users", {"externalId": "eve"})) == READ_ONLY
    assert api.ok("GET", f"/users/{ada}")
    for name in ("events", "activity"):
        url, headers = f"{api.url}/heliograph/v1/apps/{api.app_id}/{name}", {"authorization": viewer.header}
        with httpx.Client() as http, http.stream("GET", url, headers=headers) as stream:
            assert stream.status_code == 200
            assert stream.headers["content-type"] == "text/event-stream"


def secrets_of(api: Caller) -> list[tuple[str, str]]:
    """The paths of responses of an app that show secrets, with the secret in each."""
    made = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})["integration"]
    own, (webhook,) = f"/integrations/{made['id']}", made["webhooks"]
    key = api.ok("POST", f"{own}/keys", {"displayName": "Bot"})["key"]
    return [
        (own, webhook["secret"]),
        ("/integrations", webhook["secret"]),
        (f"{own}/webhooks", webhook["secret"]),
        (f"{own}/webhooks/{webhook['id']}", webhook["secret"]),
        (f"{own}/keys", key["secret"]),
        (f"{own}/keys/{key['id']}", key["secret"]),
    ]


def test_a_viewer_sees_no_secrets(account: Caller, api: Caller) -> None:
    viewer, operator = viewer_of(api), operator_of(api)
    for path, secret in secrets_of(api):
        plain, masked = operator("GET", path), viewer("GET", path)
        assert plain.json() == api.ok("GET", path)
        assert secret in plain.text
        assert secret not in masked.text, path
        assert MASK in masked.text
        assert shape(masked.json()) == shape(plain.json())
    assert api.auth is not None
    for path in ("/keys", f"/keys/{api.auth[0]}"):
        assert viewer("GET", path).status_code == 403, "the key of an app cannot do that"
        of_account = viewer_of(account)("GET", f"/v2/apps/{api.app_id}{path}")
        assert of_account.status_code == 200
        assert MASK in of_account.text
        assert api.auth[1] not in of_account.text


def shape(value: Any) -> Any:
    """The structure of a JSON value: its keys without their values."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else None


@pytest.mark.one_engine
def test_a_viewer_sees_no_secrets_in_the_calls_of_an_inbox(api: Caller) -> None:
    headers = {"X-API-Key": "the-secret", "Authorization": "Basic the-password", "X-Other": "shown"}
    assert api.http.request("POST", f"{api.url}/_inbox/{api.app_id}/default", json={}, headers=headers).is_success
    path = f"/heliograph/v1/apps/{api.app_id}/sandbox/inboxes/default/calls"
    assert "the-secret" in operator_of(api)("GET", path).text
    (call,) = viewer_of(api).ok("GET", path)["calls"]
    shown = {name.lower(): value for name, value in call["headers"].items()}
    assert (shown["x-api-key"], shown["authorization"], shown["x-other"]) == (MASK, MASK, "shown")
    assert call["checks"]["secret"] == "unknown"


@pytest.mark.one_engine
@each(ALL, lambda one: one.name)
def test_every_secret_of_a_response_is_declared(operation: AnyOperation) -> None:
    if not isinstance(operation.response, Json):
        return
    _, components = msgspec.json.schema_components([operation.response.kind])
    names = {name for one in components.values() for name in one.get("properties", {}) if SECRET_LIKE.search(name)}
    if operation.name == "ListInboxCalls":
        names.remove("secret")  # a check, not a secret
    assert {name.lower() for name in names - NO_SECRETS} <= set(operation.reveals_secrets)


def test_an_operator_has_no_access_to_another_app(account: Caller, api: Caller) -> None:
    other = new_app(account)
    operator, stranger = operator_of(api), operator_of(other)
    assert operator("GET", f"/v2/apps/{other.app_id}").status_code == 403
    assert operator("POST", f"/v2/apps/{other.app_id}/users", {"externalId": "eve"}).status_code == 403
    assert operator("GET", "/v2/apps").status_code == 403
    # Nor does it have access to the sessions of another app.
    assert {one["id"] for one in operator.ok("GET", SESSIONS)["sessions"]} == {operator.id}
    assert operator("DELETE", f"{SESSIONS}/{stranger.id}").status_code == 404
    assert api("DELETE", f"{SESSIONS}/{stranger.id}").status_code == 404
    assert stranger.status() == 200


def test_sessions_are_listed_and_revoked(account: Caller, api: Caller) -> None:
    viewer, operator = viewer_of(api), operator_of(api)
    listed = api.ok("GET", SESSIONS)["sessions"]
    assert [one["id"] for one in listed] == [viewer.id, operator.id]
    assert not [one for one in listed if "token" in one or one["appId"] != api.app_id]
    page = api.ok("GET", f"{SESSIONS}?page[size]=1")
    assert (page["sessions"], page["meta"]["hasMore"]) == (listed[:1], True)
    following = api.http.request("GET", page["links"]["next"], auth=api.auth).json()
    assert (following["sessions"], following["meta"]["hasMore"]) == (listed[1:], False)
    # The account sees the sessions of all apps.
    everyone = account.ok("GET", f"{SESSIONS}?page[size]=100")
    while everyone["meta"]["hasMore"] and viewer.id not in str(everyone):
        everyone = account.http.request("GET", everyone["links"]["next"], auth=account.auth).json()
    assert viewer.id in str(everyone)
    assert error_of(viewer("DELETE", f"{SESSIONS}/{operator.id}")) == READ_ONLY
    assert operator.ok("DELETE", f"{SESSIONS}/{viewer.id}") == {}
    assert viewer.status() == 401
    assert account.ok("DELETE", f"{SESSIONS}/{operator.id}") == {}
    assert operator.status() == 401
    for id in (operator.id, operator.id.removeprefix("ses_"), "ses_", "x" * 24):
        assert api("DELETE", f"{SESSIONS}/{id}").status_code == 404


def test_signing_out_ends_only_the_session_that_signs_out(api: Caller) -> None:
    viewer, other = viewer_of(api), viewer_of(api)
    assert viewer.ok("DELETE", SESSION) == {}
    assert (viewer.status(), other.status()) == (401, 200)


@pytest.mark.one_engine
def test_a_key_is_not_a_session(api: Caller) -> None:
    assert api.auth is not None
    title = "This credential is not a session"
    assert error_of(api("GET", SESSION)) == (403, "forbidden", title)
    assert error_of(api("DELETE", SESSION)) == (403, "forbidden", title)
    headers = {"authorization": bearer(api.auth, "integration")}
    assert api("GET", SESSION, auth=None, headers=headers).status_code == 403
    assert api("GET", SESSION, auth=None).status_code == 401


def test_a_session_ends_with_its_key(server: Server, account: Caller, api: Caller) -> None:
    key = account.ok("POST", f"/v2/apps/{api.app_id}/keys", {"displayName": "Short"})["key"]
    short = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    operator, ticket = operator_of(short), ticket_of(short)
    assert operator.status() == 200
    account.ok("DELETE", f"/v2/apps/{api.app_id}/keys/{key['id']}")
    assert operator.status() == 401
    assert operator.id not in str(api.ok("GET", SESSIONS))
    # A sign-in with a ticket of the key fails, or its session has already ended.
    late = sign_in(api, ticket=ticket)
    assert late.status_code == 401 or Bearer(api, late.json()).status() == 401
    clean(server, times.now())
    sql = "SELECT id FROM console_session WHERE key_id = $1"
    assert Database(server.database_url).rows(sql, key["id"]) == []


def test_a_key_that_another_process_revokes_ends_sessions_too(server: Server, account: Caller, api: Caller) -> None:
    key = account.ok("POST", f"/v2/apps/{api.app_id}/keys", {"displayName": "Short"})["key"]
    operator = operator_of(Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http))
    assert operator.status() == 200
    assert command("keys", "revoke", key["id"], "--database", server.database_url).returncode == 0
    until(lambda: operator.status() == 401)


def test_a_session_has_no_access_to_a_deleted_app(account: Caller, api: Caller) -> None:
    operator = operator_of(api)
    limited = Bearer(api, sign_in(account, ticket=ticket_of(account, "operator", appId=api.app_id)).json())
    account.ok("DELETE", f"/v2/apps/{api.app_id}")
    assert operator("GET", "").status_code == 401
    # The session is deleted with the rest of the app, which takes a moment.
    assert limited("GET", "").status_code in (401, 403)


@pytest.mark.one_engine
def test_sessions_and_tickets_are_deleted_with_their_app(server: Server, account: Caller, api: Caller) -> None:
    database = Database(server.database_url)
    operator_of(api)
    ticket_of(account, appId=api.app_id)
    tables = ("console_session", "console_ticket")
    statements = [f"SELECT 1 FROM {table} WHERE app_id = $1" for table in tables]
    assert all(database.rows(sql, api.app_id) for sql in statements)
    account.ok("DELETE", f"/v2/apps/{api.app_id}")
    until(lambda: not any(database.rows(sql, api.app_id) for sql in statements))


def age(server: Server, session: Bearer, column: str, seconds: int) -> None:
    """Move a time of a session back by a number of seconds."""
    sql = f"UPDATE console_session SET {column} = {column} - $1 WHERE id = $2"
    Database(server.database_url).write((sql, (seconds * 1000, session.id.removeprefix("ses_"))))


@pytest.mark.parametrize(
    ("column", "almost", "rest"), [("seen_at", 12 * HOUR - 60, 61), ("expires_at", 30 * DAY - 60, 61)]
)
def test_a_session_ends_when_it_is_idle_or_old(
    server: Server, api: Caller, column: str, almost: int, rest: int
) -> None:
    session, twin = operator_of(api), operator_of(api)
    age(server, session, column, almost)
    assert session.status() == 200
    age(server, twin, column, almost + rest)
    assert twin.status() == 401
    assert twin.id not in str(api.ok("GET", SESSIONS))
    assert api.ok("GET", SESSIONS)["sessions"][0]["id"] == session.id
    clean(server, times.now())
    remaining = Database(server.database_url).rows("SELECT id FROM console_session WHERE app_id = $1", api.app_id)
    assert [f"ses_{id}" for (id,) in remaining] == [session.id]


def clean(server: Server, now: int) -> None:
    """Run the maintenance of sessions as of a time."""

    async def work() -> None:
        store = await open_store(server.database_url)
        try:
            await end_sessions(store, now)
        finally:
            await store.close()

    asyncio.run(work())


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A correct clock."""
    return Clock(tmp_path)


@pytest.fixture
def timed(tmp_path: Path, clock: Clock) -> Iterator[Caller]:
    """A caller of a server with this clock."""
    with serving(tmp_path / "heliograph.db", env=clock.env) as server:
        sandbox = init(server.database_url)
        caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        yield caller
        caller.http.close()


@pytest.mark.one_engine
def test_sessions_and_tickets_end_by_the_clock(timed: Caller, clock: Clock) -> None:
    idle, used = operator_of(timed), operator_of(timed)
    soon, late = ticket_of(timed, expiresInSeconds=HOUR), ticket_of(timed, expiresInSeconds=7 * DAY)
    clock.set(11 * HOUR)
    # The cached session is read again in less than a second.
    until(lambda: used.ok("GET", SESSION)["lastSeenAt"] > used.signed_in["lastSeenAt"])
    assert sign_in(timed, ticket=soon).status_code == 401
    clock.set(22 * HOUR)
    until(lambda: idle.status() == 401)
    assert used.status() == 200
    assert sign_in(timed, ticket=late).status_code == 201
