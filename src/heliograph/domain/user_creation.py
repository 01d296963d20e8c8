"""Creates users. Creations that wait for a commit at the same time share a transaction."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import UserAlreadyExists
from heliograph.storage.engine import Tx
from heliograph.storage.rows import users
from heliograph.storage.rows.users import StoredUser


class Creation(Struct, frozen=True):
    """A user to create, with checked fields."""

    tenant: Tenant
    external_id: str | None
    brand_id: str | None
    signed_up_at: int | None
    """In milliseconds; None for the time of the creation."""
    to_be_retained: bool | None
    profile: Raw
    metadata: Raw
    id: str | None = None
    """The id; None for a new one."""

    @property
    def external_key(self) -> tuple[str, str, str | None] | None:
        """(app id, external id, brand id), which only one user can have; None without an external id."""
        return None if self.external_id is None else (self.tenant.app_id, self.external_id, self.brand_id or "")


async def creation_batch(tx: Tx, creations: Sequence[Creation]) -> list[StoredUser | Refused]:
    """Create the users, except those whose external id is taken; returns the outcome of each creation."""
    wanted = {key for one in creations if (key := one.external_key) is not None}
    taken = set(await users.ids_of(tx, wanted)) if wanted else set()
    outcomes: list[StoredUser | Refused] = []
    for creation in creations:
        key = creation.external_key
        if key in taken:
            outcomes.append(Refused(UserAlreadyExists))
            continue
        if key is not None:
            taken.add(key)
        outcomes.append(_new_user(creation, tx.now))
    await users.add(tx, [one for one in outcomes if isinstance(one, StoredUser)])
    return outcomes


def _new_user(creation: Creation, now: int) -> StoredUser:
    return StoredUser(
        app_id=creation.tenant.app_id,
        id=creation.id or ids.new(),
        external_id=creation.external_id,
        brand_id=creation.brand_id,
        authenticated=False,
        signed_up_at=now if creation.signed_up_at is None else creation.signed_up_at,
        to_be_retained=creation.to_be_retained,
        profile=creation.profile,
        metadata=creation.metadata,
        default_conversation_id=None,
        created_at=now,
    )
