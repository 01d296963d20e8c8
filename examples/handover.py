"""Sets up a switchboard with a bot and a help desk, and hands a conversation over and back.

python examples/handover.py http://127.0.0.1:8080 APP_ID KEY_ID KEY_SECRET
"""

from __future__ import annotations

import sys

from heliograph import BasicAuth, Client
from heliograph.models import CustomIntegration

# A real bot passes the URL at which it receives its events.
HOOK = {"target": "https://example.org/hook", "triggers": ["conversation:message", "switchboard:passControl"]}


def add_integration(client: Client, app_id: str, switchboard_id: str, name: str) -> str:
    """Create a custom integration, and add it to the switchboard; returns the id of the switchboard integration."""
    integration = client.integrations.create_integration(app_id, {"type": "custom", "webhooks": [HOOK]}).integration
    assert isinstance(integration, CustomIntegration)
    added = client.switchboard_integrations.create_switchboard_integration(
        app_id,
        switchboard_id,
        {"name": name, "integrationId": integration.id, "deliverStandbyEvents": False},
    )
    return added.switchboard_integration.id


def set_up(client: Client, app_id: str) -> None:
    """Create the switchboard: the bot responds first, and `next` hands over to the help desk."""
    switchboard = client.switchboards.create_switchboard(app_id).switchboard
    bot = add_integration(client, app_id, switchboard.id, "bot")
    desk = add_integration(client, app_id, switchboard.id, "desk")
    client.switchboard_integrations.update_switchboard_integration(
        app_id, switchboard.id, bot, {"nextSwitchboardIntegrationId": desk}
    )
    client.switchboards.update_switchboard(
        app_id, switchboard.id, {"enabled": True, "defaultSwitchboardIntegrationId": bot}
    )


def show(client: Client, app_id: str, conversation_id: str, what: str) -> None:
    """Print who controls the conversation."""
    active = client.conversations.get_conversation(app_id, conversation_id).conversation.active_switchboard_integration
    print(f"{what}: {active.name if active else 'none'}")


def main(url: str, app_id: str, key_id: str, key_secret: str) -> None:
    with Client(url, auth=BasicAuth(key_id, key_secret)) as client:
        set_up(client, app_id)
        user = client.users.create_user(app_id, {"profile": {"givenName": "Ada"}}).user
        conversation = client.conversations.create_conversation(
            app_id, {"type": "personal", "participants": [{"userId": user.id}]}
        ).conversation
        show(client, app_id, conversation.id, "a new conversation")
        control = client.switchboard_actions
        control.pass_control(
            app_id, conversation.id, {"switchboardIntegration": "next", "metadata": {"topic": "billing"}}
        )
        show(client, app_id, conversation.id, "after passControl next")
        control.release_control(app_id, conversation.id)
        show(client, app_id, conversation.id, "after releaseControl")
        client.messages.post_message(
            app_id,
            conversation.id,
            {"author": {"type": "user", "userId": user.id}, "content": {"type": "text", "text": "One more thing"}},
        )
        show(client, app_id, conversation.id, "after a message of the user")


if __name__ == "__main__":
    main(*sys.argv[1:])
