"""A bot that hands over to a help desk, written for the hosted service with its official Python library.

Only the host is changed to this server:

pip install sunshine-conversations-client==17.0.1
python examples/handover_bot.py http://127.0.0.1:8080 APP_ID KEY_ID KEY_SECRET 3000

The bot responds to every message with a price list and a form. Once the user submits the form, it offers the
conversation to the desk. If the user asks for an agent, it passes the conversation to the desk immediately. The desk,
which is part of this program, posts a message and releases the conversation.
"""

from __future__ import annotations

import http.server
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import sunshine_conversations_client as smooch

PRICES = "plan,price\nfree,0\npro,9\n"
TRIGGERS = ["conversation:message", "switchboard:offerControl", "switchboard:acceptControl", "switchboard:passControl"]


class Bot:
    """The bot and the desk of an app."""

    def __init__(self, client: smooch.ApiClient, app_id: str, hook: str) -> None:
        self.app_id = app_id
        self.messages = smooch.MessagesApi(client)
        self.attachments = smooch.AttachmentsApi(client)
        self.control = smooch.SwitchboardActionsApi(client)
        self.integrations = smooch.IntegrationsApi(client)
        self.members = smooch.SwitchboardIntegrationsApi(client)
        self.set_up(smooch.SwitchboardsApi(client), hook)

    def set_up(self, switchboards: smooch.SwitchboardsApi, hook: str) -> None:
        """Create the switchboard: the bot responds first."""
        board = switchboards.create_switchboard(self.app_id).switchboard.id
        bot = self.add(board, "bot", [smooch.Webhook(target=hook, triggers=TRIGGERS)])
        self.add(board, "desk", [smooch.Webhook(target=f"{hook}/desk", triggers=["conversation:remove"])])
        enabled = smooch.SwitchboardUpdateBody(enabled=True, default_switchboard_integration_id=bot)
        switchboards.update_switchboard(self.app_id, board, enabled)

    def add(self, board: str, name: str, webhooks: list[Any]) -> str:
        """Create an integration, and add it to the switchboard; returns the id of the switchboard integration."""
        custom = smooch.Custom(type="custom", display_name=name, webhooks=webhooks)
        created = self.integrations.create_integration(self.app_id, custom).integration
        body = smooch.SwitchboardIntegrationCreateBody(name=name, integration_id=created.id)
        added = self.members.create_switchboard_integration(self.app_id, board, body)
        member: str = added.switchboard_integration.id
        return member

    def on_event(self, type: str, payload: dict[str, Any]) -> None:
        """Respond to an event."""
        conversation_id = payload["conversation"]["id"]
        if type == "conversation:message":
            self.on_message(conversation_id, payload["message"])
        elif type == "switchboard:offerControl":
            self.control.accept_control(self.app_id, conversation_id, smooch.AcceptControlBody())
        else:  # the desk has control
            self.say(conversation_id, "Hello, this is the desk.")
            self.control.release_control(self.app_id, conversation_id, smooch.ReleaseControlBody())

    def on_message(self, conversation_id: str, message: dict[str, Any]) -> None:
        """Respond to a message of the user."""
        content = message["content"]
        if message["author"]["type"] != "user":
            return
        if content["type"] == "formResponse":
            email = content["fields"][0]["email"]
            self.say(conversation_id, f"Thank you. We write to {email}.")
            offer = smooch.OfferControlBody(switchboard_integration="desk", metadata={"email": email})
            self.control.offer_control(self.app_id, conversation_id, offer)
        elif content.get("text") == "agent":
            body = smooch.PassControlBody(switchboard_integration="desk")
            self.control.pass_control(self.app_id, conversation_id, body)
        else:
            self.send_prices(conversation_id)
            field = smooch.FormMessageField(type="email", name="email", label="Your email address")
            self.send(conversation_id, smooch.FormMessage(type="form", fields=[field]))

    def send_prices(self, conversation_id: str) -> None:
        """Upload the price list, and send it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "prices.csv"
            file.write_text(PRICES)
            uploaded = self.attachments.upload_attachment(
                self.app_id, "public", str(file), var_for="message", conversation_id=conversation_id
            )
        self.send(conversation_id, smooch.FileMessage(type="file", media_url=uploaded.attachment.media_url))

    def say(self, conversation_id: str, text: str) -> None:
        """Send a text."""
        self.send(conversation_id, smooch.TextMessage(type="text", text=text))

    def send(self, conversation_id: str, content: Any) -> None:
        """Send a message of the business."""
        message = smooch.MessagePost(author=smooch.Author(type="business"), content=smooch.Content(content))
        self.messages.post_message(self.app_id, conversation_id, message)


class Hook(http.server.BaseHTTPRequestHandler):
    """Receives the webhooks."""

    bot: Bot

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
        for event in call["events"]:
            self.bot.on_event(event["type"], event["payload"])


def main(host: str, app_id: str, key_id: str, key_secret: str, port: str) -> None:
    configuration = smooch.Configuration(host=host, username=key_id, password=key_secret)
    with smooch.ApiClient(configuration) as client, http.server.HTTPServer(("127.0.0.1", int(port)), Hook) as server:
        Hook.bot = Bot(client, app_id, f"http://127.0.0.1:{port}/hook")
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
