"""Finds records of an app by an id or a name, with lookups by keys and indexes only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from heliograph import ids
from heliograph.domain import listings
from heliograph.domain.deliveries import to_api as delivery_to_api
from heliograph.domain.stored_json import decode_profile
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader
from heliograph.storage.rows import (
    apps,
    conversations,
    deliveries,
    event_records,
    integrations,
    keys,
    messages,
    participants,
    recorded_requests,
    terms,
    users,
    webhooks,
)
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.finding import RESULTS, Found

_LONGEST_NAME = 100
Lookup = Callable[[Reader, str, str], Awaitable[list[Found]]]
"""Finds records of an app by a text."""


async def find(store: Store, tenant: Tenant, wanted: str) -> list[Found]:
    """The records of an app that a text identifies, then conversations whose names begin with it."""
    return await store.snapshot(_find, tenant.app_id, wanted)


async def _find(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    found: list[Found] = []
    for look_up in (*(_BY_ID if ids.is_id(wanted) else ()), *_BY_NAME):
        found += [one for one in await look_up(reader, app_id, wanted) if one not in found]
    if not found and ids.is_id(wanted):
        found = await _in_conversation(reader, app_id, wanted)
    return found[:RESULTS]


async def _app(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    app = await apps.get(reader, app_id) if wanted == app_id else None
    return [Found(kind="app", id=app.id, title=app.display_name)] if app else []


async def _user(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    user = await users.get(reader, app_id, wanted)
    return [_found_user(user)] if user else []


async def _identified(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    """The users with an external id in any brand, an email address, or an id of Zendesk Support."""
    named = list((await users.ids_of(reader, [(app_id, wanted, None)])).values())
    for kind in ("email", "zendesk"):
        if (identified := await users.identified(reader, app_id, kind, wanted)) is not None:
            named.append(identified.user_id)
    found = [await users.get(reader, app_id, id) for id in dict.fromkeys(named)]
    return [_found_user(one) for one in found if one is not None]


async def _conversation(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    conversation = await conversations.get(reader, app_id, wanted)
    if conversation is None:
        return []
    return [Found(kind="conversation", id=conversation.id, title=conversation.display_name or conversation.type)]


async def _named(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    if len(wanted) > _LONGEST_NAME:
        return []
    named = await conversations.named(reader, app_id, wanted, RESULTS)
    return [Found(kind="conversation", id=id, title=name) for id, name in named]


async def _integration(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    one = await integrations.get(reader, app_id, wanted)
    return [Found(kind="integration", id=one.id, title=one.display_name or one.type)] if one and one.listed else []


async def _webhook(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    webhook = await webhooks.get(reader, app_id, wanted)
    return [Found(kind="webhook", id=webhook.id, title=webhook.target)] if webhook else []


async def _delivery(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    stored = await deliveries.get(reader, app_id, wanted)
    if stored is None:
        return []
    one = delivery_to_api(stored, ())
    title = f"{one.event_type}: {one.status}"
    return [Found(kind="delivery", id=one.id, title=title, conversation_id=one.conversation_id)]


async def _event(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    event = await event_records.get(reader, app_id, wanted)
    if event is None:
        return []
    return [Found(kind="event", id=event.id, title=event.type, conversation_id=event.conversation_id)]


async def _request(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    request = await recorded_requests.get(reader, app_id, wanted)
    return [_found_request(request)] if request else []


async def _requests(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    """The recorded requests with this X-Request-Id."""
    return [_found_request(one) for one in await recorded_requests.with_request_id(reader, app_id, wanted, RESULTS)]


async def _key(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    key = await keys.find(reader, wanted)
    if key is None or key.app_id != app_id:
        return []
    # Responses do not show the keys of integrations that are not listed, which sign tokens of OAuth.
    if key.integration_id is not None and not await _integration(reader, app_id, key.integration_id):
        return []
    return [Found(kind="key", id=key.id, title=key.display_name)]


async def _in_conversation(reader: Reader, app_id: str, wanted: str) -> list[Found]:
    """The message or the participant with this id. The key begins with the conversation, which is found by the event of
    the creation or, for an imported record, in the index of terms."""
    for imported_into in await terms.conversations_of_imported(reader, app_id, wanted, RESULTS):
        if found := await _record_in(reader, app_id, imported_into, wanted):
            return found
    conversation_id = await event_records.conversation_of(reader, app_id, wanted)
    return [] if conversation_id is None else await _record_in(reader, app_id, conversation_id, wanted)


async def _record_in(reader: Reader, app_id: str, conversation_id: str, wanted: str) -> list[Found]:
    if (shown := await messages.get_json(reader, app_id, conversation_id, wanted)) is not None:
        message = listings.last_message(shown)
        title = message.text or message.type
        return [Found(kind="message", id=wanted, title=title, conversation_id=conversation_id)]
    found = await participants.get_many(reader, [(app_id, conversation_id, wanted)])
    members = [(one, await users.get(reader, app_id, one.user_id)) for one in found]
    return [
        Found(
            kind="participant",
            id=one.id,
            title=_title(user),
            conversation_id=conversation_id,
            user_id=user.id,
        )
        for one, user in members
        if user is not None
    ]


def _found_user(user: StoredUser) -> Found:
    return Found(kind="user", id=user.id, title=_title(user))


def _title(user: StoredUser) -> str:
    profile = decode_profile(user.profile)
    name = " ".join(part for part in (profile.given_name, profile.surname) if part)
    return name or user.external_id or user.id


def _found_request(request: StoredRequest) -> Found:
    return Found(kind="request", id=request.id, title=f"{request.method} {request.path}: {request.status}")


_BY_ID: tuple[Lookup, ...] = (
    _app,
    _user,
    _conversation,
    _integration,
    _webhook,
    _delivery,
    _event,
    _request,
)
_BY_NAME: tuple[Lookup, ...] = (_key, _identified, _requests, _named)
