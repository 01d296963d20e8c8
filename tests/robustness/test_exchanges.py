"""Exchanges of requests and responses: the same on our server and on any ASGI server, and closed when they fail."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from heliograph.server.app import Application
from heliograph.server.http.asgi import AsgiExchange
from heliograph.server.http.connections import ServerConnections
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.protocol import Serve
from heliograph.server.http.request import Request
from heliograph.server.http.sockets import listen
from heliograph.server.process.running import Server
from heliograph.server.routes import ROUTES
from heliograph.wire.apps import Empty
from tests.databases import url_of
from tests.harness import Auth
from tests.robustness.answers import Answer, Connection, request
from tests.robustness.inside import inside
from tests.robustness.listening import talk

pytestmark = pytest.mark.one_engine

CHUNKED = "Transfer-Encoding: chunked"
SECONDS = 5
ANY_RUN = ("date", "x-request-id", "etag", "last-modified")
"""Headers whose values differ in each run."""


@contextlib.asynccontextmanager
async def our_server(serve: Serve, on_stop: Callable[[], None] = lambda: None) -> AsyncIterator[str]:
    """Our own server; yields its URL."""
    server = Server(serve, ServerConnections(), SECONDS, nothing, on_stop)
    listener = listen("127.0.0.1", 0)
    listener.listen()  # connections wait until the server accepts them
    running = asyncio.create_task(server.run(listener))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        await running


async def nothing() -> None:
    """Called when the server is ready."""


@contextlib.asynccontextmanager
async def asgi_server(application: Application) -> AsyncIterator[str]:
    """An ASGI server with the application; yields its URL."""
    config = uvicorn.Config(
        application, lifespan="off", log_config=None, server_header=False, timeout_graceful_shutdown=SECONDS
    )
    server = uvicorn.Server(config)
    listener = listen("127.0.0.1", 0)
    listener.listen()  # connections wait until the server accepts them
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        application.streams.close()
        server.should_exit = True
        await running


def own_server(application: Application) -> contextlib.AbstractAsyncContextManager[str]:
    """Our own server with the application; yields its URL."""
    return our_server(application.serve, application.streams.close)


def observe(url: str, app: str, auth: Auth) -> list[Answer]:
    """Call the API and the pages in every way in which bodies are read and responses are sent."""
    body = b'{"externalId":"chunks"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    answers = []
    with Connection(url) as connection:
        connection.say(request("POST", f"{app}/users", auth, "Content-Type: application/json", CHUNKED) + chunks)
        connection.say(b"0\r\n\r\n")
        created = connection.answer()
        answers.append(Answer(created.status, created.headers, b""))
        for method in ("GET", "HEAD"):
            for target in (
                app,
                "/v2/nothing",
                "/health/live",
                "/nothing",
                "/docs/assets/swagger-ui.css",
                "/openapi.json",
            ):
                connection.say(request(method, target, auth))
                answers.append(connection.answer(to_head=method == "HEAD"))
    return answers


def first_event(url: str, app: str, auth: Auth) -> bytes:
    """The first part of an event stream, whose client then disconnects."""
    with Connection(url) as connection:
        connection.say(request("GET", f"{app.replace('/v2', '/heliograph/v1')}/events", auth))
        head = connection.until(b"\r\n\r\n")
        assert b"transfer-encoding: chunked" in head
        return connection.until(b"\n\n")


def test_responses_do_not_depend_on_the_server(tmp_path: Path) -> None:
    async def run() -> list[list[Answer]]:
        found = []
        for start in (own_server, asgi_server):
            async with inside(url_of(tmp_path / f"{start.__name__}.db")) as server:
                sandbox = server.sandbox
                where = f"/v2/apps/{sandbox.app.id}", (sandbox.app_key.id, sandbox.app_key.secret)
                async with start(server.application) as url:
                    found.append(await asyncio.to_thread(observe, url, *where))
                    assert b"id: " in await asyncio.to_thread(first_event, url, *where)
        return found

    ours, theirs = uvloop.run(run())
    for one, other in zip(ours, theirs, strict=True):
        assert one.status == other.status
        assert names_of(one) == names_of(other)


def names_of(answer: Answer) -> dict[str, str]:
    """The headers of a response, without values that differ in each run."""
    return {name: "" if name in ANY_RUN else value for name, value in answer.headers.items()}


def converse(serve: Serve, conversation: Callable[[str], Any]) -> Any:
    """Run a conversation with a server that handles requests with `serve`."""

    async def run() -> Any:
        async with our_server(serve) as url:
            return await asyncio.to_thread(conversation, url)

    return uvloop.run(run())


@pytest.mark.parametrize("sent", [b"four", b"four times three"], ids=["short", "long"])
def test_a_body_of_the_wrong_length_ends_the_connection(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
        await send({"type": "http.response.body", "body": sent[:4], "more_body": True})
        await send({"type": "http.response.body", "body": sent[4:]})

    async def serve(exchange: Exchange) -> None:
        await exchange.pass_to(page)

    def ask(url: str) -> bytes:
        with Connection(url) as connection:
            connection.say(request("GET", "/", None) * 2)
            return connection.rest()

    head, _, body = converse(serve, ask).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"four"
    assert [record.getMessage() for record in caplog.records] == ["failed"]


def test_requests_wait_in_order_while_a_response_is_unsent() -> None:
    async def serve(exchange: Exchange) -> None:
        large = exchange.raw_path == b"/large"
        await exchange.respond(200, [], b"x" * 16_000_000 if large else exchange.raw_path)

    def ask(url: str) -> list[bytes]:
        with Connection(url) as connection:
            connection.say(request("GET", "/large", None))
            assert connection.is_readable(SECONDS)
            connection.say(b"".join(request("GET", f"/{number}", None) for number in range(5)))
            assert len(connection.answer().body) == 16_000_000
            return [connection.answer().body for _ in range(5)]

    assert converse(serve, ask) == [b"/0", b"/1", b"/2", b"/3", b"/4"]


async def fail(exchange: Exchange) -> None:
    """Fail before a response."""
    raise RuntimeError


async def forget(exchange: Exchange) -> None:
    """Send no response."""


async def give_up(exchange: Exchange) -> None:
    """End like a request that is cancelled."""
    raise asyncio.CancelledError


@pytest.mark.parametrize("serve", [fail, forget, give_up])
def test_a_failed_request_gets_an_error_of_the_api(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    def ask(url: str) -> Answer:
        with Connection(url) as connection:
            connection.say(request("POST", "/", None, body=b"{}") * 2)
            answer = connection.answer()
            assert connection.ended()
        return answer

    answer = converse(serve, ask)
    assert (answer.status, answer.errors[0][0], answer.closes) == (500, "internal_error", True)
    assert answer.headers["x-request-id"]


def test_a_line_break_in_a_header_is_never_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def split(one: Request[Any, Any]) -> Any:
        one.response_headers["x-name"] = "value\r\nset-cookie: other"
        return Empty()

    def ask(url: str, app: str, auth: Auth) -> Answer:
        with Connection(url) as connection:
            connection.say(request("GET", app, auth))
            return connection.answer()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ROUTES["GetApp"], "handle", split)
        answer = talk(tmp_path, ask)
    assert answer.status == 500
    assert json.loads(answer.body)["errors"][0]["code"] == "internal_error"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("sent", [b"", b"four"], ids=["nothing", "a part"])
def test_an_aborted_exchange_ends_the_connection(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The part that was sent arrives, and no later request of the connection is handled."""
    served: list[bytes] = []

    async def serve(exchange: Exchange) -> None:
        served.append(exchange.raw_path)
        if sent:
            await exchange.send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
            await exchange.send({"type": "http.response.body", "body": sent, "more_body": True})
        exchange.abort()
        await exchange.respond(200, [], b"late")

    def ask(url: str) -> bytes:
        with Connection(url) as connection:
            connection.say(request("GET", "/first", None) + request("GET", "/second", None))
            return connection.rest()

    assert converse(serve, ask).partition(b"\r\n\r\n")[2] == sent
    assert served == [b"/first"]
    assert caplog.records == []


def test_another_server_cannot_abort() -> None:
    scope = {"scheme": "http", "method": "GET", "raw_path": b"/", "query_string": b"", "headers": [], "root_path": ""}
    with pytest.raises(NotImplementedError):
        AsgiExchange(scope, never, never).abort()


async def never(*message: Any) -> Any:
    """A `receive` and `send` that are never called."""
