"""An end user with devices, who acts in conversations through the calls below /heliograph/v1."""

from __future__ import annotations

from typing import Any

import httpx

from tests.harness import Caller


class EndUser:
    """A user of the app, on a device of a new web integration."""

    def __init__(self, api: Caller, user_id: str | None = None) -> None:
        self.api = api
        self.path = f"/heliograph/v1/apps/{api.app_id}"
        self.id = user_id or api.new_user()
        integration = api.ok("POST", "/integrations", {"type": "web", "displayName": "Site"})["integration"]
        self.integration_id: str = integration["id"]
        self.device = self.register("browser")

    def register(self, guid: str, **fields: Any) -> Any:
        """Register a device of the web integration; returns it."""
        body = {"type": "web", "integrationId": self.integration_id, **fields}
        return self.api.ok("PUT", f"{self.path}/users/{self.id}/devices/{guid}", body)["device"]

    def begin(self, reason: str = "startConversation", **fields: Any) -> Any:
        """Begin a personal conversation on the device; returns it."""
        body = {"reason": reason, "deviceId": self.device["id"], **fields}
        return self.api.ok("POST", f"{self.path}/users/{self.id}/conversations", body)["conversation"]

    def act(self, conversation_id: str, act: dict[str, Any], **where: Any) -> httpx.Response:
        """Act in a conversation, on the device unless `where` names something else."""
        body = {"userId": self.id, "act": act, **(where or {"deviceId": self.device["id"]})}
        return self.api("POST", f"{self.path}/conversations/{conversation_id}/inbound", body)

    def say(self, conversation_id: str, text: str = "Hello", **where: Any) -> Any:
        """Send a text; returns the message."""
        answer = self.act(conversation_id, {"type": "message", "content": {"type": "text", "text": text}}, **where)
        assert answer.status_code == 200, answer.text
        (message,) = answer.json()["messages"]
        return message


def post(api: Caller, conversation_id: str, content: Any) -> Any:
    """Post a message of the business with this content; returns the message."""
    body = {"author": {"type": "business"}, "content": content}
    (message,) = api.ok("POST", f"/conversations/{conversation_id}/messages", body)["messages"]
    return message
