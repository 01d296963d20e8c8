"""Rules about idempotency keys."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import rule
from heliograph.conformance.checks.attachments import PUBLIC
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.v2.apps import UPLOAD_ATTACHMENT
from heliograph.wire.table.v2.conversations import CREATE_CONVERSATION, LEAVE_CONVERSATION, LIST_MESSAGES, POST_MESSAGE
from heliograph.wire.table.v2.users import CREATE_USER, GET_USER

_REUSE = "idempotency_key_reuse"
_REPLAYED = "idempotent-replayed"


def keyed(site: Site, operation: AnyOperation, body: Any = None, *, key: str, **given: Any) -> Answer:
    """Call an operation with a key."""
    return site.call(operation, body, headers={"Idempotency-Key": key}, **given)


def replayed(answer: Answer, first: Answer) -> None:
    """Check that the answer is the stored first one."""
    equal(answer.headers.get(_REPLAYED), "true", "Idempotent-Replayed of the second response")
    holds(_REPLAYED not in first.headers, "no Idempotent-Replayed in the first response", first.summary())
    equal((answer.status, answer.content), (first.status, first.content), "the second response")


@rule("idempotency.1", "A second write with the key gets the first response, and does nothing.", Need.EXTENSIONS)
def stored(site: Site) -> None:
    one, group = site.user(), site.group()
    first = keyed(site, CREATE_USER, {}, key=f'"{site.name()}"').expect(201)
    holds(_REPLAYED not in first.headers, "no Idempotent-Replayed in the first response", first.summary())
    key = site.name()
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
    posted = [keyed(site, POST_MESSAGE, body, key=key, conversationId=group) for _ in range(2)]
    replayed(posted[1], posted[0].expect(201))
    equal(len(site.ok(LIST_MESSAGES, conversationId=group)["messages"]), 1, "the number of messages")
    site.join(group, one)
    key = site.name()
    left = [keyed(site, LEAVE_CONVERSATION, {"userId": one}, key=key, conversationId=group) for _ in range(2)]
    replayed(left[1], left[0].expect(200))


@rule("idempotency.2", "A key is a string in quotes or a token.", Need.EXTENSIONS)
def forms(site: Site) -> None:
    name = site.name()
    first = keyed(site, CREATE_USER, {}, key=f'"{name}"').expect(201)
    replayed(keyed(site, CREATE_USER, {}, key=name), first)
    for key in ('""', "a b", "a,b", '"open', "k" * 256):
        keyed(site, CREATE_USER, {}, key=key).refused(400, "bad_request", "Idempotency-Key")


@rule("idempotency.3", "A key of another request is 422 idempotency_key_reuse.", Need.EXTENSIONS)
def reuse(site: Site) -> None:
    key = site.name()
    first = keyed(site, CREATE_USER, {}, key=key).expect(201)
    keyed(site, CREATE_USER, {"profile": {"givenName": "Ada"}}, key=key).refused(422, _REUSE)
    keyed(site, CREATE_CONVERSATION, {"type": "sdkGroup"}, key=key).refused(422, _REUSE)
    keyed(site, CREATE_USER, {}, key=key, params={"x": "1"}).refused(422, _REUSE)
    replayed(keyed(site, CREATE_USER, {}, key=key), first)


@rule("idempotency.5", "A refusal by a rule is stored, a refusal of a malformed request is not.", Need.EXTENSIONS)
def refusals(site: Site) -> None:
    key, user = site.name(), {"userId": MISSING}
    first = keyed(site, LEAVE_CONVERSATION, user, key=key, conversationId=MISSING)
    first.refused(404, "conversation_not_found")
    replayed(keyed(site, LEAVE_CONVERSATION, user, key=key, conversationId=MISSING), first)
    key = site.name()
    keyed(site, CREATE_USER, {"externalId": 1}, key=key).refused(400, "bad_request")
    answer = keyed(site, CREATE_USER, {}, key=key).expect(201)
    holds(_REPLAYED not in answer.headers, "a response that is not a replay", answer.summary())


@rule("idempotency.6", "Each app has keys of its own.", Need.EXTENSIONS, Need.ACCOUNT)
def apps(site: Site) -> None:
    key = site.name()
    first = keyed(site, CREATE_USER, {}, key=key).expect(201)
    other = keyed(site.new_app(), CREATE_USER, {}, key=key).expect(201)
    holds(first.json != other.json, "another user in another app", other.summary())


@rule("idempotency.7", "An upload is compared by its file.", Need.EXTENSIONS)
def uploads(site: Site) -> None:
    def upload(content: bytes, name: str = "a.txt") -> Answer:
        files = {"source": (name, content, "text/plain")}
        return keyed(site, UPLOAD_ATTACHMENT, key=key, params=PUBLIC, files=files)

    key = site.name()
    first = upload(b"hello").expect(201)
    replayed(upload(b"hello"), first)
    upload(b"hallo").refused(422, _REUSE)
    upload(b"hello", "b.txt").refused(422, _REUSE)


@rule("idempotency.9", "Reads ignore keys.", Need.EXTENSIONS)
def reads(site: Site) -> None:
    user = site.user()
    for _ in range(2):
        answer = keyed(site, GET_USER, key="not a key", userIdOrExternalId=user).expect(200)
        holds(_REPLAYED not in answer.headers, "a response that is not a replay", answer.summary())
