"""Rules about requests and responses in general."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlsplit

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.extensions.memberships import LIST_MEMBERS
from heliograph.wire.table.v2.apps import GET_APP
from heliograph.wire.table.v2.conversations import (
    GET_CONVERSATION,
    JOIN_CONVERSATION,
    LIST_PARTICIPANTS,
    RELEASE_CONTROL,
)
from heliograph.wire.table.v2.integrations import CREATE_INTEGRATION
from heliograph.wire.table.v2.users import CREATE_USER, DELETE_USER, GET_USER

LIMIT = 102_400
"""Bytes of a body."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"


def post(site: Site, content: bytes, kind: str = "application/json", **headers: str) -> Answer:
    """Send these bytes as the body of CreateUser."""
    return site.call(CREATE_USER, content=content, headers={"content-type": kind, **headers})


def head(site: Site, target: str, *lines: str, method: str = "GET") -> bytes:
    """A request without a body, with the key of the app."""
    base = urlsplit(site.run.caller.url)
    first = (f"{method} {target} HTTP/1.1", f"Host: {base.netloc}", f"Authorization: {site.authorization}")
    return "\r\n".join((*first, "Connection: close", *lines, "", "")).encode("latin-1")


def app_path(site: Site, slashes: str = "/") -> str:
    """The path of the app, from the root of the host."""
    return f"{urlsplit(site.run.caller.url).path}{slashes}v2/apps/{site.app_id}"


@rule("requests.1", "Credentials are checked before the body, and the body before the conversation.")
def order_of_checks(site: Site) -> None:
    body = {"userId": MISSING, "subscribeSDKClient": False}
    site.call(JOIN_CONVERSATION, {}, auth=None).refused(401, "unauthorized")
    site.call(JOIN_CONVERSATION, {}, appId=MISSING).refused(403, "forbidden")
    site.call(JOIN_CONVERSATION, {}, conversationId=MISSING).refused(400, "bad_request")
    site.call(JOIN_CONVERSATION, body, conversationId=MISSING).refused(404, "conversation_not_found")
    site.call(JOIN_CONVERSATION, body, conversationId=site.crew).refused(404, "user_not_found")


@rule("requests.2", "A malformed id in a path is treated like an unknown id.")
def malformed_ids(site: Site) -> None:
    for id in ("x", "no id", "ü" * 30, "F" * 24):
        site.call(GET_CONVERSATION, conversationId=id).refused(404, "conversation_not_found")


@rule("requests.3", "Several violations in a body are several errors.", source=RuleSource("section Errors"))
def several_errors(site: Site) -> None:
    body = {"externalId": 1, "profile": {"givenName": 2, "surname": 3}}
    titles = site.call(CREATE_USER, body).refused(400, "bad_request")
    equal(len(titles), 3, "the number of errors")
    hook = {"target": "https://example.invalid/hook", "triggers": []}
    answer = site.call(CREATE_INTEGRATION, {"type": "custom", "webhooks": [hook] * 2})
    answer.refused(400, "bad_request", ".webhooks: should not have more than 1 items")


@rule("requests.4", "Unknown keys are ignored, and null means absent.")
def unknown_keys(site: Site) -> None:
    body = {"externalId": site.name(), "unknown": 1, "signedUpAt": None, "profile": None}
    equal(site.ok(CREATE_USER, body)["user"]["profile"], {}, "profile")


@rule("requests.5", "Malformed JSON, deep nesting and the NUL character are 400.")
def malformed_json(site: Site) -> None:
    deep = b'{"a":' * 300 + b"1" + b"}" * 300
    for content in (b"{", b"{'a':1}", b'{"a":1} x', b"[" * 5000, deep, b'{"externalId":"a\\u0000"}'):
        post(site, content).refused(400, "bad_request")


@rule(
    "requests.6", "A body over 100 kB is 413, and one of another type 415.", source=RuleSource("section Request limits")
)
def large_bodies(site: Site) -> None:
    empty = len(b'{"unknown":""}')
    post(site, b'{"unknown":"' + b"x" * (LIMIT - empty) + b'"}').expect(201)
    post(site, b'{"unknown":"' + b"x" * (LIMIT - empty + 1) + b'"}').refused(413, "payload_too_large")
    post(site, b"{}", "text/plain").refused(415, "unsupported_media_type")


@rule("requests.7", "An empty body is 400 where one is required.")
def empty_bodies(site: Site) -> None:
    post(site, b"").refused(400, "bad_request", "Request body is required")
    site.call(RELEASE_CONTROL, conversationId=site.group()).expect(200)


@rule("requests.8", "JSON is UTF-8; another charset or a Content-Encoding is 415.")
def encodings(site: Site) -> None:
    post(site, b"\xef\xbb\xbf{}").expect(201)
    post(site, b"{}", "application/json; charset=utf-8").expect(201)
    post(site, b"{}", "application/json; charset=iso-8859-1").refused(415, "unsupported_media_type", "iso-8859-1")
    packed = post(site, gzip.compress(b"{}"), **{"content-encoding": "gzip"})
    packed.refused(415, "unsupported_media_type", "gzip")


@rule("requests.9", "A lone surrogate becomes U+FFFD, and bytes that are not UTF-8 are 400.")
def characters(site: Site) -> None:
    made = post(site, rb'{"profile":{"givenName":"a\ud83d"}}').expect(201).json["user"]
    equal(made["profile"]["givenName"], "a\ufffd", "givenName")
    post(site, b'{"externalId":"\xff"}').refused(400, "bad_request")
    site.send("GET", f"/v2/apps/{site.app_id}/users?brandId=%ff").refused(400, "bad_request")
    equal(site.run.caller.raw(head(site, f"{app_path(site)}/users/%ff")), 404, "the status of a path that is not UTF-8")


@rule("requests.10", "The body of a DELETE is discarded, and has the same limit.")
def bodies_of_deletions(site: Site) -> None:
    user = site.user()
    site.call(DELETE_USER, userIdOrExternalId=user, content=b"x" * (LIMIT + 1)).refused(413, "payload_too_large")
    site.call(DELETE_USER, userIdOrExternalId=user, content=b"{nonsense").expect(200)


@rule("requests.11", "A query string over 8,192 bytes is 400.")
def long_queries(site: Site) -> None:
    site.send("GET", f"/v2/apps/{site.app_id}?x={'x' * 8200}").refused(400, "bad_request")
    site.send("GET", f"/v2/apps/{site.app_id}?x={'x' * 8000}").expect(200)


@rule("requests.12", "More than 200 headers, or over 64 kB of them, are 431.")
def many_headers(site: Site) -> None:
    many = [f"X-{number}: x" for number in range(201)]
    for lines in (many, ["X-Long: " + "x" * 70_000]):
        equal(site.run.caller.raw(head(site, app_path(site), *lines)), 431, "the status")


@rule("requests.13", "The server speaks HTTP/1.1, and ignores offers to upgrade.")
def protocols(site: Site) -> None:
    offer = head(site, app_path(site), "Upgrade: h2c")
    equal(site.run.caller.raw(offer), 200, "the status with Upgrade: h2c")
    connect = head(site, "example.org:443", method="CONNECT")
    for name, data in (("HTTP/2 with prior knowledge", PREFACE), ("CONNECT", connect)):
        equal(site.run.caller.raw(data), 400, f"the status of {name}")


@rule("requests.14", "An unknown path is 404, and a wrong method 405 with Allow.")
def unknown_paths(site: Site) -> None:
    path = f"/v2/apps/{site.app_id}"
    site.send("GET", f"{path}/nothing").refused(404, "not_found", "Resource not found")
    answer = site.send("PUT", f"{path}/users")
    answer.refused(405, "method_not_allowed")
    equal(set(answer.headers.get("allow", "").split(", ")), {"GET", "POST"}, "Allow")
    equal(site.run.caller.raw(head(site, app_path(site, "//"))), 200, "the status of a path with two leading slashes")


@rule("requests.15", "An unknown query parameter is ignored, or 400 below /heliograph/v1.", Need.EXTENSIONS)
def unknown_parameters(site: Site) -> None:
    group = site.group(site.user())
    for name in ("filter[email]", "page[limit]", "Sort"):
        site.call(LIST_PARTICIPANTS, params={name: "1"}, conversationId=group).expect(200)
        site.call(LIST_MEMBERS, params={name: "1"}, conversationId=group).refused(400, "bad_request")


@rule("responses.1", "Every response has an X-Request-Id, that of the request if it is valid.")
def request_ids(site: Site) -> None:
    own = {"x-request-id": site.name()}
    for id, status in ((site.ada, 200), (MISSING, 404)):
        answer = site.call(GET_USER, userIdOrExternalId=id, headers=own).expect(status)
        equal(answer.headers.get("x-request-id"), own["x-request-id"], "X-Request-Id")
    holds(bool(site.call(GET_APP).headers.get("x-request-id")), "a new X-Request-Id", "none")


@rule("responses.2", "Unset optional fields are left out, never null.")
def no_nulls(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    for answer in (
        site.call(GET_USER, userIdOrExternalId=user),
        site.call(GET_CONVERSATION, conversationId=group),
        site.call(LIST_PARTICIPANTS, conversationId=group),
    ):
        holds(not _has_null(answer.json), "a response without null", answer.text)


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return any(map(_has_null, value)) if isinstance(value, list) else value is None
