"""Internal failures: the client gets a plain 500, the log has the traceback, and the server continues."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from heliograph.server.http.request import Request
from heliograph.server.observability.logs import ConsoleFormatter, JsonFormatter
from heliograph.server.routes import ROUTES
from heliograph.storage.engine import Tx
from tests.databases import new_database
from tests.robustness.answers import Answer
from tests.robustness.inside import Inside, inside

REQUEST_ID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
SECRET = "the words of the cause"
BODY = b'{"errors":[{"code":"internal_error","title":"Internal server error"}]}'


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """An empty database."""
    return new_database(engine, tmp_path)


def in_a_server(url: str, work: Callable[[Inside], Awaitable[Answer]]) -> Answer:
    """Run `work` with the application in this process."""

    async def run() -> Answer:
        async with inside(url) as server:
            return await work(server)

    return asyncio.run(run())


def broken(error: Exception) -> Any:
    """A handler that raises."""

    async def handler(request: Request[Any, Any]) -> Any:
        raise error

    return handler


ERRORS = (
    RuntimeError(SECRET),
    KeyError(SECRET),
    ValueError(SECRET),
    AssertionError(SECRET),
    OverflowError(SECRET),
    RecursionError(SECRET),
    MemoryError(SECRET),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, SECRET),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_unexpected_error(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    async def work(server: Inside) -> Answer:
        with monkeypatch.context() as patch:
            patch.setattr(ROUTES["GetApp"], "handle", broken(error))
            answer = await server.send("GET", "", request_id=REQUEST_ID)
            other = await server.send("POST", "/users", b"{}")
            assert other.status == 201
        assert (await server.send("GET", "")).status == 200
        return answer

    with caplog.at_level(logging.INFO, logger="heliograph"):
        answer = in_a_server(url, work)
    assert (answer.status, answer.body) == (500, BODY)
    assert answer.headers["x-request-id"] == REQUEST_ID
    assert answer.headers["content-type"] == "application/json"
    assert SECRET not in str(answer.headers)
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    for line in (JsonFormatter().format(record), ConsoleFormatter(colours=False).format(record)):
        assert REQUEST_ID in line
        assert type(error).__name__ in line
        assert SECRET not in line


def test_failed_requests_are_logged(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ROUTES["GetUser"], "handle", broken(RuntimeError(SECRET)))
    logged: list[str] = []

    async def work(server: Inside) -> Answer:
        answer = await server.send("GET", "/users/ada", request_id=REQUEST_ID)
        logged.extend(server.logged)
        return answer

    in_a_server(url, work)
    (line,) = [json.loads(one) for one in logged]
    assert line["message"] == "request"
    assert (line["request_id"], line["operation"], line["status"]) == (REQUEST_ID, "GetUser", 500)
    assert "ada" not in logged[0].replace(REQUEST_ID, "")


def test_a_failed_transaction_is_rolled_back_and_others_continue(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaking(tx: Tx) -> None:
        await tx.execute("DELETE FROM app_user")
        raise RuntimeError(SECRET)

    async def handler(request: Request[Any, Any]) -> Any:
        await request.store.write(breaking)

    async def work(server: Inside) -> Answer:
        made = await server.send("POST", "/users", b'{"externalId":"ada"}')
        assert made.status == 201
        monkeypatch.setattr(ROUTES["DeleteUser"], "handle", handler)
        calls = [
            server.send("DELETE", "/users/ada"),
            server.send("POST", "/users", b"{}"),
            server.send("DELETE", "/users/ada"),
        ]
        assert [one.status for one in await asyncio.gather(*calls)] == [500, 201, 500]
        return await server.send("GET", "/users/ada")

    assert in_a_server(url, work).status == 200
    assert caplog.records


def test_a_disconnected_client_is_not_an_error(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def work(server: Inside) -> Answer:
        answer = await server.send("POST", "/users", gone)
        assert (await server.send("GET", "")).status == 200
        return answer

    with caplog.at_level(logging.INFO, logger="heliograph"):
        answer = in_a_server(url, work)
    assert (answer.status, answer.body) == (0, b"")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
