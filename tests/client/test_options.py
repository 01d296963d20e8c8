"""Options of calls: hooks, logs, custom clients and transports, threads, and closing."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

import heliograph
from heliograph import AsyncClient, Attempt, BasicAuth, Client, InvalidArgument, NotFound, TransportError
from tests.client.conftest import Place
from tests.client.faults import proxy_to, refusal


def echo(request: httpx.Request) -> httpx.Response:
    """Respond with an app that shows the URL and the headers of the request."""
    shown = {name: value for name, value in request.headers.items() if name != "host"}
    return httpx.Response(200, json={"app": {"id": str(request.url), "metadata": shown}})


def sent_by(**options: Any) -> Any:
    """The URL and headers that a client with these options sends, as an app."""
    with Client("https://example.org/sc/", transport=httpx.MockTransport(echo), **options) as client:
        return client.apps.get_app("a b").app


def test_the_url_and_headers_of_a_request() -> None:
    app = sent_by(auth=BasicAuth("id", "secret"), headers={"X-Team": "blue", "User-Agent": "mine/1"})
    assert app.id == "https://example.org/sc/v2/apps/a%20b"
    assert app.metadata["x-team"] == "blue"
    assert app.metadata["authorization"] == "Basic aWQ6c2VjcmV0"
    assert app.metadata["accept"] == "application/json"
    assert app.metadata["user-agent"] == "mine/1"
    assert sent_by().metadata["user-agent"].startswith(f"heliograph/{heliograph.__version__} python/3.")


def test_options_change_a_copy(place: Place) -> None:
    client = place.client
    attempts: list[Attempt] = []
    other = client.with_options(timeout=3, max_retries=0, headers={"X-Request-Id": "mine"}, on_attempt=attempts.append)
    with pytest.raises(NotFound) as caught:
        other.conversations.get_conversation(place.app_id, "0" * 24)
    assert caught.value.request_id == "mine"
    assert [(one.operation, one.number, one.status) for one in attempts] == [("GetConversation", 1, 404)]
    other.close()
    assert client.apps.get_app(place.app_id).app.id == place.app_id


def test_a_copy_of_a_copy_has_the_options_of_both() -> None:
    with Client("https://example.org", transport=httpx.MockTransport(echo)) as client:
        other = client.with_options(headers={"X-Request-Id": "mine"})
        both = other.with_options(headers={"X-Team": "blue"}, auth=BasicAuth("id", "secret"))
        metadata: Any = both.apps.get_app("a").app.metadata
    assert (metadata["x-request-id"], metadata["x-team"]) == ("mine", "blue")
    assert metadata["authorization"] == "Basic aWQ6c2VjcmV0"


def test_copies_share_the_connections(place: Place) -> None:
    with proxy_to(place.url) as proxy, Client(proxy.url, auth=place.auth) as client:
        for one in (client, client.with_options(timeout=3), client.with_options(headers={"X-Team": "blue"})):
            assert one.apps.get_app(place.app_id).app.id == place.app_id
        assert len(proxy.opened) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"max_retries": -1},
        {"timeout": -1.0},
        {"backoff": None},
        {"total_timeout": float("nan")},
        {"max_retries": True},
        {"headers": {"X": "a\nb"}},
        {"headers": {"X": "é"}},
        {"headers": {"a b": "c"}},
        {"headers": {"Content-Length": "7"}},
        {"max_connections": 0},
        {"base_url": "example.org"},
        {"base_url": "ftp://example.org"},
        {"base_url": "https://user:pw@example.org"},
        {"base_url": "https://example.org/?x=1"},
        {"base_url": "https://exa mple.org"},
        {"base_url": "http://example.org:99999"},
        {"base_url": None},
        {"http_client": httpx.Client(), "proxy": "http://example.org"},
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        Client(**options)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("Host", "x", "header 'Host' is reserved"),
        ("a b", "x", "invalid header name 'a b'"),
        ("X", "é", "header 'X' has an invalid value: 'é'"),
    ],
)
def test_the_message_names_an_invalid_header(name: str, value: str, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Client(headers={name: value})


def test_a_custom_httpx_client_is_used_and_left_open(place: Place) -> None:
    with httpx.Client(headers={"X-Request-Id": "theirs"}) as own:
        with Client(place.url, auth=place.auth, http_client=own) as client, pytest.raises(NotFound) as caught:
            client.conversations.get_conversation(place.app_id, "0" * 24)
        assert caught.value.request_id == "theirs"
        assert not own.is_closed
    with pytest.raises(TransportError, match="the client is closed"):
        client.apps.get_app(place.app_id)


def test_a_proxy_is_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy_to(place.url) as proxy:
        for options in ({"proxy": proxy.url}, {}):
            if not options:
                monkeypatch.setenv("HTTP_PROXY", proxy.url)
            proxy.script = [refusal(404, code="app_not_found", title="from the proxy")]
            with Client("http://example.org", **options) as client:  # type: ignore[arg-type]
                with pytest.raises(NotFound, match="from the proxy"):
                    client.apps.get_app("app")
        assert proxy.seen == ["GET http://example.org/v2/apps/app"] * 2


def test_retries_are_logged(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "heliograph.client")
    with proxy_to(place.url) as proxy, Client(proxy.url, auth=place.auth, backoff=0) as client:
        proxy.script = [refusal(429)]
        client.apps.get_app(place.app_id)
    (record,) = caplog.records
    message = "GetApp: attempt 1 failed, retrying in 0.00 s: 429 too_many_requests: Slow down"
    assert record.getMessage().startswith(message)
    assert place.auth.username not in caplog.text


def test_a_closed_client_raises_an_error(place: Place) -> None:
    client = Client(place.url, auth=place.auth, max_retries=0)
    client.apps.get_app(place.app_id)
    client.close()
    client.close()
    with pytest.raises(TransportError, match="the client is closed"):
        client.apps.get_app(place.app_id)

    async def run() -> None:
        async with AsyncClient(place.url) as other:
            pass
        with pytest.raises(TransportError, match="the client is closed"):
            await other.apps.get_app(place.app_id)

    asyncio.run(run())


def test_threads_share_a_client(place: Place) -> None:
    users = [place.new_user() for _ in range(60)]

    def join(user: str) -> str:
        return place.client.participants.join_conversation(
            place.app_id, place.group, user_id=user, subscribe_sdk_client=False
        ).participant.user_id

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(join, users)) == users
    assert sorted(place.members()) == sorted(users)


@pytest.mark.one_engine
def test_joins_wait_for_a_free_connection(place: Place) -> None:
    users = [place.new_user() for _ in range(300)]  # the client opens up to 100 connections

    async def run() -> None:
        async with AsyncClient(place.url, auth=place.auth) as client:
            joined = await asyncio.gather(
                *(
                    client.participants.join_conversation(
                        place.app_id, place.group, user_id=user, subscribe_sdk_client=False
                    )
                    for user in users
                )
            )
            assert [one.participant.user_id for one in joined] == users
            everybody = client.participants.iter_participants(place.app_id, place.group, {"size": 100})
            assert sorted([one.user_id async for one in everybody]) == sorted(users)

    asyncio.run(run())
