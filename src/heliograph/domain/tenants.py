"""Who calls, and in which app."""

from __future__ import annotations

from dataclasses import dataclass

from heliograph.wire.operations import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """What a credential proves: the key, how far it reaches, and the app it belongs to (an account's key: none)."""

    key_id: str
    scope: Scope
    app_id: str | None


@dataclass(frozen=True, slots=True)
class Tenant:
    """An app that the caller was found to be allowed into, and the key that acts in it. Every verb takes one first."""

    app_id: str
    key_id: str
