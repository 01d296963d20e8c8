"""Checks of an app from outside, with a key: the sandbox tools, and the times of a join and of its event."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

from heliograph import AsyncClient, BasicAuth
from heliograph.cli.connecting import send
from heliograph.cli.doctor.findings import Finding, failure, ok, warning
from heliograph.client.async_events import AsyncEventStream
from heliograph.errors import HeliographError, UsageError
from heliograph.local_sandboxes import Connection
from heliograph.wire.table.sandbox import GET_CHAOS, GET_SANDBOX
from heliograph.wire.table.v2.apps import GET_APP

EVENT_SECONDS = 5.0
"""How long to wait for the event of a join, and for the position of a stream."""
_SLOW_SECONDS = 1.0
_POLL_SECONDS = 0.005
_NAME = "heliograph doctor"
_JOIN = "conversation:join"


class Times(NamedTuple):
    """The duration of a join, and the time from its response to its event; None if the event did not arrive."""

    join: float
    event: float | None


def check_app(to: Connection) -> Iterator[Finding]:
    """The findings for an app. Creates a temporary user and a conversation in it, and deletes them."""
    try:
        send(to, GET_APP)
    except UsageError as error:
        yield failure("key", str(error), "check the id of the app, and the id and the secret of the key")
        return
    yield ok("key", f"{to.key_id} reaches app {to.app_id}")
    yield from check_sandbox(to)
    try:
        yield from judge_times(asyncio.run(measure(to)))
    except HeliographError as error:
        yield failure(
            "join", str(error), "see the log of the server; a user or conversation named heliograph doctor may be left"
        )


def check_sandbox(to: Connection) -> Iterator[Finding]:
    """Findings about the sandbox tools: the problems that they report, active chaos rules, and a changed clock."""
    try:
        sandbox = send(to, GET_SANDBOX)["sandbox"]
    except UsageError:
        yield ok("sandbox", "the server has no sandbox tools")
        return
    yield ok("sandbox", "the server has sandbox tools, which delete or disturb what is in an app")
    for problem in sandbox["problems"]:
        yield warning(
            "sandbox", problem, "`heliograph deliveries list` shows deliveries; a reset of the app removes them"
        )
    for tool in sandbox["active"]:
        if tool.startswith("clock"):
            yield warning("clock", tool, "a reset of the app returns its clock to the time of the machine")
    with contextlib.suppress(UsageError):  # an older server may have no chaos
        yield from judge_rules(send(to, GET_CHAOS)["chaos"]["rules"])


def judge_rules(rules: list[dict[str, Any]]) -> Iterator[Finding]:
    """A finding if rules of chaos were left on."""
    if rules:
        names = ", ".join(rule["name"] for rule in rules)
        yield warning("chaos", f"rules disturb the app: {names}", "`heliograph chaos clear`, or restart the server")


def judge_times(times: Times) -> Iterator[Finding]:
    """The findings for the times of a join and of its event."""
    text = f"a join takes {times.join * 1000:.0f} ms"
    slow = "see `heliograph doctor` on the machine of the server: disk, and database"
    yield warning("join", text, slow) if times.join >= _SLOW_SECONDS else ok("join", text)
    unbuffered = "let the proxy pass responses of type text/event-stream without buffering or compression"
    if times.event is None:
        yield failure(
            "events",
            f"the event stream shows nothing within {EVENT_SECONDS:g} s: a proxy buffers it",
            unbuffered,
        )
        return
    text = f"the event stream shows it {times.event * 1000:.0f} ms later"
    yield warning("events", text, unbuffered) if times.event >= _SLOW_SECONDS else ok("events", text)


async def measure(to: Connection) -> Times:
    """Join a temporary user to a temporary conversation, and wait for the event of the join.

    Raises:
        HeliographError: a call failed.
    """
    async with (
        AsyncClient(to.url, auth=BasicAuth(to.key_id, to.key_secret)) as client,
        _temporary(client, to.app_id) as (user_id, group_id),
        _joins(client, to.app_id, group_id) as arrivals,
    ):
        started = time.perf_counter()
        await client.participants.join_conversation(to.app_id, group_id, user_id=user_id, subscribe_sdk_client=False)
        ended = time.perf_counter()
        try:
            async with asyncio.timeout(EVENT_SECONDS):
                arrived = None if arrivals is None else await arrivals.get()
        except TimeoutError:
            arrived = None
        return Times(ended - started, None if arrived is None else max(0.0, arrived - ended))


@contextlib.asynccontextmanager
async def _temporary(client: AsyncClient, app_id: str) -> AsyncIterator[tuple[str, str]]:
    """A user and a conversation, which are deleted at the end of the block."""
    user = (await client.users.create_user(app_id, metadata={"createdBy": _NAME})).user
    try:
        created = await client.conversations.create_conversation(app_id, type="sdkGroup", display_name=_NAME)
        try:
            yield user.id, created.conversation.id
        finally:
            await client.conversations.delete_conversation(app_id, created.conversation.id)
    finally:
        await client.users.delete_user(app_id, user.id)


@contextlib.asynccontextmanager
async def _joins(client: AsyncClient, app_id: str, group_id: str) -> AsyncIterator[asyncio.Queue[float] | None]:
    """The times at which joins to the conversation arrive on the event stream; None if the stream sends nothing."""
    arrivals: asyncio.Queue[float] = asyncio.Queue()
    stream = client.events.stream(app_id, triggers=[_JOIN], conversation_id=group_id)

    async def follow() -> None:
        async for _ in stream:
            arrivals.put_nowait(time.perf_counter())

    task = asyncio.create_task(follow())
    try:
        yield arrivals if await _is_open(stream, task) else None
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _is_open(stream: AsyncEventStream, task: asyncio.Task[None]) -> bool:
    """Whether the stream sends its position within `EVENT_SECONDS`. A server sends it at once.

    Raises:
        HeliographError: the server refused the stream.
    """
    try:
        async with asyncio.timeout(EVENT_SECONDS):
            while stream.last_event_id is None:
                if task.done():
                    await task
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        return False
    return True
