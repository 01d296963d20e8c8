"""Links of clients to stand-ins of third-party channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.harness import Caller
from tests.unit.integrations import INTEGRATIONS

NUMBER = "+1 212-555-2368"
EXTERNAL_ID = "+12125552368"


def new_integration(api: Caller, type: str = "twilio") -> str:
    """Create an integration of a channel; returns its id."""
    created = api.ok("POST", "/integrations", {"type": type, **INTEGRATIONS[type][0]})
    id: str = created["integration"]["id"]
    return id


def set_outcome(api: Caller, user: str, client: str, outcome: str, **fields: Any) -> Any:
    """Act as the channel of a client; returns the client in the response."""
    answer = outcome_of(api, user, client, outcome, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["client"]


def outcome_of(api: Caller, user: str, client: str, outcome: str, **fields: Any) -> httpx.Response:
    """Act as the channel of a client; returns the response."""
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/users/{user}/clients/{client}/outcome"
    return api.http.request("POST", url, json={"outcome": outcome, **fields}, auth=api.auth)


def outbound_of(api: Caller, query: str = "") -> Any:
    """A page of the outbound items that real channels would have been sent."""
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/outbound{query}"
    answer = api.http.get(url, auth=api.auth)
    assert answer.status_code == 200, answer.text
    return answer.json()


@dataclass
class Links:
    """Creates clients of a user for a conversation, by default a new personal conversation."""

    api: Caller
    user: str
    conversation: str = ""
    integration: str = ""
    clients: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.conversation = self.conversation or self.api.new_personal(self.user)
        self.integration = self.integration or new_integration(self.api)

    def body(self, confirmation: str = "prompt", number: str = NUMBER, **criteria: Any) -> dict[str, Any]:
        """The body of a request to link a phone number."""
        about = {"type": "twilio", "integrationId": self.integration, "phoneNumber": number, **criteria}
        target = {"conversationId": self.conversation}
        return {"matchCriteria": about, "confirmation": {"type": confirmation}, "target": target}

    def ask(self, body: dict[str, Any] | None = None) -> httpx.Response:
        """Call CreateClient."""
        return self.api("POST", f"/users/{self.user}/clients", self.body() if body is None else body)

    def link(self, confirmation: str = "prompt", number: str = NUMBER, **criteria: Any) -> Any:
        """Link a phone number; returns the client in the response."""
        answer = self.ask(self.body(confirmation, number, **criteria))
        assert answer.status_code == 201, answer.text
        return answer.json()["client"]

    def new(self, confirmation: str = "prompt") -> tuple[str, str]:
        """Link a phone number; returns the ids of the integration and the client."""
        return self.integration, self.link(confirmation)["id"]

    def listed(self) -> list[Any]:
        """The clients of the user."""
        clients: list[Any] = self.api.ok("GET", f"/users/{self.user}/clients?page[size]=100")["clients"]
        return clients

    def associated(self, conversation: str = "") -> list[str]:
        """The ids of the clients that are associated with the user's participant, in their order."""
        (participant,) = self.api.participants(conversation or self.conversation)
        return [one["clientId"] for one in participant["clientAssociations"]]
