"""Events of users."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import SOURCE, brief_user, full_user
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.events import UserRemovePayload, UserUpdatePayload


def user_updated(journal: Journal, tenant: Tenant, user: StoredUser) -> None:
    """A user was changed."""
    payload = UserUpdatePayload(user=brief_user(user), source=SOURCE)
    journal.record(tenant, "user:update", payload, user_id=user.id, in_full=partial(_in_full, payload, user))


def user_removed(journal: Journal, tenant: Tenant, user: StoredUser) -> None:
    """A user was deleted."""
    journal.record(tenant, "user:remove", UserRemovePayload(user=brief_user(user)), user_id=user.id)


def _in_full(payload: UserUpdatePayload, user: StoredUser) -> UserUpdatePayload:
    return replace(payload, user=full_user(user))
