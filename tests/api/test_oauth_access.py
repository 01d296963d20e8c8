"""The permissions of an OAuth token, and what happens when its access is revoked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from heliograph.wire.operations import Scope
from tests.api.database import Database
from tests.api.endpoint import Endpoint
from tests.api.event_records import events_of
from tests.api.handover import Board
from tests.api.oauth import Partner, TokenCaller
from tests.api.test_commands_alongside import run
from tests.api.test_integrations import create
from tests.harness import Caller, Server, error_of, init, new_app
from tests.security.calls import OFFERED, path_of
from tests.security.credentials import bearer
from tests.waiting import until

FORBIDDEN = (403, "forbidden", "Forbidden")
UNAUTHORIZED = (401, "unauthorized", "Authorization is required")
NO_INTEGRATION = (404, "integration_not_found", "Integration not found")
HOOK = {"target": "https://example.invalid/hook", "triggers": ["*"]}


def integration_of(api: Caller, partner: Partner) -> str:
    """The id of the integration of a partner in an app without a switchboard. Only members of switchboards show it."""
    path = f"/switchboards/{api.ok('POST', '/switchboards')['switchboard']['id']}"
    body = {"name": "shop", "integrationType": partner.client_id}
    found: str = api.ok("POST", f"{path}/switchboardIntegrations", body)["switchboardIntegration"]["integrationId"]
    api.ok("DELETE", path)
    return found


@pytest.mark.one_engine
def test_a_token_may_do_what_a_key_of_a_custom_integration_may(account: Caller, api: Caller) -> None:
    """oauth.8"""
    partner = Partner(account)
    caller, other = partner.token(api), new_app(account)
    for operation in (one for one in OFFERED if one.tag != "OAuth"):
        body: Any = {} if operation.body.kind else None
        for app_id in (api.app_id, other.app_id):
            answer = caller(operation.method, path_of(operation, appId=app_id, integrationId="me"), body)
            low = operation.scope > Scope.INTEGRATION or app_id != api.app_id
            assert (answer.status_code == 403) == low, f"{operation.name}: {answer.text}"
            assert answer.status_code != 401
    user = caller.new_user()
    group = caller.new_group(user)
    assert caller.say(group)["author"]["type"] == "business"
    assert caller.ok("GET", f"/v2/apps/{api.app_id}/conversations/{group}")["conversation"]["id"] == group


def test_a_partner_has_its_own_webhooks(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    caller, other = partner.token(api), Partner(account).token(api)
    custom = create(api)
    own = integration_of(api, partner)
    webhook = caller.ok("POST", "/integrations/me/webhooks", HOOK)["webhook"]
    assert caller.ok("GET", f"/integrations/{own}/webhooks") == {"webhooks": [webhook]}
    assert api.ok("GET", f"/integrations/{own}/webhooks") == {"webhooks": [webhook]}
    path = f"/integrations/me/webhooks/{webhook['id']}"
    assert caller.ok("PATCH", path, {"triggers": []})["webhook"]["triggers"] == []
    assert error_of(other("GET", path)) == (404, "not_found", "Resource not found")
    assert error_of(other("GET", f"/integrations/{own}/webhooks")) == FORBIDDEN
    assert error_of(caller("GET", f"/integrations/{custom['id']}/webhooks")) == FORBIDDEN
    assert caller.ok("DELETE", path) == {}
    assert api("POST", f"/integrations/{create(api, type='web')['id']}/webhooks", HOOK).status_code == 400


def test_a_partner_integration_and_its_key_are_not_shown(account: Caller, api: Caller) -> None:
    """oauth.7, integrations.9"""
    partner = Partner(account)
    callers = [partner.token(api) for _ in range(2)]
    own = integration_of(api, partner)
    for one in callers:
        one.new_group()
    (key_id,) = {event["keyId"] for event in events_of(api)}
    assert api.ok("GET", "/integrations")["integrations"] == []
    for path in (f"/integrations/{own}", "/integrations/me"):
        assert api("GET", path).status_code == 404
    assert error_of(api("PATCH", f"/integrations/{own}", {"displayName": "x"})) == NO_INTEGRATION
    assert api("GET", f"/integrations/{own}/keys").status_code == 400
    assert api("POST", f"/integrations/{own}/keys", {"displayName": "x"}).status_code == 400
    for caller in (api, account):
        for method in ("GET", "DELETE"):
            path = f"/v2/apps/{api.app_id}/integrations/{own}/keys/{key_id}"
            assert error_of(caller(method, path)) == (404, "not_found", "Resource not found")
            assert caller is api or caller(method, f"/v2/apps/{api.app_id}/keys/{key_id}").status_code == 404
    keys = f"/v2/apps/{api.app_id}/keys"
    for _ in range(9):
        account.ok("POST", keys, {"displayName": "x"})
    assert account("POST", keys, {"displayName": "x"}).status_code == 400
    assert key_id not in account("GET", keys).text
    assert all(one("GET", "/v2/tokenInfo").status_code == 200 for one in callers)


def test_token_info(account: Caller, api: Caller, other_account: Caller) -> None:
    """oauth.9"""
    app = api.ok("GET", "")["app"]
    assert api.auth is not None
    caller = Partner(account).token(api)
    header = {"authorization": bearer(api.auth, "integration")}
    for path in ("/v2/tokenInfo", "/v2/tokeninfo", "/v2/tokenInfo/"):
        assert caller.ok("GET", path) == api.ok("GET", path) == {"app": app}
        assert account.ok("GET", path, auth=None, headers=header) == {"app": app}
        assert error_of(account("GET", path)) == FORBIDDEN
        assert error_of(account("GET", path, auth=None)) == UNAUTHORIZED
    assert error_of(account("POST", "/v2/tokeninfo"))[0] == 405
    there = new_app(other_account)
    assert there.ok("GET", "/v2/tokeninfo") == {"app": {**there.ok("GET", "")["app"], "subdomain": "chat"}}


def test_rate_limits_hold_for_operations_without_an_app_in_their_path(
    account: Caller, api: Caller, server: Server
) -> None:
    """apps.7"""
    caller = Partner(account).token(api)
    run("apps", "limit", api.app_id, "--requests-per-second", "1", "--database", server.database_url)
    until(lambda: caller("GET", "/v2/tokenInfo").status_code == 429)


def test_revoke_access(account: Caller, api: Caller, database: Database) -> None:
    """oauth.10"""
    partner, other = Partner(account), Partner(account)
    first, second, stays = partner.token(api), partner.token(api), other.token(api)
    elsewhere = partner.token(new_app(account))
    own = integration_of(api, partner)
    first.ok("POST", "/integrations/me/webhooks", HOOK)
    api.new_group()
    code, kept = partner.code(api), other.code(api)
    assert api.auth is not None
    header = {"authorization": bearer(api.auth, "integration")}
    custom = create(api)["id"]
    key = api.ok("POST", f"/integrations/{custom}/keys", {"displayName": "x"})["key"]
    for auth in (api.auth, account.auth, (key["id"], key["secret"])):
        assert error_of(account("DELETE", "/oauth/authorization", auth=auth)) == FORBIDDEN
    assert error_of(account("DELETE", "/oauth/authorization", auth=None, headers=header)) == FORBIDDEN
    assert first.ok("DELETE", "/oauth/authorization") == {}
    for caller in (first, second):
        for method, path in (("GET", "/v2/tokenInfo"), ("DELETE", "/oauth/authorization"), ("GET", "/users/x")):
            assert error_of(caller(method, path)) == UNAUTHORIZED
    for table in ("api_key", "webhook"):
        assert database.rows(f"SELECT 1 FROM {table} WHERE integration_id = $1", own) == []
    # Delivery drops what was pending.
    until(lambda: not list(api.sdk.deliveries.iter_deliveries(api.app_id, status="pending")))
    # A code that was issued before the revocation does not restore the access.
    assert partner.exchange(code).json()["error"] == "invalid_grant"
    assert other.exchange(kept).status_code == 200
    assert stays("GET", "/v2/tokenInfo").status_code == elsewhere("GET", "/v2/tokenInfo").status_code == 200
    again = partner.token(api)
    assert integration_of(api, partner) != own
    assert again("GET", "/v2/tokenInfo").status_code == 200
    assert first("GET", "/v2/tokenInfo").status_code == 401


def linked(board: Board, partner: Partner, name: str, **fields: Any) -> TokenCaller:
    """A caller with a token of a partner, whose integration is in the switchboard."""
    caller = partner.token(board.api)
    added = board.add(name, integrationType=partner.client_id, **fields)
    assert added["integrationType"] == partner.client_id
    board.integrations[name] = added["integrationId"]
    return caller


def test_a_partner_in_the_switchboard(account: Caller, api: Caller) -> None:
    """switchboards.6, oauth.10"""
    board = Board(api)
    partner, other = Partner(account), Partner(account)
    unknown = {"name": "shop", "integrationType": partner.client_id}
    assert error_of(api("POST", f"{board.path}/switchboardIntegrations", unknown)) == NO_INTEGRATION
    caller = linked(board, partner, "shop", nextSwitchboardIntegrationId=board.members["human"])
    other.token(api)
    by_type = board.add("other", integrationType=other.client_id)
    board.remove("other")
    by_id = board.add("other", integrationId=by_type["integrationId"])
    assert by_id["integrationType"] == other.client_id
    assert caller("GET", "/switchboards").status_code == 403
    group = api.new_group(board.user)
    board.callers["shop"] = caller
    assert board.control("bot", group, f"pass {partner.client_id}").json() == {}
    assert board.state(group) == "A(shop)"
    assert board.control("shop", group, "release").json() == {}
    # It becomes the default, and the next of others. After its removal, its own next integration replaces it.
    board.change("bot", nextSwitchboardIntegrationId=board.members["shop"])
    board.change("human", nextSwitchboardIntegrationId=board.members["shop"])
    board.set(defaultSwitchboardIntegrationId=board.members["shop"])
    assert api("DELETE", f"/integrations/{board.integrations['shop']}").status_code == 400
    assert caller.ok("DELETE", "/oauth/authorization") == {}
    (switchboard,) = api.ok("GET", "/switchboards")["switchboards"]
    assert (switchboard["enabled"], switchboard["defaultSwitchboardIntegrationId"]) == (True, board.members["human"])
    left = {
        one["name"]: one for one in api.ok("GET", f"{board.path}/switchboardIntegrations")["switchboardIntegrations"]
    }
    assert set(left) == {"bot", "human", "util", "other"}
    assert left["bot"]["nextSwitchboardIntegrationId"] == board.members["human"]
    assert "nextSwitchboardIntegrationId" not in left["human"]  # it would be its own next integration


def test_a_switchboard_that_loses_its_default_is_disabled(account: Caller, api: Caller) -> None:
    board = Board(api)
    partner = Partner(account)
    caller = linked(board, partner, "shop")
    board.set(defaultSwitchboardIntegrationId=board.members["shop"])
    group = api.new_group(board.user)
    assert board.state(group) == "A(shop)"
    assert caller.ok("DELETE", "/oauth/authorization") == {}
    (switchboard,) = api.ok("GET", "/switchboards")["switchboards"]
    assert switchboard == {"id": board.id, "enabled": False}
    assert board.state(group) == "N"
    board.set(enabled=True, defaultSwitchboardIntegrationId=board.members["bot"])
    assert board.state(group) == "N"


@pytest.fixture
def caller_of_account(calling: Server) -> Iterator[Caller]:
    """A caller with the account key of the server that may call loopback addresses."""
    caller = Caller(calling.url, init(calling.database_url).account_auth)
    yield caller
    caller.http.close()


def test_removals_are_reported(calling: Server, caller_of_account: Caller, endpoint: Endpoint) -> None:
    """oauth.11, with a retry, and a call that is not retried."""
    account = caller_of_account
    database = Database(calling.database_url)
    api, gone = new_app(account), new_app(account)
    partner = Partner(account, {"removeUrl": endpoint.url})
    caller = partner.token(api)
    own = integration_of(api, partner)
    pending = "SELECT tries, due_at FROM removal_call WHERE app_id = $1"
    endpoint.status = 503
    caller.ok("DELETE", "/oauth/authorization")
    until(lambda: len(endpoint.came) == 1 and database.rows(pending, api.app_id)[0][1] < time.time() * 1000 + 60e3)
    ((tries, due_at),) = database.rows(pending, api.app_id)
    assert (tries, 1e3 < due_at - time.time() * 1000 < 13e3) == (1, True)
    endpoint.status = 200
    database.write(("UPDATE removal_call SET due_at = 0 WHERE app_id = $1", (api.app_id,)))
    until(lambda: len(endpoint.came) == 2 and not database.rows(pending, api.app_id))
    (first, body), (second, same) = endpoint.came
    assert body == same == {"appId": api.app_id, "integrationId": own}
    assert first["x-heliograph-delivery"] == second["x-heliograph-delivery"]
    assert (first["x-heliograph-attempt"], second["x-heliograph-attempt"]) == ("1", "2")
    assert {"X-API-Key", "Authorization"}.isdisjoint({name.title() for name in first})
    partner.token(api)
    endpoint.status = 404  # not retried
    again = integration_of(api, partner)
    assert api.ok("DELETE", f"/integrations/{again}") == {}
    until(lambda: len(endpoint.came) == 3 and not database.rows(pending, api.app_id))
    assert endpoint.came[2][1] == {"appId": api.app_id, "integrationId": again}
    # Deletions of an app or of the client are not reported, and neither is a removal if the client has no URL.
    partner.token(gone)
    account.ok("DELETE", f"/v2/apps/{gone.app_id}")
    partner.token(api)
    account.ok("DELETE", f"/heliograph/v1/oauthClients/{partner.client_id}")
    Partner(account).token(api).ok("DELETE", "/oauth/authorization")
    assert database.rows("SELECT 1 FROM removal_call") == []
    assert len(endpoint.came) == 3
