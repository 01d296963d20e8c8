"""Triggers events: examples of events with fields of the caller's choice, sent to chosen receivers."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain.events.subjects import brief_user, truncated
from heliograph.domain.loading import load_conversation, load_user
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.sandbox.calls import Incoming, lane_in
from heliograph.sandbox.examples import Subjects, payload_of
from heliograph.sandbox.inboxes import Inboxes, is_name, is_target, require_room
from heliograph.sandbox.payloads import strictly
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import outbox, webhooks
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.envelope import NO_WEBHOOK, basic_headers, call_body
from heliograph.wire.event_types import EventType
from heliograph.wire.events import PAYLOADS, Event
from heliograph.wire.triggers import ALL, INBOX_PREFIX, LISTENERS, TriggerBody, TriggerResponse


class Sent(Struct):
    """The sent event, its deliveries, and the inboxes that get it although no webhook calls them."""

    event: StoredEvent
    delivery_ids: list[str]
    inboxes: list[str]


class Receivers(Struct):
    """The receivers that a request names."""

    webhooks: list[StoredWebhook]
    inboxes: list[str]
    listeners: bool


async def trigger(store: Store, inboxes: Inboxes, tenant: Tenant, body: TriggerBody) -> TriggerResponse:
    """Send the event.

    Raises:
        BadRequest: the payload is not valid for the type, or `to` names a receiver that does not exist.
        ConversationNotFound, UserNotFound: it does not exist in this app.
    """
    subjects = await store.snapshot(_subjects, tenant.app_id, body)
    payload = prepared(body.type, body.payload or {}, None if body.exact else subjects)
    sent = await store.write(_send, tenant, body, payload, inboxes.names(tenant.app_id))
    for name in sent.inboxes:
        inboxes.receive(tenant.app_id, name, _call_of(sent.event))
    return TriggerResponse(event=_to_api(sent.event), deliveries=sent.delivery_ids)


def example(type: EventType) -> dict[str, Any]:
    """The payload of an example, with new ids."""
    shown: dict[str, Any] = msgspec.to_builtins(payload_of(type, Subjects()))
    return shown


def prepared(type: EventType, given: dict[str, Any], subjects: Subjects | None) -> Raw:
    """The payload: the example about the subjects with the given fields merged into it, or without subjects only the
    fields.

    Raises:
        BadRequest: it is not valid for the type.
    """
    base = {} if subjects is None else msgspec.to_builtins(payload_of(type, subjects))
    json = msgspec.json.encode(merged(base, given))
    return Raw(msgspec.json.encode(strictly(PAYLOADS[type], json, "payload")))


def merged(example: Any, given: Any) -> Any:
    """The example with the given fields. Null removes a field, and an object is merged into an object."""
    if not isinstance(given, dict):
        return given
    result = dict(example) if isinstance(example, dict) else {}
    for name, value in given.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


async def _subjects(reader: Reader, app_id: str, body: TriggerBody) -> Subjects:
    subjects = Subjects()
    if body.conversation_id is not None:
        subjects.conversation = truncated(await load_conversation(reader, app_id, body.conversation_id))
    if body.user_id is not None:
        subjects.user = brief_user(await load_user(reader, app_id, body.user_id, None))
    return subjects


async def _send(tx: Tx, tenant: Tenant, body: TriggerBody, payload: Raw, inboxes: list[str]) -> Sent:
    receivers = _receivers(await webhooks.of_app(tx, tenant.app_id), tenant.app_id, body)
    require_room({*inboxes, *receivers.inboxes})
    about_user, lane = lane_in(body.type, payload)
    event = StoredEvent(
        id=ids.new(),
        app_id=tenant.app_id,
        type=body.type,
        conversation_id=None if about_user else lane,
        user_id=lane if about_user else None,
        members=None,
        caller_key_id=tenant.key_id,
        request_id=tenant.request_id,
        created_at=tx.now,
        payload=payload,
    )
    delivery_ids = []
    if receivers.webhooks or receivers.listeners:
        delivery_ids = await outbox.add_synthetic(
            tx, tenant.app_id, event, receivers.webhooks, tenant.session_id, streamed=receivers.listeners
        )
    return Sent(event, delivery_ids, receivers.inboxes)


def _receivers(known: list[StoredWebhook], app_id: str, body: TriggerBody) -> Receivers:
    found: dict[str, StoredWebhook] = {}
    direct: dict[str, None] = {}
    titles = []
    for number, name in enumerate(body.to):
        inbox = name.removeprefix(INBOX_PREFIX) if name.startswith(INBOX_PREFIX) else None
        if name == ALL:
            chosen = [one for one in known if "*" in one.triggers or body.type in one.triggers]
        elif inbox is not None and is_name(inbox):
            chosen = [one for one in known if is_target(one.target, app_id, inbox)]
            direct |= {} if chosen else {inbox: None}
        else:
            chosen = [one for one in known if one.id == name]
            if not chosen and name != LISTENERS:
                titles.append(
                    f"to[{number}] should be the id of a webhook of the app, inbox:NAME, {LISTENERS} or {ALL}"
                )
        found |= {one.id: one for one in chosen}
    if titles:
        raise BadRequest(*titles)
    return Receivers([*found.values()], [*direct], listeners=not {LISTENERS, ALL}.isdisjoint(body.to))


def _to_api(event: StoredEvent) -> Event:
    return Event(id=event.id, type=event.type, created_at=times.to_text(event.created_at), payload=event.payload)


def _call_of(event: StoredEvent) -> Incoming:
    """The call that a webhook would make with the event, without a secret."""
    body = call_body(event.app_id, NO_WEBHOOK, event.id, event.type, event.created_at, event.payload)
    return Incoming("POST", "/", "", [*basic_headers(event.id, 1).items()], body)
