"""Switchboards: which of several integrations controls a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from heliograph.wire.base import Body, Id, Metadata, Response
from heliograph.wire.rules import at_most_one, exactly_one

SwitchboardName = Annotated[str, Meta(max_length=128, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
INTEGRATIONS_PER_SWITCHBOARD = 10
NEXT = "next"
"""The relative target of control: the next switchboard integration of the active one."""
HistoryCount = Annotated[int, Meta(ge=1, le=10)]


class SwitchboardUpdateBody(Body):
    """The fields of a switchboard to change."""

    enabled: bool | None = None
    default_switchboard_integration_id: str | None = None


class Switchboard(Response):
    """The switchboard of an app."""

    id: Id
    enabled: bool
    default_switchboard_integration_id: Id | None = None


class SwitchboardResponse(Response):
    """One switchboard."""

    switchboard: Switchboard


class SwitchboardListResponse(Response):
    """The switchboards of an app, at most one."""

    switchboards: list[Switchboard]


class SwitchboardIntegrationCreateBody(Body):
    """An integration to add to a switchboard: a custom integration by id, others by type."""

    name: SwitchboardName
    integration_id: str | None = None
    integration_type: str | None = None
    deliver_standby_events: bool | None = None
    next_switchboard_integration_id: str | None = None
    message_history_count: HistoryCount | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return exactly_one(given, "integrationId", "integrationType")


class SwitchboardIntegrationUpdateBody(Body):
    """The fields of a switchboard integration to change. Null clears an optional field."""

    name: SwitchboardName | None = None
    integration_id: str | None = None
    integration_type: str | None = None
    deliver_standby_events: bool | None = None
    next_switchboard_integration_id: str | UnsetType | None = UNSET
    message_history_count: HistoryCount | UnsetType | None = UNSET

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return at_most_one(given, "integrationId", "integrationType")


class SwitchboardIntegration(Response):
    """An integration in a switchboard."""

    id: Id
    name: str
    integration_id: str
    integration_type: str
    deliver_standby_events: bool
    next_switchboard_integration_id: Id | None = None
    message_history_count: int | None = None


class SwitchboardIntegrationWebhook(Response):
    """An integration in a switchboard, as conversations show it."""

    id: Id
    name: str
    integration_id: str | None = None
    integration_type: str | None = None


class SwitchboardIntegrationResponse(Response):
    """One switchboard integration."""

    switchboard_integration: SwitchboardIntegration


class SwitchboardIntegrationListResponse(Response):
    """All integrations of a switchboard."""

    switchboard_integrations: list[SwitchboardIntegration]


class PassControlBody(Body):
    """The switchboard integration to pass control to, by id, name, type or `next`, with metadata for the webhooks."""

    switchboard_integration: str
    metadata: Metadata | None = None


class OfferControlBody(Body):
    """The switchboard integration to offer control to, by id, name, type or `next`, with metadata for the webhooks."""

    switchboard_integration: str
    metadata: Metadata | None = None


class AcceptControlBody(Body):
    """Metadata for the webhooks."""

    metadata: Metadata | None = None


class ReleaseControlBody(Body):
    """Metadata for the webhooks."""

    metadata: Metadata | None = None
