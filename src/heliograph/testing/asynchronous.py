"""The sandbox of asynchronous tests: each call runs in a thread, so that the event loop is not blocked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from heliograph import AsyncClient, BasicAuth
from heliograph.testing.app import Conversation, Message, Target, User
from heliograph.testing.events import Event
from heliograph.testing.sandbox import PATIENCE_SECONDS, Sandbox
from heliograph.testing.webhooks import Inbox, Step, Webhook


class AsyncSandbox:
    """`Sandbox` with coroutines. `sandbox` is the wrapped object."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.url = sandbox.url
        self.app_id = sandbox.app_id
        self.key = sandbox.key
        self.env = sandbox.env

    @classmethod
    async def start(cls, *, seed: str | Path | Mapping[str, Any] | None = None) -> Self:
        """An app on a new server, which `close` stops."""
        return cls(await asyncio.to_thread(Sandbox, seed=seed))

    def client(self) -> AsyncClient:
        """A new client with the key of the app, for `async with`."""
        return AsyncClient(self.url, auth=BasicAuth(*self.key))

    async def user(self, name: str) -> User:
        """As `Sandbox.user`."""
        return await asyncio.to_thread(self.sandbox.user, name)

    async def group(self, name: str, members: tuple[str, ...] | list[str] = ()) -> Conversation:
        """As `Sandbox.group`."""
        return await asyncio.to_thread(self.sandbox.group, name, members)

    async def personal(self, user: str) -> Conversation:
        """As `Sandbox.personal`."""
        return await asyncio.to_thread(self.sandbox.personal, user)

    async def join(self, user: str, to: Target) -> None:
        """As `Conversation.join`."""
        await asyncio.to_thread(lambda: self.sandbox.conversation(to).join(user))

    async def leave(self, user: str, to: Target) -> None:
        """As `Conversation.leave`."""
        await asyncio.to_thread(lambda: self.sandbox.conversation(to).leave(user))

    async def say(self, text: str, to: Target, user: str | None = None) -> Message:
        """Send a text as a user, or as the business."""
        return await asyncio.to_thread(self._say, text, to, user)

    def _say(self, text: str, to: Target, user: str | None) -> Message:
        if user is None:
            return self.sandbox.business.say(text, to)
        return self.sandbox.user(user).say(text, to)

    async def messages(self, conversation: Target) -> list[Message]:
        """As `Sandbox.messages`."""
        return await asyncio.to_thread(self.sandbox.messages, conversation)

    async def events(self, type: str = "*", **wanted: object) -> list[Event]:
        """As `Sandbox.events`."""
        return await asyncio.to_thread(self.sandbox.events, type, **wanted)

    async def wait_for(self, type: str, timeout: float = PATIENCE_SECONDS, **wanted: object) -> Event:  # noqa: ASYNC109
        """As `Sandbox.wait_for`."""
        return await asyncio.to_thread(self.sandbox.wait_for, type, timeout, **wanted)

    async def assert_quiet(self, seconds: float = 0.5) -> None:
        """As `Sandbox.assert_quiet`."""
        await asyncio.to_thread(self.sandbox.assert_quiet, seconds)

    async def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """As `Sandbox.requests`."""
        return await asyncio.to_thread(self.sandbox.requests, operation)

    async def inbox(self, *script: Step, triggers: tuple[str, ...] | list[str] = ("*",)) -> Inbox:
        """As `Sandbox.inbox`."""
        return await asyncio.to_thread(lambda: self.sandbox.inbox(*script, triggers=triggers))

    async def webhook(self, url: str, triggers: tuple[str, ...] | list[str] = ("*",)) -> Webhook:
        """As `Sandbox.webhook`."""
        return await asyncio.to_thread(self.sandbox.webhook, url, triggers)

    async def close(self) -> None:
        """As `Sandbox.close`."""
        await asyncio.to_thread(self.sandbox.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
