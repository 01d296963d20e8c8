"""Events of users."""

from __future__ import annotations

from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain import views
from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import SOURCE, brief_user, full_user
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import Source
from heliograph.wire.events import (
    MergedClients,
    MergedUsers,
    MergeReason,
    UserMergePayload,
    UserRemovePayload,
    UserUpdatePayload,
    UserUpdateReason,
)


class ClientPair(Struct, frozen=True):
    """Two clients that became one: the one that remains, and the one that was deleted."""

    surviving: StoredClient
    discarded: StoredClient


class Merged(Struct, frozen=True):
    """The outcome of a merge: the user that remains, the user that was merged into it as it was before, and what
    could not be kept."""

    surviving: StoredUser
    discarded: StoredUser
    clients: ClientPair | None
    discarded_metadata: dict[str, Any]


def user_updated(
    journal: Journal,
    tenant: Tenant,
    user: StoredUser,
    *,
    reason: UserUpdateReason | None = None,
    source: Source = SOURCE,
) -> None:
    """A user was changed."""
    payload = UserUpdatePayload(user=brief_user(user), source=source, reason=reason)
    journal.record(tenant, "user:update", payload, user_id=user.id, in_full=partial(_in_full, payload, user))


def user_removed(journal: Journal, tenant: Tenant, user: StoredUser) -> None:
    """A user was deleted."""
    journal.record(tenant, "user:remove", UserRemovePayload(user=brief_user(user)), user_id=user.id)


def user_merged(journal: Journal, tenant: Tenant, merged: Merged, reason: MergeReason) -> None:
    """A user was merged into another one. Streams need the full payload, because the discarded user does not exist."""
    payload = UserMergePayload(
        merged_users=MergedUsers(surviving=brief_user(merged.surviving), discarded=brief_user(merged.discarded)),
        reason=reason,
        merged_clients=_merged_clients(merged.clients) if merged.clients else None,
        discarded_metadata=merged.discarded_metadata or None,
    )
    both = MergedUsers(surviving=full_user(merged.surviving), discarded=full_user(merged.discarded))
    in_full = replace(payload, merged_users=both)
    journal.record(
        tenant, "user:merge", payload, user_id=merged.surviving.id, in_full=lambda: in_full, keep_in_full=True
    )


def _merged_clients(pair: ClientPair) -> MergedClients:
    return MergedClients(surviving=views.client(pair.surviving), discarded=views.client(pair.discarded))


def _in_full(payload: UserUpdatePayload, user: StoredUser) -> UserUpdatePayload:
    return replace(payload, user=full_user(user))
