"""Switchboards and control of conversations by every official client."""

from __future__ import annotations

from typing import Any

from tests.compat.official import Official
from tests.harness import Caller

HOOK = {"target": "https://example.invalid/hook", "triggers": ["*"]}


def called(client: Official, api: str, method: str, *ids: str, model: str = "", **fields: Any) -> Any:
    """The result of a call that must succeed."""
    body = {"model": model, "fields": fields} if model else {}
    return client.ok("call", api=api, method=method, ids=ids, **body)


def add(client: Official, api: Caller, switchboard: str, name: str, **fields: Any) -> str:
    """Add a new integration to the switchboard; returns the id of the switchboard integration."""
    custom = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})["integration"]["id"]
    made = called(
        client, "SwitchboardIntegrationsApi", "create_switchboard_integration", switchboard,
        model="SwitchboardIntegrationCreateBody", name=name, integration_id=custom, **fields,
    )["switchboardIntegration"]  # fmt: skip
    assert (made["name"], made["integrationId"], made["integrationType"]) == (name, custom, "custom")
    member: str = made["id"]
    return member


def controllers(api: Caller, conversation: str) -> list[str | None]:
    """The ids of the active and the pending switchboard integration."""
    shown = api.ok("GET", f"/conversations/{conversation}")["conversation"]
    names = ("activeSwitchboardIntegration", "pendingSwitchboardIntegration")
    return [shown.get(name, {}).get("id") for name in names]


def test_a_handover(client: Official, api: Caller) -> None:
    boards, members, actions = "SwitchboardsApi", "SwitchboardIntegrationsApi", "SwitchboardActionsApi"
    board = called(client, boards, "create_switchboard")["switchboard"]["id"]
    bot = add(client, api, board, "bot", deliver_standby_events=False)
    human = add(client, api, board, "human", next_switchboard_integration_id=bot, message_history_count=5)
    changed = called(
        client, members, "update_switchboard_integration", board, bot,
        model="SwitchboardIntegrationUpdateBody", name="robot", next_switchboard_integration_id=human,
    )["switchboardIntegration"]  # fmt: skip
    assert (changed["name"], changed["nextSwitchboardIntegrationId"]) == ("robot", human)
    enabled = {"enabled": True, "default_switchboard_integration_id": bot}
    shown = called(client, boards, "update_switchboard", board, model="SwitchboardUpdateBody", **enabled)
    assert shown["switchboard"] == {"id": board, "enabled": True, "defaultSwitchboardIntegrationId": bot}
    assert called(client, boards, "list_switchboards")["switchboards"] == [shown["switchboard"]]
    listed = called(client, members, "list_switchboard_integrations", board)["switchboardIntegrations"]
    stored = api.ok("GET", f"/switchboards/{board}/switchboardIntegrations")["switchboardIntegrations"]
    assert [{**one} for one in listed] == stored
    group = api.new_group()
    assert controllers(api, group) == [bot, None]
    called(client, actions, "pass_control", group, model="PassControlBody", switchboard_integration="next")
    assert controllers(api, group) == [human, None]
    offer = {"switchboard_integration": "robot", "metadata": {"why": "done"}}
    called(client, actions, "offer_control", group, model="OfferControlBody", **offer)
    assert controllers(api, group) == [human, bot]
    called(client, actions, "accept_control", group, model="AcceptControlBody", metadata={"why": "yes"})
    assert controllers(api, group) == [bot, None]
    called(client, actions, "release_control", group)
    assert controllers(api, group) == [None, None]
    called(client, members, "update_switchboard_integration", board, bot,
           model="SwitchboardIntegrationUpdateBody", deliver_standby_events=True)  # fmt: skip
    spare = add(client, api, board, "spare")
    called(client, members, "delete_switchboard_integration", board, spare)
    called(client, boards, "delete_switchboard", board)
    assert called(client, boards, "list_switchboards")["switchboards"] == []
