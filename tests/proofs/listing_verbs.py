"""The verbs that list participants and conversations with the official API, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import strategies as st

from tests.harness import error_of
from tests.proofs.inside import Inside
from tests.proofs.model import NO_CONVERSATION, NO_USER, Model, Named
from tests.proofs.paging import FIRST, LAST, Asked, expected_page, parsed_links

Draw = Callable[..., Any]


class ListVerbs:
    """The verbs of the state machine that read lists."""

    model: Model
    inside: Inside
    ask: Callable[..., httpx.Response]
    some_user: Callable[[Draw], Named]
    some_conversation: Callable[[Draw], str]

    def list_participants(self, draw: Draw) -> None:
        conversation = self.some_conversation(draw)
        size, backwards = draw(st.none() | st.integers(1, self.model.limit + 1)), draw(st.booleans())
        path = f"/conversations/{conversation}/participants"
        if (room := self.model.rooms.get(conversation)) is None:
            assert error_of(self.ask("GET", path)) == NO_CONVERSATION
            return
        listed = self.walk(path, "participants", [seat.id for seat in room.seats.values()], size, backwards, {})
        assert listed == self.model.to_api(room)

    def list_conversations(self, draw: Draw) -> None:
        named = self.some_user(draw)
        size, backwards = draw(st.none() | st.integers(1, 4)), draw(st.booleans())
        if (person := self.model.find(named)) is None:
            params = Asked("", filter=named).params
            assert error_of(self.ask("GET", "/conversations", params=params)) == NO_USER
            return
        listed = self.walk("/conversations", "conversations", self.model.rooms_of(person), size, backwards, named)
        rooms = [self.model.rooms[one["id"]] for one in listed]
        assert [(one["type"], one["isDefault"]) for one in listed] == [(room.type, room.is_default) for room in rooms]

    def walk(
        self, path: str, name: str, ids: list[str], size: int | None, backwards: bool, filter: Named
    ) -> list[dict[str, Any]]:
        """All records, page by page. Checks every page."""
        url = f"{self.inside.base}{path}"
        found: list[dict[str, Any]] = []
        cursor: str | None = LAST if backwards else FIRST
        while cursor is not None:
            step = {"before": cursor} if backwards else {"after": cursor}
            asked = Asked(url, **step, size=size, filter=filter)
            answer = self.ask("GET", path, params=asked.params).json()
            page = answer[name]
            assert ([one["id"] for one in page], answer["meta"], parsed_links(answer)) == expected_page(ids, asked)
            found = page + found if backwards else found + page
            cursor = answer["meta"].get("beforeCursor" if backwards else "afterCursor")
        assert [one["id"] for one in found] == ids
        return found
