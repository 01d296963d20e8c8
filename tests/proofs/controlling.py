"""The verbs of switchboards and control, each applied to the server and to the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import strategies as st

from heliograph.domain import controllers
from heliograph.storage.engine import Reader
from heliograph.storage.rows import conversations
from tests.harness import Auth, error_of
from tests.proofs.inside import Inside
from tests.proofs.model import NO_CONVERSATION, Model
from tests.proofs.model_of_control import CALLS, DEFAULT, FAILED, FORBIDDEN, NOTHING

CONTROL_WEIGHTS = {"control": 6, "change_switchboard": 2}
HOOK = {"target": "https://example.invalid", "triggers": []}
OTHERS = ("human", "util")


class ControlVerbs:
    """The verbs of the state machine that change control. The switchboard has `bot`, `human` and `util`."""

    model: Model
    inside: Inside
    ask: Callable[..., httpx.Response]
    some_conversation: Callable[[Any], str]

    def some_integrations_in_a_switchboard(self) -> None:
        self.integrations: dict[str, str] = {}
        self.keys: dict[str | None, Auth] = {}
        for name in (DEFAULT, *OTHERS):
            made = self.ask("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]}).json()["integration"]
            self.integrations[name] = made["id"]
            key = self.ask("POST", f"/integrations/{made['id']}/keys", {"displayName": name}).json()["key"]
            self.keys[name] = (key["id"], key["secret"])
        self.board = f"/switchboards/{self.ask('POST', '/switchboards').json()['switchboard']['id']}"
        for name in (DEFAULT, *OTHERS):
            self.add_member(name)
        self.set_next(DEFAULT, "human")
        self.enable(True)

    def add_member(self, name: str) -> None:
        switchboard = self.model.switchboard
        following = None if name == DEFAULT else DEFAULT
        link = {"name": name, "integrationId": self.integrations[name]}
        body = {**link, "nextSwitchboardIntegrationId": switchboard.members.get(following or "")}
        made = self.ask("POST", f"{self.board}/switchboardIntegrations", body)
        switchboard.members[name] = made.json()["switchboardIntegration"]["id"]
        switchboard.nexts[name] = following

    def set_next(self, name: str, following: str | None) -> None:
        switchboard = self.model.switchboard
        body = {"nextSwitchboardIntegrationId": switchboard.members[following] if following else None}
        path = f"{self.board}/switchboardIntegrations/{switchboard.members[name]}"
        assert self.ask("PATCH", path, body).status_code == 200
        switchboard.nexts[name] = following

    def enable(self, enabled: bool) -> None:
        default = {"defaultSwitchboardIntegrationId": self.model.switchboard.members[DEFAULT]}
        assert self.ask("PATCH", self.board, {"enabled": enabled, **default}).status_code == 200
        self.model.switchboard.enabled = enabled

    def change_switchboard(self, draw: Any) -> None:
        switchboard = self.model.switchboard
        name = draw(st.sampled_from([*OTHERS, "enabled"]))
        if name == "enabled":
            self.enable(not switchboard.enabled)
        elif name in switchboard.members:
            if switchboard.nexts[DEFAULT] == name:
                self.set_next(DEFAULT, None)
            path = f"{self.board}/switchboardIntegrations/{switchboard.members.pop(name)}"
            assert self.ask("DELETE", path).json() == {}
        else:
            self.add_member(name)
            self.set_next(DEFAULT, name)

    def control(self, draw: Any) -> None:
        conversation = self.some_conversation(draw)
        caller: str | None = draw(st.none() | st.sampled_from([DEFAULT, *OTHERS]))
        call, target = draw(st.sampled_from(sorted(CALLS))), draw(st.sampled_from(["next", DEFAULT, *OTHERS]))
        body = {"switchboardIntegration": target} if call in ("pass", "offer") else {}
        key = {"auth": self.keys[caller]} if caller else {}
        answer = self.ask("POST", f"/conversations/{conversation}/{CALLS[call]}", body, **key)
        if (room := self.model.rooms.get(conversation)) is None:
            assert error_of(answer) == NO_CONVERSATION
            return
        outcome = self.model.switchboard.control(room.controllers, caller, call, target)
        assert answer.status_code == (403 if outcome == FORBIDDEN else 200), (caller, call, target, outcome)
        assert ("x-heliograph-control" in answer.headers) == (outcome == FAILED)
        if outcome not in (NOTHING, FORBIDDEN):
            type = f"switchboard:{CALLS[call]}{':failure' if outcome == FAILED else ''}"
            self.model.owed.append((type, conversation, None, None))

    def assert_controllers_agree(self) -> None:
        read = self.inside.store.snapshot(_controllers, self.inside.app_id, list(self.model.rooms))
        shown = {room.id: self.model.switchboard.shown(room.controllers) for room in self.model.rooms.values()}
        assert self.inside.run(read) == shown


async def _controllers(reader: Reader, app_id: str, ids: list[str]) -> dict[str, tuple[str | None, str | None]]:
    """The names of the active and the pending switchboard integration of each conversation."""
    found = {}
    for one in await conversations.get_many(reader, [(app_id, id) for id in ids]):
        active, pending = controllers.active(one), controllers.pending(one)
        found[one.id] = (active.name if active else None, pending.name if pending else None)
    return found
