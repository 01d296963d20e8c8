"""Concurrent callers that post, read and delete messages until the server has stopped, and their responses."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.databases import rows
from tests.harness import Caller, author_of
from tests.proofs.crowd import Crowd
from tests.proofs.ledger import Ledger
from tests.proofs.load import Seat, answered
from tests.proofs.replay import unread

TALKERS = 8


@dataclass
class Talk:
    """The acknowledged messages and reads, and the requests without a response.

    All `speakers` are participants of all groups. Each talker posts its messages one by one, so their order in a
    group is known.
    """

    groups: list[str]
    speakers: list[str]
    posted: dict[str, str] = field(default_factory=dict)
    """The text of each message."""
    in_order: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    """The messages of each talker in each group."""
    deleted: set[str] = field(default_factory=set)
    read: Counter[Seat] = field(default_factory=Counter)
    unanswered_posts: set[str] = field(default_factory=set)
    unanswered_deletes: set[str] = field(default_factory=set)
    unanswered_reads: Counter[Seat] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def run(self, crowd: Crowd) -> None:
        """Call until the server does not respond."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(TALKERS):
                tasks.create_task(self._talk(crowd, number))

    async def _talk(self, crowd: Crowd, number: int) -> None:
        try:
            for count in itertools.count(number):
                group, user = self.groups[count % len(self.groups)], self.speakers[count % len(self.speakers)]
                await self._post(crowd, number, group, {"userId": user} if count % 2 else {})
                await self._read(crowd, group, self.speakers[number % len(self.speakers)])
                if count % 4 == 0:
                    await self._delete_oldest(crowd, number, group)
        except httpx.TransportError:
            return

    async def _post(self, crowd: Crowd, number: int, group: str, user: dict[str, str]) -> None:
        text = f"number {next(self._numbers)}"
        body = {"author": author_of(**user), "content": {"type": "text", "text": text}}
        self.unanswered_posts.add(text)
        (message,) = answered(await crowd("POST", f"/conversations/{group}/messages", body), 201)["messages"]
        self.unanswered_posts.remove(text)
        self.posted[message["id"]] = text
        self.in_order.setdefault((number, group), []).append(message["id"])

    async def _read(self, crowd: Crowd, group: str, user: str) -> None:
        body = {"author": author_of(userId=user), "type": "conversation:read"}
        self.unanswered_reads[group, user] += 1
        answered(await crowd("POST", f"/conversations/{group}/activity", body), 200)
        self.unanswered_reads[group, user] -= 1
        self.read[group, user] += 1

    async def _delete_oldest(self, crowd: Crowd, number: int, group: str) -> None:
        """Delete the oldest message of this talker."""
        message = self.in_order[number, group].pop(0)
        self.unanswered_deletes.add(message)
        answered(await crowd("DELETE", f"/conversations/{group}/messages/{message}"), 200)
        self.unanswered_deletes.remove(message)
        self.deleted.add(message)

    def forget_unanswered(self) -> None:
        """Forget the requests without a response: from now on, they must not have been executed."""
        self.unanswered_posts.clear()
        self.unanswered_deletes.clear()
        self.unanswered_reads.clear()

    def assert_kept(self, api: Caller, ledger: Ledger) -> None:
        """Check that all acknowledged messages are stored in order, with the right counts and events."""
        recorded = {group: self._messages_of_events(ledger, group) for group in self.groups}
        for group in self.groups:
            self._assert_listed(api, ledger.database_url, group, recorded[group])
        everything = {id for group in self.groups for id in recorded[group]}
        assert self.posted.keys() <= everything
        said = {message["content"]["text"] for group in self.groups for message in recorded[group].values()}
        assert said <= {*self.posted.values(), *self.unanswered_posts}
        self._assert_read(ledger)
        expected = unread(ledger.events)
        for group in self.groups:
            assert {one["id"]: one["unreadCount"] for one in api.participants(group)} == expected[group]

    def _messages_of_events(self, ledger: Ledger, group: str) -> dict[str, Any]:
        """The messages in the events of a group, by id."""
        events = [event for event in ledger.events_of("conversation:message") if event.conversation_id == group]
        messages = [json.loads(bytes(event.payload))["message"] for event in events]
        assert [one["id"] for one in messages] == sorted({one["id"] for one in messages})
        return {one["id"]: one for one in messages}

    def _assert_listed(self, api: Caller, url: str, group: str, recorded: dict[str, Any]) -> None:
        """Check that the listed messages of a group are those of its events, except for deleted messages."""
        listed = history(api, group)
        ids = [message["id"] for message in listed]
        assert ids == sorted(set(ids))
        gone = recorded.keys() - set(ids)
        assert set(ids) <= recorded.keys()
        assert self.deleted & recorded.keys() <= gone <= self.deleted | self.unanswered_deletes
        for message in listed:
            assert (message["content"], message["received"]) == (
                recorded[message["id"]]["content"], recorded[message["id"]]["received"],
            )  # fmt: skip
            assert self.posted.get(message["id"], message["content"]["text"]) == message["content"]["text"]
        for (_, where), said in self.in_order.items():
            if where == group:
                assert [one for one in ids if one in set(said)] == said
        counted = rows(url, "SELECT message_seq, message_count FROM conversation WHERE id = $1", group)
        assert counted == [(len(recorded), len(ids))]

    def _assert_read(self, ledger: Ledger) -> None:
        """Check that each read has an event, and that no other read events exist."""
        events = ledger.events_of("conversation:read")
        authors = [json.loads(bytes(event.payload))["activity"]["author"]["userId"] for event in events]
        recorded = Counter((event.conversation_id or "", user) for event, user in zip(events, authors, strict=True))
        assert self.read <= recorded <= self.read + self.unanswered_reads


def history(api: Caller, group: str) -> list[Any]:
    """Every message of a conversation, oldest first, page by page."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.ok("GET", f"/conversations/{group}/messages", params=cursor)
        found = [*page["messages"], *found]
        if not page["meta"]["hasMore"]:
            return found
        cursor = {"page[before]": page["meta"]["beforeCursor"]}
