"""Switchboards: which of several integrations is in control of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from heliograph.wire.base import Body, Id, Metadata, Response
from heliograph.wire.rules import at_most_one, exactly_one

SwitchboardName = Annotated[str, Meta(max_length=128, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
HistoryCount = Annotated[int, Meta(ge=1, le=10)]


class SwitchboardUpdateBody(Body):
    """What to change of a switchboard."""

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
    """All switchboards of an app, of which there is at most one."""

    switchboards: list[Switchboard]


class SwitchboardIntegrationCreateBody(Body):
    """An integration to add to a switchboard: a custom one by its id, another by its type."""

    name: SwitchboardName
    integration_id: str | None = None
    integration_type: str | None = None
    deliver_standby_events: bool | None = None
    next_switchboard_integration_id: str | None = None
    message_history_count: HistoryCount | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        return exactly_one(given, "integrationId", "integrationType")


class SwitchboardIntegrationUpdateBody(Body):
    """What to change of a switchboard integration; null clears what may be absent."""

    name: SwitchboardName | None = None
    integration_id: str | None = None
    integration_type: str | None = None
    deliver_standby_events: bool | None = None
    next_switchboard_integration_id: str | UnsetType | None = UNSET
    message_history_count: HistoryCount | UnsetType | None = UNSET

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
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
    """To whom control goes, by id, name, type or the word `next`; the metadata goes to the webhooks."""

    switchboard_integration: str
    metadata: Metadata | None = None


class OfferControlBody(Body):
    """To whom control is offered, by id, name, type or the word `next`; the metadata goes to the webhooks."""

    switchboard_integration: str
    metadata: Metadata | None = None


class AcceptControlBody(Body):
    """Metadata for the webhooks."""

    metadata: Metadata | None = None


class ReleaseControlBody(Body):
    """Metadata for the webhooks."""

    metadata: Metadata | None = None
