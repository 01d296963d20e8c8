"""The verbs about one person's data, applied to the server and to the model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx

from tests.databases import everything
from tests.harness import error_of
from tests.proofs.histories import walk
from tests.proofs.inside import Inside
from tests.proofs.model import NO_USER, Model, Named, Person, Refusal, Room, to_api

PERSON_WEIGHTS = {"erase": 2, "export_person": 2}
REMOVAL = {"event", "delivery", "attempt"}
"""The tables that keep the id of the user until they are pruned."""


class PersonVerbs:
    """The verbs of the state machine that export and erase users."""

    model: Model
    inside: Inside
    conversations: list[str]
    some_user: Callable[[Any], Named]
    done: Callable[[Refusal | None, int, httpx.Response], bool]

    def _of_person(self, named: Named, method: str, below: str) -> httpx.Response:
        user = quote(next(iter(named.values())), safe="")
        return self.inside.run(self.inside.extension(method, f"/users/{user}/{below}"))

    def erase(self, draw: Callable[..., Any]) -> None:
        """Erase a user: the messages and the history of memberships keep their shape."""
        named = self.some_user(draw)
        person = self.model.find(named)
        before = {id: self._history(id) for id in self.conversations}
        answer = self._of_person(named, "POST", "erase")
        if self.done(None if person else NO_USER, 200, answer) and person:
            ids, gone, personal = self.model.ids_of(person), set(self._strings(person)), self._personal(person)
            pseudonym = answer.json()["erasure"]["pseudonym"]
            self.model.erase(person, pseudonym)
            self._assert_gone(person, gone)
            self._assert_shape(before, ids, pseudonym)
            texts = [*ids, *personal, person.name, "Ada", person.external_id, person.sdk_client]
            self.inside.keyed = [one for one in self.inside.keyed if not _mentions(one.answer, texts)]

    def _personal(self, person: Person) -> list[str]:
        rooms = [self.model.rooms[id] for id in self.model.rooms_of(person)]
        return [room.id for room in rooms if room.type == "personal"]

    def _strings(self, person: Person) -> Iterator[str]:
        """The strings that belong to this person alone: ids, name and texts."""
        ids = self.model.ids_of(person)
        # A user that was merged, imported again and merged into another user is also an alias of that user.
        others = [one.merged for one in self.model.people.values() if one is not person]
        yield from (person.name, *(one for one in ids if not any(one in merged for merged in others)))
        for room in self.model.rooms.values():
            for message in room.messages:
                is_own = message["author"].get("userId") in ids
                if is_own or (room.type == "personal" and person.id in room.seats):
                    yield message["content"]["text"]

    def _assert_gone(self, person: Person, strings: set[str]) -> None:
        strings.discard("")
        for table, rows in everything(self.inside.database).items():
            found = {one for one in strings if any(one in str(value) for row in rows for value in row)}
            assert found <= ({person.id} if table in REMOVAL else set()), (table, found)
        listed = walk(self._get, "/eventRecords", "events", 100)
        naming = [one["type"] for one in listed if any(each in json.dumps(one) for each in strings)]
        assert set(naming) <= {"user:remove"}
        users = walk(self._get, "/users?sort=oldest", "users", 100)
        assert {one["id"] for one in users} == set(self.model.people)

    def _assert_shape(self, before: dict[str, Any], ids: list[str], pseudonym: str) -> None:
        for id, changes in before.items():
            expected = [{**one, "userId": pseudonym} if one["userId"] in ids else one for one in changes]
            after = self._history(id)
            left = [one for one in after if one not in expected]
            assert [one for one in after if one in expected] == expected
            assert {(one["type"], one["reason"], one["userId"]) for one in left if one["userId"] == pseudonym} == {
                (one["type"], one["reason"], one["userId"]) for one in left
            }

    def export_person(self, draw: Callable[..., Any]) -> None:
        """Export a user."""
        named = self.some_user(draw)
        person = self.model.find(named)
        answer = self._of_person(named, "GET", "export")
        if person is None:
            assert error_of(answer) == NO_USER
            return
        header, *lines, end = [json.loads(line) for line in answer.text.splitlines()]
        assert (header["type"], header["userId"]) == ("header", person.id)
        assert end == {"type": "end", "counts": Counter(one["type"] for one in lines)}
        found: dict[str, list[Any]] = {}
        for one in lines:
            found.setdefault(one["type"], []).append(one)
        self._assert_profile(person, found)
        self._assert_talk(person, found)
        assert {"profile", *found} <= {
            "profile", "client", "conversation", "membership", "membershipChange", "message", "event",
        }  # fmt: skip

    def _assert_profile(self, person: Person, found: dict[str, list[Any]]) -> None:
        (profile,) = found["profile"]
        assert profile["user"] == self.inside.run(self.inside.ok("GET", f"/users/{person.id}"))["user"]
        assert [person.id, *profile.get("mergedUserIds", [])] == self.model.ids_of(person)
        clients = [one["client"]["id"] for one in found.get("client", [])]
        assert clients == ([person.sdk_client] if person.sdk_client else [])
        rooms = [self.model.rooms[id] for id in self.model.rooms_of(person)]
        seats = {room.id: to_api(room.seats[person.id]) for room in rooms}
        assert {one["conversationId"]: one["participant"] for one in found.get("membership", [])} == seats
        changes = [one["change"] for one in found.get("membershipChange", [])]
        ended = Counter((one["conversationId"], one["participantId"], one["userId"], one["type"]) for one in changes)
        assert all(ended[*key, "joined"] == ended[*key, "left"] for key in {one[:3] for one in ended})

    def _assert_talk(self, person: Person, found: dict[str, list[Any]]) -> None:
        expected = {
            (room.id, one["id"]): one for room in self.model.rooms.values() for one in self._messages_of(room, person)
        }
        messages = {(one["conversationId"], one["message"]["id"]): one["message"] for one in found.get("message", [])}
        assert messages == expected
        conversations = [one["conversation"]["id"] for one in found.get("conversation", [])]
        assert sorted(conversations) == sorted({*self.model.rooms_of(person), *(where for where, _ in expected)})

    def _messages_of(self, room: Room, person: Person) -> list[dict[str, Any]]:
        """The messages in an export: all messages of a personal conversation, only the user's messages of a group."""
        if room.type == "personal" and person.id in room.seats:
            return room.messages
        ids = self.model.ids_of(person)
        return [one for one in room.messages if one["author"].get("userId") in ids]

    def _history(self, conversation: str) -> Any:
        path = f"/conversations/{conversation}/history"
        answer = self.inside.run(self.inside.extension("GET", path))
        return walk(self._get, path, "changes", 100) if answer.is_success else []

    def _get(self, path: str) -> Any:
        answer = self.inside.run(self.inside.extension("GET", path))
        assert answer.is_success, answer.text
        return answer.json()


def _mentions(answer: httpx.Response, texts: list[str | None]) -> bool:
    """Whether a stored response contains one of the texts, so that the erasure may have deleted it."""
    return any(one and (one in answer.text or json.dumps(one)[1:-1] in answer.text) for one in texts)
