"""The changes of the model when records are imported."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.proofs.model import Model, Person, Room, Seat

Record = dict[str, Any]
ORDER = ("user", "client", "conversation", "message", "leave", "participant")


class Refused(Exception):
    """A record is refused. The message is the title of its error."""


class Importer:
    """Applies records to a model. `counts` are the expected counts, and `refused` maps an index to its error title."""

    def __init__(self, model: Model, shown: dict[str, Record]) -> None:
        self._model = model
        self._shown = shown
        self.counts: Counter[str] = Counter()
        self.refused: dict[int, str] = {}

    def apply(self, records: list[Record]) -> None:
        """Apply the records of a request."""
        for kind in ORDER:
            if kind == "participant":
                self._note_messages([one for one in records if one["kind"] == kind])
            for index, record in enumerate(records):
                if record["kind"] == kind:
                    try:
                        self.counts[getattr(self, f"_{kind}")(record)] += 1
                    except Refused as error:
                        self.refused[index] = str(error)

    def _user(self, record: Record) -> str:
        user, people = record["user"], self._model.people
        external_id = user.get("externalId")
        if self._shown.get(user["id"]) == user:
            return "unchanged"
        owner = self._model.find({"userExternalId": external_id}) if external_id else None
        if owner is not None and owner.id != user["id"]:
            raise Refused(f"user: externalId {external_id} belongs to the user {owner.id}")
        self._shown[user["id"]] = user
        name, plan = user["profile"]["surname"], user["metadata"]["plan"]
        if (known := people.get(user["id"])) is None:
            people[user["id"]] = Person(user["id"], external_id, name, plan)
            return "created"
        known.external_id, known.name, known.plan = external_id, name, plan
        return "updated"

    def _client(self, record: Record) -> str:
        id = record["client"]["id"]
        if (person := self._model.people.get(record["userId"])) is None:
            raise Refused(f"the app has no user {record['userId']}")
        if person.sdk_client not in (None, id):
            raise Refused(f"client: the user has the SDK client {person.sdk_client} already")
        known, person.sdk_client = person.sdk_client, id
        return "created" if known is None else "unchanged"

    def _conversation(self, record: Record) -> str:
        shown = record["conversation"]
        if self._shown.get(shown["id"]) == shown:
            return "unchanged"
        self._shown[shown["id"]] = shown
        if (room := self._model.rooms.get(shown["id"])) is None:
            updated, name = shown["lastUpdatedAt"], shown.get("displayName")
            room = Room(shown["id"], shown["type"], updated, is_default=shown["isDefault"], name=name)
            self._model.rooms[room.id] = room
            return "created"
        room.name = shown.get("displayName")
        return "updated"

    def _room(self, record: Record) -> Room:
        if (room := self._model.rooms.get(record["conversationId"])) is None:
            raise Refused(f"the app has no conversation {record['conversationId']}")
        return room

    def _message(self, record: Record) -> str:
        room, message = self._room(record), record["message"]
        others = [one for one in room.messages if one["id"] != message["id"]]
        if message in room.messages:
            return "unchanged"
        updated = len(others) < len(room.messages)
        room.messages = sorted([*others, message], key=lambda one: str(one["id"]))
        if updated:
            return "updated"
        room.updated, room.had_messages = max(room.updated, message["received"]), True
        for seat in room.seats.values():
            seat.unread += 1
        return "created"

    def _leave(self, record: Record) -> str:
        room = self._room(record)
        seat = next((one for one in room.seats.values() if one.id == record["participantId"]), None)
        if seat is None:
            return "unchanged"
        del room.seats[seat.person.id]
        if seat.person.default == room.id:
            seat.person.default = None
        return "updated"

    def _note_messages(self, records: list[Record]) -> None:
        """A participant with unread messages implies that the conversation had messages, even if they are deleted."""
        for record in records:
            room = self._model.rooms.get(record["conversationId"])
            if room is not None and record["participant"]["unreadCount"]:
                room.had_messages = True

    def _participant(self, record: Record) -> str:
        room, shown = self._room(record), record["participant"]
        if (person := self._model.people.get(shown["userId"])) is None:
            raise Refused(f"the app has no user {shown['userId']}")
        known = next((one for one in room.seats.values() if one.id == shown["id"]), None)
        other = room.seats.get(person.id)
        if other is not None and other.id != shown["id"]:
            raise Refused(f"participant: the user is in the conversation already, as the participant {other.id}")
        if known is None and room.type == "personal" and room.seats:
            raise Refused("participant: a conversation of type personal has exactly one")
        subscribed = bool(shown["clientAssociations"])
        seat = Seat(shown["id"], person, subscribed, shown["unreadCount"], shown.get("lastRead"))
        if seat == known:
            return "unchanged"
        others = [one for one in room.seats.values() if one is not known]
        room.seats = {one.person.id: one for one in sorted([*others, seat], key=lambda one: one.id)}
        if room.is_default and (known is None or known.person is not person):
            self._make_default(room, person, known)
        return "created" if known is None else "updated"

    def _make_default(self, room: Room, person: Person, known: Seat | None) -> None:
        if known is not None and known.person.default == room.id:
            known.person.default = None
        if person.default is None:
            person.default = room.id
        room.is_default = person.default == room.id
