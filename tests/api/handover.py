"""An app with a switchboard, and conversations in any state of control."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.harness import Caller
from tests.security.credentials import bearer

HOOK = {"target": "https://example.invalid/hook", "triggers": ["*"]}
STATE = re.compile(r"N|(?:A\((\w+)\))?(?:P\((\w+)\))?")
CALLS = {"pass": "passControl", "offer": "offerControl", "accept": "acceptControl", "release": "releaseControl"}


@dataclass
class Scene:
    """A conversation, and its expected events, each with the state of control in its payload."""

    conversation: str
    events: list[tuple[str, str]] = field(default_factory=list)


class Board:
    """The switchboard of the worked examples: `bot` is the default, and passes to `human` and back.

    `util` has no next integration, and gets standby events. `crm` is an integration outside the switchboard. `callers`
    has a caller with the key of each integration, and of the app.
    """

    def __init__(self, api: Caller) -> None:
        self.api = api
        self.callers = {"app": api}
        self.integrations: dict[str, str] = {}
        self.webhooks: dict[str, str] = {}
        self.members: dict[str, str] = {}
        for name in ("bot", "human", "util", "crm"):
            self._integrate(name)
        self.id: str = api.ok("POST", "/switchboards")["switchboard"]["id"]
        self.path = f"/switchboards/{self.id}"
        self.add("bot", deliverStandbyEvents=False)
        self.add("human", deliverStandbyEvents=False, nextSwitchboardIntegrationId=self.members["bot"])
        self.add("util")
        self.change("bot", nextSwitchboardIntegrationId=self.members["human"])
        self.set(enabled=True, defaultSwitchboardIntegrationId=self.members["bot"])
        self.user = api.new_user()

    def _integrate(self, name: str) -> None:
        integration = self.api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})["integration"]
        self.integrations[name] = integration["id"]
        self.webhooks[integration["webhooks"][0]["id"]] = name
        key = self.api.ok("POST", f"/integrations/{integration['id']}/keys", {"displayName": name})["key"]
        self.callers[name] = Caller(self.api.url, (key["id"], key["secret"]), self.api.app_id, self.api.http)

    def add(self, name: str, **fields: Any) -> Any:
        """Add the integration with this name to the switchboard, unless `fields` names another."""
        link = {} if "integrationType" in fields else {"integrationId": self.integrations.get(name)}
        created = self.api.ok("POST", f"{self.path}/switchboardIntegrations", {"name": name, **link, **fields})
        self.members[name] = created["switchboardIntegration"]["id"]
        return created["switchboardIntegration"]

    def change(self, name: str, **fields: Any) -> None:
        """Update a switchboard integration."""
        self.api.ok("PATCH", f"{self.path}/switchboardIntegrations/{self.members[name]}", fields)

    def remove(self, name: str) -> None:
        """Delete a switchboard integration."""
        path = f"{self.path}/switchboardIntegrations/{self.members.pop(name)}"
        assert self.api.ok("DELETE", path) == {}

    def set(self, **fields: Any) -> None:
        """Update the switchboard."""
        self.api.ok("PATCH", self.path, fields)

    def control(self, who: str, conversation: str, act: str, metadata: Any = None) -> Any:
        """Make one of the four control calls: `pass human`, `offer next`, `accept` or `release`; returns the response.

        `id:human` is the id of a switchboard integration, and `integration:human` that of its integration. The caller
        `token` has a token of the app's key with the scope `integration`.
        """
        verb, _, target = act.partition(" ")
        body = {} if metadata is None else {"metadata": metadata}
        if target:
            body["switchboardIntegration"] = self._target(target)
        path = f"/conversations/{conversation}/{CALLS[verb]}"
        if who == "token":
            assert self.api.auth is not None
            header = {"authorization": bearer(self.api.auth, "integration")}
            return self.api("POST", path, body, auth=None, headers=header)
        return self.callers[who]("POST", path, body)

    def _target(self, target: str) -> str:
        kind, _, name = target.partition(":")
        return {"id": self.members, "integration": self.integrations}.get(kind, {}).get(name, target)

    def state(self, conversation: str) -> str:
        """The state that GetConversation shows."""
        return state_of(self.api.ok("GET", f"/conversations/{conversation}")["conversation"])

    def reach(self, state: str) -> Scene:
        """A new conversation in this state."""
        found = STATE.fullmatch(state)
        assert found
        active, pending = found.groups()
        scene = Scene(self.api.new_group(self.user), [("conversation:create", "A(bot)")])
        if pending and not active:
            self.add("gone", integrationId=self.integrations["crm"])
        if (holder := active or (pending and "gone")) not in (None, "bot"):
            self._do(scene, f"pass {holder}", f"A({holder})")
        if pending:
            self._do(scene, f"offer {pending}", f"A({holder})P({pending})")
        if pending and not active:
            self.remove("gone")
        if state == "N":
            self._do(scene, "release", "N")
        return scene

    def _do(self, scene: Scene, act: str, after: str) -> None:
        assert self.control("app", scene.conversation, act).json() == {}
        scene.events.append((f"switchboard:{CALLS[act.split()[0]]}", after))


def state_of(conversation: Any) -> str:
    """The state that a conversation shows, in a response or in a payload."""
    names = [("A", "activeSwitchboardIntegration"), ("P", "pendingSwitchboardIntegration")]
    shown = [f"{letter}({conversation[name]['name']})" for letter, name in names if name in conversation]
    return "".join(shown) or "N"
