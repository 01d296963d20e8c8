"""Resources that apps share in delivery: resolver threads, calls, and idle connections."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from heliograph.delivery import idle_connections, resolver
from heliograph.delivery.fair_slots import FairSlots
from heliograph.delivery.sender import CallResult, WebhookSender
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.site import LOOPBACK

PATIENCE_SECONDS = 30.0


class Names:
    """Replaces the resolver of the machine. Lookups of names below `slow` block until `release` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = threading.Event()

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host.endswith("slow"):
            self.release.wait(60)
        return ["127.0.0.1"]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """Replaces the resolver; pending lookups are released at the end."""
    found = Names()
    monkeypatch.setattr(resolver, "addresses_of", found)
    yield found
    found.release.set()


def test_slow_dns_of_some_apps_does_not_delay_others(names: Names) -> None:
    others = threading.active_count()  # threads of other tests

    async def work() -> None:
        async with receiving() as receiver:
            sender, port = WebhookSender(LOOPBACK, timeout=2.0), receiver.port
            slow = [
                asyncio.create_task(sender.post(f"slow {app}", f"http://{app}-{number}.slow:{port}/", {}, b"{}"))
                for app in range(30)
                for number in range(8)
            ]
            try:
                await compare(sender, port, slow)
            finally:
                names.release.set()
                await asyncio.gather(*slow, return_exceptions=True)
                await sender.close()

    async def compare(sender: WebhookSender, port: int, slow: list[asyncio.Task[CallResult]]) -> None:
        while len(names.asked) < 30:
            await asyncio.sleep(0.01)
        sender.timeout = PATIENCE_SECONDS  # of calls that begin from now on
        # An address needs no thread.
        for host in ("bot.example", "127.0.0.1", "0x7f.1", "2130706433"):
            assert (await sender.post("healthy", f"http://{host}:{port}/", {}, b"{}")).status == 200
        assert threading.active_count() < others + resolver.THREADS + 20
        # Calls with a thread time out, and their threads stay in use. Calls without a thread wait.
        while not 30 <= sum(one.done() for one in slow) == len([one for one in names.asked if one.endswith("slow")]):
            await asyncio.sleep(0.05)
        failed = [one for one in slow if one.done()]
        assert len(failed) < resolver.THREADS < len(slow)
        assert {one.result().cause for one in failed} == {"timeout"}
        assert {name for name in names.asked if "." in name and not name.endswith("slow")} == {"bot.example"}
        sender.connector.timeout = PATIENCE_SECONDS  # of calls that get a thread from now on
        names.release.set()
        rest = await asyncio.gather(*slow)
        assert {one.cause or one.status for one in rest} == {"timeout", 200}
        assert sum(one.status == 200 for one in rest) > resolver.THREADS // 2

    asyncio.run(work())


def test_calls_to_the_same_slow_name_share_a_thread(names: Names) -> None:
    async def work() -> None:
        async with receiving() as receiver:
            sender = WebhookSender(LOOPBACK, timeout=0.2)
            for _ in range(3):
                calls = [sender.post("app", f"http://a.slow:{receiver.port}/", {}, b"{}") for _ in range(5)]
                assert {one.cause for one in await asyncio.gather(*calls)} == {"timeout"}
            assert names.asked == ["a.slow"]
            names.release.set()
            sender.timeout = PATIENCE_SECONDS
            receiver.answer = lambda call: b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(names.asked) == 1:  # a call may still share the lookup that was released
                    assert (await sender.post("app", f"http://a.slow:{receiver.port}/", {}, b"{}")).status == 200
            assert names.asked == ["a.slow"] * 2, "nothing is cached"
            await sender.close()

    asyncio.run(work())


def test_an_app_gets_up_to_an_eighth_of_the_free_slots() -> None:
    async def work() -> None:
        slots = FairSlots(64, 8)
        greedy = [asyncio.create_task(slots.acquire("greedy")) for _ in range(64)]
        await asyncio.sleep(0)
        assert sum(one.done() for one in greedy) == 8
        others = [asyncio.create_task(slots.acquire(f"app {number}")) for number in range(56)]
        await asyncio.sleep(0)
        assert all(one.done() for one in others), "each has one slot"
        late = asyncio.create_task(slots.acquire("late"))
        gone = asyncio.create_task(slots.acquire("late"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        slots.release("greedy")
        await asyncio.sleep(0)
        assert late.done(), "apps without a slot come first"
        for number in range(56):
            slots.release(f"app {number}")
        slots.release("late")
        while not all(one.done() for one in greedy):
            slots.release("greedy")
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await slots.acquire("late")  # does not wait behind the call that was cancelled

    asyncio.run(work())


def test_connections_to_former_targets_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_connections, "SWEEP_SECONDS", 0.1)
    monkeypatch.setattr(idle_connections, "MAX_IDLE", 5)

    async def work() -> None:
        receivers = [receiving() for _ in range(8)]
        opened: list[Receiver] = [await one.__aenter__() for one in receivers]
        sender = WebhookSender(LOOPBACK)
        for receiver in opened:
            assert (await sender.post("app", receiver.url, {}, b"{}")).status == 200
        assert len(sender.idle) == 5
        monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 0.3)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(sender.idle):
                await asyncio.sleep(0.05)
        assert sender.idle.sweep is None, "no timer is left"
        for one in receivers:
            await one.__aexit__(None, None, None)
        await sender.close()

    asyncio.run(work())


def test_a_tls_connection_is_closed_even_if_the_endpoint_never_closes_it(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(idle_connections, "SWEEP_SECONDS", 0.1)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    closed = threading.Event()

    def serve(listener: socket.socket) -> None:
        raw, _ = listener.accept()
        with context.wrap_socket(raw, server_side=True, do_handshake_on_connect=True) as stream:
            stream.recv(65536)
            stream.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            # Reads from the underlying socket, and takes no part in the shutdown of TLS.
            while socket.socket.recv(stream, 1024):
                pass
            closed.set()

    async def work(port: int) -> None:
        sender = WebhookSender(LOOPBACK)
        assert (await sender.post("app", f"https://127.0.0.1:{port}/", {}, b"{}")).status == 200
        assert len(sender.idle) == 1
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not closed.is_set():
                await asyncio.sleep(0.05)
        await sender.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        asyncio.run(work(listener.getsockname()[1]))
        server.join(10)
