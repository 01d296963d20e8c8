"""Exports the contents of an app as a seed, which recreates them in another app. Secrets and ids are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

import msgspec

from heliograph.domain import apps
from heliograph.domain.loading import load_app
from heliograph.sandbox.seeds import INBOX
from heliograph.sandbox.tools import Tools
from heliograph.storage.engine import Reader
from heliograph.storage.rows import conversations, integrations, messages, participants, users, webhooks
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.store import Store
from heliograph.wire.seeds import Entry

_TEXT = {"type", "text", "actions"}


async def export(store: Store, tools: Tools, app_id: str) -> dict[str, Any]:
    """The seed that recreates the contents of an app.

    Raises:
        AppNotFound: it does not exist.
    """
    seed = await store.snapshot(_export, app_id, tools.inbox_prefix(app_id))
    scripts = {name: list(tools.inboxes.get(app_id, name).given) for name in tools.inboxes.names(app_id)}
    return {**seed, **_given({"inbox": msgspec.to_builtins(scripts)})}


async def _export(reader: Reader, app_id: str, inbox_prefix: str) -> dict[str, Any]:
    app = await load_app(reader, app_id)
    all_users = await users.of_app(reader, app_id)
    names = {one.id: one.external_id or one.id for one in all_users}
    used: set[str] = set()
    all_conversations = await conversations.of_app(reader, app_id)
    entries = {
        "user": [_user(one) for one in all_users],
        "conversation": [await _conversation(reader, one, names, used) for one in all_conversations],
        "integration": await _integrations(reader, app_id, inbox_prefix),
    }
    return {**_app(app), **{name: value for name, value in entries.items() if value}}


def _app(app: StoredApp) -> Entry:
    defaults = msgspec.to_builtins(apps.DEFAULTS)
    settings = {name: one for name, one in msgspec.to_builtins(app.settings).items() if one != defaults.get(name)}
    return _given({"name": app.display_name, "settings": settings, "metadata": app.metadata})


def _user(user: StoredUser) -> Entry:
    return _given({
        "externalId": user.external_id or user.id,
        "brandId": user.brand_id,
        "toBeRetained": user.to_be_retained,
        "profile": msgspec.json.decode(user.profile),
        "metadata": msgspec.json.decode(user.metadata),
    })  # fmt: skip


async def _conversation(
    reader: Reader, conversation: StoredConversation, names: Mapping[str, str], used: set[str]
) -> Entry:
    name = _distinct(conversation.display_name or conversation.id, used)
    members = await participants.of_conversation(reader, conversation.app_id, conversation.id)
    members.sort(key=lambda one: one.id)
    present = {one.user_id: names[one.user_id] for one in members}
    return _given({
        "name": name,
        "type": conversation.type,
        "description": conversation.description,
        "iconUrl": conversation.icon_url,
        "metadata": conversation.metadata,
        "participants": list(present.values()),
        "messages": [
            _message(msgspec.json.decode(one), present)
            for one in await messages.of_conversation(reader, conversation.app_id, conversation.id)
        ],
    })  # fmt: skip


def _message(shown: Entry, present: Mapping[str, str]) -> Entry:
    """A message of a seed. A message of a user who has left becomes one of the business, because only participants can
    write."""
    user_id = shown["author"].get("userId")
    entry = {"from": shown["author"]["type"] if user_id is None else present.get(user_id, "business")}
    content = shown["content"]
    replies = _replies(content.get("actions", []))
    if content["type"] == "text" and set(content) <= _TEXT and replies is not None:
        return _given({**entry, "text": content["text"], "replies": replies, "metadata": shown.get("metadata")})
    return _given({**entry, "content": content, "metadata": shown.get("metadata")})


def _replies(actions: Sequence[Entry]) -> list[str] | None:
    """The texts of actions that are all simple replies; None if there are other actions."""
    simple = [one["text"] for one in actions if one == {"type": "reply", "text": one["text"], "payload": one["text"]}]
    return simple if len(simple) == len(actions) else None


async def _integrations(reader: Reader, app_id: str, inbox_prefix: str) -> list[Entry]:
    by_integration: dict[str, list[StoredWebhook]] = {}
    for webhook in await webhooks.of_app(reader, app_id):
        by_integration.setdefault(webhook.integration_id, []).append(webhook)
    found, used = await integrations.of_app(reader, app_id), set[str]()
    return [_integration(one, by_integration.get(one.id, []), inbox_prefix, used) for one in found]


def _integration(
    integration: StoredIntegration, hooks: Sequence[StoredWebhook], inbox_prefix: str, used: set[str]
) -> Entry:
    return _given({
        "type": integration.type,
        "name": _distinct(integration.display_name or integration.id, used),
        **integration.settings,
        "webhook": _webhook(hooks[0], inbox_prefix) if hooks else None,
    })  # fmt: skip


def _webhook(webhook: StoredWebhook, inbox_prefix: str) -> Entry:
    target = webhook.target
    return _given({
        "target": INBOX + target.removeprefix(inbox_prefix) if target.startswith(inbox_prefix) else target,
        "triggers": list(webhook.triggers),
        "includeFullUser": webhook.include_full_user or None,
        "includeFullSource": webhook.include_full_source or None,
    })  # fmt: skip


def _distinct(name: str, used: set[str]) -> str:
    """The name, with a number if another object has it already."""
    numbered = chain([name], (f"{name} {number}" for number in count(2)))
    found = next(one for one in numbered if one not in used)
    used.add(found)
    return found


def _given(entry: Entry) -> Entry:
    """The fields that are neither None nor empty."""
    return {name: value for name, value in entry.items() if value not in (None, {}, [])}
