"""Clients of third-party channels, which need a channel or a stand-in for one."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from heliograph.conformance.outcomes import NotRun
from heliograph.conformance.site import Site
from heliograph.wire.table.v2.integrations import CREATE_INTEGRATION
from heliograph.wire.table.v2.users import CREATE_CLIENT, CREATE_USER, LIST_CLIENTS

WHATSAPP = {"type": "whatsapp", "accountId": "1", "accountManagementAccessToken": "t"}


class ChannelLink(NamedTuple):
    """A client that is linked to a user for a personal conversation."""

    user: str
    conversation: str
    client: str
    number: str


def new_number() -> str:
    """A phone number that no other check uses, and that cannot exist: it has too many digits for its country."""
    return f"+1202555{secrets.randbelow(10**7):07d}"


def integration_of(site: Site, kind: str) -> str:
    """The id of an integration of the type `twilio` or `whatsapp`."""
    if kind == "twilio" and site.channel:
        return site.channel
    answer = site.call(CREATE_INTEGRATION, {**WHATSAPP, "displayName": site.name()})
    if answer.status != 201:
        raise NotRun(f"the server refuses an integration of type {kind}")
    id: str = answer.json["integration"]["id"]
    return id


def link_body(
    site: Site, conversation: str, number: str = "", confirmation: str = "immediate", kind: str = "twilio", **more: Any
) -> dict[str, Any]:
    """The body of CreateClient."""
    integration = more.pop("integrationId", "") or integration_of(site, kind)
    criteria = {"type": kind, "integrationId": integration, "phoneNumber": number or new_number(), **more}
    return {
        "matchCriteria": criteria,
        "confirmation": {"type": confirmation},
        "target": {"conversationId": conversation},
    }


def linked(
    site: Site, kind: str = "twilio", *, user: str = "", number: str = "", confirmation: str = "immediate",
    conversation: str = "", **more: Any,
) -> ChannelLink:  # fmt: skip
    """Link a phone number to a user, by default a new one, for a new personal conversation."""
    user = user or site.ok(CREATE_USER, {})["user"]["id"]
    conversation = conversation or site.personal(user)
    number = number or new_number()
    body = link_body(site, conversation, number, confirmation, kind, **more)
    client = site.ok(CREATE_CLIENT, body, userIdOrExternalId=user)["client"]
    return ChannelLink(user, conversation, client["id"], number)


def clients_of(site: Site, user: str) -> list[Any]:
    """The clients of a user."""
    found: list[Any] = site.ok(LIST_CLIENTS, userIdOrExternalId=user)["clients"]
    return found


def associations(site: Site, conversation: str) -> list[str]:
    """The ids of the clients that are associated with the participant of a personal conversation."""
    (participant,) = site.participants(conversation)
    return [one["clientId"] for one in participant["clientAssociations"]]
