"""Network faults: no request takes effect twice, and every failure is one of our errors."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from heliograph import (
    Attempt,
    ConnectionFailed,
    DecodeError,
    HeliographError,
    RateLimited,
    ServerError,
    Timeout,
    TransportError,
)
from tests.client.conftest import Place
from tests.client.faults import Fault, Proxy, answer, proxy_to, refusal
from tests.client.flavours import FLAVOURS, Run
from tests.waiting import until

BROKEN = {
    "reset before the response": Fault(keep=0, end="reset"),
    "reset in the head": Fault(keep=20, end="reset"),
    "reset in the body": Fault(keep=-5, end="reset"),
    "closed in the body": Fault(keep=-5, end="close"),
    "half-closed in the body": Fault(keep=-5, end="half"),
    "reset before the server saw it": Fault(forward=False, keep=0, end="reset"),
    "502": refusal(502),
    "503 after the write": Fault(answer=answer(503, b"<html>")),
    "504": Fault(answer=answer(504, b"")),
    "garbage": Fault(answer=b"\x00\xffgarbage\r\n\r\n", end="close"),
    "a bad length": Fault(answer=b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", end="close"),
}


@pytest.fixture
def proxy(place: Place) -> Iterator[Proxy]:
    """A proxy in front of the server of the app."""
    with proxy_to(place.url) as proxy:
        yield proxy


@pytest.fixture(params=FLAVOURS, ids=lambda flavour: flavour.__name__)
def run(request: pytest.FixtureRequest) -> Run:
    """Each way to send a request."""
    flavour: Run = request.param
    return flavour


def options(place: Place, **more: Any) -> dict[str, Any]:
    """Options with short pauses and timeouts."""
    return {"auth": place.auth, "backoff": 0.001, "timeout": 5.0, **more}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_join_is_retried_until_it_succeeds_and_takes_effect_once(
    place: Place, proxy: Proxy, run: Run, fault: Fault
) -> None:
    user = place.new_user()
    proxy.script = [fault, fault]
    joined = run(
        lambda client: client.participants.join_conversation(
            place.app_id, place.group, user_id=user, subscribe_sdk_client=False
        ),
        proxy.url,
        **options(place),
    )
    assert joined.participant.user_id == user
    assert place.members() == [user]
    assert len(proxy.seen) == 3


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_creation_is_retried_until_it_succeeds_and_takes_effect_once(
    place: Place, proxy: Proxy, run: Run, fault: Fault
) -> None:
    proxy.script = [fault, fault]
    made = run(lambda client: client.users.create_user(place.app_id, external_id="ada"), proxy.url, **options(place))
    # Without an idempotency key, the second attempt would be refused, because the external id is taken.
    assert place.client.users.get_user(place.app_id, "ada").user.id == made.user.id
    assert len(proxy.seen) == 3


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_without_idempotency_keys_a_creation_is_sent_once(place: Place, proxy: Proxy, run: Run, fault: Fault) -> None:
    proxy.script = [fault]
    with pytest.raises((TransportError, ServerError)) as caught:
        run(
            lambda client: client.users.create_user(place.app_id),
            proxy.url,
            **options(place, idempotency_keys=False),
        )
    assert len(proxy.seen) == 1
    error = caught.value
    assert isinstance(error, TransportError | ServerError)
    assert (error.operation, error.attempts) == ("CreateUser", 1)


@pytest.mark.one_engine
def test_a_rate_limited_request_is_retried(place: Place, proxy: Proxy, run: Run) -> None:
    attempts: list[Attempt] = []
    proxy.script = [refusal(429, "Retry-After: 0"), refusal(429)]
    made = run(
        lambda client: client.users.create_user(place.app_id, external_id="once"),
        proxy.url,
        **options(place, on_attempt=attempts.append),
    )
    assert made.user.external_id == "once"
    assert [(one.number, one.status, one.pause is None) for one in attempts] == [
        (1, 429, False),
        (2, 429, False),
        (3, 201, True),
    ]
    assert isinstance(attempts[0].error, RateLimited)


@pytest.mark.one_engine
@pytest.mark.parametrize(("retries", "sent"), [(0, 1), (1, 2), (3, 4)])
def test_attempts_are_bounded(place: Place, proxy: Proxy, run: Run, retries: int, sent: int) -> None:
    proxy.script = [refusal(429) for _ in range(9)]
    with pytest.raises(RateLimited) as caught:
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place, max_retries=retries))
    assert len(proxy.seen) == caught.value.attempts == sent


@pytest.mark.one_engine
def test_a_retry_after_beyond_the_total_timeout_ends_the_call_immediately(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [refusal(429, "Retry-After: 3600")]
    with pytest.raises(RateLimited) as caught:
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place))
    assert caught.value.retry_after == 3600
    assert len(proxy.seen) == 1


@pytest.mark.one_engine
def test_500_is_not_retried(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [refusal(500, "X-Request-Id: r1", code="internal_error", title="Oh")]
    with pytest.raises(ServerError) as caught:
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place))
    assert str(caught.value) == "500 internal_error: Oh (GetApp, request r1)"
    assert len(proxy.seen) == 1


@pytest.mark.one_engine
@pytest.mark.parametrize("body", [b'{"app": {"id"', b"", b"[]", b"<html>", b"\xff\xfe", b'{"a":' * 5000])
def test_a_success_that_cannot_be_read_is_a_decode_error(place: Place, proxy: Proxy, run: Run, body: bytes) -> None:
    proxy.script = [Fault(answer=answer(200, body, "X-Request-Id: r2"))]
    with pytest.raises(DecodeError) as caught:
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place))
    assert (caught.value.status, caught.value.request_id) == (200, "r2")
    assert len(proxy.seen) == 1


@pytest.mark.one_engine
def test_a_response_that_cannot_be_decompressed_is_a_decode_error(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [Fault(answer=answer(200, b"not gzip", "Content-Encoding: gzip"))]
    with pytest.raises(DecodeError):
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place))


@pytest.mark.one_engine
def test_no_response_is_a_timeout(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [Fault(before=0.4), Fault(before=0.4)]
    with pytest.raises(Timeout):
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place, timeout=0.05, max_retries=1))
    until(lambda: len(proxy.seen) == 2)


@pytest.mark.one_engine
def test_a_slow_response_does_not_outlast_the_total_timeout(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [Fault(drip=0.003)]
    with pytest.raises(Timeout):
        run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place, total_timeout=0.1))


@pytest.mark.one_engine
def test_latency_alone_is_no_failure(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [Fault(before=0.1)]
    assert run(lambda client: client.apps.get_app(place.app_id), proxy.url, **options(place)).app.id == place.app_id
    assert len(proxy.seen) == 1


def test_a_refused_connection_is_retried_for_every_operation(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    attempts: list[Attempt] = []
    with pytest.raises(ConnectionFailed) as caught:
        run(
            lambda client: client.users.create_user("app"),
            f"http://127.0.0.1:{port}",
            backoff=0.001,
            on_attempt=attempts.append,
        )
    assert caught.value.sent is False
    assert len(attempts) == 3
    assert isinstance(attempts[-1].error, HeliographError)


@pytest.mark.one_engine
def test_an_idle_connection_that_the_server_closed_is_replaced(place: Place, proxy: Proxy, run: Run) -> None:
    proxy.script = [Fault(end="close")]

    def twice(client: Any) -> Any:
        first = client.apps.get_app(place.app_id)
        if not hasattr(first, "__await__"):
            time.sleep(0.05)  # until the end of the connection has arrived
            return [first, client.users.create_user(place.app_id)]

        async def both() -> list[Any]:
            answers = [await first]
            await asyncio.sleep(0.05)
            return [*answers, await client.users.create_user(place.app_id)]

        return both()

    assert len(run(twice, proxy.url, **options(place))) == 2
