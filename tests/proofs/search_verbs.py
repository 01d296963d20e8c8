"""The verbs that search and count. The expected results are computed from the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.harness import error_of
from tests.proofs.inside import Inside
from tests.proofs.model import NO_CONVERSATION, NO_USER, Model, Named, Room, Seat

SEARCH_WEIGHTS = {"list_members": 3, "list_memberships": 2, "list_app": 3, "find": 2}
NO_RESULT = "0" * 24
Params = dict[str, Any]


class SearchVerbs:
    """The verbs of the state machine that read filtered lists and counts."""

    model: Model
    inside: Inside
    conversations: list[str]
    external_ids: dict[str, str | None]
    seated: list[tuple[str, str]]
    said: list[tuple[str, str]]
    one_of: Callable[..., Any]
    some_user: Callable[[Any], Named]
    some_conversation: Callable[[Any], str]

    def list_members(self, draw: Callable[..., Any]) -> None:
        """List the members that a filter selects, or all members with their users and their total."""
        conversation = self.some_conversation(draw)
        kind = draw(st.sampled_from(["all", "unread", "userId", "userExternalId", "joinedAfter", "joinedBefore"]))
        params, newest = self._page(draw, "oldest")
        number = draw(st.integers(0, 99))
        path = f"/conversations/{conversation}/participants"
        if (room := self.model.rooms.get(conversation)) is None:
            assert error_of(self._ask(path, {})) == NO_CONVERSATION
            return
        seats = self._selected(room, kind, number, params)
        found, pages = self._walk(path, params, "participants")
        assert [one["id"] for one in found] == [one.id for one in (seats[::-1] if newest else seats)]
        assert [one["unreadCount"] for one in found] == [one.unread for one in (seats[::-1] if newest else seats)]
        if kind == "all":
            assert {page["total"] for page in pages} == {len(room.seats)}
            assert [(one["user"]["id"], one["user"]["profile"].get("surname", "")) for one in found] == [
                (one.person.id, one.person.name) for one in (seats[::-1] if newest else seats)
            ]

    def _selected(self, room: Room, kind: str, number: int, params: Params) -> list[Seat]:
        """Add a filter to the parameters; returns the members that it selects."""
        seats = list(room.seats.values())
        match kind:
            case "all":
                params["include"] = "total,user"
                return seats
            case "unread":
                params["filter[unread]"] = "true"
                return [one for one in seats if one.unread]
            case "userId":
                wanted = [id for index, id in enumerate(self.external_ids) if (number >> index) % 2]
                params["filter[userId]"] = ",".join(wanted or [NO_RESULT])
                return [one for one in seats if one.person.id in wanted]
            case "userExternalId":
                ids = sorted({one for one in self.external_ids.values() if one})
                named = ids[: number % (len(ids) + 1)]
                params["filter[userExternalId]"] = ",".join(named or ["unknown"])
                return [one for one in seats if one.person.external_id in named]
        listed = self._walk(f"/conversations/{room.id}/participants", {}, "participants")[0]
        joined = {one["id"]: one["joinedAt"] for one in listed}
        moment = sorted(joined.values())[number % len(joined)] if joined else "2025-01-01T00:00:00.000Z"
        params[f"filter[{kind}]"] = moment
        return [one for one in seats if (joined[one.id] >= moment) == (kind == "joinedAfter")]

    def list_memberships(self, draw: Callable[..., Any]) -> None:
        """List the memberships of a user, with their unread counts."""
        named, sort = self.some_user(draw), draw(st.sampled_from(["oldest", "newest", "activity"]))
        params = {"page[size]": draw(st.integers(1, 3)), "sort": sort, "include": "unread"}
        path = f"/users/{quote(next(iter(named.values())), safe='')}/memberships"
        if (person := self.model.find(named)) is None:
            assert error_of(self._ask(path, {})) == NO_USER
            return
        found, pages = self._walk(path, params, "memberships")
        seats = {room.id: room.seats[person.id] for room in self.model.rooms.values() if person.id in room.seats}
        shown = {one["conversationId"]: (one["participantId"], one["unreadCount"]) for one in found}
        assert len(found) == len(shown)
        assert shown == {id: (one.id, one.unread) for id, one in seats.items()}
        assert {page["totalUnread"] for page in pages} == {sum(one.unread for one in seats.values())}
        counts = {one["conversationId"]: one["participantCount"] for one in found}
        assert counts == {id: len(self.model.rooms[id].seats) for id in seats}
        keys = [one["lastUpdatedAt" if sort == "activity" else "participantId"] for one in found]
        assert keys == sorted(keys, reverse=sort != "oldest")

    def list_app(self, draw: Callable[..., Any]) -> None:
        """List all users or conversations of the app, or those that a filter selects."""
        kind = draw(st.sampled_from(["users", "name", "plan", "externalId", "conversations", "displayName", "userId"]))
        params, newest = self._page(draw, "newest")
        named = self.some_user(draw)
        person, ids = self.model.find(named), list[str]()
        people, rooms = self.model.people.values(), self.model.rooms.values()
        match kind:
            case "users":
                ids = list(self.model.people)
            case "name":
                params["filter[name]"] = "ada PERSON 1"
                ids = [one.id for one in people if one.name.startswith("Person 1")]
            case "plan":
                params["filter[metadata.plan]"] = "gold"
                ids = [one.id for one in people if one.plan == "gold"]
            case "externalId":
                params["filter[externalId]"] = named.get("userExternalId", "unknown")
                ids = [one.id for one in people if one.external_id == params["filter[externalId]"]]
            case "conversations":
                ids = list(self.model.rooms)
            case "displayName":
                params["filter[name]"] = "crew 1"
                ids = [one.id for one in rooms if one.name == "Crew 1"]
            case "userId":
                params["filter[userId]"] = next(iter(named.values()))
                ids = self.model.rooms_of(person) if person else []
        name = "users" if kind in ("users", "name", "plan", "externalId") else "conversations"
        if kind == "userId" and person is None:
            assert error_of(self._ask("/conversations", params)) == NO_USER
            return
        found, _ = self._walk(f"/{name}", params, name)
        assert [one["id"] for one in found] == sorted(ids, reverse=newest)
        if name == "conversations":
            self._assert_counted(found)

    def _assert_counted(self, found: Sequence[Any]) -> None:
        for one in found:
            room = self.model.rooms[one["id"]]
            assert (one["participantCount"], one["messageCount"]) == (len(room.seats), len(room.messages))
            last = room.messages[-1]["id"] if room.messages else None
            assert one.get("lastMessage", {}).get("id") == last

    def find(self, draw: Callable[..., Any]) -> None:
        """Find any object by its id, even if it is deleted, and users by their external ids."""
        kind = draw(st.sampled_from(["user", "externalId", "conversation", "participant", "message"]))
        expected: list[tuple[str, str]] = []
        match kind:
            case "user":
                wanted = self.one_of(draw, self.model.people, self.external_ids)
                expected = [("user", wanted)] if wanted in self.model.people else []
            case "externalId":
                wanted = self.some_user(draw).get("userExternalId", "unknown")
                person = self.model.find({"userExternalId": wanted})
                expected = [("user", person.id)] if person else []
            case "conversation":
                wanted = self.some_conversation(draw) if self.conversations else NO_RESULT
                expected = [("conversation", wanted)] if wanted in self.model.rooms else []
            case "participant":
                _, wanted = self.one_of(draw, self.model.seated(), self.seated)
                held = [one for room in self.model.rooms.values() for one in room.seats.values()]
                expected = [("participant", wanted)] if any(one.id == wanted for one in held) else []
            case "message":
                now = [(room.id, one["id"]) for room in self.model.rooms.values() for one in room.messages]
                _, wanted = self.one_of(draw, now, self.said)
                messages = [one for room in self.model.rooms.values() for one in room.messages]
                expected = [("message", wanted)] if any(one["id"] == wanted for one in messages) else []
        results = self._ask("/find", {"q": wanted}).json()["results"]
        assert [(one["kind"], one["id"]) for one in results if one["kind"] != "event"] == expected

    def _page(self, draw: Callable[..., Any], default: str) -> tuple[Params, bool]:
        """The paging parameters, and whether the newest record comes first."""
        sort = draw(st.sampled_from(["", "oldest", "newest"]))
        size = draw(st.none() | st.integers(1, 4))
        params = {"page[size]": size, "sort": sort}
        return {name: value for name, value in params.items() if value}, (sort or default) == "newest"

    def _ask(self, path: str, params: Params) -> Any:
        query = f"?{urlencode(params)}" if params else ""
        return self.inside.run(self.inside.extension("GET", f"{path}{query}"))

    def _walk(self, path: str, params: Params, name: str) -> tuple[list[Any], list[Any]]:
        """All records, and the pages that contain them."""
        answer = self._ask(path, params)
        pages: list[Any] = []
        while True:
            assert answer.status_code == 200, answer.text
            pages.append(page := answer.json())
            assert len(page[name]) <= params.get("page[size]", 25)
            if not page["meta"]["hasMore"]:
                return [one for page in pages for one in page[name]], pages
            answer = self.inside.run(self.inside.follow(page["links"]["next"]))
