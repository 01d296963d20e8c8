"""The verb that merges users, applied to the server and to the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import strategies as st

from tests.proofs.inside import Inside
from tests.proofs.model import Model, Refusal

MERGE_WEIGHTS = {"merge": 3}
DISAGREEMENT: Refusal = (409, "conflict", "User has another externalId")


class MergeVerbs:
    """The verb of the state machine that merges users."""

    model: Model
    inside: Inside
    done: Callable[[Refusal | None, int, httpx.Response], bool]

    def merge(self, draw: Callable[..., Any]) -> None:
        """Log a user in with the external id of another user."""
        people = list(self.model.people.values())
        named = [one for one in people if one.external_id is not None]
        if len(people) < 2 or not named:
            return
        surviving = draw(st.sampled_from(named))
        discarded = draw(st.sampled_from([one for one in people if one is not surviving]))
        body = {"externalId": surviving.external_id}
        answer = self.inside.run(self.inside.extension("POST", f"/users/{discarded.id}/login", body))
        refusal = None if discarded.external_id is None else DISAGREEMENT
        if self.done(refusal, 200, answer):
            assert answer.json()["user"]["id"] == surviving.id
            self.model.merge(surviving, discarded)
