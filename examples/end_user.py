"""Acts as an end user: begins a conversation on a web page, and responds to the form that the bot sends.

python examples/end_user.py http://127.0.0.1:8080 APP_ID KEY_ID KEY_SECRET
"""

from __future__ import annotations

import sys
from typing import Any

import httpx

from heliograph import BasicAuth, Client
from heliograph.models import WebIntegration

FORM = {"type": "form", "fields": [{"type": "email", "name": "mail", "label": "Your email address"}]}
ANSWER = {"type": "email", "name": "mail", "label": "Your email address", "email": "ada@example.com"}


class EndUser:
    """A user on a device."""

    def __init__(self, http: httpx.Client, user_id: str, integration_id: str) -> None:
        self._http = http
        self._user_id = user_id
        self._device_id = self._send(
            "PUT", f"/users/{user_id}/devices/laptop", type="web", integrationId=integration_id
        )["device"]["id"]

    def begin(self) -> str:
        """Begin a conversation; returns its id."""
        begun = self._send(
            "POST", f"/users/{self._user_id}/conversations", reason="startConversation", deviceId=self._device_id
        )
        conversation_id: str = begun["conversation"]["id"]
        return conversation_id

    def act(self, conversation_id: str, **act: Any) -> Any:
        """Act in a conversation; returns the messages that the act posts."""
        path = f"/conversations/{conversation_id}/inbound"
        return self._send("POST", path, userId=self._user_id, deviceId=self._device_id, act=act)["messages"]

    def _send(self, method: str, path: str, **body: Any) -> Any:
        response = self._http.request(method, path.removeprefix("/"), json=body)
        response.raise_for_status()
        return response.json()


def main(url: str, app_id: str, key_id: str, key_secret: str) -> None:
    with (
        Client(url, auth=BasicAuth(key_id, key_secret)) as client,
        httpx.Client(base_url=f"{url}/heliograph/v1/apps/{app_id}/", auth=(key_id, key_secret)) as http,
    ):
        integration = client.integrations.create_integration(app_id, {"type": "web", "displayName": "Site"}).integration
        assert isinstance(integration, WebIntegration)
        user = client.users.create_user(app_id, {"profile": {"givenName": "Ada"}}).user
        ada = EndUser(http, user.id, integration.id)
        conversation_id = ada.begin()
        ada.act(conversation_id, type="message", content={"type": "text", "text": "Hello"})
        posted = client.messages.post_message(
            app_id, conversation_id, {"author": {"type": "business"}, "content": FORM}
        )
        form = posted.messages[0]
        content = {"type": "formResponse", "fields": [ANSWER]}
        ada.act(conversation_id, type="message", content=content, quotedMessageId=form.id)
        for message in client.messages.list_messages(app_id, conversation_id).messages:
            print(f"{message.author.type} by {message.source.type}: {message.content.type}")


if __name__ == "__main__":
    main(*sys.argv[1:])
