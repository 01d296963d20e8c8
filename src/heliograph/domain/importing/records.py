"""Decodes imported objects, and counts the outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

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

Imported = (
    imports.ImportedUser
    | imports.ImportedClient
    | imports.ImportedDevice
    | imports.ImportedConversation
    | imports.ImportedMessage
    | imports.LeaveRecord
    | imports.ImportedParticipant
)
T = TypeVar("T", bound=Struct)


class Entry(Struct):
    """A record of the request: its index, and the objects that it names. `raw` is the JSON of a message."""

    index: int
    value: Imported
    conversation_id: str = ""
    user_id: str = ""
    raw: Raw = Raw(b"{}")


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


def parse(records: list[imports.ImportRecord], outcomes: Outcomes) -> list[Entry]:
    """The valid records. The others are refused."""
    found: list[Entry] = []
    for index, record in enumerate(records):
        with outcomes.judged(index):
            found.append(_entry(index, record))
    return found


def _entry(index: int, record: imports.ImportRecord) -> Entry:
    match record:
        case imports.UserRecord():
            user = _decoded("user", record.user, imports.ImportedUser)
            _decoded("user.profile", user.profile or {}, imports.ImportedProfile)
            return Entry(index, user, user_id=user.id)
        case imports.ClientRecord():
            client = _decoded("client", record.client, imports.ImportedClient)
            if client.status == "pending":
                raise BadRequest("client.status should not be pending: its link request is not known here")
            return Entry(index, client, user_id=record.user_id)
        case imports.DeviceRecord():
            device = _decoded("device", record.device, imports.ImportedDevice)
            return Entry(index, device, user_id=record.user_id)
        case imports.ConversationRecord():
            conversation = _decoded("conversation", record.conversation, imports.ImportedConversation)
            return Entry(index, conversation, conversation_id=conversation.id)
        case imports.MessageRecord():
            message = _decoded("message", record.message, imports.ImportedMessage)
            _require_past("message.id", message.id)
            raw = Raw(_ENCODER.encode(record.message))
            return Entry(index, message, conversation_id=record.conversation_id, raw=raw)
        case imports.LeaveRecord():
            return Entry(index, record, conversation_id=record.conversation_id)
    participant = _decoded("participant", record.participant, imports.ImportedParticipant)
    _require_past("participant.id", participant.id)
    return Entry(index, participant, record.conversation_id, participant.user_id)


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
