"""The history of a conversation, and a verb of the model that replays it to get the members at each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.proofs.inside import Inside
from tests.proofs.model import Model
from tests.proofs.paging import FIRST

HISTORY_WEIGHTS = {"look_back": 3}
Seat = tuple[str, str]
"""A participant and a user."""


def members_after(changes: list[Any], moment: str | None = None) -> set[Seat]:
    """The members after the changes up to a time, or after all changes. Fails if the changes contradict each other."""
    present: set[Seat] = set()
    for change in changes:
        if moment is not None and change["time"] > moment:
            break
        seat = (change["participantId"], change["userId"])
        assert (change["type"] == "left") == (seat in present)
        present ^= {seat}
    return present


def moments_of(changes: list[Any]) -> list[str]:
    """The times of the changes, and the times a millisecond before and after each."""
    times = {change["time"] for change in changes}
    near = {shifted(time, by) for time in times for by in (-1, 1)}
    return sorted(times | near)


def shifted(time: str, milliseconds: int) -> str:
    """The time plus a number of milliseconds."""
    moment = datetime.fromisoformat(time) + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def walk(get: Callable[[str], Any], path: str, name: str, size: int) -> list[Any]:
    """All records of a list, page by page. Checks that no record is listed twice."""
    query = "&" if "?" in path else "?"
    found: list[Any] = []
    after: str | None = FIRST
    while after is not None:
        page = get(f"{path}{query}page[size]={size}&page[after]={after}")
        found += page[name]
        after = page["meta"].get("afterCursor")
    ids = [one["id"] for one in found]
    assert len(ids) == len(set(ids))
    return found


class HistoryVerbs:
    """The verb of the state machine that reads the history."""

    model: Model
    inside: Inside
    conversations: list[str]

    def look_back(self, draw: Callable[..., Any]) -> None:
        """Replay the history of a conversation, and list its members at one of its times."""
        if not self.conversations:
            return
        conversation, size = draw(st.sampled_from(self.conversations)), draw(st.integers(1, 4))
        # Hypothesis must not draw from the list of times, because its length depends on the clock.
        number = draw(st.integers(0, 99))
        path = f"/conversations/{conversation}"
        room = self.model.rooms.get(conversation)
        if room is None and self._get(f"{path}/history", exists=False) is None:
            return
        changes = walk(self._get, f"{path}/history", "changes", size)
        present = {(seat.id, seat.person.id) for seat in room.seats.values()} if room else set()
        assert members_after(changes) == present
        if changes:
            moments = moments_of(changes)
            moment = moments[number % len(moments)]
            listed = walk(self._get, f"{path}/participants?at={moment}", "participants", size)
            assert {(one["id"], one["userId"]) for one in listed} == members_after(changes, moment)

    def _get(self, path: str, *, exists: bool = True) -> Any:
        answer = self.inside.run(self.inside.extension("GET", path))
        assert answer.status_code == 200 or (not exists and answer.status_code == 404), answer.text
        return answer.json() if answer.is_success else None
