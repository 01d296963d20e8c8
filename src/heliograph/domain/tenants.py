"""Callers, and the apps in which they act."""

from __future__ import annotations

from dataclasses import dataclass

from heliograph.wire.operations import Scope

OWN_INTEGRATION = "me"
"""How the key of an integration may call that integration in a path."""


@dataclass(frozen=True, slots=True)
class AccountCaller:
    """The holder of an account's key, which is good for every app."""

    key_id: str
    scope: Scope
    """How far the credential reaches; a token may narrow what its key may do."""


@dataclass(frozen=True, slots=True)
class AppCaller:
    """The holder of an app's key."""

    key_id: str
    scope: Scope
    app_id: str


@dataclass(frozen=True, slots=True)
class IntegrationCaller:
    """The holder of the key of an integration, which is good for that integration and for what its app shares."""

    key_id: str
    scope: Scope
    app_id: str
    integration_id: str


Caller = AccountCaller | AppCaller | IntegrationCaller


@dataclass(frozen=True, slots=True)
class Tenant:
    """An app that a caller is allowed into, and the key that acts in it. Every verb about an app takes one first."""

    app_id: str
    key_id: str
    integration_id: str | None = None
    """The integration that acts, where it is one: it sees no other."""
