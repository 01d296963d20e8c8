"""The declared membership of a group: replaces its members by a given set of users.

The users are collected while the request arrives. Then the members are compared with them, and the difference is
applied in pieces: the leaves first, so that there is room for the joins. If the server or the caller stops in the
middle, the finished pieces stay, and another call with the same users applies the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence

from msgspec import Struct

from heliograph.domain.batch import conversation_batch
from heliograph.domain.bulk import Change, Outcome
from heliograph.domain.facts import UserReference
from heliograph.domain.loading import load_conversation
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused, raised
from heliograph.errors import (
    ApiError,
    ConversationNotFound,
    NotAGroup,
    NotAMember,
    PreconditionFailed,
    TooManyParticipants,
    UserNotFound,
)
from heliograph.ids import FIRST
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import conversations, participants, users
from heliograph.storage.rows.participants import StoredMember
from heliograph.storage.store import Store
from heliograph.wire.base import Response
from heliograph.wire.bulk import MembersProgress, MembersSummary
from heliograph.wire.conversations import SDK_GROUP
from heliograph.wire.participants import ParticipantJoinBody

_AT_ONCE = 500
_MOST_TITLES = 20

Wanted = dict[str, bool]
"""The ids of users, in the order in which they join, with whether to subscribe their SDK clients."""


class Replacement(Struct, frozen=True):
    """A request to replace the members. If there are `versions`, the conversation or the membership must have one of
    them."""

    tenant: Tenant
    conversation_id: str
    wanted: Wanted
    limit: int
    versions: Collection[str] = ()
    dry_run: bool = False


async def collect(store: Store, tenant: Tenant, rows: AsyncIterator[list[ParticipantJoinBody]]) -> Wanted:
    """The users whom the rows name. Only their ids are kept.

    Raises:
        UserNotFound: some users do not exist in this app. It has a title for each of them, up to a limit.
    """
    wanted: Wanted = {}
    titles: list[str] = []
    count = 0
    async for part in rows:
        for start in range(0, len(part), _AT_ONCE):
            piece = part[start : start + _AT_ONCE]
            found = await store.read(_ids_of, tenant.app_id, piece)
            for index, (row, user_id) in enumerate(zip(piece, found, strict=True), count):
                if user_id is None:
                    titles.append(f"[{index}]: {UserNotFound.title}")
                else:
                    wanted[user_id] = wanted.get(user_id, False) or bool(row.subscribe_sdk_client)
            count += len(piece)
            # With SQLite, reads do not let other requests run.
            await asyncio.sleep(0)
    if titles:
        raise UserNotFound(*titles[:_MOST_TITLES])
    return wanted


async def _ids_of(reader: Reader, app_id: str, rows: Sequence[ParticipantJoinBody]) -> list[str | None]:
    """The id of the user that each row names, or None."""
    keys = [(app_id, row.user_external_id, None) for row in rows if row.user_external_id is not None]
    by_external_id = await users.ids_of(reader, keys) if keys else {}
    named = [row.user_id or by_external_id.get((app_id, row.user_external_id or "", None)) for row in rows]
    known = await users.existing(reader, app_id, sorted({one for one in named if one is not None}))
    return [one if one in known else None for one in named]


async def replace(store: Store, asked: Replacement) -> AsyncGenerator[Response, None]:
    """Replace the members by the users; yields the progress, and at the end a summary.

    Raises:
        ConversationNotFound: it does not exist in this app.
        BadRequest: the conversation is not a group, or there are too many users.
        PreconditionFailed: the membership has another version.
        ApiError: a change was refused because something else has changed meanwhile. Earlier changes stay.
    """
    work = await _compare(store, asked)
    if not asked.dry_run:
        yield work.progress()
        versions = asked.versions
        while work.leaving or work.joining:
            await _next_piece(store, asked, work, versions)
            # Later pieces are conditional on the version after this one.
            versions = (work.version,) if versions else ()
            yield work.progress()
    yield work.summary()


async def _next_piece(store: Store, asked: Replacement, work: _Work, versions: Collection[str]) -> None:
    try:
        async with store.turns.next() as size:
            done = await store.submit(set_batch, _Piece(asked, work.take(size), versions))
        if isinstance(done, ApiError):
            raise done
        work.version = done.version
        work.count(done.outcomes)
        for outcome in done.outcomes:
            # Another request may already have removed a participant.
            if isinstance(outcome, Refused) and not isinstance(error := raised(outcome), NotAMember):
                raise error
    except ApiError as error:
        raise work.interrupted(error) from error.__cause__


class _Piece(Struct, frozen=True):
    """Changes to make if the version of the membership is one of `versions`, or unconditionally if there are none."""

    asked: Replacement
    changes: list[Change]
    versions: Collection[str]


class _Applied(Struct, frozen=True):
    """The outcomes of the changes of a piece, and the version of the membership after them."""

    outcomes: list[Outcome]
    version: str


async def set_batch(tx: Tx, pieces: Sequence[_Piece]) -> list[_Applied | ApiError]:
    """Make the changes of each piece, unless the conversation is gone or has another version."""
    return [await _apply(tx, piece) for piece in pieces]


async def _apply(tx: Tx, piece: _Piece) -> _Applied | ApiError:
    key = (piece.asked.tenant.app_id, piece.asked.conversation_id)
    if piece.versions:
        locked = await conversations.get(tx, *key, lock=Lock.CHANGE)
        found = await participants.membership_version(tx, *key)
        if locked is None or not {locked.newest_id, found}.intersection(piece.versions):
            return PreconditionFailed()
    outcomes = await conversation_batch(tx, piece.changes)
    version = await participants.membership_version(tx, *key)
    return ConversationNotFound() if version is None else _Applied(outcomes, version)


class _Work:
    """The remaining changes, and the counts of the changes that were made."""

    def __init__(self, asked: Replacement, version: str) -> None:
        self.version = version
        self.leaving: list[str] = []
        """The ids of the participants who still have to leave."""
        self.joining: list[str] = []
        """The ids of the users who still have to join, and of members whose SDK clients still have to be subscribed."""
        self._asked = asked
        self._joins = self._leaves = self._stayed = self._joined = self._removed = 0

    def compare(self, members: Sequence[StoredMember], missing: Wanted) -> None:
        """Plan whether these members stay or leave. Removes those who stay from `missing`."""
        for member in members:
            if (subscribe := missing.pop(member.user_id, None)) is None:
                self.leaving.append(member.id)
                self._leaves += 1
                continue
            self._stayed += 1
            if subscribe and not any(one.type == "sdk" for one in member.client_associations):
                self.joining.append(member.user_id)

    def add(self, user_ids: Collection[str]) -> None:
        """Plan the joins of users."""
        self.joining += user_ids
        self._joins = len(user_ids)

    def take(self, count: int) -> list[Change]:
        """Remove the next changes from the remaining ones, and return them."""
        tenant, conversation_id, wanted = self._asked.tenant, self._asked.conversation_id, self._asked.wanted
        leaving, self.leaving = self.leaving[:count], self.leaving[count:]
        count -= len(leaving)
        joining, self.joining = self.joining[:count], self.joining[count:]
        return [
            *(Leave(tenant, conversation_id, UserReference(participant_id=one)) for one in leaving),
            *(Join(tenant, conversation_id, UserReference(one), wanted[one], self._asked.limit) for one in joining),
        ]

    def count(self, outcomes: Sequence[Outcome]) -> None:
        """Count the changes that were made."""
        for outcome in outcomes:
            self._joined += isinstance(outcome, Joined) and outcome.added
            self._removed += isinstance(outcome, Left)

    def interrupted(self, error: ApiError) -> ApiError:
        """The error that ends the work, with the counts of the changes before it."""
        done = f"Before this, {self._joined} of {self._joins} users joined and {self._removed} of {self._leaves} left"
        error.titles = (*error.titles, done)
        return error

    def progress(self) -> MembersProgress:
        """The counts so far."""
        return MembersProgress(joined=self._joined, left=self._removed, joins=self._joins, leaves=self._leaves)

    def summary(self) -> MembersSummary:
        """The counts at the end; for a dry run, the planned counts."""
        dry = self._asked.dry_run
        return MembersSummary(
            joined=self._joins if dry else self._joined,
            left=self._leaves if dry else self._removed,
            stayed=self._stayed,
            version=self.version,
            dry_run=dry,
        )


async def _compare(store: Store, asked: Replacement) -> _Work:
    """Plan the changes."""
    app_id, conversation_id = asked.tenant.app_id, asked.conversation_id
    newest_id, version = await store.read(_versions_of_group, app_id, conversation_id)
    if asked.versions and not {newest_id, version}.intersection(asked.versions):
        raise PreconditionFailed
    work = _Work(asked, version)
    missing, after = dict(asked.wanted), FIRST
    while members := await store.read(participants.members_after, app_id, conversation_id, after, _AT_ONCE):
        work.compare(members, missing)
        after = members[-1].id
        await asyncio.sleep(0)
    if missing and len(asked.wanted) > asked.limit:
        raise TooManyParticipants
    work.add(missing)
    return work


async def _versions_of_group(reader: Reader, app_id: str, conversation_id: str) -> tuple[str | None, str]:
    """The version of a group, which lists of members report, and the version of its membership."""
    conversation = await load_conversation(reader, app_id, conversation_id)
    if conversation.type != SDK_GROUP:
        raise NotAGroup
    version = await participants.membership_version(reader, app_id, conversation_id)
    if version is None:
        raise ConversationNotFound
    return conversation.newest_id, version
