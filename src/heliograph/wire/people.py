"""The export and the erasure of a person. They are extensions of the API document."""

from __future__ import annotations

from typing import Literal

from heliograph.wire.base import Id, Response, Time
from heliograph.wire.clients import Client
from heliograph.wire.conversations import Conversation
from heliograph.wire.devices import Device
from heliograph.wire.event_records import EventRecord
from heliograph.wire.history import MembershipChange
from heliograph.wire.messages import Message
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.participants import Participant
from heliograph.wire.recorded_requests import RecordedRequest
from heliograph.wire.support_users import SupportUser
from heliograph.wire.users import User

EXPORT_FORMAT: Literal["heliograph-person"] = "heliograph-person"
EXPORT_VERSION = 1


class ExportHeader(Response, tag_field="type", tag="header"):
    """The first line of an export."""

    format: Literal["heliograph-person"]
    version: int
    app_id: Id
    user_id: Id
    exported_at: Time


class ExportedProfile(Response, tag_field="type", tag="profile"):
    """The user, with the ids of the users that were merged into it."""

    user: User
    merged_user_ids: list[Id] | None = None


class ExportedSupportUser(Response, tag_field="type", tag="supportUser"):
    """A Support user with an identifier of the user."""

    support_user: SupportUser


class ExportedClient(Response, tag_field="type", tag="client"):
    """A client of the user."""

    client: Client


class ExportedDevice(Response, tag_field="type", tag="device"):
    """A device of the user."""

    device: Device


class ExportedConversation(Response, tag_field="type", tag="conversation"):
    """A conversation that the user is in. Those that follow are about it: its membership, messages and files."""

    conversation: Conversation


class ExportedMembership(Response, tag_field="type", tag="membership"):
    """The participant of the user in a conversation."""

    conversation_id: Id
    participant: Participant


class ExportedMembershipChange(Response, tag_field="type", tag="membershipChange"):
    """A change of a membership of the user that has ended: the joining, or the leaving."""

    change: MembershipChange


class ExportedMessage(Response, tag_field="type", tag="message"):
    """A message of the user, or any message of a personal conversation."""

    conversation_id: Id
    message: Message


class ExportedFile(Response, tag_field="type", tag="file"):
    """An attachment that an exported message shows. The file is at its URL."""

    conversation_id: Id
    message_id: Id
    media_url: str
    name: str
    media_type: str
    size: int
    sha256: str


class ExportedEvent(Response, tag_field="type", tag="event"):
    """An event that names the user, as far as events are kept."""

    event: EventRecord


class ExportedRequest(Response, tag_field="type", tag="request"):
    """A recorded request that names the user."""

    request: RecordedRequest


class ExportEnd(Response, tag_field="type", tag="end"):
    """The last line of a complete export: the number of lines of each type before it."""

    counts: dict[str, int]


KeptWhat = Literal["events", "files", "texts", "seed", "snapshot", "backups", "logs", "webhooks", "freedSpace"]


class KeptData(Response):
    """What an erasure leaves, and why."""

    what: KeptWhat
    why: str
    name: str | None = None
    created_at: Time | None = None
    count: int | None = None


class Erasure(Response):
    """The removal of what names a person. It does not say whom.

    `pseudonym` is a random id in the place of the user. `removed` and `changed` are the numbers of rows of each kind
    so far.
    """

    id: Id
    status: Literal["running", "finished"]
    pseudonym: Id
    created_at: Time
    removed: dict[str, int]
    changed: dict[str, int]
    finished_at: Time | None = None
    kept: list[KeptData] | None = None
    """Only in the response to EraseUser."""

    @property
    def is_finished(self) -> bool:
        """Whether everything is removed."""
        return self.status == "finished"


class ErasureResponse(Response):
    """One erasure."""

    erasure: Erasure

    @property
    def is_finished(self) -> bool:
        """Whether everything is removed."""
        return self.erasure.is_finished


class ErasureListResponse(Response):
    """A page of erasures, oldest first."""

    erasures: list[Erasure]
    meta: PageMeta
    links: Links | None = None
