"""A model of users, conversations and memberships in plain dictionaries, with which the server must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.proofs.model_of_control import Controllers, Switchboard
from tests.proofs.replay import Membership

Refusal = tuple[int, str, str]
Event = tuple[str, str | None, str | None, list[list[str]] | None]
"""Type, conversation, user, and the [participant, user] pairs."""
Named = dict[str, str]
"""`{"userId": …}` or `{"userExternalId": …}`."""

NO_CONVERSATION: Refusal = (404, "conversation_not_found", "Conversation not found")
NO_USER: Refusal = (404, "user_not_found", "User not found")
NO_MEMBER: Refusal = (404, "not_found", "User is not a member of the conversation")
NO_MESSAGE: Refusal = (404, "not_found", "Message not found")
NO_GROUP: Refusal = (400, "bad_request", "Only conversations of type sdkGroup can be joined or left")
FULL: Refusal = (400, "bad_request", "Too many participants")
TAKEN: Refusal = (409, "conflict", "User already exists")


@dataclass
class Person:
    """A user."""

    id: str
    external_id: str | None
    name: str = ""
    plan: str = ""
    sdk_client: str | None = None
    default: str | None = None
    merged: set[str] = field(default_factory=set)
    """The ids of the users that were merged into this one."""


@dataclass
class Seat:
    """A participant."""

    id: str
    person: Person
    subscribed: bool = False
    unread: int = 0
    last_read: str | None = None


@dataclass
class Room:
    """A conversation; the seats by user, in the order of joining."""

    id: str
    type: str
    updated: str
    """When the last message was received, even if it was deleted since; without a message, the time of creation."""
    is_default: bool = False
    name: str | None = None
    seats: dict[str, Seat] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    controllers: Controllers = field(default_factory=Controllers)
    had_messages: bool = False


class Model:
    """The state, and the expected events since they were last collected."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.switchboard = Switchboard()
        self.last_id = ""
        self.owed: list[Event] = []

    def find(self, named: Named) -> Person | None:
        """The user with the given id or external id."""
        if "userId" in named:
            return self.people.get(named["userId"])
        found = [one for one in self.people.values() if one.external_id == named["userExternalId"]]
        return found[0] if found else None

    def ids_of(self, person: Person) -> list[str]:
        """The id of a user and of the users merged into it, except for users that an import has restored."""
        return [person.id, *sorted(person.merged - self.people.keys())]

    def membership(self) -> Membership:
        """The expected membership."""
        return {room.id: {seat.id: seat.person.id for seat in room.seats.values()} for room in self.rooms.values()}

    def seated(self) -> list[tuple[str, str]]:
        """The conversation and participant ids of all participants of groups."""
        groups = [room for room in self.rooms.values() if room.type == "sdkGroup"]
        return [(room.id, seat.id) for room in groups for seat in room.seats.values()]

    def rooms_of(self, person: Person) -> list[str]:
        """The ids of the conversations of the user, ascending."""
        return sorted(room.id for room in self.rooms.values() if person.id in room.seats)

    def to_api(self, room: Room) -> list[dict[str, Any]]:
        """The participants of a conversation, as responses show them."""
        return [to_api(seat) for seat in room.seats.values()]

    def refusal_of_join(self, room_id: str, named: Named) -> Refusal | None:
        """The error of a join, or None."""
        if (room := self.rooms.get(room_id)) is None:
            return NO_CONVERSATION
        if room.type != "sdkGroup":
            return NO_GROUP
        if (person := self.find(named)) is None:
            return NO_USER
        return FULL if person.id not in room.seats and len(room.seats) >= self.limit else None

    def join(self, room_id: str, named: Named, answer: dict[str, Any], *, subscribe: bool) -> None:
        """Apply a join that returned this participant."""
        room, person = self.rooms[room_id], self.find(named)
        assert person is not None
        seat = room.seats.get(person.id)
        added = seat is None
        if seat is None:
            seat = self._seat(room, person, answer["id"])
        self._subscribe(seat, answer, subscribe=subscribe)
        if added:
            self.owed.append(("conversation:join", room.id, person.id, [[seat.id, person.id]]))
        assert answer == to_api(seat)

    def _seat(self, room: Room, person: Person, participant_id: str) -> Seat:
        # Ids ascend, also across restarts, so the id of a former participant is never used again.
        assert participant_id > self.last_id
        self.last_id = participant_id
        seat = room.seats[person.id] = Seat(participant_id, person)
        return seat

    def _subscribe(self, seat: Seat, answer: dict[str, Any], *, subscribe: bool) -> None:
        if subscribe and seat.person.sdk_client is None:
            seat.person.sdk_client = answer["clientAssociations"][0]["clientId"]
            self.owed.append(("client:add", None, seat.person.id, None))
        seat.subscribed |= subscribe

    def refusal_of_leave(self, room_id: str, *, seat: Seat | None, user_missing: bool) -> Refusal | None:
        """The error of a leave, or None."""
        if (room := self.rooms.get(room_id)) is None:
            return NO_CONVERSATION
        if room.type != "sdkGroup":
            return NO_GROUP
        if user_missing:
            return NO_USER
        return NO_MEMBER if seat is None else None

    def leave(self, room_id: str, seat: Seat) -> None:
        """Apply a leave."""
        del self.rooms[room_id].seats[seat.person.id]
        self.owed.append(("conversation:leave", room_id, seat.person.id, [[seat.id, seat.person.id]]))

    def refusal_of_author(self, room_id: str, named: Named | None) -> Refusal | None:
        """The error of a message or an activity, or None. Without `named`, the author is the business."""
        if (room := self.rooms.get(room_id)) is None:
            return NO_CONVERSATION
        if named is None:
            return None
        if (person := self.find(named)) is None:
            return NO_USER
        return None if person.id in room.seats else NO_MEMBER

    def post(self, room_id: str, named: Named | None, message: dict[str, Any]) -> None:
        """Apply a message that was posted."""
        room = self.rooms[room_id]
        assert message["id"] > max([self.last_id, *[one["id"] for one in room.messages]])
        assert message["received"] >= room.updated
        room.messages.append(message)
        room.updated, room.had_messages = message["received"], True
        for seat in room.seats.values():
            seat.unread += 1
        self._see(room, named)
        if named is not None:
            self.switchboard.speak(room.controllers)
        self.owed.append(("conversation:message", room_id, None, None))

    def act(self, room_id: str, named: Named | None, type: str) -> None:
        """Apply an activity."""
        room = self.rooms[room_id]
        if named is not None:
            self._see(room, named)
        name = "conversation:read" if type == "conversation:read" else "conversation:typing"
        self.owed.append((name, room_id, None, None))

    def _see(self, room: Room, named: Named | None) -> None:
        person = self.find(named) if named else None
        if person is not None and room.had_messages:
            room.seats[person.id].unread, room.seats[person.id].last_read = 0, room.updated

    def delete_message(self, room_id: str, message_id: str) -> Refusal | None:
        """Delete a message, which keeps unread counts; returns the error, or None."""
        if (room := self.rooms.get(room_id)) is None:
            return NO_CONVERSATION
        left = [one for one in room.messages if one["id"] != message_id]
        refusal = NO_MESSAGE if len(left) == len(room.messages) else None
        room.messages = left
        return refusal

    def delete_messages(self, room_id: str) -> Refusal | None:
        """Delete all messages, which resets unread counts; returns the error, or None."""
        if (room := self.rooms.get(room_id)) is None:
            return NO_CONVERSATION
        room.messages = []
        for seat in room.seats.values():
            seat.unread = 0
        return None

    def refusal_of_create(self, named: Sequence[Named]) -> Refusal | None:
        """The error of creating a conversation with these users, or None."""
        people = [self.find(one) for one in named]
        if None in people:
            return NO_USER
        return FULL if len({one.id for one in people if one}) > self.limit else None

    def create(
        self, made: dict[str, Any], named: Sequence[Named], subscribe: Sequence[bool], listed: list[Any]
    ) -> None:
        """Apply the creation of a conversation with these participants."""
        name = made.get("displayName")
        room = self.rooms[made["id"]] = Room(made["id"], made["type"], made["lastUpdatedAt"], name=name)
        self.switchboard.speak(room.controllers)
        wanted: dict[str, bool] = {}
        for one, wish in zip(named, subscribe, strict=True):
            person = self.find(one)
            assert person is not None
            wanted[person.id] = wanted.get(person.id, False) or wish
        for (user_id, wish), answer in zip(wanted.items(), listed, strict=True):
            self._subscribe(self._seat(room, self.people[user_id], answer["id"]), answer, subscribe=wish)
        assert self.to_api(room) == listed
        owner = next(iter(wanted)) if room.type == "personal" else None
        if owner is not None and self.people[owner].default is None:
            self.people[owner].default, room.is_default = room.id, True
        assert made["isDefault"] == room.is_default
        pairs = [[seat.id, seat.person.id] for seat in room.seats.values()]
        self.owed.append(("conversation:create", room.id, owner, pairs))

    def refusal_of_delete(self, room_id: str) -> Refusal | None:
        """The error of deleting a conversation, or None."""
        if (room := self.rooms.get(room_id)) is None:
            return NO_CONVERSATION
        title = f"Conversation {room_id} cannot be deleted because it is the default."
        return (400, "bad_request", title) if room.is_default else None

    def delete_room(self, room_id: str) -> None:
        """Apply the deletion of a conversation."""
        del self.rooms[room_id]
        self.owed.append(("conversation:remove", room_id, None, None))

    def delete_person(self, person: Person) -> None:
        """Apply the deletion of a user, with their personal conversations."""
        for room_id in self.rooms_of(person):
            if self.rooms[room_id].type == "personal":
                self.delete_room(room_id)
            else:
                del self.rooms[room_id].seats[person.id]
        del self.people[person.id]
        self.owed.append(("user:remove", None, person.id, None))

    def erase(self, person: Person, pseudonym: str) -> None:
        """Apply an erasure: the messages of the user stay without their contents."""
        ids = self.ids_of(person)
        self.delete_person(person)
        for room in self.rooms.values():
            room.messages = [
                erased(one, pseudonym) if one["author"].get("userId") in ids else one for one in room.messages
            ]

    def merge(self, surviving: Person, discarded: Person) -> None:
        """Apply a merge of two users."""
        for room in self.rooms.values():
            seat = room.seats.get(discarded.id)
            if seat is not None and (kept := room.seats.get(surviving.id)) is not None:
                _combine(kept, seat)
                del room.seats[discarded.id]
            elif seat is not None:
                seat.person = surviving
                room.seats = {one.person.id: one for one in room.seats.values()}
        surviving.sdk_client = surviving.sdk_client or discarded.sdk_client
        surviving.merged |= {discarded.id, *discarded.merged}
        if surviving.default is None:
            surviving.default = discarded.default
        elif discarded.default is not None:
            self.rooms[discarded.default].is_default = False
        del self.people[discarded.id]
        self.owed.append(("user:merge", None, surviving.id, None))


def _combine(kept: Seat, other: Seat) -> None:
    kept.subscribed |= other.subscribed
    if (other.last_read or "") > (kept.last_read or ""):
        kept.last_read = other.last_read
        kept.unread = min(kept.unread, other.unread)


def erased(message: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """A message of a user who was erased, as responses show it."""
    author = {"type": "user", "userId": pseudonym}
    content = {"type": "text", "text": ""}
    kept = {name: message[name] for name in ("id", "received")}
    return {**kept, "author": author, "content": content, "source": message["source"], "deleted": True}


def to_api(seat: Seat) -> dict[str, Any]:
    """A participant, as responses show it."""
    clients = [{"type": "sdk", "clientId": seat.person.sdk_client}] if seat.subscribed else []
    external = {} if seat.person.external_id is None else {"userExternalId": seat.person.external_id}
    read = {} if seat.last_read is None else {"lastRead": seat.last_read}
    about = {"id": seat.id, "userId": seat.person.id, "unreadCount": seat.unread, "clientAssociations": clients}
    return {**about, **external, **read}
