"""`heliograph export` into a directory, and `heliograph import` from it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, cast

import pytest

from heliograph.errors import UsageError
from heliograph.moving.directory import DirectoryWriter
from heliograph.moving.exporting import export
from heliograph.moving.reading import ApiReader, Shown
from tests.api.end_users import EndUser
from tests.harness import Caller, command, new_app
from tests.moving.moving import environment, limited_files
from tests.moving.test_between_servers import everything
from tests.unit.integrations import CREDENTIALS, INTEGRATIONS


def exported(api: Caller, folder: Path) -> CompletedProcess[str]:
    """Export the app of the caller."""
    return command("export", "--to", str(folder), env=environment(api))


def imported(api: Caller, folder: Path) -> CompletedProcess[str]:
    """Import a directory into the app of the caller."""
    return command("import", "--from", str(folder), env=environment(api))


def lines(folder: Path, kind: str) -> list[Any]:
    """The records of a kind."""
    return [json.loads(line) for line in (folder / f"{kind}s.ndjson").read_text().splitlines()]


@pytest.fixture
def source(api: Caller) -> Caller:
    """An app with a group, a personal conversation, a device and a webhook."""
    ada, ben = api.new_user("ada", metadata={"plan": "pro"}), api.new_user()
    crew = api.new_group(ada, displayName="Crew")
    api.join(crew, ben, subscribe=True)
    for number in range(120):
        api.say(crew, str(number))
    api.say(crew, userId=ada)
    EndUser(api, ben)
    api.new_personal(ben)
    hook = {"target": "https://example.org/hook", "triggers": ["*"]}
    api.ok("POST", "/integrations", {"type": "custom", "displayName": "Bot", "webhooks": [hook]})
    return api


def test_a_directory_contains_the_whole_app(source: Caller, account: Caller, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    done = exported(source, folder)
    assert done.stdout == (
        f"exported 2 users, {len(lines(folder, 'client'))} clients, {len(lines(folder, 'device'))} devices, "
        f"2 conversations, 121 messages, 3 participants, 2 integrations, 1 webhooks to {folder}\n"
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, summary in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert (summary["records"], summary["bytes"]) == (content.count(b"\n"), len(content))
        assert summary["sha256"] == hashlib.sha256(content).hexdigest()
    assert "secret" not in json.dumps([lines(folder, "integration"), lines(folder, "webhook"), manifest])
    target = new_app(account)
    assert imported(target, folder).returncode == 0
    assert everything(target) == everything(source)
    again = imported(target, folder)
    assert "created 0, updated 0, unchanged" in again.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


class Source:
    """Stands in for the reader of an app that has an integration of each type and shows their credentials."""

    async def app(self) -> Shown:
        """The app."""
        return {"id": "a", "settings": {"appToken": "value of appToken"}}

    async def users(self) -> AsyncIterator[Shown]:
        """No users."""
        none: list[Shown] = []
        for user in none:
            yield user

    conversations = users

    async def integrations(self) -> AsyncIterator[Shown]:
        """An integration of each type; the value of each credential names its field."""
        for type, (_, full) in INTEGRATIONS.items():
            yield {"id": type, "type": type, **full, **{name: f"value of {name}" for name in CREDENTIALS & {*full}}}

    async def webhooks(self, integration_id: str) -> list[Shown]:
        """A webhook."""
        return [{"id": "w", "target": "https://example.org/hook", "secret": "value of secret"}]


def test_an_export_contains_no_credentials(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    asyncio.run(export(cast(ApiReader, Source()), "https://example.org", folder, lambda records: None))
    assert [path.name for path in folder.iterdir() if "value of" in path.read_text()] == []
    for line in lines(folder, "integration"):
        shown = line["integration"]
        full = {"id", "type", *INTEGRATIONS[shown["type"]][1]}
        assert set(shown) == full - CREDENTIALS, shown["type"]


@pytest.mark.one_engine
def test_a_changed_directory_is_refused(source: Caller, account: Caller, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    exported(source, folder)
    assert "exists already" in exported(source, folder).stderr
    target = new_app(account)
    assert "is not an exported app" in imported(target, tmp_path).stderr
    (tmp_path / "manifest.json").write_text('{"format":' + "[" * 100_000)
    assert "is not an exported app" in imported(target, tmp_path).stderr
    path = folder / "messages.ndjson"
    content = path.read_bytes()
    for changed in (content[:-1], content.replace(b"119", b"911"), content + b"\n"):
        path.write_bytes(changed)
        assert "its checksum differs" in imported(target, folder).stderr
    path.unlink()
    assert "its checksum differs" in imported(target, folder).stderr
    path.write_bytes(content)
    manifest = folder / "manifest.json"
    exported_manifest = manifest.read_text()
    listed = json.loads(exported_manifest)
    summary = listed["files"].pop("participants.ndjson")
    manifest.write_text(json.dumps(listed))
    assert "it lacks participants.ndjson" in imported(target, folder).stderr
    (folder / "participants.ndjson").rename(folder / "others.ndjson")
    assert "it lacks others.ndjson, participants.ndjson" in imported(target, folder).stderr
    listed["files"]["participants.ndjson"] = summary
    manifest.write_text(json.dumps(listed))
    assert "its checksum differs" in imported(target, folder).stderr
    (folder / "others.ndjson").rename(folder / "participants.ndjson")
    manifest.write_text(exported_manifest)
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 2'))
    assert "has the format heliograph-export 2" in imported(target, folder).stderr
    assert everything(target)["users"] == []


@pytest.mark.one_engine
def test_a_failed_export_leaves_no_files(source: Caller, tmp_path: Path) -> None:
    env = environment(source) | {"HELIOGRAPH_KEY_SECRET": "x"}
    done = command("export", "--to", str(tmp_path / "app"), env=env)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "status 401" in done.stderr


def test_a_full_disk(tmp_path: Path) -> None:
    """An export reports the full disk, and leaves no files."""
    folder = tmp_path / "app"

    def write() -> None:
        with DirectoryWriter(folder) as out:
            out.add({"kind": "user", "user": {"id": "a" * 10_000}})
            out.complete("http://127.0.0.1", {}, "now", "now")

    with limited_files(), pytest.raises(UsageError, match="cannot be written"):
        write()
    assert list(tmp_path.iterdir()) == []
