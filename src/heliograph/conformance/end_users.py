"""An end user with a device, who acts through the calls of Heliograph below /heliograph/v1."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.caller import Answer
from heliograph.conformance.site import Site
from heliograph.wire.table.extensions.end_users import BEGIN_CONVERSATION, POST_INBOUND, REGISTER_DEVICE


class EndUser:
    """A user on a device of a web integration."""

    def __init__(self, site: Site, user: str = "") -> None:
        self.site = site
        self.id = user or site.user()
        self.device: str = self.register("browser")["id"]

    def register(self, guid: str, **fields: Any) -> Any:
        """Register a device; returns it."""
        body = {"type": "web", "integrationId": self.site.web, **fields}
        return self.site.ok(REGISTER_DEVICE, body, userIdOrExternalId=self.id, guid=guid)["device"]

    def begin(self, reason: str = "startConversation", **fields: Any) -> str:
        """Begin a personal conversation on the device; returns its id."""
        body = {"reason": reason, "deviceId": self.device, **fields}
        id: str = self.site.ok(BEGIN_CONVERSATION, body, userIdOrExternalId=self.id)["conversation"]["id"]
        return id

    def act(self, conversation: str, act: dict[str, Any], **where: str) -> Answer:
        """Act in a conversation, on the device unless `where` names something else."""
        body = {"userId": self.id, "act": act, **(where or {"deviceId": self.device})}
        return self.site.call(POST_INBOUND, body, conversationId=conversation)

    def say(self, conversation: str, text: str = "Hello", **where: str) -> Any:
        """Send a text; returns the message."""
        act = {"type": "message", "content": {"type": "text", "text": text}}
        return self.act(conversation, act, **where).expect(200).json["messages"][0]
