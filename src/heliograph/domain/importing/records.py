"""Decodes imported objects, and counts the outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar, assert_never

import msgspec
from msgspec import Raw, Struct

from heliograph import ids
from heliograph.errors import BadRequest
from heliograph.wire import imports, times
from heliograph.wire.imports import ImportRefusal, ImportResponse
from heliograph.wire.validation import decode

Outcome = Literal["created", "updated", "unchanged"]

_ENCODER = msgspec.json.Encoder()
_AHEAD_SECONDS = 60
"""How far the clock of the other server may be ahead."""

T = TypeVar("T", bound=Struct)

RowKey = tuple[str, str]
"""(conversation id, id of a participant, a user or a message in it)."""


class Entry(Struct, Generic[T]):
    """A record with its index in the request."""

    index: int
    value: T


class EntryOfUser(Entry[T], Generic[T]):
    """A record of an object of a user."""

    user_id: str


class EntryOfConversation(Entry[T], Generic[T]):
    """A record of an object of a conversation."""

    conversation_id: str


class MessageEntry(EntryOfConversation[imports.ImportedMessage]):
    """A record of a message. `raw` is its JSON, with all its fields."""

    raw: Raw


class Entries(Struct):
    """The valid records of a request, those of each kind in their order."""

    users: list[Entry[imports.ImportedUser]] = []
    clients: list[EntryOfUser[imports.ImportedClient]] = []
    devices: list[EntryOfUser[imports.ImportedDevice]] = []
    conversations: list[Entry[imports.ImportedConversation]] = []
    messages: list[MessageEntry] = []
    leaves: list[Entry[imports.LeaveRecord]] = []
    participants: list[EntryOfConversation[imports.ImportedParticipant]] = []

    def user_ids(self) -> set[str]:
        """The users that the records name."""
        return {
            *(one.value.id for one in self.users),
            *(one.user_id for one in self.clients),
            *(one.user_id for one in self.devices),
            *(one.value.user_id for one in self.participants),
        }

    def conversation_ids(self) -> set[str]:
        """The conversations that the records name."""
        return {
            *(one.value.id for one in self.conversations),
            *(one.conversation_id for one in self.messages),
            *(one.value.conversation_id for one in self.leaves),
            *(one.conversation_id for one in self.participants),
        }

    def participant_keys(self) -> set[RowKey]:
        """The participants that the records name."""
        return {
            *((one.value.conversation_id, one.value.participant_id) for one in self.leaves),
            *((one.conversation_id, one.value.id) for one in self.participants),
        }


class Outcomes:
    """The counts of stored records, and the refusals."""

    def __init__(self) -> None:
        self.counts: dict[Outcome, int] = {"created": 0, "updated": 0, "unchanged": 0}
        self._refused: dict[int, ImportRefusal] = {}

    def add(self, outcome: Outcome) -> None:
        """Count a record."""
        self.counts[outcome] += 1

    @contextmanager
    def judged(self, index: int) -> Iterator[None]:
        """Refuse the record with this index if a rule is broken."""
        try:
            yield
        except BadRequest as error:
            self._refused[index] = ImportRefusal(index=index, titles=list(error.titles))

    def response(self) -> ImportResponse:
        """The response."""
        refused = [self._refused[index] for index in sorted(self._refused)]
        return ImportResponse(**self.counts, refused=refused)


def parse(records: list[imports.ImportRecord], outcomes: Outcomes) -> Entries:
    """The valid records. The others are refused."""
    entries = Entries()
    for index, record in enumerate(records):
        with outcomes.judged(index):
            _add(entries, index, record)
    return entries


def _add(entries: Entries, index: int, record: imports.ImportRecord) -> None:
    match record:
        case imports.UserRecord():
            user = _decoded("user", record.user, imports.ImportedUser)
            _decoded("user.profile", user.profile or {}, imports.ImportedProfile)
            entries.users.append(Entry(index, user))
        case imports.ClientRecord():
            client = _decoded("client", record.client, imports.ImportedClient)
            if client.status == "pending":
                raise BadRequest("client.status should not be pending: its link request is not known here")
            entries.clients.append(EntryOfUser(index, client, record.user_id))
        case imports.DeviceRecord():
            device = _decoded("device", record.device, imports.ImportedDevice)
            entries.devices.append(EntryOfUser(index, device, record.user_id))
        case imports.ConversationRecord():
            conversation = _decoded("conversation", record.conversation, imports.ImportedConversation)
            entries.conversations.append(Entry(index, conversation))
        case imports.MessageRecord():
            message = _decoded("message", record.message, imports.ImportedMessage)
            _require_past("message.id", message.id)
            raw = Raw(_ENCODER.encode(record.message))
            entries.messages.append(MessageEntry(index, message, record.conversation_id, raw))
        case imports.LeaveRecord():
            entries.leaves.append(Entry(index, record))
        case imports.ParticipantRecord():
            participant = _decoded("participant", record.participant, imports.ImportedParticipant)
            _require_past("participant.id", participant.id)
            entries.participants.append(EntryOfConversation(index, participant, record.conversation_id))
        case _:
            assert_never(record)


def _decoded(name: str, shown: dict[str, Any], kind: type[T]) -> T:
    try:
        return decode(_ENCODER.encode(shown), kind, require_subscribe=False)
    except BadRequest as error:
        raise BadRequest(*(f"{name}: {title}" for title in error.titles)) from None


def _require_past(name: str, id: str) -> None:
    """Check that an id is not from the future, because later ids must be greater than the ids in a conversation."""
    if ids.milliseconds(id) > times.now() + _AHEAD_SECONDS * 1000:
        raise BadRequest(f"{name} should begin with the seconds of a time that has passed: {id}")


def milliseconds(name: str, moment: datetime) -> int:
    """The milliseconds of a time.

    Raises:
        BadRequest: in UTC it is outside the years 1 to 9999.
    """
    try:
        return times.to_milliseconds(moment.astimezone(UTC))
    except OverflowError:
        raise BadRequest(f"{name} should be in the years 1 to 9999") from None


def milliseconds_or_none(name: str, moment: datetime | None) -> int | None:
    """The milliseconds of a time, if there is one."""
    return None if moment is None else milliseconds(name, moment)
