"""Records of another server, with the ids that they have there."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from heliograph.wire.base import Body, BrandId, ExternalId, Response
from heliograph.wire.clients import ClientAssociation, ClientStatus, ClientType
from heliograph.wire.conversations import ConversationType
from heliograph.wire.devices import DeviceStatus, DeviceType
from heliograph.wire.users import Moment, ZendeskId

RECORDS_AT_ONCE = 500
IMPORT_BYTES = 1_048_576
"""The largest body of an import."""

# In Python, unlike other languages that read these patterns, $ also matches before a newline at the end.
RecordId = Annotated[str, Meta(pattern=r"^[0-9a-f]{24}$(?!\n)", description="24 lowercase hex characters.")]
Indexed = Annotated[str, Meta(max_length=512)]
"""Text in an index: PostgreSQL indexes rows of up to 2,704 bytes."""
IndexedName = Annotated[str, Meta(max_length=256)]
"""Half of a name in an index."""
Shown = dict[str, Any]
"""An object as its operation of the API shows it."""


class UserRecord(Body, tag_field="kind", tag="user"):
    """A user, as GetUser shows it."""

    user: Shown


class ClientRecord(Body, tag_field="kind", tag="client"):
    """A client of a user, as ListClients shows it."""

    user_id: RecordId
    client: Shown


class DeviceRecord(Body, tag_field="kind", tag="device"):
    """A device of a user, as ListDevices shows it."""

    user_id: RecordId
    device: Shown


class ConversationRecord(Body, tag_field="kind", tag="conversation"):
    """A conversation, as GetConversation shows it."""

    conversation: Shown


class MessageRecord(Body, tag_field="kind", tag="message"):
    """A message of a conversation, as ListMessages shows it."""

    conversation_id: RecordId
    message: Shown


class LeaveRecord(Body, tag_field="kind", tag="leave"):
    """A participant who has left a conversation since the participant was imported."""

    conversation_id: RecordId
    participant_id: RecordId


class ParticipantRecord(Body, tag_field="kind", tag="participant"):
    """A participant of a conversation, as ListParticipants shows it."""

    conversation_id: RecordId
    participant: Shown


ImportRecord = (
    UserRecord | ClientRecord | DeviceRecord | ConversationRecord | MessageRecord | LeaveRecord | ParticipantRecord
)


class ImportBody(Body):
    """Records of another server, in any order."""

    records: Annotated[list[ImportRecord], Meta(max_length=RECORDS_AT_ONCE)]


class ImportRefusal(Response):
    """A record that was not imported, by its index in the request, and why."""

    index: int
    titles: list[str]


class ImportResponse(Response):
    """How many records were new, had changed, or were the same already, and those that were refused."""

    created: int
    updated: int
    unchanged: int
    refused: list[ImportRefusal]


class ImportedIdentity(Body):
    """An identity of a user."""

    type: str
    value: Annotated[str, Meta(min_length=1, max_length=128)]
    verification: str | None = None


class ImportedProfile(Body):
    """The fields of a profile that are checked. All fields are stored as they are."""

    given_name: IndexedName | None = None
    surname: IndexedName | None = None
    email: str | None = None
    avatar_url: str | None = None
    locale: str | None = None


class ImportedUser(Body):
    """The fields of a user that are stored. Without `signedUpAt`, it is the time of the import."""

    id: RecordId
    authenticated: bool | None = None
    external_id: ExternalId | None = None
    brand_id: BrandId | None = None
    zendesk_id: ZendeskId | None = None
    signed_up_at: Moment | None = None
    to_be_retained: bool | None = None
    profile: Shown | None = None
    metadata: Shown | None = None
    identities: list[ImportedIdentity] | None = None


class ImportedClient(Body):
    """The fields of a client that are stored."""

    id: RecordId
    type: ClientType
    status: ClientStatus
    integration_id: Indexed | None = None
    external_id: str | None = None
    last_seen: Moment | None = None
    linked_at: Moment | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    info: Shown | None = None
    raw: Shown | None = None


class ImportedDevice(Body):
    """The fields of a device that are stored."""

    id: RecordId
    type: DeviceType
    guid: Indexed
    client_id: RecordId
    status: DeviceStatus
    integration_id: Indexed
    last_seen: Moment
    push_notification_token: str | None = None
    info: Shown | None = None
    app_version: str | None = None


class ImportedConversation(Body):
    """The fields of a conversation that are stored. One of the times stands for the other if it is missing."""

    id: RecordId
    type: ConversationType
    last_updated_at: Moment | None = None
    is_default: bool | None = None
    created_at: Moment | None = None
    metadata: Shown | None = None
    display_name: Indexed | None = None
    description: str | None = None
    icon_url: str | None = None
    business_last_read: Moment | None = None


class ImportedParticipant(Body):
    """The fields of a participant that are stored. The external id is that of the user."""

    id: RecordId
    user_id: RecordId
    unread_count: Annotated[int, Meta(ge=0, le=2**31)] = 0
    client_associations: list[ClientAssociation] | None = None
    last_read: Moment | None = None


class MessagePart(Body):
    """The part of a message that names its kind. Its other fields are stored as they are."""

    type: Annotated[str, Meta(min_length=1)]


class ImportedAuthor(Body):
    """The author of a message, as far as it is checked."""

    type: Annotated[str, Meta(pattern=r"^(?:business|user)$(?!\n)")]


class ImportedMessage(Body):
    """The fields of a message that are checked. The whole object is stored as it is, with fields that are not known."""

    id: RecordId
    received: Moment
    author: ImportedAuthor
    content: MessagePart
    source: MessagePart | None = None
