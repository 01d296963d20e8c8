"""Callers, and the apps in which they act."""

from __future__ import annotations

from msgspec import Struct

from heliograph.wire.console import Role
from heliograph.wire.operations import Scope

OWN_INTEGRATION = "me"
"""The word that stands for the id of the integration whose key is used, in paths."""


class Session(Struct, frozen=True):
    """A session of the console."""

    id: str
    role: Role


class AccountCaller(Struct, frozen=True):
    """A caller with an account key, which is valid for every app."""

    key_id: str
    scope: Scope
    """The scope of the credential. A token may have a lower scope than its key."""
    session: Session | None = None


class AppCaller(Struct, frozen=True):
    """A caller with a key of an app."""

    key_id: str
    scope: Scope
    app_id: str
    session: Session | None = None


class IntegrationCaller(Struct, frozen=True):
    """A caller with a key of an integration, which is valid for that integration and the shared objects of its app."""

    key_id: str
    scope: Scope
    app_id: str
    integration_id: str


Caller = AccountCaller | AppCaller | IntegrationCaller


def session_of(caller: Caller | None) -> Session | None:
    """The session of a caller, or None if it uses another credential."""
    return None if caller is None or isinstance(caller, IntegrationCaller) else caller.session


class Tenant(Struct, frozen=True):
    """An app that a caller may access, and the key that acts in it. Every verb about an app takes one first."""

    app_id: str
    key_id: str
    integration_id: str | None = None
    """The integration that acts, if the key is an integration's. It cannot access other integrations."""
    scope: Scope = Scope.APP
    """The scope of the credential. A token of an app's key may have the scope of an integration, without an
    integration."""
    masks_cards: bool = False
    """Whether the app masks credit card numbers in messages."""
    uses_animal_names: bool = False
    """Whether the app invents names for users without one."""
    request_id: str | None = None
    """The request that the caller sent; None if this program itself is the caller."""
    session_id: str | None = None
    """The session of the console in which the caller acts."""
