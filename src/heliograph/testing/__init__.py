"""Tests against a sandbox: `Sandbox`, and a pytest plugin with the fixture `heliograph`.

    with Sandbox() as sandbox:
        crew = sandbox.group("crew", members=["ada"])
        crew.join("bob")
        assert sandbox.wait_for("conversation:join").user == "bob"

`server` starts `heliograph dev` in a child process, which ends with this process, and `sandbox` creates an app on it.
`app`, `events` and `webhooks` have the objects that tests use, such as users and conversations. pytest loads `plugin`,
which imports the other modules when a test asks for a fixture.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heliograph.testing.app import Business, Conversation, Message, User
    from heliograph.testing.asynchronous import AsyncSandbox
    from heliograph.testing.container import HeliographContainer
    from heliograph.testing.events import Event
    from heliograph.testing.sandbox import Sandbox
    from heliograph.testing.server import SandboxServer
    from heliograph.testing.webhooks import Call, Inbox, Webhook

__all__ = [
    "AsyncSandbox",
    "Business",
    "Call",
    "Conversation",
    "Event",
    "HeliographContainer",
    "Inbox",
    "Message",
    "Sandbox",
    "SandboxServer",
    "User",
    "Webhook",
]


_MODULES = {
    "AsyncSandbox": "asynchronous",
    "Business": "app",
    "Call": "webhooks",
    "Conversation": "app",
    "Event": "events",
    "HeliographContainer": "container",
    "Inbox": "webhooks",
    "Message": "app",
    "Sandbox": "sandbox",
    "SandboxServer": "server",
    "User": "app",
    "Webhook": "webhooks",
}


def __getattr__(name: str) -> Any:
    # Every run of pytest loads the plugin, and most runs do not use this package.
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
