"""Moves the users of a list, with their conversations, from another server to this one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import msgspec

from heliograph.ids import LAST
from heliograph.moving.reading import ApiReader, Shown
from heliograph.moving.report import Record, Report
from heliograph.moving.selecting import clients_of, devices_of, message_of, participant_of, record_of
from heliograph.moving.state import NONE, ConversationState, State, digest_of
from heliograph.moving.writing import AppWriter

_CHECKPOINT_SECONDS = 0.2
"""The minimum time between two checkpoints: the counts since the last one are lost if the import is killed."""
_AT_ONCE = 500
"""The number of users of a conversation that are moved by concurrent tasks."""


Advanced = Callable[[int, int], None]


class _Once:
    """Runs the work for each key once. Concurrent calls with the same key wait until it is done."""

    def __init__(self) -> None:
        self._done: set[str] = set()
        self._running: dict[str, asyncio.Future[None]] = {}

    async def run(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        if key in self._done:
            return
        if (running := self._running.get(key)) is not None:
            await asyncio.shield(running)
            return
        future = self._running[key] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_seen)
        try:
            await work()
        except BaseException as error:
            # The calls that wait for this key fail too, so the whole import ends.
            future.set_exception(error) if isinstance(error, Exception) else future.cancel()
            raise
        finally:
            del self._running[key]
        future.set_result(None)
        self._done.add(key)


def _seen(future: asyncio.Future[None]) -> None:
    """Retrieve the exception, so that asyncio does not log it as unhandled if no other task waits."""
    if not future.cancelled():
        future.exception()


class Mover:
    """Reads from the source and writes to the target, several users at once."""

    def __init__(self, source: ApiReader, target: AppWriter, state: State, *, at_once: int, with_devices: bool) -> None:
        self._source = source
        self._target = target
        self._state = state
        self._at_once = at_once
        self._with_devices = with_devices
        self._users, self._conversations = _Once(), _Once()
        self._absent: set[str] = set()
        self._done = 0
        self._kept_at = 0.0
        self._advanced: Advanced = lambda names, records: None

    @property
    def _report(self) -> Report:
        return self._state.report

    async def run(self, names: Sequence[str], advanced: Advanced) -> None:
        """Move the users with these ids or external ids. `advanced` gets the numbers of finished names and of records.

        Raises:
            UsageError: the source or the target cannot be reached, or refuses its key.
        """
        todo = iter([name for name in names if not self._state.is_done(name)])
        self._done = sum(self._state.is_done(name) for name in names)
        self._advanced = advanced
        self._report_progress()

        async def work(todo: Iterator[str]) -> None:
            for name in todo:
                await self._name(name)
                self._done += 1
                self._report_progress()

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._at_once):
                    group.create_task(work(todo))
        except BaseExceptionGroup as failures:
            raise _first(failures) from None
        for id, conversation in self._state.conversations.items():
            if conversation.run < self._state.run:
                self._report.missing_conversations.append(id)

    def _report_progress(self) -> None:
        self._advanced(self._done, sum(self._report.read.values()))
        if (now := time.monotonic()) - self._kept_at >= _CHECKPOINT_SECONDS:
            self._kept_at = now
            self._state.checkpoint()

    async def _name(self, name: str) -> None:
        user = await self._source.user(name)
        if user is None:
            self._state.note(missing=name)
        else:
            await self._users.run(user["id"], lambda: self._user(user["id"], user))
            async for conversation in self._source.conversations_of(user["id"]):
                await self._conversations.run(conversation["id"], _bound(self._conversation, conversation))
        self._state.finish_name(name)

    async def _user(self, id: str, user: Shown | None = None) -> None:
        """Move a user with its clients and devices."""
        if id in self._state.seen:
            return
        shown = await self._source.user(id) if user is None else user
        if shown is None:
            self._absent.add(id)
            return
        records = [record_of(self._report, "user", shown)]
        records += clients_of(self._report, id, [one async for one in self._source.clients(id)])
        if self._with_devices:
            records += devices_of(self._report, id, await self._source.devices(id))
        digest = digest_of(records)
        refused = set[int]()
        if self._state.users.get(id) == digest:
            self._report.skipped += len(records)
        else:
            refused = await self._put(records)
        self._state.set_user(id, NONE if refused else digest)

    async def _conversation(self, shown: Shown) -> None:
        """Move a conversation, then its messages, then its participants.

        An imported message increases the unread counts of participants, which their own records then set.
        """
        id = shown["id"]
        known = self._state.conversations.get(id, ConversationState())
        if known.run == self._state.run:
            return
        state = msgspec.structs.replace(known)
        record, digest = record_of(self._report, "conversation", shown), digest_of(shown)
        if digest == known.digest:
            self._report.skipped += 1
        elif await self._put([record]):
            return
        state.digest = digest
        await self._messages(id, state)
        await self._members(id, state)
        state.run, state.stale = self._state.run, False
        self._state.set_conversation(id, state)

    async def _messages(self, id: str, state: ConversationState) -> None:
        """Move the new messages of a conversation, and the changes on its newest page."""
        if state.newest is not None:
            page, has_older = await self._source.recent_messages(id)
            await self._remove_deleted(id, state, page, has_older=has_older)
            if not has_older or any(one["id"] <= state.newest for one in page):
                await self._put_messages(id, state, page)
                return
        async for page in self._source.messages(id, state.newest):
            await self._put_messages(id, state, page)

    async def _put_messages(self, id: str, state: ConversationState, page: list[Shown]) -> None:
        known = state.recent_messages()
        digests = {one["id"]: digest_of(one) for one in page}
        # Messages before `first` are on the page because newer messages were deleted. They have no digest to compare.
        first = min(known, default=state.newest or "")
        changed = [one for one in page if one["id"] >= first and known.get(one["id"]) != digests[one["id"]]]
        skipped = len(page) - len(changed)
        self._report.count("messages", skipped)
        self._report.skipped += skipped
        if not changed:
            return
        if any(one["id"] not in known for one in changed):
            state.stale = True
            self._state.set_conversation(id, state)
        for index in await self._put([message_of(self._report, id, one) for one in changed]):
            digests[changed[index]["id"]] = NONE
        state.newest = max(state.newest or "", *digests)
        state.set_recent_messages(known | digests)
        self._state.set_conversation(id, state)

    async def _remove_deleted(self, id: str, state: ConversationState, page: list[Shown], *, has_older: bool) -> None:
        """Delete the known messages that are missing on the newest page of the source, although they belong there."""
        known, shown = state.recent_messages(), {one["id"] for one in page}
        first = min(shown, default=LAST) if has_older else ""
        gone = [one for one in known if one > first and one not in shown]
        for message_id in gone:
            await self._target.delete_message(id, message_id)
            del known[message_id]
        if gone:
            state.set_recent_messages(known)
            self._state.set_conversation(id, state)

    async def _members(self, id: str, state: ConversationState) -> None:
        before = state.participants()
        after: dict[str, bytes] = {}
        changed: list[Record] = []
        user_ids: dict[str, None] = {}
        async for participant in self._source.participants(id):
            record = participant_of(self._report, id, participant)
            digest = after[participant["id"]] = digest_of(record)
            user_ids[str(participant.get("userId"))] = None
            if before.get(participant["id"]) == digest and not state.stale:
                self._report.skipped += 1
            else:
                changed.append(record)
        left = before.keys() - after.keys()
        if left and await self._source.conversation(id) is None:
            return  # deleted at the source after it was listed: it stays here with its participants
        await self._put([_leave(id, one) for one in left])
        await self._users_of(list(user_ids))
        await self._put_members(changed, after)
        state.set_participants(after)

    async def _users_of(self, user_ids: list[str]) -> None:
        """Move the users of a conversation, who may be missing in the list."""
        for first in range(0, len(user_ids), _AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for user_id in user_ids[first : first + _AT_ONCE]:
                    group.create_task(self._users.run(user_id, _bound(self._user, user_id)))

    async def _put_members(self, records: list[Record], digests: dict[str, bytes]) -> None:
        present: list[Record] = []
        for one in records:
            if str(one["participant"].get("userId")) in self._absent:
                self._report.leave_out("participant whose user was deleted meanwhile")
                digests[one["participant"]["id"]] = NONE
            else:
                present.append(one)
        for index in await self._put(present):
            digests[present[index]["participant"]["id"]] = NONE

    async def _put(self, records: list[Record]) -> set[int]:
        before = len(self._report.refused)
        refused = await self._target.put(records)
        self._state.note(self._report.refused[before:])
        self._report_progress()
        return refused


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _bound(work: Callable[..., Awaitable[None]], argument: object) -> Callable[[], Awaitable[None]]:
    return lambda: work(argument)


def _leave(conversation_id: str, participant_id: str) -> Record:
    return {"kind": "leave", "conversationId": conversation_id, "participantId": participant_id}
