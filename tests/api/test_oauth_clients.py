"""OAuth clients: their fields, their secrets, the commands, and what is deleted with them."""

from __future__ import annotations

import base64
import json

from tests.api.database import Database
from tests.api.oauth import CALLBACK, OAUTH_CLIENTS, Partner
from tests.harness import Caller, Server, command, error_of, new_app, titles_of

SHOP = {"displayName": "Shop", "redirectUris": [CALLBACK]}
ALREADY = (409, "conflict", "OAuth client already exists")
NOT_FOUND = (404, "not_found", "OAuth client not found")
NOT_REDIRECTED = (
    "", "shop.example", "/callback", "javascript:alert(1)", "data:text/html,x", "ftp://shop.example/", "app://x",
    "https://", "https://a b/", "https://shop.example/#x", "https://user@shop.example/", "https://u:p@shop.example/",
    "https://shop.example\\@evil.example/", "https://shop.example/\r\nX: y", "https://shöp.example/", "https://a:0/",
    "https://a:99999/", "https://[::1/", 'https://shop.example/"', "https://shop.example/<b>", "https://a/%\0",
    "HTTPS://shop.example/", " https://shop.example/", "https://shop.example/\n", "https://a/" + "x" * 2048,
)  # fmt: skip


def test_fields_and_list(account: Caller) -> None:
    """oauth.1"""
    full = {**SHOP, "clientId": "a_b-9", "removeUrl": "https://shop.example/removed", "redirectUris": [
        "http://127.0.0.1:3000/cb?a=b&c=%20[1]", "https://shop.example", "http://[::1]:8080/",
    ]}  # fmt: skip
    created = account.ok("POST", OAUTH_CLIENTS, full)["oauthClient"]
    assert len(created.pop("clientSecret")) == 43
    assert created == full
    bare = account.ok("POST", OAUTH_CLIENTS, {**SHOP, "removeUrl": None, "clientId": None})["oauthClient"]
    secret = bare.pop("clientSecret")
    assert bare == {**SHOP, "clientId": bare["clientId"]}
    listed = account("GET", OAUTH_CLIENTS)
    # Clients that are added in the same millisecond are in the order of their ids.
    assert all(one in listed.json()["oauthClients"][-2:] for one in (created, bare))
    assert secret not in listed.text
    assert error_of(account("POST", OAUTH_CLIENTS, full)) == ALREADY
    assert account.ok("DELETE", f"{OAUTH_CLIENTS}/a_b-9") == {}
    for unknown in ("a_b-9", "%00", "x" * 100):
        assert error_of(account("DELETE", f"{OAUTH_CLIENTS}/{unknown}")) == NOT_FOUND


def test_invalid_fields(account: Caller) -> None:
    before = account.ok("GET", OAUTH_CLIENTS)
    for uri in NOT_REDIRECTED:
        for given in ([uri], [CALLBACK, uri]):
            assert account("POST", OAUTH_CLIENTS, {**SHOP, "redirectUris": given}).status_code == 400, uri
    many = [f"{CALLBACK}{number}" for number in range(11)]
    wrong: tuple[object, ...] = ([], [CALLBACK, CALLBACK], many, None, CALLBACK)
    for uris in wrong:
        assert account("POST", OAUTH_CLIENTS, {**SHOP, "redirectUris": uris}).status_code == 400, uris
    for client_id in ("", "A", "a.b", "é", "a" * 65, "a\n", "custom", "web", "whatsapp", "ultimate", "zd:x", 1):
        assert account("POST", OAUTH_CLIENTS, {**SHOP, "clientId": client_id}).status_code == 400, client_id
    for url in ("http://10.0.0.1/", "https://169.254.169.254/", "ftp://x", "x", "https://shop.example:0/"):
        answer = account("POST", OAUTH_CLIENTS, {**SHOP, "removeUrl": url})
        assert answer.status_code == 400, url
        assert titles_of(answer)[0].startswith("removeUrl")
    assert account("POST", OAUTH_CLIENTS, {**SHOP, "displayName": ""}).status_code == 400
    assert account.ok("GET", OAUTH_CLIENTS) == before


def test_secrets_and_codes_are_not_stored_in_plain(account: Caller, api: Caller, database: Database) -> None:
    """oauth.5"""
    partner = Partner(account)
    code = partner.code(api)
    (client,) = database.rows("SELECT * FROM oauth_client WHERE id = $1", partner.client_id)
    (stored,) = database.rows("SELECT * FROM oauth_code WHERE client_id = $1", partner.client_id)
    shown = repr([*map(tuple, (client, stored))])
    assert partner.secret not in shown
    assert code not in shown
    assert len(code) == 43
    token = partner.token(api).token
    assert token.rpartition(".")[2] not in repr(database.rows("SELECT * FROM api_key"))


def test_a_deleted_client_loses_its_access_to_all_apps(account: Caller, database: Database) -> None:
    """oauth.10"""
    partner, other = Partner(account), Partner(account)
    apps = [new_app(account) for _ in range(3)]
    callers, kept = [partner.token(api) for api in apps], other.token(apps[0])
    code = partner.code(apps[0])
    account.ok("DELETE", f"/v2/apps/{apps[2].app_id}")
    assert account.ok("DELETE", f"{OAUTH_CLIENTS}/{partner.client_id}") == {}
    for caller in callers:
        assert caller("GET", "/v2/tokenInfo").status_code == 401
    assert kept("GET", "/v2/tokenInfo").status_code == 200
    assert partner.exchange(code).json()["error"] == "invalid_client"
    assert partner.authorize(apps[0]).status_code == 400
    assert database.rows("SELECT 1 FROM oauth_code WHERE client_id = $1", partner.client_id) == []
    again = Partner(account, {"clientId": partner.client_id})
    assert again.secret != partner.secret
    assert again.exchange(code).json()["error"] == "invalid_grant"


def test_commands(server: Server, account: Caller, api: Caller) -> None:
    database = ("--database", server.database_url)
    options = ("--name", "Café", "--redirect-uri", CALLBACK, "--redirect-uri", "http://127.0.0.1:1/")
    added = command("oauth-clients", "add", *options, "--client-id", "cafe", *database, "--json")
    created = json.loads(added.stdout)
    secret = created.pop("clientSecret")
    assert created == {"clientId": "cafe", "displayName": "Café", "redirectUris": [CALLBACK, "http://127.0.0.1:1/"]}
    assert json.loads(command("oauth-clients", "list", *database, "--json").stdout)[-1] == created
    assert command("oauth-clients", "list", *database).stdout.endswith(f"cafe  {CALLBACK}  Café\n")
    plain = command("oauth-clients", "add", *options, "--remove-url", "https://a.example/", *database).stdout.split()
    assert list(map(len, plain)) == [24, 43]
    for wrong in (("--client-id", "cafe"), ("--client-id", "A"), ("--remove-url", "x")):
        refused = command("oauth-clients", "add", *options, *wrong, *database)
        assert (refused.returncode, refused.stdout) == (2, ""), wrong
    code = Partner.code(partner := _known(account, "cafe", secret), api)
    token = partner.exchange(code).json()["access_token"]
    listed = command("keys", "list", *database).stdout
    assert api.auth is not None
    assert api.auth[0] in listed
    assert json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"] not in listed
    assert command("oauth-clients", "remove", "cafe", *database).stdout == "removed cafe\n"
    assert command("oauth-clients", "remove", "cafe", *database).returncode == 2
    assert partner.exchange(code).json()["error"] == "invalid_client"


def _known(account: Caller, client_id: str, secret: str) -> Partner:
    """The partner with these credentials."""
    partner = Partner.__new__(Partner)
    partner.account, partner.client_id, partner.secret = account, client_id, secret
    return partner
