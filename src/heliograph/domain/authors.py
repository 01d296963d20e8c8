"""Authors of messages as responses show them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from heliograph.domain import animals
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import Author, AuthorBody


class _Profile(Struct, rename="camel"):
    """The fields of a profile that messages show."""

    given_name: str | None = None
    surname: str | None = None
    avatar_url: str | None = None


_PROFILE = msgspec.json.Decoder(_Profile)


def to_api(tenant: Tenant, author: AuthorBody, user: StoredUser | None) -> Author:
    """The author of a message: `user` or, without one, the business.

    A name or a picture that the request leaves out is taken from the profile of the user.
    """
    shown = Author(
        type=author.type,
        subtypes=author.subtypes,
        display_name=author.display_name,
        avatar_url=author.avatar_url,
    )
    if user is not None:
        shown.user_id = user.id
        if shown.display_name is None or shown.avatar_url is None:
            _complete(shown, tenant, user)
    return shown


def _complete(author: Author, tenant: Tenant, user: StoredUser) -> None:
    profile = _PROFILE.decode(user.profile)
    if author.avatar_url is None:
        author.avatar_url = profile.avatar_url
    if author.display_name is None:
        author.display_name = _name(profile)
    if author.display_name is None and tenant.uses_animal_names:
        author.display_name = animals.name_of(user.id)


def _name(profile: _Profile) -> str | None:
    if profile.given_name is None or profile.surname is None:
        return profile.given_name or profile.surname
    return f"{profile.given_name} {profile.surname}"
