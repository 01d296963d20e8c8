"""Callers that cause events, an endpoint that kills the server, and a comparison of events with deliveries."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.endpoint import Endpoint
from tests.databases import rows
from tests.harness import author_of
from tests.proofs.crowd import Crowd

CALLERS = 12
Sent = tuple[str, str]
"""A webhook and an event."""


class Killer(Endpoint):
    """An endpoint that can delay its responses, and kill the server right after a response."""

    def __init__(self) -> None:
        self.accepted: set[Sent] = set()
        self.open = threading.Event()
        self._kill: Callable[[], None] | None = None
        super().__init__()

    def aim(self, kill: Callable[[], None]) -> None:
        """Kill the server after the next response."""
        self._kill = kill

    def answering(self) -> None:
        """Wait while responses are delayed."""
        self.open.wait()

    def answered(self, body: Any) -> None:
        """Record the received event, and kill the server."""
        self.accepted.add(sent_in(body))
        kill, self._kill = self._kill, None
        if kill is not None:
            kill()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors, as killed callers are expected."""


def sent_in(body: Any) -> Sent:
    """The webhook and the event in the body of a call."""
    (event,) = body["events"]
    return body["webhook"]["id"], event["id"]


@dataclass
class Changes:
    """Callers that create users, join them to groups, and post and read as them, until the server has stopped."""

    groups: list[str]
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    """The type of an expected event, and the id of its user or message."""

    async def run(self, crowd: Crowd, enough: int, end: Callable[[], None]) -> None:
        """Call until the server does not respond. `end` is called after `enough` more acknowledged changes."""
        self._enough, self._end = len(self.acknowledged) + enough, end
        async with asyncio.TaskGroup() as tasks:
            for number in range(CALLERS):
                tasks.create_task(self._call(crowd, number))

    async def _call(self, crowd: Crowd, number: int) -> None:
        try:
            for count in itertools.count(number):
                await self._once(crowd, self.groups[count % len(self.groups)], subscribe=count % 3 == 0)
        except httpx.TransportError:
            return

    async def _once(self, crowd: Crowd, group: str, *, subscribe: bool) -> None:
        user = await crowd.new_user()
        body = {"userId": user, "subscribeSDKClient": subscribe}
        await crowd.ok("POST", f"/conversations/{group}/join", body)
        self._note("conversation:join", user)
        if subscribe:
            self._note("client:add", user)
        said = {"author": author_of(userId=user), "content": {"type": "text", "text": "Hello"}}
        answer = await crowd.ok("POST", f"/conversations/{group}/messages", said)
        self._note("conversation:message", answer["messages"][0]["id"])
        read = {"author": author_of(userId=user), "type": "conversation:read"}
        await crowd.ok("POST", f"/conversations/{group}/activity", read)
        self._note("conversation:read", user)

    def _note(self, type: str, about: str) -> None:
        self.acknowledged.add((type, about))
        if len(self.acknowledged) == self._enough:
            self._end()


class Account:
    """The stored events and deliveries, and the calls that the endpoint received."""

    def __init__(self, url: str, endpoint: Endpoint) -> None:
        sql = "SELECT id, coalesce(conversation_id, user_id) FROM event"
        self.lanes: dict[str, str] = dict(rows(url, sql))
        self.deliveries: dict[Sent, str] = {
            (webhook, event): id for webhook, event, id in rows(url, "SELECT webhook_id, event_id, id FROM delivery")
        }
        self.calls = [(sent_in(body), headers["x-heliograph-delivery"], body) for headers, body in endpoint.came]

    def assert_delivered(self, acknowledged: set[tuple[str, str]], webhooks: list[str]) -> None:
        """Check that each webhook received each event, in order within its lane, and that repetitions are identical."""
        assert {(webhook, event) for webhook in webhooks for event in self.lanes} == self.deliveries.keys()
        assert {sent for sent, _, _ in self.calls} == self.deliveries.keys()
        assert acknowledged <= {about(body["events"][0]) for _, _, body in self.calls}
        lanes: dict[Sent, list[str]] = defaultdict(list)
        bodies: dict[Sent, Any] = {}
        for sent, delivery, body in self.calls:
            assert delivery == self.deliveries[sent]
            assert bodies.setdefault(sent, body) == body
            lanes[sent[0], self.lanes[sent[1]]].append(sent[1])
        # A repeated event follows immediately: no later event was sent in between.
        assert [lane for lane in lanes.values() if lane != sorted(lane)] == []

    @property
    def repeated(self) -> int:
        """The number of repeated calls."""
        return len(self.calls) - len({sent for sent, _, _ in self.calls})


def about(event: Any) -> tuple[str, str]:
    """The type of an event, and the id of its message, or of its user if it has no message."""
    payload = event["payload"]
    if "message" in payload:
        return event["type"], payload["message"]["id"]
    user = payload["activity"]["author"]["user"] if "activity" in payload else payload.get("user")
    return event["type"], user["id"] if user else ""


def gaps(url: str, endpoint: Killer) -> Counter[str]:
    """The numbers of deliveries that a kill left unsent, and of deliveries that it left received but not recorded."""
    pending = set(rows(url, "SELECT webhook_id, event_id FROM delivery WHERE status = 'pending'"))
    called = {sent_in(body) for _, body in endpoint.came}
    return Counter(unsent=len(pending - called), unrecorded=len(pending & endpoint.accepted))
