"""Verbs that are repeated with their idempotency keys: a repetition changes nothing and gets the same response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
from hypothesis import strategies as st

from tests.proofs.inside import Inside, KeyedWrite

RETRY_WEIGHTS = {"with_key": 6, "retry": 3}
KEYED = (
    "bulk",
    "create_group",
    "create_personal",
    "create_user",
    "delete_conversation",
    "delete_message",
    "delete_user",
    "import_records",
    "join",
    "join",
    "leave",
    "merge",
    "say",
    "say",
)
REPLAYED = "idempotent-replayed"
OWN_HEADERS = {"date", "x-request-id"}
"""The headers that differ in each response."""


class RetryVerbs:
    """The verbs of the state machine that use idempotency keys."""

    inside: Inside
    unique: Callable[[str], str]
    restart: Callable[[Any], None]

    def with_key(self, draw: Callable[..., Any]) -> None:
        """Run another verb with a key, and repeat its request, perhaps after a restart."""
        verb, restarted = draw(st.sampled_from(KEYED)), draw(st.integers(0, 7)) == 0
        before = len(self.inside.keyed)
        self.inside.next_key = self.unique("key").replace(" ", "-")
        getattr(self, verb)(draw)
        self.inside.next_key = None
        if restarted:
            self.restart(draw)
        for write in self.inside.keyed[before:]:
            self._assert_replayed(write)
            self._assert_no_other(write)

    def retry(self, draw: Callable[..., Any]) -> None:
        """Repeat an earlier request."""
        # Hypothesis must not draw from the list of requests, because its length depends on the clock.
        number = draw(st.integers(0, 99))
        if self.inside.keyed:
            self._assert_replayed(self.inside.keyed[number % len(self.inside.keyed)])

    def _assert_replayed(self, write: KeyedWrite) -> None:
        answer = self.inside.run(self.inside.repeat(write))
        assert _shown(answer) == _shown(write.answer), write
        assert (REPLAYED in write.answer.headers, answer.headers.get(REPLAYED)) == (False, "true")

    def _assert_no_other(self, write: KeyedWrite) -> None:
        """Check that a different request with the key is refused."""
        other = (
            replace(write, url=f"{write.url}?other=1")
            if write.body is None
            else replace(write, body={**write.body, "other": 1})
        )
        answer = self.inside.run(self.inside.repeat(other))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "idempotency_key_reuse")


def _shown(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in {*OWN_HEADERS, REPLAYED}}
    return answer.status_code, headers, answer.content
