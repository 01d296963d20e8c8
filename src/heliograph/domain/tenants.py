"""Who calls, and in which app."""

from __future__ import annotations

from dataclasses import dataclass

from heliograph.wire.operations import Scope

OWN_INTEGRATION = "me"
"""How the key of an integration may call that integration in a path."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a credential proves: the key, how far it reaches, and the app it belongs to (an account's key: none)."""

    key_id: str
    scope: Scope
    app_id: str | None
    integration_id: str | None = None
    """The integration whose key it is, if it is one's."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An app that the caller was found to be allowed into, and the key that acts in it. Every verb takes one first."""

    app_id: str
    key_id: str
    integration_id: str | None = None
    """The integration that acts, where it is one: it sees no other."""
