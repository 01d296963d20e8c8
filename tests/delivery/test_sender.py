"""The webhook sender, with well-behaved and faulty endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from heliograph.delivery import resolver as module
from heliograph.delivery.sender import CallResult, WebhookSender
from heliograph.domain.networks import parse_networks
from heliograph.domain.targets import parse_target
from tests.delivery.receiver import Call, Receiver, receiving

LOOPBACK = parse_networks("loopback", host="", embedded=False)
HEADERS = {"content-type": "application/json", "x-api-key": "s"}


def posting(
    how: int | str | bytes, work: Callable[[Receiver, WebhookSender], Awaitable[Any]], timeout: float = 30
) -> Any:
    """Run `work` with an endpoint that responds like this."""

    async def run() -> Any:
        async with receiving(lambda call: how) as receiver:
            sender = WebhookSender(LOOPBACK, timeout)
            try:
                return await work(receiver, sender)
            finally:
                await sender.close()

    return asyncio.run(run())


async def once(receiver: Receiver, sender: WebhookSender) -> CallResult:
    """Make one call."""
    return await sender.post("app", receiver.url + "?x=é&y=%20", HEADERS, b'{"a":1}')


@pytest.mark.parametrize("status", [200, 204, 301, 404, 410, 500, 503])
def test_every_status_is_returned(status: int) -> None:
    assert posting(status, once) == CallResult(status, None, "hello" if status != 204 else "")


def test_the_request() -> None:
    async def work(receiver: Receiver, sender: WebhookSender) -> Call:
        await once(receiver, sender)
        return receiver.calls[0]

    call = posting(200, work)
    assert call.path == "/hook?x=%C3%A9&y=%20"
    assert call.body == b'{"a":1}'
    assert call.headers["host"].startswith("127.0.0.1:")
    assert HEADERS.items() <= call.headers.items()


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_slow_responses_time_out(how: str) -> None:
    assert posting(how, once, timeout=0.6) == CallResult(None, "no response within 0.6 seconds", cause="timeout")


def test_a_slow_body_is_cut_off() -> None:
    assert posting("drip body", once).status == 200


def test_one_kilobyte_of_a_huge_body_is_kept() -> None:
    result = posting("huge", once)
    assert (result.status, result.body) == (200, "z" * 1024)
    assert posting("huge headers", once) == CallResult(
        None, "the headers of the response are too long", cause="response"
    )


@pytest.mark.parametrize(
    ("how", "error", "cause"),
    [
        ("reset", "reset", "connection"), ("close", "closed without a response", "connection"),
        (b"nonsense\r\n\r\n", "not HTTP", "response"),
        (b"HTTP/1.1 101 X\r\nupgrade: y\r\nconnection: upgrade\r\n\r\n", "protocol", "response"),
    ],
)  # fmt: skip
def test_missing_and_invalid_responses_are_errors(how: str | bytes, error: str, cause: str) -> None:
    result = posting(how, once)
    assert (result.status, result.cause) == (None, cause)
    assert error in (result.error or "").lower() or error in (result.error or "")
    assert not result.permanent


def test_interim_responses_are_skipped() -> None:
    both = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok"
    assert posting(both, once) == CallResult(201, None, "ok")
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    assert posting(chunked, once) == CallResult(200, None, "abc")


def test_bodies_that_are_not_text_get_replacement_characters() -> None:
    odd = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\xff\0ab"
    assert posting(odd, once) == CallResult(200, None, "\ufffd\ufffdab")


def test_redirects_are_not_followed() -> None:
    async def work(receiver: Receiver, sender: WebhookSender) -> CallResult:
        where = f"http://127.0.0.1:{receiver.port}/elsewhere"
        receiver.answer = lambda call: f"HTTP/1.1 307 X\r\nlocation: {where}\r\ncontent-length: 0\r\n\r\n".encode()
        result = await once(receiver, sender)
        assert len(receiver.calls) == 1
        return result

    assert posting(200, work).status == 307


def test_connections_are_reused_and_closed_ones_replaced() -> None:
    async def work(receiver: Receiver, sender: WebhookSender) -> None:
        for answer in (200, 200, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"):
            receiver.answer = lambda call, answer=answer: answer  # type: ignore[misc]
            assert (await once(receiver, sender)).status == 200
        assert len(sender.idle) == 1
        # The endpoint closes the idle connection.
        receiver.answer = lambda call: "close" if len(receiver.calls) == 4 else 200
        assert (await once(receiver, sender)).status == 200
        assert len(receiver.calls) == 5

    posting(200, work)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
        "http://0x7f000001:{port}/", "http://2130706433:{port}/", "http://127.1:{port}/", "http://0.0.0.0:{port}/",
        "http://user:password@127.0.0.1:{port}/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_notation(url: str) -> None:
    async def run() -> None:
        async with receiving() as receiver:
            sender = WebhookSender(())
            result = await sender.post("app", url.format(port=receiver.port), HEADERS, b"{}")
            assert result.status is None
            assert result.permanent
            assert receiver.calls == []
            await sender.close()

    asyncio.run(run())


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A host name that resolves to another address each time."""
    answers = ["127.0.0.1", "93.184.215.14"]

    monkeypatch.setattr(module, "addresses_of", lambda host: [answers.pop() if answers else "127.0.0.1"])
    return answers


def test_dns_rebinding_is_ineffective(rebinding: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    async def connect(address: str, port: int, **_: Any) -> Any:
        made.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr(asyncio, "open_connection", connect)

    async def run() -> None:
        sender = WebhookSender(())
        for _ in range(3):
            await sender.post("app", "https://rebinding.example/", HEADERS, b"{}")
        await sender.close()

    asyncio.run(run())
    assert made == ["93.184.215.14"], "the connection is opened to the address that was checked"


@pytest.mark.parametrize("url", ["https://", "http://a:99999/", "http://[::1/", "https://exa mple/", "http://\udcff/"])
def test_invalid_urls_are_errors(url: str) -> None:
    async def run() -> CallResult:
        sender = WebhookSender(LOOPBACK)
        try:
            return await sender.post("app", url, HEADERS, b"{}")
        finally:
            await sender.close()

    assert asyncio.run(run()).status is None


def test_parsing_targets() -> None:
    target = parse_target("HTTPS://user:p%40ss@Example.org/a b?c#d")
    assert (target.encrypted, target.host, target.port, target.path) == (True, "example.org", 443, "/a%20b?c")
    assert target.credentials == "dXNlcjpwQHNz"
    assert [parse_target(f"{scheme}://a:/").port for scheme in ("http", "https")] == [80, 443]
    with pytest.raises(ValueError, match="the port should be 1 to 65535"):
        parse_target("http://a:0/")
    assert parse_target("http://bücher.example:81").authority == "xn--bcher-kva.example:81"
