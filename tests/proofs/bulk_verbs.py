"""The verbs that change many memberships at once, applied to the server and to the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import strategies as st

from tests.harness import error_of
from tests.proofs.inside import Inside
from tests.proofs.model import FULL, NO_CONVERSATION, NO_GROUP, NO_MEMBER, NO_USER, Model, Named, Refusal

BULK_WEIGHTS = {"bulk": 4, "replace": 4}
Draw = Callable[..., Any]
Item = tuple[str, Named, bool]
"""The type, the user, and whether to subscribe the SDK client."""


class BulkVerbs:
    """The verbs of the state machine that change many memberships at once."""

    model: Model
    inside: Inside
    seated: list[tuple[str, str]]
    some_user: Callable[[Draw], Named]
    some_conversation: Callable[[Draw], str]
    done: Callable[[Refusal | None, int, httpx.Response], bool]

    def _send(self, method: str, conversation: str, below: str, body: Any) -> httpx.Response:
        path = f"/conversations/{conversation}/participants{below}"
        return self.inside.run(self.inside.extension(method, path, body))

    def bulk(self, draw: Draw) -> None:
        """Join and leave with up to ten users in one request, item by item or atomically."""
        conversation, atomic = self.some_conversation(draw), draw(st.booleans())
        kinds = draw(st.lists(st.sampled_from(["join", "join", "leave"]), min_size=1, max_size=10))
        items: list[Item] = [(kind, self.some_user(draw), draw(st.booleans())) for kind in kinds]
        rows = [
            {"type": kind, **named, **({"subscribeSDKClient": subscribe} if kind == "join" else {})}
            for kind, named, subscribe in items
        ]
        answer = self._send("POST", conversation, "/bulk", {"items": rows, "atomic": atomic})
        refusal = self._refusal_of_conversation(conversation)
        expected = [] if refusal else self._refusals(conversation, items)
        if atomic and (first := next((index for index, one in enumerate(expected) if one), None)) is not None:
            status, code, title = expected[first] or NO_USER
            refusal = (status, code, f"items[{first}]: {title}")
        if self.done(refusal, 200, answer):
            for item, one, result in zip(items, expected, answer.json()["results"], strict=True):
                self._apply(conversation, item, one, result)

    def _apply(self, conversation: str, item: Item, refusal: Refusal | None, result: dict[str, Any]) -> None:
        kind, named, subscribe = item
        if refusal is not None:
            (error,) = result["errors"]
            assert (result["status"], error["code"], error["title"]) == refusal
        elif kind == "join":
            assert result["status"] == 201
            self.model.join(conversation, named, result["participant"], subscribe=subscribe)
            self.seated.append((conversation, result["participant"]["id"]))
        else:
            assert result["status"] == 200
            self._leave(conversation, named)

    def _leave(self, conversation: str, named: Named) -> None:
        person = self.model.find(named)
        assert person is not None
        self.model.leave(conversation, self.model.rooms[conversation].seats[person.id])

    def _refusal_of_conversation(self, conversation: str) -> Refusal | None:
        if (room := self.model.rooms.get(conversation)) is None:
            return NO_CONVERSATION
        return None if room.type == "sdkGroup" else NO_GROUP

    def _refusals(self, conversation: str, items: list[Item]) -> list[Refusal | None]:
        """The refusal of each item, or None, given that the items before it take effect."""
        inside = set(self.model.rooms[conversation].seats)
        found: list[Refusal | None] = []
        for kind, named, _ in items:
            person = self.model.find(named)
            if person is None:
                found.append(NO_USER)
            elif kind == "leave":
                found.append(None if person.id in inside else NO_MEMBER)
                inside.discard(person.id)
            elif person.id not in inside and len(inside) >= self.model.limit:
                found.append(FULL)
            else:
                found.append(None)
                inside.add(person.id)
        return found

    def replace(self, draw: Draw) -> None:
        """Replace the members, after a dry run that changes nothing and reports the same result."""
        conversation = self.some_conversation(draw)
        wishes = draw(st.lists(st.booleans(), max_size=self.model.limit + 1))
        named = [self.some_user(draw) for _ in wishes]
        rows = [{**one, "subscribeSDKClient": wish} for one, wish in zip(named, wishes, strict=True)]
        dry = self._send("PUT", conversation, "?dryRun=true", rows)
        answer = self._send("PUT", conversation, "", rows)
        assert dry.status_code == answer.status_code
        people = [self.model.find(one) for one in named]
        if unknown := [index for index, one in enumerate(people) if one is None]:
            titles = [f"[{index}]: {NO_USER[2]}" for index in unknown]
            assert (answer.status_code, [one["title"] for one in answer.json()["errors"]]) == (404, titles)
            return
        wanted: dict[str, bool] = {}
        for person, wish in zip(people, wishes, strict=True):
            assert person is not None
            wanted[person.id] = wanted.get(person.id, False) or wish
        self._replaced(conversation, wanted, dry, answer)

    def _replaced(
        self, conversation: str, wanted: dict[str, bool], dry: httpx.Response, answer: httpx.Response
    ) -> None:
        refusal = self._refusal_of_conversation(conversation)
        before = [] if refusal else list(self.model.rooms[conversation].seats)
        missing = [user for user in wanted if user not in before]
        if not refusal and missing and len(wanted) > self.model.limit:
            refusal = FULL
        if refusal:
            assert error_of(dry) == error_of(answer) == refusal
            return
        assert {**dry.json(), "dryRun": False, "version": ""} == {**answer.json(), "version": ""}
        leaving = [user for user in before if user not in wanted]
        assert (answer.json()["joined"], answer.json()["left"]) == (len(missing), len(leaving))
        for user in leaving:
            self._leave(conversation, {"userId": user})
        path = f"/conversations/{conversation}/participants"
        listed = self.inside.run(self.inside.call("GET", path)).json()["participants"]
        for participant in listed:
            user = participant["userId"]
            self.model.join(conversation, {"userId": user}, participant, subscribe=wanted[user])
            self.seated.append((conversation, participant["id"]))
