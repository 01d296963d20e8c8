"""The switchboard for the checks of control."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.caller import Answer
from heliograph.conformance.site import Site
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.v2.conversations import GET_CONVERSATION
from heliograph.wire.table.v2.integrations import (
    CREATE_SWITCHBOARD,
    CREATE_SWITCHBOARD_INTEGRATION,
    DELETE_SWITCHBOARD,
    UPDATE_SWITCHBOARD,
    UPDATE_SWITCHBOARD_INTEGRATION,
)

FAILED = "x-heliograph-control"


class Board:
    """A new switchboard in place of an earlier one of the run. `bot` is the default and passes to `human`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        for earlier in site.run.created.ids(DELETE_SWITCHBOARD, site.app_id):
            site.ok(DELETE_SWITCHBOARD, switchboardId=earlier)
        self.id: str = site.ok(CREATE_SWITCHBOARD)["switchboard"]["id"]
        self.integrations = {"bot": site.bot, "human": site.human}
        self.members: dict[str, str] = {}
        self.add("human", integrationId=site.human)
        self.add("bot", integrationId=site.bot, nextSwitchboardIntegrationId=self.members["human"])
        self.set(enabled=True, defaultSwitchboardIntegrationId=self.members["bot"])

    def remove(self) -> None:
        """Delete the switchboard."""
        self.site.ok(DELETE_SWITCHBOARD, switchboardId=self.id)

    def try_add(self, name: str, **fields: Any) -> Answer:
        """Try to add an integration."""
        return self.site.call(CREATE_SWITCHBOARD_INTEGRATION, {"name": name, **fields}, switchboardId=self.id)

    def add(self, name: str, **fields: Any) -> Any:
        """Add an integration; returns the switchboard integration."""
        made = self.try_add(name, **fields).expect(201).json["switchboardIntegration"]
        self.members[name] = made["id"]
        return made

    def try_change(self, name: str, **fields: Any) -> Answer:
        """Try to update a switchboard integration."""
        named = {"switchboardId": self.id, "switchboardIntegrationId": self.members[name]}
        return self.site.call(UPDATE_SWITCHBOARD_INTEGRATION, fields, **named)

    def change(self, name: str, **fields: Any) -> Any:
        """Update a switchboard integration; returns it."""
        return self.try_change(name, **fields).expect(200).json["switchboardIntegration"]

    def try_set(self, **fields: Any) -> Answer:
        """Try to update the switchboard."""
        return self.site.call(UPDATE_SWITCHBOARD, fields, switchboardId=self.id)

    def set(self, **fields: Any) -> Any:
        """Update the switchboard; returns it."""
        return self.try_set(**fields).expect(200).json["switchboard"]

    def act(
        self, conversation: str, operation: AnyOperation, target: str = "", auth: str | None = None, **more: Any
    ) -> Answer:
        """Call PassControl, OfferControl, AcceptControl or ReleaseControl."""
        body = {"switchboardIntegration": target, **more} if target else more
        given = {"conversationId": conversation, "auth": auth or self.site.authorization}
        return self.site.call(operation, body, **given)

    def state(self, conversation: str) -> tuple[str, str]:
        """The names of the active and the pending integration; empty if control is not taken or offered."""
        found = self.site.ok(GET_CONVERSATION, conversationId=conversation)["conversation"]
        return state_of(found)


def state_of(conversation: Any) -> tuple[str, str]:
    """The names of the active and the pending integration that a conversation shows."""
    names = ("activeSwitchboardIntegration", "pendingSwitchboardIntegration")
    active, pending = (conversation.get(name, {}).get("name", "") for name in names)
    return active, pending


def has_failed(answer: Answer, code: str) -> bool:
    """Whether a change of control has failed with a code: 200 with a header, or 400 on a strict server."""
    if answer.status == 200:
        return answer.headers.get(FAILED) == "failed"
    return answer.status == 400 and answer.errors()[0][0] == code
