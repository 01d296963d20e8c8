"""The event stream of the client, sync and async, against a real server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from heliograph import AsyncClient, Attempt, BasicAuth, Client, EventRecord, RecordedRequest, Unauthorized
from heliograph.client.event_source import ActivitySource, EventSource
from heliograph.errors import DecodeError, InvalidArgument
from heliograph.webhooks import ConversationJoinEvent, Delivery
from tests.client.conftest import Place
from tests.databases import new_database
from tests.harness import Caller, Server, init

PAUSE_SECONDS = 0.05


@contextmanager
def repeating(work: Callable[[], Any]) -> Iterator[None]:
    """Call `work` repeatedly in a thread, because a stream begins with the next event after it is open."""
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(PAUSE_SECONDS):
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_stream_yields_the_deliveries_of_a_webhook(place: Place) -> None:
    user = place.new_user("ada")
    client = place.client

    def join_and_leave() -> None:
        client.participants.join_conversation(place.app_id, place.group, user_id=user, subscribe_sdk_client=False)
        client.participants.leave_conversation(place.app_id, place.group, user_id=user)

    wanted = {"triggers": ["conversation:join"], "conversation_id": place.group, "include_full_user": True}
    with repeating(join_and_leave), client.events.stream(place.app_id, **wanted) as stream:  # type: ignore[arg-type]
        deliveries = [next(stream), next(stream)]
    assert {one.app.id for one in deliveries} == {place.app_id}
    events = [event for delivery in deliveries for event in delivery.events]
    assert len({event.id for event in events}) == len(events) == 2
    for event in events:
        assert isinstance(event, ConversationJoinEvent)
        assert event.payload.conversation.id == place.group
        assert event.payload.user.external_id == "ada"


def test_an_async_stream_resumes_after_the_last_handled_delivery(place: Place) -> None:
    users = [place.new_user() for _ in range(3)]

    def joined(delivery: Delivery) -> str:
        user: str = delivery["events"][0]["payload"]["user"]["id"]
        return user

    async def read() -> tuple[str, list[str]]:
        async with AsyncClient(place.url, auth=place.auth) as client:
            join = client.participants.join_conversation
            async with client.events.stream(place.app_id, triggers=["conversation:create"]) as stream:
                create = asyncio.create_task(creating(client))
                await anext(stream)
                await anext(stream)
                create.cancel()
                since = stream.last_event_id
            assert since is not None
            for user in users:
                await join(place.app_id, place.group, user_id=user, subscribe_sdk_client=False)
            found: list[str] = []
            resumed = client.events.stream(place.app_id, triggers=["conversation:join"], last_event_id=since)
            async with resumed:
                async for delivery in resumed:
                    found.append(joined(delivery))
                    if len(found) == len(users):
                        break
            return since, found

    async def creating(client: AsyncClient) -> None:
        while True:
            await client.conversations.create_conversation(place.app_id, type="sdkGroup")
            await asyncio.sleep(PAUSE_SECONDS)

    _, found = asyncio.run(read())
    assert found == users


@pytest.mark.one_engine
def test_a_stream_resumes_after_a_restart_of_the_server(engine: str, tmp_path: Path) -> None:
    server = Server(new_database(engine, tmp_path))
    port = server.url.rsplit(":", 1)[1]
    attempts: list[Attempt] = []
    try:
        sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        with api.http, Client(server.url, auth=BasicAuth(*sandbox.app_auth), on_attempt=attempts.append) as client:
            stream = client.events.stream(sandbox.app_id, triggers=["conversation:join"])
            group = api.new_group()
            with stream:
                with repeating(lambda: api.join(group, api.new_user())):
                    next(stream)
                server.kill()
                server.options = ("--port", port)
                server.output.clear()
                server.start()
                last = api.join(group, api.new_user("last"))["userId"]
                seen: list[Any] = []
                while not seen or seen[-1]["payload"]["user"]["id"] != last:
                    seen += next(stream)["events"]
        assert len({one["id"] for one in seen}) == len(seen)
        assert {one.operation for one in attempts} == {"StreamEvents"}
        assert all(one.pause is not None for one in attempts)
    finally:
        server.stop()


def test_a_stream_is_refused_with_the_error_of_the_api(place: Place) -> None:
    with (
        Client(place.url, auth=BasicAuth(place.auth.username, "wrong")) as client,
        client.events.stream(place.app_id) as stream,
        pytest.raises(Unauthorized),
    ):
        next(stream)
    with pytest.raises(InvalidArgument, match="triggers should be a list of strings"):
        place.client.events.stream(place.app_id, triggers="conversation:join")


def test_a_closed_stream_ends(place: Place) -> None:
    user = place.new_user()
    with repeating(lambda: place.client.conversations.create_conversation(place.app_id, type="sdkGroup")):
        stream = place.client.events.stream(place.app_id)
        assert next(stream).events
        stream.close()
    assert list(stream) == []
    assert place.client.users.get_user(place.app_id, user).user.id == user


def sent(event_id: str, text: str = "a") -> bytes:
    """One event of the stream."""
    body = {"app": {"id": "1"}, "webhook": {"id": "2"}, "events": [{"id": event_id, "payload": {"text": text}}]}
    return f"id: after-{event_id}\nevent: x\ndata: ".encode() + msgspec.json.encode(body) + b"\n\n"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_events_are_read_from_chunks_of_any_size(size: int) -> None:
    text = "a\u2028b\x85c\r\n"
    data = (
        b": still here\n\n" + b"id: begin\n\n" + sent("1", text) + sent("1", text) + sent("2").replace(b"\n", b"\r\n")
    )
    source = EventSource("StreamEvents", None)
    found, places = [], []
    for start in range(0, len(data), size):
        for delivery in source.read(data[start : start + size]):
            found.append(delivery["events"][0])
            places.append(source.last_event_id)
    assert [one["id"] for one in found] == ["1", "2"]
    assert found[0]["payload"]["text"] == text
    # While a delivery is handled, the id is still that of the one before it.
    assert places == ["begin", "after-1"]
    assert source.last_event_id == "after-2"


def test_a_repeated_event_is_read_again() -> None:
    source = EventSource("StreamEvents", None)
    again = sent("1").replace(b'{"app"', b'{"repeated":true,"app"')
    found = list(source.read(sent("1") + again + again + sent("1") + sent("2")))
    assert [(one["events"][0]["id"], one.repeated) for one in found] == [
        ("1", None), ("1", True), ("1", True), ("2", None),
    ]  # fmt: skip


def test_a_stream_with_a_name_is_in_the_list_of_listeners(place: Place) -> None:
    client = place.client

    def create() -> None:
        client.conversations.create_conversation(place.app_id, type="sdkGroup")

    where = "http://localhost:3000/hook"
    with client.events.stream(place.app_id, listener="ada", forward_to=where, repeated=True) as stream:
        with repeating(create):
            next(stream)
        (found,) = client.events.listeners(place.app_id)
        assert (found.name, found.forward_to, found.connected_at.tzinfo) == ("ada", where, UTC)
        assert len(found.id) == 24


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"events":[{}]}', b'{"events":1}', b"\xff"])
def test_data_that_is_not_a_delivery_is_an_error(data: bytes) -> None:
    source = EventSource("StreamEvents", None)
    with pytest.raises(DecodeError, match="invalid delivery in the stream"):
        list(source.read(b"data: " + data + b"\n\n"))


@pytest.mark.parametrize("id", [b"\xff", "é".encode(), b"a\x00b"])
def test_an_id_that_cannot_be_sent_back_is_an_error(id: bytes) -> None:
    """The client resumes with the id in the header Last-Event-ID."""
    with pytest.raises(DecodeError, match="invalid id in the stream"):
        list(EventSource("StreamEvents", None).read(b"id: " + id + b"\n\n"))


def test_an_incomplete_event_is_discarded_when_the_stream_is_reopened() -> None:
    source = EventSource("StreamEvents", "start")
    whole = sent("1")
    assert list(source.read(whole[:-5])) == []
    source.begin()
    assert [one["events"][0]["id"] for one in source.read(whole)] == ["1"]
    assert source.last_event_id == "after-1"


def test_the_activity_stream_yields_requests_and_events(place: Place) -> None:
    user = place.new_user("ada")
    with place.client.events.activity(place.app_id) as stream, repeating(lambda: join_and_leave(place, user)):
        found = [next(stream) for _ in range(3)]
        assert stream.recording is False
        last = stream.last_event_id
    for entry in found:
        assert isinstance(entry, EventRecord)
        assert entry.type in ("conversation:join", "conversation:leave")
        assert entry.key_id == place.auth.username
        assert entry.payload["conversation"]["id"] == place.group
        assert isinstance(entry.created_at, datetime)
    with place.client.events.activity(place.app_id, last_event_id=last) as stream:
        assert next(stream).id == found[-1].id, "an entry that was not handled is repeated"


def join_and_leave(place: Place, user: str) -> None:
    """Cause two events."""
    place.client.participants.join_conversation(place.app_id, place.group, user_id=user, subscribe_sdk_client=False)
    place.client.participants.leave_conversation(place.app_id, place.group, user_id=user)


def test_an_async_activity_stream_counts_resets(place: Place) -> None:
    async def read() -> tuple[str, int]:
        async with (
            AsyncClient(place.url, auth=place.auth) as client,
            client.events.activity(place.app_id, last_event_id="unknown") as stream,
        ):
            create = asyncio.create_task(creating(client))
            entry = await anext(stream)
            create.cancel()
            assert isinstance(entry, EventRecord)
            return entry.type, stream.resets

    async def creating(client: AsyncClient) -> None:
        while True:
            await client.conversations.create_conversation(place.app_id, type="sdkGroup")
            await asyncio.sleep(PAUSE_SECONDS)

    assert asyncio.run(read()) == ("conversation:create", 1)


ACTIVITY = (
    b'id: a\nevent: hello\ndata: {"heartbeat":20,"recording":true}\n\n'
    b'id: b\nevent: request\ndata: {"id":"1","method":"POST","path":"/v2","status":201,"durationMs":1.5}\n\n'
    b'event: dropped\ndata: {"count":3}\n\n: heartbeat\nid: c\n\n'
    b'id: d\nevent: request\ndata: {"id":"1"}\n\n'
    b'id: e\nevent: later\ndata: {"new":1}\n\n'
    b'event: bye\ndata: {"retryAfter":500}\n\n'
)


def test_the_activity_stream_is_parsed() -> None:
    source = ActivitySource("StreamActivity", None)
    (request,) = list(source.read(ACTIVITY))
    assert isinstance(request, RecordedRequest)
    assert (request.method, request.status, request.duration_ms, request.session_id) == ("POST", 201, 1.5, None)
    assert (source.recording, source.dropped, source.resets, source.last_event_id) == (True, 3, 0, "e")
    with pytest.raises(DecodeError, match="invalid entry in the stream"):
        list(source.read(b"event: request\ndata: []\n\n"))
