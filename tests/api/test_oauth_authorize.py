"""Authorize and its consent page: where browsers are redirected, and which content and forms are allowed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.api.oauth import CALLBACK, Partner, location_of, parameters_of
from tests.api.test_integrations import create
from tests.harness import Caller, error_of, new_app, titles_of
from tests.security.credentials import bearer

FORBIDDEN = (403, "forbidden", "Forbidden")
EXOTIC = "a b&c=d#e?f%00\r\nSet-Cookie: x=y\r\n\r\n<script>\"'é€\U0001f600 +%"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Page(HTMLParser):
    """The elements of a page, as (tag, attributes), and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Append a text."""
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of the elements with this tag."""
        return [attributes for name, attributes in self.elements if name == tag]


def consent(partner: Partner, form: dict[str, str] | None = None, headers: Any = None, **query: str) -> httpx.Response:
    """The consent page, or the response to its form."""
    params = urlencode({"client_id": partner.client_id, "response_type": "code", **query})
    path = f"/oauth/consent?{params}"
    if form is None:
        return partner.account("GET", path, auth=None, headers=headers)
    content = urlencode(form).encode()
    return partner.account("POST", path, content=content, auth=None, headers={**FORM, **(headers or {})})


def key_of(caller: Caller, **more: str) -> dict[str, str]:
    """The fields of the form with the key of the caller."""
    assert caller.auth is not None
    return {"key_id": caller.auth[0], "key_secret": caller.auth[1], "decision": "allow", **more}


def test_a_credential_of_an_app_is_redirected_with_a_code(account: Caller, api: Caller) -> None:
    """oauth.3"""
    partner = Partner(account, {"redirectUris": [CALLBACK, f"{CALLBACK}?a=b&c=%20"]})
    answer = partner.authorize(api, state=EXOTIC)
    assert (location_of(answer), answer.headers["cache-control"]) == (CALLBACK, "no-store")
    assert "set-cookie" not in answer.headers
    found = parameters_of(answer)
    assert (set(found), found["state"]) == ({"code", "state"}, EXOTIC.replace("\0", ""))
    assert set(parameters_of(partner.authorize(api))) == {"code"}
    assert parameters_of(partner.authorize(api, state=""))["state"] == ""
    second = partner.authorize(api, redirect_uri=f"{CALLBACK}?a=b&c=%20")
    assert second.headers["location"].startswith(f"{CALLBACK}?a=b&c=%20&code=")
    assert api.auth is not None
    token = {"authorization": bearer(api.auth)}
    params = {"client_id": partner.client_id, "response_type": "code"}
    assert account("GET", "/oauth/authorize", params=params, auth=None, headers=token).status_code == 302


def test_account_keys_must_name_the_app(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    assert titles_of(partner.authorize(account)) == ["app_id is required with an account key"]
    assert error_of(partner.authorize(account, app_id="0" * 24)) == (404, "app_not_found", "App not found")
    code = partner.code(account, app_id=api.app_id)
    assert partner.exchange(code).status_code == 200
    assert partner.authorize(api, app_id=api.app_id).status_code == 302
    assert error_of(partner.authorize(api, app_id=new_app(account).app_id)) == FORBIDDEN


def test_credentials_must_be_valid_and_sufficient(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    assert api.auth is not None
    wrong = Caller(api.url, (api.auth[0], "x"), api.app_id, api.http)
    assert partner.authorize(wrong).status_code == 401
    path = f"/integrations/{create(api)['id']}/keys"
    key = api.ok("POST", path, {"displayName": "Key"})["key"]
    low = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    assert error_of(partner.authorize(low)) == FORBIDDEN
    params = {"client_id": partner.client_id, "response_type": "code"}
    for header in (bearer(api.auth, "integration"), f"Bearer {partner.token(api).token}"):
        answer = account("GET", "/oauth/authorize", params=params, auth=None, headers={"authorization": header})
        assert error_of(answer) == FORBIDDEN


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "uri",
    [
        "", "https://shop.example", "https://shop.example/", "https://shop.example/callbac", f"{CALLBACK}/",
        f"{CALLBACK}/../x", f"{CALLBACK}?x", f"{CALLBACK}#x", f"{CALLBACK}%00", f"{CALLBACK}\0", f" {CALLBACK}",
        f"{CALLBACK}.evil.example", "https://SHOP.example/callback", "https://shop.example/Callback",
        "HTTPS://shop.example/callback", "http://shop.example/callback", "https://shop.example:443/callback",
        "https://shop.example:8443/callback", "https://shop.example@evil.example/callback",
        "https://user@shop.example/callback", "https://shop.example.evil.example/callback",
        "https://evil.example/?https://shop.example/callback", "//shop.example/callback", "/callback",
        "javascript:alert(1)", "data:text/html,x", "https://shop.example\\callback", f"{CALLBACK}\r\nX: y",
    ],
)  # fmt: skip
def test_only_registered_uris_are_redirected_to(account: Caller, api: Caller, uri: str) -> None:
    """oauth.2"""
    partner = Partner(account)
    title = "redirect_uri should be exactly one of the OAuth client's"
    for caller in (api, None):
        answer = partner.authorize(caller, redirect_uri=uri)
        assert (error_of(answer), "location" in answer.headers) == ((400, "bad_request", title), False)
    for form in (None, key_of(api), {"decision": "deny"}):
        page = consent(partner, form, redirect_uri=uri)
        assert (page.status_code, "location" in page.headers) == (400, False)
        assert "not valid" in page.text


@pytest.mark.one_engine
def test_requests_that_are_not_redirected(account: Caller, api: Caller) -> None:
    partner, other = Partner(account), Partner(account, {"redirectUris": ["https://evil.example/"]})
    known = [("client_id", partner.client_id), ("response_type", "code")]
    queries = [
        [], known[1:], [("client_id", ""), known[1]], [("client_id", "é\0"), known[1]],
        [*known, ("client_id", other.client_id)], [*known, ("client_id", partner.client_id)],
        [*known, ("redirect_uri", CALLBACK), ("redirect_uri", "https://evil.example/")],
        [*known, ("state", "a"), ("state", "b")], [*known, ("response_type", "code")],
        [*known, ("redirect_uri", "https://evil.example/")],
    ]  # fmt: skip
    for query in queries:
        for path in ("/oauth/authorize", "/oauth/consent"):
            for auth in (None, api.auth):
                answer = account("GET", f"{path}?{urlencode(query)}", auth=auth)
                assert (answer.status_code, "location" in answer.headers) == (400, False), query


@pytest.mark.one_engine
def test_other_response_types_are_reported_to_the_partner(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    for given in ("token", "", "code token", "CODE"):
        for answer in (
            partner.authorize(None, response_type=given, state="s"),
            partner.authorize(api, response_type=given, state="s"),
            consent(partner, response_type=given, state="s"),
            consent(partner, key_of(api), response_type=given, state="s"),
        ):
            assert location_of(answer) == CALLBACK
            found = parameters_of(answer)
            assert (found["error"], found["state"]) == ("unsupported_response_type", "s")
            assert "code" not in found


@pytest.mark.one_engine
def test_without_a_credential_the_consent_page_is_shown(account: Caller, other_account: Caller) -> None:
    for caller in (account, other_account):
        partner = Partner(caller)
        url = partner.authorize(None, state=EXOTIC, junk="x").headers["location"]
        assert url.startswith(f"{caller.url}/oauth/consent?"), url
        shown = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert set(shown) == {"client_id", "response_type", "state"}
        page = caller.http.get(url)
        assert (page.status_code, '<form method="post">' in page.text) == (200, True)


@pytest.mark.one_engine
def test_the_page_is_accessible_and_contains_no_script(account: Caller) -> None:
    """oauth.4"""
    partner = Partner(account, {"displayName": "<img src=x onerror=alert(1)>\"'&{style}"})
    answer = consent(partner, state="</main><script>alert(1)</script>")
    page = Page(answer.text)
    assert page.all("html") == [{"lang": "en"}]
    assert not page.all("script")
    assert not page.all("img")
    assert "alert(1)</script>" not in answer.text
    assert "<img src=x onerror=alert(1)>\"'&{style}" in page.text
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    assert not [url for _, found in page.elements if (url := found.get("src") or found.get("href")) and ":" in url
                and url != "data:,"]  # fmt: skip
    labels = {one["for"] for one in page.all("label")}
    fields = page.all("input")
    assert labels == {one["id"] for one in fields} == {"key_id", "key_secret", "app_id"}
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    for one in fields:
        assert set((one["aria-describedby"] or "").split()) <= set(ids)
    assert [(one["value"], "formnovalidate" in one) for one in page.all("button")] == [("allow", False), ("deny", True)]
    assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
    for name, value in {
        "x-frame-options": "DENY", "x-content-type-options": "nosniff", "cache-control": "no-store",
        "referrer-policy": "same-origin", "content-type": "text/html; charset=utf-8",
    }.items():  # fmt: skip
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))
    assert not re.search("unsafe|script-src", policy)
    assert "set-cookie" not in answer.headers


def test_allow_and_deny(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    allowed = consent(partner, key_of(api), state=EXOTIC)
    assert location_of(allowed) == CALLBACK
    found = parameters_of(allowed)
    assert (set(found), found["state"]) == ({"code", "state"}, EXOTIC.replace("\0", ""))
    assert partner.exchange(found["code"]).status_code == 200
    named = consent(partner, key_of(account, app_id=api.app_id))
    assert partner.exchange(parameters_of(named)["code"]).status_code == 200
    same = consent(partner, key_of(api, app_id=api.app_id))
    assert "code" in parameters_of(same)
    denied = parameters_of(consent(partner, {"decision": "deny"}, state="s"))
    assert denied == {"error": "access_denied", "error_description": "The user denied access", "state": "s"}


def test_errors_of_the_form(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    low = api.ok("POST", f"/integrations/{create(api)['id']}/keys", {"displayName": "Key"})["key"]
    odd = '"><script>alert(1)</script>'
    cases: list[tuple[dict[str, str], int, list[str]]] = [
        ({"decision": "allow"}, 400, ["key_id", "key_secret"]),
        ({**key_of(api), "key_secret": ""}, 400, ["key_secret"]),
        ({**key_of(api), "key_secret": odd}, 403, ["key_id"]),
        ({**key_of(api), "key_id": odd}, 403, ["key_id"]),
        ({**key_of(api), "key_id": "é:x"}, 403, ["key_id"]),
        ({**key_of(api), "key_id": low["id"], "key_secret": low["secret"]}, 403, ["key_id"]),
        (key_of(account), 400, ["app_id"]),
        (key_of(account, app_id="0" * 24), 403, ["app_id"]),
        (key_of(account, app_id=odd), 403, ["app_id"]),
        (key_of(api, app_id=new_app(account).app_id), 403, ["app_id"]),
    ]
    for form, status, wrong in cases:
        answer = consent(partner, form, state="s")
        assert (answer.status_code, "location" in answer.headers) == (status, False), form
        assert "www-authenticate" not in answer.headers  # a browser would ask for a password
        page = Page(answer.text)
        assert [one["id"] for one in page.all("input") if one.get("aria-invalid") == "true"] == wrong
        assert [one["href"] for one in page.all("a")] == [f"#{name}" for name in wrong]
        assert [one["role"] for one in page.all("div")] == ["alert"]
        assert "Error: let" in page.text
        assert not page.all("script")
        kept = {str(one["name"]): one.get("value") or "" for one in page.all("input")}
        assert kept == {name: "" if name == "key_secret" else form.get(name, "") for name in kept}
        for secret in (form.get("key_secret"), low["secret"]):
            assert not secret or secret == odd or secret not in answer.text


PROXIED = {"x-forwarded-host": "chat.example.org", "x-forwarded-proto": "https"}


@pytest.mark.one_engine
def test_forms_of_other_sites_are_refused(account: Caller, api: Caller) -> None:
    """oauth.4: even with a valid key, which would give the visitor's partner access to an app of the attacker."""
    partner = Partner(account)
    host = urlsplit(account.url).netloc
    for headers, allowed in (
        ({"sec-fetch-site": "same-origin", "origin": account.url}, True),
        ({"sec-fetch-site": "none"}, True),
        ({}, True),
        ({"origin": account.url}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "same-site", "origin": account.url}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": ""}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"http://{host}.evil.example"}, False),
        ({"origin": f"http://evil.example/{host}"}, False),
        ({"origin": "http://[bad"}, False),
        # Behind a proxy, the browser knows the server by another name.
        ({"origin": "https://chat.example.org", **PROXIED}, True),
        ({"origin": "https://evil.example", **PROXIED}, False),
    ):
        for form in (key_of(api), {"decision": "deny"}):
            answer = consent(partner, form, headers)
            assert answer.status_code == (302 if allowed else 403), headers
            assert allowed or "another site" in answer.text


@pytest.mark.one_engine
def test_malformed_forms_are_refused(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    query = urlencode({"client_id": partner.client_id, "response_type": "code"})
    good = urlencode(key_of(api)).encode()

    def post(content: bytes, content_type: str = FORM["content-type"], **headers: str) -> int:
        sent = {"content-type": content_type, **headers}
        return partner.account("POST", f"/oauth/consent?{query}", content=content, headers=sent, auth=None).status_code

    assert post(good) == post(good, "application/x-www-form-urlencoded; charset=utf-8") == 302
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        assert post(good, content_type) == 415
    assert post(good, **{"content-encoding": "gzip"}) == 415
    assert post(b"x" * 102_401) == post(good + b"&x=" + b"y" * 102_400) == 413
    for content in (
        b"", b"\xff", b"%ff=1", good + b"&decision=allow", good + b"&key_id=x", b"&".join([b"a=1"] * 60),
        good.replace(b"allow", b"Allow"), good + b"&app_id=%00", b"decision=", b"a&b&c",
    ):  # fmt: skip
        assert post(content) == 400, content
    for method in ("PUT", "DELETE", "PATCH"):
        assert partner.account(method, f"/oauth/consent?{query}", auth=None).status_code == 405
