"""The connections of the sync client: the forms of HTTP/1.1 responses that servers send, and TLS."""

from __future__ import annotations

import gzip
import os
import resource
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from heliograph import Client, ConnectionFailed, DecodeError
from tests.client.faults import Fault, Proxy, read_message

BODY = b'{"app":{"id":"a"}}'
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FORMS = {
    "a length": OK + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "chunks": CHUNKED + b"5\r\n" + BODY[:5] + b"\r\n%X;x=y\r\n" % len(BODY[5:]) + BODY[5:] + b"\r\n0\r\n\r\n",
    "chunks and trailers": CHUNKED + b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\nX-A: b\r\nX-C: d\r\n\r\n",
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 18\r\n\r\n" + BODY,
    "gzip": OK
    + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(BODY, mtime=0))
    + gzip.compress(BODY, mtime=0),
}
UNFRAMED = {
    "no length": OK + b"\r\n" + BODY,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 18\r\n\r\n" + BODY,
    "connection: close": OK + b"Connection: Close\r\nContent-Length: 18\r\n\r\n" + BODY,
}
BROKEN = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "no header": OK + b"what\r\n\r\n",
    "a negative length": OK + b"Content-Length: -1\r\n\r\n",
    "a bad chunk": CHUNKED + b"zz\r\n",
    "an endless head": OK + b"X: " + b"x" * 70_000,
}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy that sends the responses of its script, without a server behind it."""
    proxy = Proxy(("", 0))
    yield proxy
    proxy.close()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_response_in_any_form_is_read_and_the_connection_is_reused(proxy: Proxy, form: bytes) -> None:
    proxy.script = [Fault(forward=False, answer=form) for _ in range(3)]
    with Client(proxy.url) as client:
        assert [client.apps.get_app("a").app.id for _ in range(3)] == ["a"] * 3
    assert len(proxy.opened) == 1


@pytest.mark.parametrize("form", UNFRAMED.values(), ids=UNFRAMED.keys())
def test_a_response_that_ends_with_its_connection_is_read(proxy: Proxy, form: bytes) -> None:
    proxy.script = [Fault(forward=False, answer=form, end="close") for _ in range(2)]
    with Client(proxy.url, max_retries=0) as client:
        assert [client.apps.get_app("a").app.id for _ in range(2)] == ["a"] * 2
    assert len(proxy.opened) == 2


@pytest.mark.parametrize("form", BROKEN.values(), ids=BROKEN.keys())
def test_an_invalid_response_is_a_failed_connection(proxy: Proxy, form: bytes) -> None:
    proxy.script = [Fault(forward=False, answer=form, end="close")]
    with Client(proxy.url, max_retries=0) as client, pytest.raises(ConnectionFailed):
        client.apps.get_app("a")


def test_a_surplus_response_is_not_taken_for_the_next(proxy: Proxy) -> None:
    surplus = FORMS["a length"] + b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" + b'{"app":{"id":"wrong"}}'
    proxy.script = [Fault(forward=False, answer=surplus), Fault(forward=False, answer=FORMS["a length"])]
    with Client(proxy.url) as client:
        assert [client.apps.get_app("a").app.id for _ in range(2)] == ["a", "a"]
    assert len(proxy.opened) == 2


def test_an_unknown_encoding_is_a_decode_error(proxy: Proxy) -> None:
    proxy.script = [Fault(forward=False, answer=OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}")]
    with Client(proxy.url) as client, pytest.raises(DecodeError):
        client.apps.get_app("a")


def serve_tls(certificate: Path, listener: socket.socket, accepted: list[socket.socket]) -> None:
    """Respond to every request of every connection over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        accepted.append(connection)
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                while read_message(secured):
                    secured.sendall(FORMS["a length"])
        except OSError:
            connection.close()


def test_tls_requires_a_trusted_certificate(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve_tls, args=(certificate, listener, accepted), daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with Client(url, max_retries=0) as client:
            with pytest.raises(ConnectionFailed, match="certificate verify failed") as caught:
                client.apps.get_app("a")
            assert caught.value.sent is False
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with Client(url, max_retries=0) as client:
            assert [client.apps.get_app("a").app.id for _ in range(3)] == ["a"] * 3
        assert len(accepted) == 2
        listener.shutdown(socket.SHUT_RDWR)


def test_connections_are_reused_without_selectors(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("poll", "epoll", "kqueue", "select"):  # gevent and eventlet remove or replace them; Windows lacks most
        monkeypatch.delattr(select, name, raising=False)
    proxy.script = [Fault(forward=False, answer=FORMS["a length"]) for _ in range(3)]
    with Client(proxy.url) as client:
        assert [client.apps.get_app("a").app.id for _ in range(3)] == ["a"] * 3
    assert len(proxy.opened) == 1


def test_connections_with_high_descriptors_are_reused(proxy: Proxy) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    taken = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while taken[-1] < 1024:  # the sets of `select.select` end here
            taken.append(os.dup(taken[0]))
        proxy.script = [Fault(forward=False, answer=FORMS["a length"]) for _ in range(3)]
        with Client(proxy.url) as client:
            assert [client.apps.get_app("a").app.id for _ in range(3)] == ["a"] * 3
        assert len(proxy.opened) == 1
    finally:
        for number in taken:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
