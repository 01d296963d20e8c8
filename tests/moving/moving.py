"""Runs imports, and compares the app with the source."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests.harness import Caller, command
from tests.moving import hosted
from tests.moving.hosted import Hosted


@contextmanager
def limited_files() -> Iterator[None]:
    """Limit the files of this process to 4 kB, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def environment(api: Caller) -> dict[str, str]:
    """The environment of a command that writes to the app of the caller."""
    assert api.auth is not None
    return {
        "HELIOGRAPH_URL": api.url,
        "HELIOGRAPH_APP_ID": api.app_id,
        "HELIOGRAPH_KEY_ID": api.auth[0],
        "HELIOGRAPH_KEY_SECRET": api.auth[1],
        "HELIOGRAPH_FROM_KEY_ID": hosted.KEY[0],
        "HELIOGRAPH_FROM_KEY_SECRET": hosted.KEY[1],
    }


def arguments(source: Hosted, folder: Path, *users: str) -> list[str]:
    """The arguments of an import of these users."""
    (folder / "users.csv").write_text("\n".join(["userId", *users]))
    files = {"--users": "users.csv", "--state": "state", "--report": "report.json"}
    given = [word for name, file in files.items() for word in (name, str(folder / file))]
    return ["import", "--from", source.url, "--from-app", hosted.APP, "--rate", "0", *given]


def moved(source: Hosted, api: Caller, folder: Path, *users: str) -> CompletedProcess[str]:
    """Import these users; returns the process, which must have succeeded."""
    done = command(*arguments(source, folder, *users), env=environment(api))
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def shown_user(user: Any) -> Any:
    """A user of the hosted service as this server shows it."""
    return {"authenticated": False, **{name: value for name, value in user.items() if name != "hasPaymentInfo"}}


def messages_of(api: Caller, conversation_id: str) -> list[Any]:
    """All messages of a conversation."""
    return [one.to_dict() for one in api.sdk.messages.iter_messages(api.app_id, conversation_id)]


def require_same(source: Hosted, api: Caller, *, users: int | None = None) -> None:
    """Check that the app has everything of the source, as the source shows it."""
    for user in source.users.values():
        assert api.ok("GET", f"/users/{user['id']}")["user"] == shown_user(user)
        assert api.ok("GET", f"/users/{user['id']}/clients")["clients"] == source.clients[user["id"]]
        assert api.ok("GET", f"/users/{user['id']}/devices")["devices"] == source.devices[user["id"]]
    for id, conversation in source.conversations.items():
        assert api.ok("GET", f"/conversations/{id}")["conversation"] == conversation
        assert api.participants(id) == sorted(source.participants[id], key=lambda one: one["id"])
        assert messages_of(api, id) == sorted(source.messages[id], key=lambda one: one["id"])
