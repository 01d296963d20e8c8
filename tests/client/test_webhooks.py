"""Receiving webhooks: the secret is verified, and events with known triggers are typed. Also runs the examples."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module, reload
from pathlib import Path
from typing import Any

import httpx
import pytest
import starlette.datastructures
import werkzeug.datastructures

from heliograph import DecodeError, InvalidArgument, webhooks
from heliograph.wire.events import PAYLOADS

SECRET = "k" * 40
CONVERSATION, USER = "c" * 24, "a" * 24
DELIVERY: dict[str, Any] = {
    "app": {"id": "b" * 24},
    "webhook": {"id": "d" * 24, "version": "v2"},
    "events": [
        {
            "id": "e" * 24,
            "type": "conversation:join",
            "createdAt": "2031-05-06T07:08:09.123Z",
            "payload": {
                "conversation": {"id": CONVERSATION, "type": "sdkGroup"},
                "user": {"id": USER, "authenticated": False, "externalId": "ada"},
            },
        },
        {"id": "f" * 24, "type": "comet:sighted", "createdAt": "2031-05-06T07:08:10.000Z", "payload": {"tail": 7}},
    ],
}
BODY = json.dumps(DELIVERY).encode()


def test_events_are_typed_and_unknown_ones_kept() -> None:
    delivery = webhooks.receive({"X-API-Key": SECRET}, BODY, SECRET)
    assert (delivery.app.id, delivery.webhook.version) == ("b" * 24, "v2")
    join, comet = delivery.events
    assert isinstance(join, webhooks.ConversationJoinEvent)
    assert join.payload.user.external_id == "ada"
    assert join.payload.conversation.id == CONVERSATION
    assert join.created_at == datetime(2031, 5, 6, 7, 8, 9, 123000, UTC)
    assert type(comet) is webhooks.Event
    assert comet.type == "comet:sighted"
    assert comet.payload["tail"] == 7


def test_every_trigger_of_the_server_has_a_class() -> None:
    assert set(webhooks.EVENTS) == set(PAYLOADS)


@pytest.mark.parametrize("given", [{}, {"x-api-key": "wrong"}, {"X-Api-Key": ""}, {"x-api-key": SECRET + "x"}])
def test_a_delivery_without_the_secret_is_refused(given: dict[str, str]) -> None:
    assert not webhooks.verify(given, SECRET)
    with pytest.raises(webhooks.WrongSecret):
        webhooks.receive(given, BODY, SECRET)


def test_any_of_several_secrets_is_accepted_and_none_may_be_empty() -> None:
    assert webhooks.verify({"x-api-key": SECRET}, ["old", SECRET])
    for empty in ("", ["", SECRET]):
        with pytest.raises(ValueError, match="empty"):
            webhooks.verify({}, empty)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"events": 7}', b"\xff", b"{" * 9])
def test_a_body_that_is_no_delivery_is_a_decode_error(body: bytes) -> None:
    with pytest.raises(DecodeError):
        webhooks.parse(body)


HEADERS: dict[str, Any] = {
    "a mapping": {"X-Api-Key": SECRET},
    "bytes": {b"x-api-key": SECRET.encode()},
    "ASGI pairs": [(b"host", b"x"), (b"x-api-key", SECRET.encode())],
    "pairs of text": (["Host", "x"], ["X-API-KEY", SECRET]),
    "an iterator": iter([("X-API-Key", SECRET)]),
    "lists of values": {"Host": ["x"], "X-API-Key": [SECRET]},
    "a WSGI environ": {"HTTP_X_API_KEY": SECRET, "wsgi.version": (1, 0), "wsgi.errors": object()},
    "httpx": httpx.Headers({"x-api-key": SECRET}),
    "starlette": starlette.datastructures.Headers({"x-api-key": SECRET}),
    "werkzeug": werkzeug.datastructures.Headers([("X-API-Key", SECRET)]),
    "werkzeug's environ": werkzeug.datastructures.EnvironHeaders({"HTTP_X_API_KEY": SECRET}),
    "http.server": http.client.parse_headers(io.BytesIO(f"X-API-Key: {SECRET}\r\n\r\n".encode())),
    "one of several": [("x-api-key", "of a gateway"), ("x-api-key", SECRET)],
    "a missing value": {"x-api-key": [None, SECRET]},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_headers_are_accepted_in_every_usual_form(headers: Any) -> None:
    assert webhooks.verify(headers, SECRET)


@pytest.mark.parametrize("headers", [None, {}, [], (), {"x-api-key": None}, {"x-api-key": []}, {7: SECRET}, [(7, 7)]])
def test_no_secret_in_the_headers_is_a_wrong_secret(headers: Any) -> None:
    with pytest.raises(webhooks.WrongSecret):
        webhooks.receive(headers, BODY, SECRET)


@pytest.mark.parametrize(
    "headers", [7, "x-api-key: x", b"x", ["x-api-key", "x"], [("x-api-key",)], [7], {"x-api-key": 7}, object()]
)
def test_headers_in_no_known_form_are_an_invalid_argument(headers: Any) -> None:
    with pytest.raises(InvalidArgument):
        webhooks.receive(headers, BODY, SECRET)


@pytest.mark.parametrize("secret", [None, 7, [], "", b"", [None], ["", "x"]])
def test_a_missing_secret_is_an_invalid_argument(secret: Any) -> None:
    with pytest.raises(InvalidArgument):
        webhooks.receive({"x-api-key": ""}, BODY, secret)


def test_a_secret_may_be_more_than_ascii_and_be_bytes() -> None:
    for secret in ("gehéim", "秘密" * 9):
        sent = secret.encode()
        for given in (sent, secret, sent.decode("latin-1"), sent.decode("ascii", "surrogateescape")):
            assert webhooks.verify({"x-api-key": given}, secret)
            assert webhooks.verify([(b"x-api-key", given)], [b"old", sent])
            assert not webhooks.verify({"x-api-key": given}, secret + "x")
    assert not webhooks.verify({"x-api-key": "\ud83d"}, SECRET)


@pytest.mark.parametrize(
    "form", [bytes, bytearray, memoryview, lambda body: body.decode(), lambda body: Text(body, "ascii")]
)
def test_a_body_is_bytes_or_text(form: Callable[[bytes], Any]) -> None:
    assert webhooks.receive({"x-api-key": SECRET}, form(BODY), SECRET).app.id == "b" * 24


def test_a_body_in_another_form_is_refused() -> None:
    with pytest.raises(DecodeError):
        webhooks.parse(None)
    others: list[Any] = [DELIVERY, 7, [BODY]]
    for other in others:
        with pytest.raises(InvalidArgument, match="bytes or text"):
            webhooks.parse(other)


class Text(str):
    """A subclass of `str`."""


def by_starlette(app: Any, headers: dict[str, str]) -> int:
    """The status of a delivery to an ASGI application."""

    async def run() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://receiver") as client:
            return (await client.post("/webhooks", content=BODY, headers=headers)).status_code

    return asyncio.run(run())


def by_flask(app: Any, headers: dict[str, str]) -> int:
    """The status of a delivery to a WSGI application."""
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://receiver") as client:
        return client.post("/webhooks", content=BODY, headers=headers).status_code


@pytest.mark.parametrize(("name", "call"), [("starlette", by_starlette), ("flask", by_flask)])
def test_the_examples_receive(
    name: str, call: Callable[[Any, dict[str, str]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    example = reload(import_module(f"examples.webhooks_{name}"))
    assert call(example.app, {"X-API-Key": "wrong"}) == 401
    assert example.joined == {}
    assert call(example.app, {"X-API-Key": SECRET}) == 200
    assert example.joined == {CONVERSATION: USER}
