"""The journal: the events of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Sequence

import msgspec
from msgspec import Raw

from heliograph import ids
from heliograph.domain import controllers
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Tx
from heliograph.storage.rows import outbox
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.wire.base import Response
from heliograph.wire.event_types import EventType

_ENCODER = msgspec.json.Encoder()


class Journal:
    """The events of a transaction, in the order in which they happened."""

    def __init__(self, now: int) -> None:
        self.events: list[StoredEvent] = []
        self._now = now
        self._in_full: dict[str, Callable[[], Response]] = {}
        self._withheld: dict[str, frozenset[str]] = {}
        self._sessions: dict[str, str] = {}

    def record(
        self,
        tenant: Tenant,
        type: EventType,
        payload: Response,
        *,
        conversation: StoredConversation | None = None,
        user_id: str | None = None,
        members: Sequence[StoredParticipant] | None = None,
        in_full: Callable[[], Response] | None = None,
        concerned: Collection[str] = (),
        full_source: Raw | None = None,
        keep_in_full: bool = False,
    ) -> None:
        """Record an event.

        `members` are the participants that the event adds to the conversation or removes from it. `in_full` returns the
        payload with full users, if it differs; it is called only if a webhook asks for full users, or if
        `keep_in_full` is set. `concerned` are integrations that get the event although they are on standby.
        `full_source` is what `includeFullSource` adds to the source, as JSON.
        """
        id = ids.new()
        if in_full is not None:
            self._in_full[id] = in_full
        if conversation is not None and conversation.switchboard is not None:
            self._withheld[id] = controllers.withheld(conversation, concerned)
        if tenant.session_id is not None:
            self._sessions[id] = tenant.session_id
        self.events.append(
            StoredEvent(
                id=id,
                app_id=tenant.app_id,
                type=type,
                conversation_id=None if conversation is None else conversation.id,
                user_id=user_id,
                members=None if members is None else tuple([(one.id, one.user_id) for one in members]),
                caller_key_id=tenant.key_id,
                created_at=self._now,
                payload=Raw(_ENCODER.encode(payload)),
                full_source=full_source,
                full_payload=Raw(_ENCODER.encode(in_full())) if in_full is not None and keep_in_full else None,
                request_id=tenant.request_id,
            )
        )

    async def save(self, tx: Tx, without_webhooks: Container[str] = ()) -> None:
        """Store the events, and the deliveries to webhooks that subscribe to them.

        `without_webhooks` contains the ids of apps that are known to have no webhooks.
        """
        if self.events:
            await outbox.add(tx, self.events, self._in_full, self._withheld, self._sessions, without_webhooks)
