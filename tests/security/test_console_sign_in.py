"""Sign-in to the console: with a key, with a ticket, and the limit of failed sign-ins."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from tests.api.database import Database
from tests.databases import POSTGRESQL, new_database
from tests.harness import Caller, Sandbox, Server, error_of, init, new_app, serving, titles_of
from tests.security.calls import path_of
from tests.security.credentials import bearer
from tests.security.sign_ins import (
    SESSION,
    SESSIONS,
    TICKETS,
    WRONG,
    Bearer,
    key_of,
    operator_of,
    sign_in,
    ticket_of,
    viewer_of,
)
from tests.waiting import until

UNAUTHORIZED = (401, "unauthorized", "Authorization is required")
TOO_MANY = (429, "too_many_requests", "Too many failed sign-ins")
MINUTE = 60
HOOK = {"target": "https://refused.invalid/hook", "triggers": ["conversation:join"]}
ADDRESS = "203.0.113.{}"


def test_a_key_signs_an_operator_in(api: Caller) -> None:
    answer = sign_in(api, **key_of(api.auth))
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    signed_in = answer.json()
    assert signed_in["token"].startswith("hgs_")
    assert (signed_in["role"], signed_in["appId"], signed_in["name"]) == ("operator", api.app_id, "Ada")
    operator = Bearer(api, signed_in)
    assert operator.ok("GET", SESSION) == {name: value for name, value in signed_in.items() if name != "token"}
    assert operator.ok("POST", "/users", {"externalId": "grace"})["user"]["externalId"] == "grace"


def test_a_session_of_the_account_has_access_to_every_app(account: Caller, api: Caller) -> None:
    operator = operator_of(account)
    assert "appId" not in operator.signed_in
    assert operator.ok("GET", f"/v2/apps/{api.app_id}")["app"]["id"] == api.app_id


def test_a_ticket_is_valid_once(api: Caller) -> None:
    ticket = ticket_of(api)
    assert sign_in(api, ticket=ticket).json()["role"] == "viewer"
    assert error_of(sign_in(api, ticket=ticket)) == UNAUTHORIZED


def test_only_one_of_several_concurrent_sign_ins_with_a_ticket_succeeds(api: Caller) -> None:
    ticket = ticket_of(api)
    with ThreadPoolExecutor(4) as pool, httpx.Client() as http:
        body = {"ticket": ticket, "name": "Ada"}
        answers = [pool.submit(http.post, api.url + SESSION, json=body) for _ in range(4)]
        assert sorted(answer.result().status_code for answer in answers) == [201, 401, 401, 401]


def test_an_expired_ticket_is_refused_and_used_up(server: Server, api: Caller) -> None:
    database = Database(server.database_url)
    ticket = ticket_of(api, expiresInSeconds=1)
    database.write(("UPDATE console_ticket SET expires_at = expires_at - 2000 WHERE app_id = $1", (api.app_id,)))
    assert error_of(sign_in(api, ticket=ticket)) == UNAUTHORIZED
    assert database.rows("SELECT * FROM console_ticket WHERE app_id = $1", api.app_id) == []


def test_neither_tokens_nor_tickets_are_stored(server: Server, api: Caller) -> None:
    database = Database(server.database_url)
    operator, ticket = operator_of(api), ticket_of(api)
    (session,) = database.rows("SELECT * FROM console_session WHERE app_id = $1", api.app_id)
    (unused,) = database.rows("SELECT * FROM console_ticket WHERE app_id = $1", api.app_id)
    for row, secret in ((session, operator.token), (unused, ticket)):
        assert not [value for value in row if secret[4:] in str(value)]
        # No stored value is a valid credential.
        for value in filter(None, map(str, row)):
            assert sign_in(api, ticket=value).status_code in (400, 401)
            assert api("GET", "", auth=None, headers={"authorization": f"Bearer hgs_{value}"}).status_code == 401


@pytest.mark.one_engine
def test_a_ticket_of_an_account_key_is_limited_to_an_app(account: Caller, api: Caller) -> None:
    signed_in = sign_in(account, ticket=ticket_of(account, "operator", appId=api.app_id)).json()
    operator, other = Bearer(api, signed_in), new_app(account)
    assert operator.ok("GET", "")["app"]["id"] == api.app_id
    assert operator("GET", f"/v2/apps/{other.app_id}").status_code == 403
    assert operator("GET", "/v2/apps").status_code == 403
    assert operator("GET", "/keys").status_code == 403
    assert account("POST", TICKETS, {"role": "viewer", "appId": "0" * 24}).status_code == 404
    # The sessions of its tickets have no wider access.
    assert operator("POST", TICKETS, {"role": "viewer", "appId": other.app_id}).status_code == 403
    assert sign_in(account, ticket=ticket_of(operator, "operator")).json()["appId"] == api.app_id


@pytest.mark.one_engine
def test_a_ticket_has_the_rights_of_its_creator(account: Caller, api: Caller) -> None:
    other = new_app(account)
    assert api("POST", TICKETS, {"role": "viewer", "appId": other.app_id}).status_code == 403
    operator = operator_of(api)
    assert Bearer(api, sign_in(api, ticket=ticket_of(operator, "operator")).json()).ok("GET", "")
    assert operator("POST", TICKETS, {"role": "viewer", "appId": other.app_id}).status_code == 403
    assert viewer_of(api)("POST", TICKETS, {"role": "viewer"}).status_code == 403
    # A JWT cannot create tickets, because their sessions would outlive it.
    for key, scope in ((api.auth, "app"), (account.auth, "account"), (account.auth, "app"), (api.auth, "integration")):
        assert key is not None
        headers = {"authorization": bearer(key, scope)}
        assert api("POST", TICKETS, {"role": "viewer"}, auth=None, headers=headers).status_code == 403


@pytest.mark.one_engine
@pytest.mark.parametrize("operation", CONSOLE_OPERATIONS[1:], ids=lambda one: one.name)
def test_a_credential_is_required(api: Caller, operation: AnyOperation) -> None:
    assert api.auth is not None
    path = path_of(operation)
    body: Any = {} if operation.body.kind else None
    for auth, headers, status in (
        (None, {}, 401),
        ((api.auth[0], "wrong"), {}, 401),
        (None, {"authorization": "Bearer hgs_guess"}, 401),
        (None, {"authorization": f"Bearer {ticket_of(api)}"}, 401),
        (None, {"authorization": bearer(api.auth, "integration")}, 403),
    ):
        assert api(operation.method, path, body, auth=auth, headers=headers).status_code == status


TEXTS = ("\0", "\x85", "a" * 100, "<script>", "שלום 👋")


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_any_text_is_accepted_or_refused(api: Caller, text: str) -> None:
    bodies = ({"ticket": text}, {"keyId": text, "secret": text}, {**key_of(api.auth), "name": text})
    statuses = [sign_in(api, **body).status_code for body in bodies]
    assert statuses[:2] in ([400, 400], [401, 401])
    assert statuses[2] in (201, 400)
    assert api("POST", TICKETS, {"role": "viewer", "appId": text}).status_code in (400, 403)
    assert api("GET", SESSIONS).is_success


@pytest.mark.one_engine
def test_a_lone_surrogate_is_not_a_credential(api: Caller) -> None:
    headers = {"content-type": "application/json"}
    for credential in (b'"ticket":"\\ud800"', b'"keyId":"\\ud800","secret":"\\udfff"'):
        answer = api("POST", SESSION, auth=None, headers=headers, content=b'{"name":"Ada",' + credential + b"}")
        assert answer.status_code in (400, 401)


@pytest.mark.one_engine
def test_a_jwt_of_the_account_with_a_lower_scope_has_no_sessions(account: Caller) -> None:
    assert account.auth is not None
    headers = {"authorization": bearer(account.auth, "app")}
    other = operator_of(account)
    assert account("GET", SESSIONS, auth=None, headers=headers).status_code == 403
    assert account("DELETE", f"{SESSIONS}/{other.id}", auth=None, headers=headers).status_code == 403
    assert other.status() == 200


@pytest.mark.one_engine
def test_a_key_of_an_integration_cannot_sign_in(api: Caller) -> None:
    integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})["integration"]["id"]
    key = api.ok("POST", f"/integrations/{integration}/keys", {"displayName": "Bot"})["key"]
    answer = sign_in(api, keyId=key["id"], secret=key["secret"])
    assert error_of(answer) == (403, "forbidden", "The key of an integration cannot sign in")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "body",
    [{}, {"keyId": "app_1"}, {"secret": "s"}, {"ticket": "t", "keyId": "app_1", "secret": "s"}, {"ticket": None}],
)
def test_one_credential_is_required(api: Caller, body: dict[str, str]) -> None:
    assert titles_of(sign_in(api, **body)) == ["either a ticket, or a keyId and a secret should be given"]


@pytest.mark.one_engine
def test_a_client_cannot_choose_its_token(api: Caller) -> None:
    """Session fixation: a token that the client sends is neither adopted nor continued by a sign-in."""
    chosen = "hgs_" + "a" * 43
    answer = sign_in(api, **key_of(api.auth), token=chosen, id="ses_" + "0" * 24, role="viewer")
    assert answer.json()["token"] != chosen
    assert (answer.json()["role"], answer.json()["id"]) != ("viewer", "ses_" + "0" * 24)
    viewer = viewer_of(api)
    again = viewer("POST", SESSION, {**key_of(api.auth), "name": "Ada"}, headers={"cookie": f"token={chosen}"}).json()
    assert viewer.token not in (again["token"], chosen)
    assert viewer.ok("GET", SESSION)["role"] == "viewer"
    assert api("GET", SESSION, auth=None, headers={"authorization": f"Bearer {chosen}"}).status_code == 401


@pytest.mark.one_engine
def test_a_token_of_another_server_is_refused(api: Caller, tmp_path: Path) -> None:
    with serving(tmp_path / "other.db") as other:
        with calling(other, init(other.database_url)) as there:
            foreign, ticket = operator_of(there), ticket_of(there)
    assert Bearer(api, foreign.signed_in).status() == 401
    assert sign_in(api, ticket=ticket).status_code == 401


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Caller]:
    """A caller of a server that no other test signs in to."""
    with serving(tmp_path / "heliograph.db") as server:
        with calling(server, init(server.database_url)) as caller:
            yield caller


def attempt(caller: Caller, address: str, **body: str) -> httpx.Response:
    """The response of a sign-in from an address, which a trusted proxy passes on."""
    return caller("POST", SESSION, {"name": "Eve", **body}, auth=None, headers={"x-forwarded-for": address})


@pytest.mark.one_engine
def test_an_address_that_fails_ten_times_has_to_wait(alone: Caller) -> None:
    first, second = ADDRESS.format(1), ADDRESS.format(2)
    guesses = [WRONG, {"ticket": "hgt_guess"}, {**key_of(alone.auth), "secret": "guess"}]
    for number in range(10):
        # A successful sign-in and an invalid request neither count as failures nor reset the count.
        assert attempt(alone, first, **key_of(alone.auth)).status_code == 201
        assert attempt(alone, first).status_code == 400
        assert attempt(alone, first, **guesses[number % 3]).status_code == 401
    refused = attempt(alone, first, **key_of(alone.auth))
    assert error_of(refused) == TOO_MANY
    assert 0 < int(refused.headers["retry-after"]) <= MINUTE
    assert attempt(alone, second, **key_of(alone.auth)).status_code == 201
    assert alone.ok("GET", "")


@pytest.mark.one_engine
def test_concurrent_guesses_are_limited_too(alone: Caller) -> None:
    with ThreadPoolExecutor(8) as pool, httpx.Client(timeout=30) as http:
        guess = {"name": "Eve", "ticket": "hgt_guess"}
        answers = [pool.submit(http.post, alone.url + SESSION, json=guess) for _ in range(40)]
        statuses = [answer.result().status_code for answer in answers]
    assert statuses.count(401) <= 10
    assert set(statuses) == {401, 429}


@pytest.mark.one_engine
def test_credentials_of_the_console_are_never_logged(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--log-level", "debug", "--log-format", "json") as server:
        sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        operator, ticket = operator_of(api), ticket_of(api, "operator")
        operator.ok("GET", "")
        assert sign_in(api, ticket=ticket).status_code == 201
        assert sign_in(api, ticket=ticket).status_code == 401
        assert sign_in(api, **WRONG).status_code == 401
        operator.ok("DELETE", SESSION)
        assert operator("GET", "").status_code == 401
        api.http.close()
    log = "".join(server.log)
    assert "CreateConsoleSession" in log
    assert not [secret for secret in (operator.token[4:], ticket[4:], sandbox.app_auth[1]) if secret in log]


@pytest.mark.one_engine
def test_a_session_survives_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        sandbox = init(server.database_url)
        with calling(server, sandbox) as caller:
            operator = operator_of(caller)
        server.restart()
        with calling(server, sandbox) as caller:
            assert Bearer(caller, operator.signed_in).ok("GET", SESSION)["id"] == operator.id


@pytest.mark.one_engine(POSTGRESQL)
def test_a_session_is_valid_on_every_server_of_the_database(tmp_path: Path, engine: str) -> None:
    database = new_database(engine, tmp_path)
    sandbox = init(database)
    options = ("--console", "yes")
    with serving(database, *options) as here, serving(database, *options) as there:
        with calling(here, sandbox) as first, calling(there, sandbox) as second:
            operator, ticket = operator_of(first), ticket_of(first)
            elsewhere = Bearer(second, operator.signed_in)
            assert elsewhere.ok("GET", "")["app"]["id"] == sandbox.app_id
            assert sign_in(second, ticket=ticket).status_code == 201
            assert sign_in(first, ticket=ticket).status_code == 401
            assert elsewhere.ok("DELETE", SESSION) == {}
            until(lambda: operator.status() == 401)


@contextlib.contextmanager
def calling(server: Server, sandbox: Sandbox) -> Iterator[Caller]:
    """A caller with the key of the sandbox app."""
    caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    yield caller
    caller.http.close()


NO_CONSOLE = (("--console", "no"), ("--sandbox-tools", "no"), ("--public-url", "https://chat.example.org"))


@pytest.mark.one_engine
@pytest.mark.parametrize("options", NO_CONSOLE, ids=lambda one: one[0])
def test_a_server_without_the_console_has_none_of_its_paths(tmp_path: Path, options: tuple[str, str]) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        sandbox: Sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        operator = operator_of(api)
        api.http.close()
    with serving(tmp_path / "heliograph.db", *options) as server:
        api = Caller(server.url, sandbox.account_auth, sandbox.app_id)
        missing = api("GET", "/heliograph/v1/nothing").json()
        for method, path in (("POST", SESSION), ("GET", SESSION), ("GET", SESSIONS), ("POST", TICKETS)):
            answer = api(method, path, {} if method == "POST" else None)
            assert (answer.status_code, answer.json()) == (404, missing)
        assert Bearer(api, operator.signed_in)("GET", "").status_code == 401
        tags = {tag["name"] for tag in api.http.request("GET", f"{server.url}/openapi.json").json()["tags"]}
        assert "Console" not in tags
        api.http.close()
