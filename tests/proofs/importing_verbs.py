"""The verb that imports records of another server, applied to the server and to the model."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.proofs.inside import Inside
from tests.proofs.model import Model
from tests.proofs.model_of_imports import Importer
from tests.proofs.replay import Membership

IMPORT_WEIGHTS = {"import_records": 8}
# Participants of a conversation must be imported often, users and conversations seldom.
KINDS = ("user", "client", "conversation", "message", "message", "leave", "participant", "participant", "participant")
MOST_USERS, MOST_CONVERSATIONS = 12, 7
RECEIVED = "2025-03-06T10:00:00.000Z"
DAY_SECONDS = 86_400
Draw = Callable[..., Any]
Record = dict[str, Any]
T = TypeVar("T")


class ImportVerbs:
    """The verb of the state machine that imports records. They are new or existing, changed or unchanged.

    Ids and times are in the past, and are not imported in their order.
    """

    model: Model
    inside: Inside
    replayed: Membership
    external_ids: dict[str, str | None]
    conversations: list[str]
    seated: list[tuple[str, str]]
    said: list[tuple[str, str]]
    unique: Callable[[str], str]
    one_of: Callable[[Draw, Collection[Any], Collection[Any]], Any]
    some_conversation: Callable[[Draw], str]

    def import_records(self, draw: Draw) -> None:
        """Import up to six records, and then the same records again, which changes nothing."""
        kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
        self.shown: dict[str, Record] = {}
        self.taken: set[str] = set()
        records = [one for kind in kinds if (one := getattr(self, f"_{kind}_record")(draw)) is not None]
        importer = Importer(self.model, self.shown)
        importer.apply(records)
        self._put(records, importer)
        again = Importer(self.model, self.shown)
        again.apply(records)
        # A refused record can be accepted the second time, if other records of the request have made room.
        assert importer.refused or not again.counts.keys() & {"created", "updated"}
        self._put(records, again)
        for record in records:
            self._remember(record)
        # Imports have no events.
        self.replayed.clear()
        self.replayed.update(self.model.membership())

    def _put(self, records: list[Record], importer: Importer) -> None:
        answer = self.inside.run(self.inside.extension("POST", "/import", {"records": records}))
        assert answer.status_code == 200, answer.text
        expected = {one: importer.counts[one] for one in ("created", "updated", "unchanged")}
        refused = [{"index": index, "titles": [title]} for index, title in sorted(importer.refused.items())]
        assert answer.json() == {**expected, "refused": refused}

    def _remember(self, record: Record) -> None:
        """Note the objects, because verbs also name objects that were deleted in the meantime."""
        shown = record.get(record["kind"], {})
        match record["kind"]:
            case "user" if shown["id"] in self.model.people:
                self.external_ids[shown["id"]] = self.model.people[shown["id"]].external_id
            case "conversation" if shown["id"] not in self.conversations:
                self.conversations.append(shown["id"])
            case "participant" if (seat := (record["conversationId"], shown["id"])) not in self.seated:
                self.seated.append(seat)
            case "message" if (said := (record["conversationId"], shown["id"])) not in self.said:
                self.said.append(said)

    def _old_id(self, draw: Draw) -> str:
        """A new id like those of the hosted service: seconds, then bytes whose order means nothing."""
        self.imported = getattr(self, "imported", 0) + 1
        seconds = int(time.time()) - draw(st.integers(1, 9)) * DAY_SECONDS
        return f"{seconds:08x}f0305f4a{self.imported * 0x9E3779B1 % (1 << 32):08x}"

    def _once(self, id: str) -> bool:
        """Whether the request has no record with this id yet. Two of them would depend on each other."""
        is_new = id not in self.taken
        self.taken.add(id)
        return is_new

    def _user_record(self, draw: Draw) -> Record | None:
        external_id = draw(st.none() | st.sampled_from(["ada", "bob/ß ?&=", "eve"]))
        if len(self.model.people) < MOST_USERS and draw(st.booleans()):
            gone = [one for one in self.external_ids if one not in self.model.people]
            id = draw(st.sampled_from(gone)) if gone and draw(st.booleans()) else self._old_id(draw)
            profile = {"givenName": "Ada", "surname": self.unique("Person")}
            about = {"profile": profile, "metadata": {"plan": "gold"}}
            user: Record = {"id": id, "authenticated": False, "signedUpAt": RECEIVED, "identities": [], **about}
        else:
            user = self._known(f"/users/{self.one_of(draw, self.model.people, self.model.people)}", "user")
            user.pop("externalId", None)
        if external_id is not None:
            user["externalId"] = external_id
        return {"kind": "user", "user": user} if self._once(user["id"]) else None

    def _known(self, path: str, name: str) -> Record:
        """An object as the server shows it. Importing it changes nothing."""
        shown: Record = self.inside.run(self.inside.ok("GET", path))[name]
        self.shown[shown["id"]] = dict(shown)
        return shown

    def _client_record(self, draw: Draw) -> Record | None:
        user = self.one_of(draw, self.model.people, self.external_ids)
        seen = {"lastSeen": RECEIVED, "linkedAt": RECEIVED}
        client = {"id": self._old_id(draw), "type": "sdk", "status": "active", **seen}
        return {"kind": "client", "userId": user, "client": client} if self._once(f"client {user}") else None

    def _conversation_record(self, draw: Draw) -> Record | None:
        name = f"Crew {draw(st.integers(0, 2))}"
        if len(self.model.rooms) < MOST_CONVERSATIONS and draw(st.booleans()):
            gone = [one for one in self.conversations if one not in self.model.rooms]
            id = draw(st.sampled_from(gone)) if gone and draw(st.booleans()) else self._old_id(draw)
            type, is_default = draw(st.sampled_from([("sdkGroup", False), ("personal", False), ("personal", True)]))
            shown = {"id": id, "type": type, "isDefault": is_default, "createdAt": RECEIVED, "lastUpdatedAt": RECEIVED}
        elif self.model.rooms:
            shown = self._known(
                f"/conversations/{self.one_of(draw, self.model.rooms, self.model.rooms)}", "conversation"
            )
        else:
            return None
        record = {"kind": "conversation", "conversation": {**shown, "displayName": name}}
        return record if self._once(shown["id"]) else None

    def _message_record(self, draw: Draw) -> Record | None:
        conversation = self._some_conversation(draw)
        room = self.model.rooms.get(conversation)
        known = room.messages if room and draw(st.integers(0, 3)) == 0 else []
        if known:
            message = dict(draw(st.sampled_from(known)))
            if draw(st.booleans()):
                message |= {"deleted": True, "content": {"type": "text", "text": ""}}
        else:
            author = draw(st.sampled_from([None, *self.external_ids]))
            message = {
                "id": self._old_id(draw),
                "received": RECEIVED,
                "author": {"type": "user", "userId": author} if author else {"type": "business"},
                "content": {"type": "text", "text": self.unique("Old")},
                "source": {"type": "web"},
            }
        record = {"kind": "message", "conversationId": conversation, "message": message}
        return record if self._once(message["id"]) else None

    def _some_conversation(self, draw: Draw) -> str:
        return self.some_conversation(draw) if self.conversations else self._old_id(draw)

    def _leave_record(self, draw: Draw) -> Record | None:
        conversation, participant = self.one_of(draw, self.model.seated(), self.seated)
        record = {"kind": "leave", "conversationId": conversation, "participantId": participant}
        return record if self._once(participant) else None

    def _participant_record(self, draw: Draw) -> Record | None:
        conversation = self._some_conversation(draw)
        user = self.one_of(draw, self.model.people, self.external_ids)
        room, person = self.model.rooms.get(conversation), self.model.people.get(user)
        seat = room.seats.get(user) if room else None
        former = [id for where, id in self.seated if where == conversation]
        if seat is not None and draw(st.integers(0, 3)):
            id = seat.id
        else:
            # The id may belong to the participant of another user: then the users were merged.
            id = draw(st.sampled_from(former)) if former and draw(st.booleans()) else self._old_id(draw)
        client = person.sdk_client if person and draw(st.booleans()) else None
        shown = {
            "id": id,
            "userId": user,
            "unreadCount": draw(st.integers(0, 4)),
            "clientAssociations": [{"type": "sdk", "clientId": client}] if client else [],
        }
        if draw(st.booleans()):
            shown["lastRead"] = RECEIVED
        record = {"kind": "participant", "conversationId": conversation, "participant": shown}
        return record if self._once(id) and self._once(f"{conversation} {user}") else None
