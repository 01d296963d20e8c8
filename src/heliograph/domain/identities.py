"""The identifiers of a user of a brand: the external id, the id of a Support user, and email addresses."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from heliograph.errors import BadRequest
from heliograph.storage.engine import Reader
from heliograph.storage.rows import users
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.users import ZENDESK_ID_LENGTH, Identity

EMAIL = "email"
SSO = "sso"
"""The verification of an email address that a login reported."""


def check_zendesk_id(zendesk_id: str, name: str) -> None:
    """Refuse an id of a Support user that cannot be stored. The error names the parameter.

    Raises:
        BadRequest: it is empty or too long.
    """
    if not 0 < len(zendesk_id) <= ZENDESK_ID_LENGTH:
        raise BadRequest(f"{name} should have 1 to {ZENDESK_ID_LENGTH} characters")


class Owners(Struct, frozen=True):
    """The ids of the users that have these identifiers."""

    external_id: str | None = None
    zendesk_id: str | None = None
    email: str | None = None

    @property
    def ids(self) -> set[str]:
        """The ids of all of them."""
        return {id for id in (self.external_id, self.zendesk_id, self.email) if id is not None}


async def owners_of(
    reader: Reader,
    app_id: str,
    brand_id: str,
    *,
    external_id: str | None = None,
    zendesk_id: str | None = None,
    email: str | None = None,
) -> Owners:
    """The users of a brand that have these identifiers. Without a brand, `brand_id` is empty."""
    with_zendesk_id = zendesk_id and await users.identified(reader, app_id, "zendesk", zendesk_id, brand_id)
    with_email = email and await users.identified(reader, app_id, "email", email, brand_id)
    return Owners(
        external_id=await users.id_of(reader, app_id, external_id, brand_id) if external_id else None,
        zendesk_id=with_zendesk_id.user_id if with_zendesk_id else None,
        email=with_email.user_id if with_email else None,
    )


def has_email(user: StoredUser, email: str) -> bool:
    """Whether this is an email address of the user."""
    return any(_is_email(one, email) for one in user.identities)


def add_email(user: StoredUser, email: str, verification: str) -> None:
    """Add an email address to the identities. If the user has it already, set its verification."""
    if has_email(user, email):
        user.identities = [
            replace(one, verification=verification) if _is_email(one, email) else one for one in user.identities
        ]
    else:
        user.identities = [*user.identities, Identity(type=EMAIL, value=email, verification=verification)]


def set_only_email(user: StoredUser, email: str) -> None:
    """Make this the only email address. An identity with it stays as it is."""
    if not has_email(user, email):
        user.identities = [*user.identities, Identity(type=EMAIL, value=email)]
    user.identities = [one for one in user.identities if one.type != EMAIL or _is_email(one, email)]


def remove_email(user: StoredUser, email: str) -> None:
    """Remove an email address from the identities."""
    user.identities = [one for one in user.identities if not _is_email(one, email)]


def _is_email(identity: Identity, email: str) -> bool:
    return identity.type == EMAIL and identity.value.lower() == email.lower()
