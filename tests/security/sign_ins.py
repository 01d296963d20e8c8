"""People who sign in to the console."""

from __future__ import annotations

import itertools
from typing import Any

import httpx

from tests.harness import Auth, Caller

_numbers = itertools.count(1)
SESSION = "/console/session"
SESSIONS = "/heliograph/v1/console/sessions"
TICKETS = "/heliograph/v1/console/tickets"
WRONG = {"keyId": "app_" + "0" * 24, "secret": "wrong", "name": "Eve"}


def sign_in(caller: Caller, **body: Any) -> httpx.Response:
    """The response of a sign-in as Ada, without a credential in the header.

    Each sign-in comes from a different address, so that failures in one test do not limit another test.
    """
    address = f"2001:db8:{next(_numbers):x}::1"
    return caller("POST", SESSION, {"name": "Ada", **body}, auth=None, headers={"x-forwarded-for": address})


def key_of(auth: Auth | None) -> dict[str, str]:
    """The fields of a sign-in with a key."""
    assert auth is not None
    return {"keyId": auth[0], "secret": auth[1]}


def operator_of(caller: Caller) -> Bearer:
    """An operator, signed in with the key of a caller."""
    answer = sign_in(caller, **key_of(caller.auth))
    assert answer.status_code == 201, answer.text
    return Bearer(caller, answer.json())


def ticket_of(caller: Caller | Bearer, role: str = "viewer", **body: Any) -> str:
    """A ticket that a caller creates."""
    ticket: str = caller.ok("POST", TICKETS, {"role": role, **body})["ticket"]
    return ticket


def viewer_of(caller: Caller) -> Bearer:
    """A viewer, signed in with a ticket of a caller."""
    answer = sign_in(caller, ticket=ticket_of(caller))
    assert answer.status_code == 201, answer.text
    return Bearer(caller, answer.json())


class Bearer:
    """Calls the API with the token of a session."""

    def __init__(self, caller: Caller, signed_in: Any) -> None:
        self.caller = caller
        self.signed_in = signed_in
        self.id: str = signed_in["id"]
        self.token: str = signed_in["token"]

    @property
    def header(self) -> str:
        """The `Authorization` header."""
        return f"Bearer {self.token}"

    def __call__(self, method: str, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        """Call a path, as `Caller` does."""
        headers = {**kwargs.pop("headers", {}), "authorization": self.header}
        return self.caller(method, path, body, auth=None, headers=headers, **kwargs)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a response that must be a success."""
        answer = self(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def status(self) -> int:
        """The status code of a request for this session."""
        return self("GET", SESSION).status_code
