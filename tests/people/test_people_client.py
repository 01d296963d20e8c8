"""`client.people`: the export as a stream, and the erasure."""

from __future__ import annotations

import http.server
from collections.abc import Iterator
from typing import Any

import pytest

from heliograph import BasicAuth, Client, TransportError, UserNotFound
from tests.client.flavours import FLAVOURS, Run, by_asyncio
from tests.harness import Caller
from tests.loopback import LoopbackServer


@pytest.mark.parametrize("run", FLAVOURS)
@pytest.mark.one_engine
def test_export_and_erase(api: Caller, run: Run) -> None:
    """The lines of an export are models. After the erasure, the user is not found."""
    ada = api.new_user("ada", profile={"givenName": "Ada"})
    api.say(api.new_group(ada), "Hello", user_id=ada)
    assert api.auth is not None
    options: dict[str, Any] = {"auth": BasicAuth(*api.auth), "max_retries": 0}

    def work(client: Any) -> Any:
        return both(client) if run is by_asyncio else sync(client)

    def sync(client: Client) -> Any:
        with client.people.export_user(api.app_id, ada) as export:
            lines = list(export)
        return lines, client.people.erase_user(api.app_id, ada).erasure

    async def both(client: Any) -> Any:
        async with client.people.export_user(api.app_id, ada) as export:
            lines = [one async for one in export]
        return lines, (await client.people.erase_user(api.app_id, ada)).erasure

    lines, erasure = run(work, api.url, **options)
    assert [one.type for one in lines][:3] == ["header", "profile", "conversation"]
    assert lines[1].user.profile.given_name == "Ada"
    (message,) = (one.message for one in lines if one.message is not None)
    assert (message.content.text, lines[-1].counts["message"]) == ("Hello", 1)
    assert (erasure.status, erasure.changed["messages"]) == ("finished", 1)
    with Client(api.url, auth=BasicAuth(*api.auth)) as client, pytest.raises(UserNotFound):
        list(client.people.export_user(api.app_id, ada))


class _Cut(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"type":"header"}\n{"type":"profile"}\n{"type":"mess'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@pytest.fixture
def cut() -> Iterator[str]:
    """The URL of a server whose exports lack their end."""
    with LoopbackServer(_Cut) as server:
        yield server.url


def test_an_export_that_was_cut_off(cut: str) -> None:
    """The stream raises an error after the complete lines."""
    found: list[str] = []
    with Client(cut, auth=BasicAuth("app_1", "x")) as client, pytest.raises(TransportError, match="ended early"):
        found.extend(one.type for one in client.people.export_user("a" * 24, "ada"))
    assert found == ["header", "profile"]
