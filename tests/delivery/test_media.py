"""Reading the first bytes of files on other servers, with valid and faulty responses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from heliograph.delivery import media as module
from heliograph.delivery import resolver
from heliograph.delivery.media import FIRST_BYTES, READS_PER_HOST, MediaReader
from heliograph.domain.media import MediaStart, MediaUnreadable
from tests.api.files import GIF, PNG
from tests.delivery.receiver import Call, Receiver, receiving
from tests.delivery.site import LOOPBACK

Answer = Callable[[Call], int | str | bytes]


def reading(answer: Answer, work: Callable[[Receiver, MediaReader], Awaitable[Any]], timeout: float = 10.0) -> Any:
    """Run `work` with a server that responds like this."""

    async def run() -> Any:
        async with receiving(answer) as receiver:
            reader = MediaReader(LOOPBACK, timeout)
            try:
                return await work(receiver, reader)
            finally:
                await reader.aclose()

    return asyncio.run(run())


def read(how: int | str | bytes, timeout: float = 10.0) -> MediaStart:
    """Read a file from a server that responds like this."""
    start: MediaStart = reading(lambda call: how, lambda receiver, reader: reader.read("app", receiver.url), timeout)
    return start


def response(body: bytes, *headers: str, status: int = 200) -> bytes:
    """A response with these headers."""
    return "\r\n".join([f"HTTP/1.1 {status} X", *headers, "", ""]).encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    """A redirect."""
    return response(b"", f"location: {location}", "content-length: 0", status=status)


LENGTH = f"content-length: {len(PNG)}"
CHUNKED = b"5\r\n" + PNG[:5] + b"\r\n3\r\n" + PNG[5:8] + b"\r\n"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (response(PNG, LENGTH, "content-type: Image/PNG; q=1"), MediaStart(PNG, len(PNG), "image/png")),
        (response(PNG), MediaStart(PNG, len(PNG), None)),
        (response(CHUNKED + b"0\r\n\r\n", "transfer-encoding: chunked"), MediaStart(PNG[:8], 8, None)),
        (response(CHUNKED, "transfer-encoding: chunked"), MediaStart(PNG[:8], None, None)),
        (response(PNG[:9], "content-length: 5000000"), MediaStart(PNG[:9], 5_000_000, None)),
        (response(PNG, f"content-length: {2**60}"), MediaStart(PNG, None, None)),
        (b"HTTP/1.1 103 X\r\ncontent-length: 7\r\n\r\n" + response(PNG, LENGTH), MediaStart(PNG, len(PNG), None)),
    ],
    ids=["length", "no length", "chunked", "broken off", "broken off with length", "absurd length", "interim"],
)  # fmt: skip
def test_the_first_bytes_size_and_declared_type_are_read(how: bytes, expected: MediaStart) -> None:
    assert read(how) == expected


@pytest.mark.parametrize("how", ["huge", response(b"z" * 100_000)])
def test_only_the_first_bytes_are_read(how: str | bytes) -> None:
    start = read(how)
    assert start.first_bytes == b"z" * FIRST_BYTES
    assert start.size == (100_000_000 if how == "huge" else None)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (404, "status 404"), (206, "status 206"), (response(b"", status=304), "status 304"),
        (response(b"", "content-length: 0"), "the file is empty"),
        (response(PNG, LENGTH, "content-encoding: gzip"), "the response is compressed"),
        (response(b"", "location: x", status=300), "status 300"),
        ("reset", "reset"), ("close", "closed without a response"), (b"nonsense\r\n\r\n", "not HTTP"),
        ("huge headers", "headers of the response are too long"),
        (redirect("/hook"), "more than 3 redirects"),
        (redirect("ftp://127.0.0.1/"), "neither http nor https"),
        (redirect("http://[::1/"), "Invalid IPv6 URL"),
        (redirect("http://10.0.0.1/"), "10.0.0.1 is not a public address"),
        (redirect("http://169.254.169.254/latest/meta-data/"), "169.254.169.254 is not a public address"),
        (redirect("http://93.184.215.14/"), "use https"),
    ],
)  # fmt: skip
def test_the_reason_for_an_unreadable_file(how: int | str | bytes, reason: str) -> None:
    with pytest.raises(MediaUnreadable) as raised:
        read(how)
    assert reason.lower() in str(raised.value).lower()


@pytest.mark.parametrize("how", ["hang", "drip", "drip body"])
def test_a_slow_or_endless_response_is_given_up(how: str) -> None:
    with pytest.raises(MediaUnreadable, match=r"not within 0\.3 seconds"):
        read(how, timeout=0.3)


def test_redirects_are_followed_with_a_fresh_request() -> None:
    async def work(receiver: Receiver, reader: MediaReader) -> None:
        there = f"http://localhost:{receiver.port}/there?x=1"
        answers = {"/hook": redirect("next", 301), "/next": redirect(there, 307), "/there?x=1": response(GIF)}
        receiver.answer = lambda call: answers[call.path]
        url = f"http://user:secret@127.0.0.1:{receiver.port}/hook"
        assert (await reader.read("app", url)).first_bytes == GIF
        assert [call.path for call in receiver.calls] == list(answers)
        assert [call.headers.get("authorization") is None for call in receiver.calls] == [False, False, True]
        assert receiver.calls[0].headers["accept-encoding"] == "identity"

    reading(lambda call: 200, work)


@pytest.mark.parametrize("url", ["data:image/png;base64,iVBORw0KGgo=", "ftp://example.org/a.png", "http://[::1/"])
def test_urls_that_cannot_be_read(url: str) -> None:
    with pytest.raises(MediaUnreadable):
        reading(lambda call: 200, lambda receiver, reader: reader.read("app", url))


def test_private_addresses_are_refused_also_behind_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "addresses_of", lambda host: ["127.0.0.1"])

    async def work(receiver: Receiver, reader: MediaReader) -> None:
        strict = MediaReader(())
        for host in ("127.0.0.1", "0x7f000001", "[::ffff:127.0.0.1]", "files.example"):
            with pytest.raises(MediaUnreadable, match="is not a public address"):
                await strict.read("app", f"http://{host}:{receiver.port}/")
        await strict.aclose()
        assert receiver.calls == []

    reading(lambda call: 200, work)


def test_a_slow_host_delays_neither_other_hosts_nor_other_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both while reads wait for the host, and when the app has used up its share."""
    monkeypatch.setattr(module, "MAX_READS", 64)
    monkeypatch.setattr(resolver, "addresses_of", lambda host: ["127.0.0.1"])

    async def work(receiver: Receiver, reader: MediaReader) -> None:
        def answer(call: Call) -> str | bytes:
            return "hang" if call.headers["host"].startswith("slow") else response(PNG)

        receiver.answer = answer

        def read_from(app_id: str, host: str) -> asyncio.Task[MediaStart]:
            return asyncio.create_task(reader.read(app_id, f"http://{host}:{receiver.port}/"))

        slow = [read_from("app", "slow.example") for _ in range(20)]
        await receiver.saw(READS_PER_HOST)
        assert (await read_from("app", "fast.example")).first_bytes == PNG
        slow += [read_from("app", f"slow{number}.example") for number in range(20)]
        await receiver.saw(1 + 8)
        assert (await read_from("other", "fast.example")).first_bytes == PNG
        assert len(receiver.calls) == 2 + 8, "of 64 slots, an app gets eight"
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert (await read_from("app", "fast.example")).first_bytes == PNG

    reading(lambda call: 200, work)
