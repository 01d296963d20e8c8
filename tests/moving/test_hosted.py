"""`heliograph import` from a stand-in for the hosted service.

With HELIOGRAPH_TEST_ROUNDS, an import is killed after each number of requests.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Running
from tests.harness import Caller, command
from tests.moving import hosted
from tests.moving.hosted import Hosted
from tests.moving.moving import arguments, environment, messages_of, moved, require_same

KILLED_AFTER = range(1, 20) if int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1")) > 1 else (5, 16)
DEVICE = {
    "type": "web",
    "guid": "f1c7abea2d49429db10094be820d5f80",
    "status": "active",
    "integrationId": "5d83a25d9916b64a83ed25e8",
    "lastSeen": "2025-03-05T17:59:58.331Z",
    "info": {"browserLanguage": "en"},
}


@pytest.fixture
def source() -> Iterator[Hosted]:
    """An app with three users, a personal conversation, a group with 130 messages, and a group of two."""
    source = Hosted()
    ada, ben, cho = source.add_user("ada"), source.add_user(), source.add_user("cho/1", toBeRetained=True)
    source.devices[ada].append({**DEVICE, "id": source.new_id(), "clientId": source.clients[ada][0]["id"]})
    own = source.add_conversation(ada, type="personal", isDefault=True, id="0a4ac26bfa519a0bb4cb0162")
    crew = source.add_conversation(ada, ben, cho, displayName="Crew", metadata={"deck": 4})
    source.say(own, "Hello", author={"type": "user", "userId": ada, "displayName": "Ada"})
    for number in range(130):
        source.say(crew, f"Message {number}")
    source.read(crew, ben)
    source.say(crew, "Last")
    source.say(source.add_conversation(ben, cho), "Two")
    yield source
    source.close()


def ended(running: Running, by: int | None = None) -> tuple[int, str]:
    """Wait until an import ends, after a signal if one is given; returns its exit status and its errors."""
    if by is not None:
        running.send_signal(by)
    status, errors = running.wait(60), running.stderr.read()
    running.stdout.close()
    running.stderr.close()
    return status, errors


def report(folder: Path) -> Any:
    """The report of the last import."""
    return json.loads((folder / "report.json").read_text())


def test_everything_is_imported_with_its_ids(source: Hosted, api: Caller, tmp_path: Path) -> None:
    done = moved(source, api, tmp_path, "ada", "cho/1")
    require_same(source, api)
    assert report(tmp_path)["read"] == {
        "users": 3, "clients": 3, "devices": 1, "conversations": 3, "participants": 6, "messages": 133,
    }  # fmt: skip
    assert report(tmp_path)["notStored"] == {"user.hasPaymentInfo": 3}
    assert "not stored: user.hasPaymentInfo of 3 records" in done.stdout
    assert "not available from the source:" in done.stdout
    crew = next(id for id, one in source.conversations.items() if one.get("displayName"))
    joined = api.join(crew, api.new_user())
    assert api.participants(crew)[-1]["id"] == joined["id"]
    assert api.unread(crew) == [131, 1, 131, 0]


def test_the_next_import_transfers_changes(source: Hosted, api: Caller, tmp_path: Path) -> None:
    moved(source, api, tmp_path, "ada", "cho/1")
    first = len(source.requests)
    moved(source, api, tmp_path, "ada", "cho/1")
    found = report(tmp_path)
    assert (found["created"], found["updated"], found["skipped"]) == (0, 0, 118)
    assert len(source.requests) - first <= first
    ada, ben, cho = source.users
    crew = next(id for id, one in source.conversations.items() if one.get("displayName"))
    source.users[ada]["profile"] = {"givenName": "Ada"}
    source.users[cho]["externalId"] = "cho"
    for members in source.participants.values():
        for member in members:
            if member["userId"] == cho:
                member["userExternalId"] = "cho"
    source.conversations[crew]["displayName"] = "Fleet"
    source.leave(crew, ben)
    source.join(crew, source.add_user("dee"))
    source.say(crew, "News")
    source.read(crew, ada)
    rejoined = source.participants[crew].pop(0)
    source.join(crew, rejoined["userId"])
    moved(source, api, tmp_path, "ada", "cho")
    require_same(source, api)
    local = api.join(crew, api.new_user())
    moved(source, api, tmp_path, "ada", "cho")
    assert api.participants(crew)[-1]["id"] == local["id"]


def test_messages_that_changed_or_were_deleted(source: Hosted, api: Caller, tmp_path: Path) -> None:
    """An import transfers changes of the newest 100 messages of a conversation."""
    _, crew, two = source.conversations
    form = {"type": "form", "submitted": False, "fields": [{"type": "text", "name": "a", "label": "A"}]}
    source.say(crew, "", content=form)
    moved(source, api, tmp_path, "ada", "cho/1")
    local = api.say(crew, "Local")
    old, *_, removed, gone, last = source.messages[crew]
    last["content"] = {**form, "submitted": True}
    removed |= {"deleted": True, "content": {"type": "text", "text": ""}}
    source.messages[crew].remove(gone)
    source.messages[two].clear()
    old["content"] = {"type": "text", "text": "Older than 100 messages"}
    done = moved(source, api, tmp_path, "ada", "cho/1")
    assert messages_of(api, crew)[-4:] == [*source.messages[crew][-3:], local]
    assert [one["content"]["text"] for one in messages_of(api, crew)[:1]] == ["Message 0"]
    assert messages_of(api, two) == []
    assert "messages deleted here, because they were at the source: 2" in done.stdout
    found = report(tmp_path)
    assert (found["created"], found["updated"], found["deleted"]) == (0, 2, 2)
    done = moved(source, api, tmp_path, "ada", "cho/1")
    assert (report(tmp_path)["updated"], report(tmp_path)["deleted"]) == (0, 0)
    assert "messages deleted here" not in done.stdout
    api.ok("DELETE", f"/conversations/{crew}/messages/{source.messages[crew].pop()['id']}")
    moved(source, api, tmp_path, "ada", "cho/1")
    assert report(tmp_path)["deleted"] == 0


@pytest.mark.one_engine
def test_no_one_leaves_a_conversation_that_was_deleted(source: Hosted, api: Caller, tmp_path: Path) -> None:
    """The conversation is deleted after it was listed, so that its participants are not found."""
    moved(source, api, tmp_path, *source.users)
    crew = next(id for id, one in source.conversations.items() if one.get("displayName"))
    before = api.participants(crew)
    source.deleted_when_listed = {crew}
    moved(source, api, tmp_path, *source.users)
    assert api.participants(crew) == before
    moved(source, api, tmp_path, *source.users)
    assert (api.participants(crew), report(tmp_path)["missingConversations"]) == (before, [crew])


def test_an_import_survives_faults_of_the_source(source: Hosted, api: Caller, tmp_path: Path) -> None:
    source.faults = itertools.cycle(("429", "500", "cut", "again", "503", "html", "429"))
    moved(source, api, tmp_path, *source.users)
    source.faults = None
    require_same(source, api)
    assert report(tmp_path)["rateLimited"] > 0


@pytest.mark.one_engine
def test_a_source_that_cannot_be_read_ends_the_import(source: Hosted, api: Caller, tmp_path: Path) -> None:
    """The error has the reason, and how to resume. An immediate retry would be useless."""
    source.fault_every, ada = 1, next(iter(source.users))
    for fault, reason in (
        ("hours", "refuses all calls by its rate limit (status 429), and asks to wait 3:00:00"),
        ("large", f"/users/{ada} has more than 16 MB"),
        ("compressed", f"/users/{ada} is compressed"),
    ):
        source.faults = itertools.repeat(fault)
        done = command(*arguments(source, tmp_path, ada), env=environment(api))
        assert (done.returncode, reason in done.stderr) == (2, True), done.stderr
        assert "to resume, run the same command again" in done.stderr
    source.faults = None
    moved(source, api, tmp_path, *source.users)
    require_same(source, api)


def test_unknown_and_deleted_objects(source: Hosted, api: Caller, tmp_path: Path) -> None:
    ada, ben, cho = source.users
    gone = source.add_user("gone")
    source.deleted_when_listed = {gone}
    own, crew, two = source.conversations
    source.say(own, "", content={"type": "hologram", "depth": 3}, later={"field": True})
    source.say(own, "", content={"type": "image", "mediaUrl": "https://media.example.org/1.png"})
    source.clients[ada] += [
        {"id": source.new_id(), "type": "carrierPigeon", "status": "active"},
        {"id": source.new_id(), "type": "whatsapp", "status": "pending"},
    ]
    source.participants[own][0]["clientAssociations"].append({"type": "carrierPigeon", "clientId": ada})
    source.participants[crew][0]["role"] = "captain"
    source.participants[two][0]["id"] = "f" * 24
    done = command(*arguments(source, tmp_path, "ada", ben, cho, "gone", "nobody", ".."), env=environment(api))
    assert done.returncode == 1, done.stderr
    found = report(tmp_path)
    assert sorted(found["missingUsers"]) == ["..", "nobody"]
    assert found["unknownContents"] == {"hologram": 1}
    assert found["messagesWithFiles"] == 1
    assert found["notStored"] == {
        "client.status pending": 1,
        "client.type carrierPigeon": 1,
        "participant.clientAssociations of an unknown type": 1,
        "participant.role": 1,
        "user.hasPaymentInfo": 4,
    }
    (refused,) = found["refused"]
    assert (refused["kind"], refused["id"], refused["conversationId"]) == ("participant", "f" * 24, two)
    assert messages_of(api, own) == source.messages[own]
    assert "refused participant ffffffffffffffffffffffff: participant.id should begin" in done.stdout


@pytest.mark.one_engine
def test_values_of_other_types(source: Hosted, api: Caller, tmp_path: Path) -> None:
    """Values of unexpected types do not end the import."""
    ada, ben, _ = source.users
    own, crew, _ = source.conversations
    source.clients[ada].append({"id": source.new_id(), "type": ["sdk"], "status": {}})
    source.devices[ada].append({**DEVICE, "id": source.new_id(), "type": {"name": "web"}})
    source.participants[crew][0]["clientAssociations"].append({"type": ["sdk"], "clientId": ada})
    source.participants[crew][1]["userId"] = [ben]
    source.say(own, "", content={"type": ["text"]})
    done = command(*arguments(source, tmp_path, ada, ben), env=environment(api))
    assert (done.returncode, done.stderr) == (1, "")
    assert [(one["kind"], one["conversationId"]) for one in report(tmp_path)["refused"]] == [("message", own)]


@pytest.mark.parametrize("requests", KILLED_AFTER)
def test_a_killed_import_continues(source: Hosted, api: Caller, tmp_path: Path, requests: int) -> None:
    source.hold_after = requests
    running = Running(*arguments(source, tmp_path, *source.users), env=environment(api))
    assert source.held.wait(60)
    assert ended(running, signal.SIGKILL)[0] == -signal.SIGKILL
    source.hold_after = None
    source.held.clear()
    source.release.set()
    before = len(source.requests)
    moved(source, api, tmp_path, *source.users)
    require_same(source, api)
    again = len(source.requests) - before
    moved(source, api, tmp_path, *source.users)
    assert again <= len(source.requests) - before - again + 2
    assert report(tmp_path)["created"] == report(tmp_path)["updated"] == 0


@pytest.mark.one_engine
def test_an_interrupted_import_says_how_to_resume(source: Hosted, api: Caller, tmp_path: Path) -> None:
    source.hold_after = 9
    running = Running(*arguments(source, tmp_path, *source.users), env=environment(api))
    assert source.held.wait(60)
    status, errors = ended(running, signal.SIGINT)
    assert (status, "to resume, run the same command again" in errors) == (130, True)
    source.hold_after = None
    source.held.clear()
    source.release.set()
    assert "resuming the import" in moved(source, api, tmp_path, *source.users).stderr
    require_same(source, api)


@pytest.mark.one_engine
def test_mistakes_are_explained(source: Hosted, api: Caller, tmp_path: Path) -> None:
    def refused(*words: str, env: dict[str, str] | None = None) -> str:
        done = command(*words, env={**environment(api), **(env or {})})
        assert done.returncode == 2, done.stdout
        return done.stderr

    given = arguments(source, tmp_path, "ada")
    assert "the source refused the key with status 401" in refused(*given, env={"HELIOGRAPH_FROM_KEY_SECRET": "x"})
    assert "the target responded with status 401" in refused(*given, env={"HELIOGRAPH_KEY_SECRET": "x"})
    assert "needs --from-app" in refused("import", "--from", source.url)
    report_in = given[-1].replace("report.json", "missing/report.json")
    assert "the report cannot be written to" in refused(*given, "--report", report_in)
    other = [word.replace(hosted.APP, "5f1a2b3c4d5e6f7a8b9c0d10") for word in given]
    assert "is of an import from" in refused(*other)
    (tmp_path / "state").write_text("{}\n" * 2 + "x")
    (tmp_path / "other").write_text("not a state")
    assert "is not the state of an import" in refused(*given, "--state", str(tmp_path / "other"))
    (tmp_path / "users.csv").write_text("id\n")
    assert "has no users" in refused(*given)
    (tmp_path / "users.csv").write_bytes(b"ada\n\xff\n")
    assert "is not a CSV file in UTF-8" in refused(*given)
    listing = [word for word in given if word != "--users" and not word.endswith("users.csv")]
    assert "the source does not list the users: give" in refused(*listing, "--state", str(tmp_path / "third"))


@pytest.mark.one_engine
def test_one_import_at_a_time(source: Hosted, api: Caller, tmp_path: Path) -> None:
    source.hold_after = 1
    given = arguments(source, tmp_path, *source.users)
    running = Running(*given, env=environment(api))
    assert source.held.wait(60)
    done = command(*given, env=environment(api))
    assert (done.returncode, "another import is using" in done.stderr) == (2, True)
    source.release.set()
    assert ended(running)[0] == 0
