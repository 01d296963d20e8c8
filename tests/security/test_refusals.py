"""Reasons for refused credentials: in the log, in the metrics, and in the responses of a sandbox to its own machine."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.server.auth.refusals import Reason
from tests.api.test_metrics import samples
from tests.databases import POSTGRESQL, SQLITE, new_database
from tests.harness import Caller, Server, init, new_app, serving
from tests.security.calls import basic
from tests.security.credentials import LONG, MALFORMED, UNKNOWN_KEY, WRONG, Credential, Keys, bearer, signed
from tests.security.sign_ins import SESSION, TICKETS, viewer_of
from tests.waiting import until

pytestmark = pytest.mark.one_engine
REASON = "x-heliograph-reason"
EXPECTED = {
    "no credential": Reason.NO_CREDENTIAL,
    "empty header": Reason.NO_CREDENTIAL,
    "empty Basic": Reason.NO_KEY_ID,
    "Basic, NUL in the key": Reason.UNKNOWN_KEY,
    "wrong scheme": Reason.UNKNOWN_SCHEME,
    "bad secret": Reason.WRONG_SECRET,
    "no secret": Reason.WRONG_SECRET,
    "half a secret": Reason.WRONG_SECRET,
    "secret of another key": Reason.WRONG_SECRET,
    "unknown key": Reason.UNKNOWN_KEY,
    "unknown key, no secret": Reason.UNKNOWN_KEY,
    "swapped": Reason.UNKNOWN_KEY,
    "JWT expired": Reason.EXPIRED,
    "JWT not valid yet": Reason.NOT_YET_VALID,
    "JWT exp is no number": Reason.MALFORMED_CLAIMS,
    "JWT wrong signature": Reason.BAD_SIGNATURE,
    "JWT of another key's secret": Reason.BAD_SIGNATURE,
    "JWT without signature": Reason.BAD_SIGNATURE,
    "JWT tampered": Reason.BAD_SIGNATURE,
    "JWT alg none": Reason.WRONG_ALGORITHM,
    "JWT alg missing": Reason.WRONG_ALGORITHM,
    "JWT RS256": Reason.WRONG_ALGORITHM,
    "JWT HS512": Reason.WRONG_ALGORITHM,
    "JWT no kid": Reason.NO_KEY_ID,
    "JWT kid is a lone surrogate": Reason.UNKNOWN_KEY,
    "JWT unknown kid": Reason.UNKNOWN_KEY,
    "JWT no scope": Reason.NO_SCOPE,
    "JWT unknown scope": Reason.UNKNOWN_SCOPE,
    "JWT scope in capitals": Reason.UNKNOWN_SCOPE,
    "JWT scope is a list": Reason.UNKNOWN_SCOPE,
    "JWT wider than its key": Reason.SCOPE_TOO_WIDE,
}
"""The reason for each invalid credential. Those that are not listed have a malformed header."""


@dataclass
class Refused:
    """A request, and the reason why it must be refused."""

    reason: str
    headers: dict[str, Any]
    path: str = ""
    method: str = "GET"
    status: int = 401
    key: str | None = None
    body: Any = None
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(500))


class Site:
    """A sandbox, and the requests that it must refuse."""

    def __init__(self, server: Server) -> None:
        self.server = server
        sandbox = init(server.database_url)
        self.account = Caller(server.url, sandbox.account_auth)
        self.app, other = new_app(self.account), new_app(self.account)
        assert self.app.auth is not None
        assert other.auth is not None
        self.keys = Keys(self.app.app_id, self.app.auth, other.auth, sandbox.account_auth)
        self.calls = [*self._unproved(), *self._odd_times(), *self._not_allowed(), *self._of_the_console()]
        for number, one in enumerate(self.calls):
            headers = {**one.headers, "x-request-id": f"refused-{number}"}
            one.answer = self.app(one.method, one.path, one.body, auth=None, headers=headers)

    def _unproved(self) -> Iterator[Refused]:
        for one in (*MALFORMED, *WRONG):
            yield Refused(EXPECTED.get(one.name, Reason.MALFORMED_HEADER), self._headers(one), key=self._key(one))
        events = f"/heliograph/v1/apps/{self.keys.app_id}/events"
        for path, method in ((events, "GET"), (events, "HEAD"), ("", "HEAD"), ("/users", "POST")):
            yield Refused(Reason.NO_CREDENTIAL, {}, path, method)
        upgrade = {"connection": "upgrade", "upgrade": "websocket"}
        yield Refused(Reason.UNKNOWN_KEY, {"authorization": basic(UNKNOWN_KEY, "x"), **upgrade}, key=UNKNOWN_KEY)
        yield Refused(Reason.UNKNOWN_KEY, {"authorization": basic('app_"\n\u2028; drop', "x")})

    def _headers(self, one: Credential) -> dict[str, Any]:
        return one.headers(self.keys)

    def _key(self, one: Credential) -> str | None:
        """The key id that the log may name: only an id that has the format of our key ids."""
        unnamed = {Reason.NO_CREDENTIAL, Reason.NO_KEY_ID, Reason.UNKNOWN_SCHEME, Reason.MALFORMED_HEADER}
        if EXPECTED.get(one.name, Reason.MALFORMED_HEADER) in unnamed:
            return None
        if one.name in ("Basic, NUL in the key", "swapped", "JWT kid is a lone surrogate"):
            return None
        if "unknown k" in one.name:
            return UNKNOWN_KEY
        return self.keys.account[0] if "another key" in one.name or "tampered" in one.name else self.keys.app[0]

    def _odd_times(self) -> Iterator[Refused]:
        key = self.keys.app
        for claims, reason in (
            ({"exp": int(time.time()) - 4200}, r"expired since 42\d\d s"),
            ({"nbf": int(time.time()) + LONG}, r"not yet valid for 3[56]\d\d s"),
            ({"exp": 0}, r"expired since 1\d{9} s"),
            ({"exp": -(10**400)}, "expired since 1000000000 s"),
            ({"nbf": 10**400}, "not yet valid for 1000000000 s"),
            ({"exp": float("inf")}, "malformed claims"),
        ):
            yield Refused(reason, {"authorization": signed(key, {"scope": "app", **claims})}, key=key[0])

    def _not_allowed(self) -> Iterator[Refused]:
        keys, app = self.keys, self.app
        account_key = {"authorization": basic(*keys.account)}
        yield Refused(Reason.NOT_OF_AN_APP, account_key, "/v2/tokenInfo", status=403, key=keys.account[0])
        hook = {"target": "https://hooks.example.com", "triggers": ["conversation:referral"]}
        body = {"type": "custom", "displayName": "x", "webhooks": [hook]}
        made = app.ok("POST", "/integrations", body)["integration"]["id"]
        own = app.ok("POST", f"/integrations/{made}/keys", {"displayName": "x"})["key"]
        events = f"/heliograph/v1/apps/{keys.app_id}/events"
        for reason, key, path in (
            (Reason.WRONG_APP, keys.other, ""),
            (Reason.WRONG_APP, keys.other, events),
            (Reason.SCOPE_TOO_LOW, keys.app, "/v2/apps"),
            (Reason.SCOPE_TOO_LOW, (own["id"], own["secret"]), events),
            (Reason.WRONG_INTEGRATION, (own["id"], own["secret"]), f"/integrations/{'0' * 24}/webhooks"),
            (Reason.WRONG_SERVICE_ACCOUNT, keys.account, "/v2/apps?filter[serviceAccountId]=x"),
        ):
            yield Refused(reason, {"authorization": basic(*key)}, path, status=403, key=key[0])
        token = {"authorization": bearer(keys.account, "app")}
        yield Refused(Reason.UNKNOWN_APP, token, "/v2/apps/gone", status=403, key=keys.account[0])

    def _of_the_console(self) -> Iterator[Refused]:
        key, viewer = {"authorization": basic(*self.keys.app)}, viewer_of(self.app)
        session, token = {"authorization": viewer.header}, {"authorization": bearer(self.keys.app)}
        name, id = {"displayName": "x"}, self.keys.app[0]
        yield Refused(Reason.ENDED_SESSION, {"authorization": "Bearer hgs_x"})
        yield Refused(Reason.INVALID_TICKET, {}, SESSION, "POST", body={"ticket": "hgt_x", "name": "Ada"})
        yield Refused(Reason.READ_ONLY, session, "/users", "POST", status=403, key=id, body=name)
        events = f"/heliograph/v1/apps/{self.keys.app_id}/events"
        yield Refused(Reason.NO_CONTENTS, session, events, status=403, key=id)
        yield Refused(Reason.NOT_A_SESSION, key, SESSION, status=403, key=id)
        yield Refused(Reason.TOKEN_FOR_TICKET, token, TICKETS, "POST", status=403, key=id, body={"role": "viewer"})


@pytest.fixture(scope="module", params=["console", "json"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A sandbox, once for each log format."""
    options = ("--log-format", request.param, "--console-contents", "no")
    with serving(tmp_path_factory.mktemp("refusals") / "heliograph.db", *options) as server:
        site = Site(server)
        yield site
        site.account.http.close()


def lines(site: Site) -> dict[str, dict[str, Any]]:
    """The members of the log lines of the refused requests, by request id."""
    until(lambda: any(f"refused-{len(site.calls) - 1}" in line for line in site.server.log))
    found: dict[str, dict[str, Any]] = {}
    for line in site.server.log:
        if "refused-" in line:
            members = json.loads(line) if line.startswith("{") else _members(line)
            found[members["request_id"]] = members
    return found


def _members(line: str) -> dict[str, Any]:
    return {name: value.strip('"') for name, value in re.findall(r'(\w+)=("[^"]*"|\S+)', line)}


def test_the_log_has_the_reason(site: Site) -> None:
    said = lines(site)
    for number, one in enumerate(site.calls):
        line = said[f"refused-{number}"]
        assert (one.answer.status_code, str(line["status"])) == (one.status, str(one.status)), one
        assert re.fullmatch(one.reason if "since" in one.reason else f"{one.reason}( (since|for) .*)?", line["reason"])
        assert (line.get("key"), line["client"]) == (one.key, "127.0.0.1"), one
        assert line["method"] == one.method


def test_a_sandbox_explains_refusals_to_its_own_machine(site: Site) -> None:
    said = lines(site)
    for number, one in enumerate(site.calls):
        assert one.answer.headers[REASON] == said[f"refused-{number}"]["reason"]
    auth = {"authorization": basic(UNKNOWN_KEY, "x")}
    for sign in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP", "x-forwarded-prefix"):
        answer = site.app("GET", "", auth=None, headers={**auth, sign: ""})
        assert (answer.status_code, REASON in answer.headers) == (401, False), sign
    assert REASON not in site.app("GET", "").headers
    assert REASON not in site.app("GET", "/users/nobody").headers


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (SQLITE, ("--host", "0.0.0.0")),
        (SQLITE, ("--no-sandbox",)),
        (SQLITE, ("--public-url", "https://x.example")),
        (POSTGRESQL, ()),
    ],
)
def test_refusals_are_not_explained_to_others(kind: str, options: tuple[str, ...], tmp_path: Path) -> None:
    with serving(new_database(kind, tmp_path), *options) as server:
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        answer = httpx.get(f"{url}/v2/apps", auth=(UNKNOWN_KEY, "x"))
        assert (answer.status_code, REASON in answer.headers) == (401, False)


def test_the_metrics_count_by_reason(site: Site) -> None:
    counted = {
        dict(labels)["reason"]: value
        for (name, labels), value in samples(site.server).items()
        if name == "heliograph_refused_credentials_total"
    }
    expected = [
        next(kind for kind in Reason if one.answer.headers[REASON].startswith(kind)).name.lower() for one in site.calls
    ]
    assert set(counted) == set(expected) == {one.name.lower() for one in Reason}
    for reason, value in counted.items():
        assert value >= expected.count(reason)


def test_a_stream_whose_key_is_removed_logs_the_reason(site: Site) -> None:
    assert site.app.auth is not None
    key = site.app.ok("POST", f"/v2/apps/{site.app.app_id}/keys", {"displayName": "x"}, auth=site.account.auth)["key"]
    url = f"{site.app.url}/heliograph/v1/apps/{site.app.app_id}/events"
    auth = (key["id"], key["secret"])
    with httpx.stream("GET", url, auth=auth, headers={"x-request-id": "refused-stream"}, timeout=30) as stream:
        parts = stream.iter_bytes()
        next(parts)
        site.account.ok("DELETE", f"/v2/apps/{site.app.app_id}/keys/{key['id']}")
        list(parts)

    def said() -> list[str]:
        return [line for line in site.server.log if "refused-stream" in line]

    until(said)
    assert "unknown key id" in said()[0]
    assert key["id"] in said()[0]
