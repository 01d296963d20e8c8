"""Writes an app into a directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from heliograph.moving.directory import DirectoryWriter, Manifest
from heliograph.moving.reading import ApiReader, Shown
from heliograph.moving.report import Record
from heliograph.wire import times
from heliograph.wire.secret_names import is_secret_name


class Exporter:
    """Reads an app page by page. The app may change meanwhile: each record shows its state when it was read."""

    def __init__(self, source: ApiReader, out: DirectoryWriter, advanced: Callable[[int], None]) -> None:
        self._source = source
        self._out = out
        self._advanced = advanced
        self._records = 0
        self._users: set[str] = set()

    async def run(self, url: str) -> Manifest:
        """Write everything; returns the manifest.

        Raises:
            UsageError: the app cannot be read, or the directory cannot be written.
        """
        started = times.to_text(times.now())
        app = await self._source.app()
        async for user in self._source.users():
            await self._user(user)
        async for summary in self._source.conversations():
            await self._conversation(summary["id"])
        async for integration in self._source.integrations():
            self._add({"kind": "integration", "integration": _without_secrets(integration)})
            for webhook in await self._source.webhooks(integration["id"]):
                shown = _without_secrets(webhook)
                self._add({"kind": "webhook", "integrationId": integration["id"], "webhook": shown})
        return self._out.complete(url, _without_secrets(app), started, times.to_text(times.now()))

    async def _user(self, user: Shown) -> None:
        self._users.add(user["id"])
        self._add({"kind": "user", "user": user})
        async for client in self._source.clients(user["id"]):
            self._add({"kind": "client", "userId": user["id"], "client": client})
        for device in await self._source.devices(user["id"]):
            self._add({"kind": "device", "userId": user["id"], "device": device})

    async def _conversation(self, id: str) -> None:
        conversation = await self._source.conversation(id)
        if conversation is None:  # deleted after it was listed
            return
        self._add({"kind": "conversation", "conversation": conversation})
        async for page in self._source.messages(id):
            for message in page:
                self._add({"kind": "message", "conversationId": id, "message": message})
        async for participant in self._source.participants(id):
            # The user may have been created after the list of users was read.
            if participant["userId"] not in self._users and (user := await self._source.user(participant["userId"])):
                await self._user(user)
            if participant["userId"] in self._users:
                self._add({"kind": "participant", "conversationId": id, "participant": participant})

    def _add(self, record: Record) -> None:
        self._out.add(record)
        self._records += 1
        self._advanced(self._records)


def _without_secrets(value: Any) -> Any:
    """The value, without the fields of its objects that may contain secrets."""
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_secrets(one) for name, one in value.items() if not is_secret_name(name)}


async def export(source: ApiReader, url: str, path: Path, advanced: Callable[[int], None]) -> Manifest:
    """Write an app into a new directory; returns its manifest. `advanced` is called with the number of records.

    Raises:
        UsageError: the app cannot be read, or the directory cannot be written.
    """
    with DirectoryWriter(path) as out:
        return await Exporter(source, out, advanced).run(url)
