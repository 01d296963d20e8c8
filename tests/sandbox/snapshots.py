"""Saves and restores snapshots."""

from __future__ import annotations

from typing import Any

from tests.harness import Caller, Sandbox, Server

SNAPSHOTS = "/heliograph/v1/sandbox/snapshots"


def callers(server: Server, sandbox: Sandbox) -> tuple[Caller, Caller]:
    """Callers with the account key and with the app key of a sandbox."""
    account = Caller(server.url, sandbox.account_auth, sandbox.app_id)
    return account, Caller(server.url, sandbox.app_auth, sandbox.app_id, account.http)


def save(account: Caller, name: str = "base") -> Any:
    """Save a snapshot; returns it."""
    return account.ok("POST", SNAPSHOTS, {"name": name})["snapshot"]


def restore(account: Caller, name: str = "base") -> None:
    """Restore a snapshot."""
    assert account.ok("POST", f"{SNAPSHOTS}/{name}/restore") == {}


def listed(account: Caller) -> list[str]:
    """The names of the snapshots."""
    return [one["name"] for one in account.ok("GET", SNAPSHOTS)["snapshots"]]


def export(account: Caller, name: str = "base") -> bytes:
    """The file of a snapshot."""
    response = account("GET", f"{SNAPSHOTS}/{name}/file")
    assert response.status_code == 200, response.text
    return response.content


def add(account: Caller, content: bytes, name: str = "base") -> Any:
    """Import a file as a snapshot; returns the response."""
    return account("PUT", f"{SNAPSHOTS}/{name}/file", content=content)
