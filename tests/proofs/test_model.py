"""Random verbs on the server, which must agree with the model after each verb."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from heliograph.storage.rows import outbox as event_rows
from tests.databases import POSTGRESQL, SQLITE, new_database
from tests.harness import Caller, author_of, error_of, init, serving
from tests.proofs.bulk_verbs import BulkVerbs
from tests.proofs.controlling import ControlVerbs
from tests.proofs.histories import HistoryVerbs
from tests.proofs.identities import assert_unique
from tests.proofs.importing_verbs import ImportVerbs
from tests.proofs.inside import Inside, Outside
from tests.proofs.listing_verbs import ListVerbs
from tests.proofs.merging import MergeVerbs
from tests.proofs.model import NO_USER, TAKEN, Model, Named, Person, Refusal
from tests.proofs.paging import FIRST
from tests.proofs.person_verbs import PersonVerbs
from tests.proofs.replay import Membership, assert_documented, replay
from tests.proofs.retry_verbs import RetryVerbs
from tests.proofs.search_verbs import SearchVerbs
from tests.proofs.stored import in_order, pairs_of, settled, stored_membership
from tests.proofs.weights import VERBS

T = TypeVar("T")

LIMIT = 5
EXAMPLES = {SQLITE: 12, POSTGRESQL: 5, "workers": 2}
pytestmark = pytest.mark.timeout(300)  # shrinking a failure takes long
# More users than fit in a group, and few objects, so that verbs often use the same ones.
MOST_USERS, MOST_CONVERSATIONS = 9, 5
EXTERNAL_IDS = ["ada", "bob/ß ?&=", "f" * 24]
LETTERS = str.maketrans("0123456789", "ghijklmnop")
PLANS = ["gold", "silver", "none"]
Seated = tuple[str, str]
"""A conversation, and the id of a current or former participant."""
Draw = Callable[..., Any]


class Verbs(
    ControlVerbs,
    MergeVerbs,
    HistoryVerbs,
    BulkVerbs,
    RetryVerbs,
    PersonVerbs,
    SearchVerbs,
    ImportVerbs,
    ListVerbs,
    RuleBasedStateMachine,
):
    """The verbs, each applied to the server and to the model."""

    def __init__(self, open_inside: Callable[[Path], Inside]) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="heliograph-proof-")
        self.inside = open_inside(Path(self.folder.name))
        self.model: Model = Model(LIMIT)
        # All objects ever created, because verbs also name deleted ones.
        self.external_ids: dict[str, str | None] = {}
        self.conversations: list[str] = []
        self.seated: list[Seated] = [(FIRST, FIRST)]
        self.said: list[tuple[str, str]] = [(FIRST, FIRST)]
        self.texts = 0
        self.last_event = ""
        self.replayed: Membership = {}

    def teardown(self) -> None:
        self.inside.close()
        self.folder.cleanup()

    def ask(self, method: str, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        return self.inside.run(self.inside.call(method, path, body, **kwargs))

    def done(self, refusal: Refusal | None, status: int, answer: httpx.Response) -> bool:
        """Whether the verb succeeded, as the model expects. Otherwise it must fail with this error."""
        if refusal is not None:
            assert error_of(answer) == refusal
            return False
        assert answer.status_code == status, answer.text
        return True

    def named(self, user: str, by_external_id: bool) -> Named:
        external_id = self.external_ids[user]
        return {"userExternalId": external_id} if by_external_id and external_id else {"userId": user}

    def one_of(self, draw: Draw, now: Collection[T], ever: Collection[T]) -> T:
        """Usually a current object; rarely, or if no current object exists, any object ever created."""
        seldom = not now or draw(st.integers(0, 7)) == 0
        chosen: T = draw(st.sampled_from(list(ever if seldom else now)))
        return chosen

    def some_user(self, draw: Draw) -> Named:
        """A user, named by id or by external id."""
        return self.named(self.one_of(draw, self.model.people, self.external_ids), draw(st.booleans()))

    def some_conversation(self, draw: Draw) -> str:
        return self.one_of(draw, self.model.rooms, self.conversations)

    def new_conversation(self, type: str, named: list[Named], subscribe: list[bool]) -> None:
        members = [{**one, "subscribeSDKClient": wish} for one, wish in zip(named, subscribe, strict=True)]
        about = {} if type == "personal" else {"displayName": f"Crew {len(self.conversations) % 3}"}
        answer = self.ask("POST", "/conversations", {"type": type, "participants": members, **about})
        if self.done(self.model.refusal_of_create(named), 201, answer):
            made = answer.json()["conversation"]
            listed = self.ask("GET", f"/conversations/{made['id']}/participants").json()["participants"]
            self.model.create(made, named, subscribe, listed)
            self.conversations.append(made["id"])

    @initialize()
    def some_users_and_a_full_group(self) -> None:
        self.some_integrations_in_a_switchboard()
        for external_id in (None, *EXTERNAL_IDS, None, None, None, None):
            self.new_user(external_id)
        first = list(self.external_ids)[:LIMIT]
        self.new_conversation("sdkGroup", [{"userId": user} for user in first], [False] * LIMIT)

    @rule(verb=st.sampled_from(VERBS), data=st.data())
    def step(self, verb: str, data: st.DataObject) -> None:
        getattr(self, verb)(data.draw)

    def new_user(self, external_id: str | None) -> None:
        taken = external_id is not None and self.model.find({"userExternalId": external_id}) is not None
        name, plan = self.unique("Person"), PLANS[len(self.external_ids) % len(PLANS)]
        about = {"profile": {"givenName": "Ada", "surname": name}, "metadata": {"plan": plan}}
        answer = self.ask("POST", "/users", {"externalId": external_id, **about})
        if self.done(TAKEN if taken else None, 201, answer):
            user = answer.json()["user"]["id"]
            self.model.people[user] = Person(user, external_id, name, plan)
            self.external_ids[user] = external_id

    def unique(self, text: str) -> str:
        """A text that occurs nowhere else in the database."""
        self.texts += 1
        # Digits could form the number of a credit card, which the server masks.
        return f"{text} {self.texts} of {self.inside.app_id.translate(LETTERS)}"

    def create_user(self, draw: Draw) -> None:
        if len(self.model.people) < MOST_USERS:
            self.new_user(draw(st.none() | st.sampled_from(EXTERNAL_IDS)))

    def create_group(self, draw: Draw) -> None:
        if len(self.model.rooms) < MOST_CONVERSATIONS:
            wishes = draw(st.lists(st.booleans(), max_size=LIMIT + 2))
            self.new_conversation("sdkGroup", [self.some_user(draw) for _ in wishes], wishes)

    def create_personal(self, draw: Draw) -> None:
        if len(self.model.rooms) < MOST_CONVERSATIONS:
            self.new_conversation("personal", [self.some_user(draw)], [draw(st.booleans())])

    def join(self, draw: Draw) -> None:
        conversation, named, subscribe = self.some_conversation(draw), self.some_user(draw), draw(st.booleans())
        body = {**named, "subscribeSDKClient": subscribe}
        answer = self.ask("POST", f"/conversations/{conversation}/join", body)
        if self.done(self.model.refusal_of_join(conversation, named), 201, answer):
            participant = answer.json()["participant"]
            self.model.join(conversation, named, participant, subscribe=subscribe)
            self.seated.append((conversation, participant["id"]))

    def leave(self, draw: Draw) -> None:
        conversation, named = self.some_conversation(draw), self.some_user(draw)
        room, person = self.model.rooms.get(conversation), self.model.find(named)
        seat = room.seats.get(person.id) if room and person else None
        answer = self.ask("POST", f"/conversations/{conversation}/leave", named)
        refusal = self.model.refusal_of_leave(conversation, seat=seat, user_missing=person is None)
        if self.done(refusal, 200, answer) and seat:
            assert answer.json() == {}
            self.model.leave(conversation, seat)

    def leave_as_participant(self, draw: Draw) -> None:
        conversation, participant = self.one_of(draw, self.model.seated(), self.seated)
        if draw(st.integers(0, 7)) == 0:
            conversation = self.some_conversation(draw)
        room = self.model.rooms.get(conversation)
        seat = next((one for one in room.seats.values() if one.id == participant), None) if room else None
        answer = self.ask("POST", f"/conversations/{conversation}/leave", {"participantId": participant})
        if self.done(self.model.refusal_of_leave(conversation, seat=seat, user_missing=False), 200, answer) and seat:
            self.model.leave(conversation, seat)

    def some_author(self, draw: Draw, conversation: str) -> Named | None:
        """The business (None), or a user, who is usually a participant."""
        room = self.model.rooms.get(conversation)
        if draw(st.integers(0, 2)) == 0:
            return None
        if room is None or not room.seats or draw(st.integers(0, 3)) == 0:
            return self.some_user(draw)
        return self.named(draw(st.sampled_from(list(room.seats))), draw(st.booleans()))

    def say(self, draw: Draw) -> None:
        conversation = self.some_conversation(draw)
        named = self.some_author(draw, conversation)
        text = draw(st.sampled_from(["Hello", 'ß"\\\n', "x" * 300]))
        content = {"type": "text", "text": self.unique(text)}
        body = {"author": author_of(**(named or {})), "content": content}
        answer = self.ask("POST", f"/conversations/{conversation}/messages", body)
        if self.done(self.model.refusal_of_author(conversation, named), 201, answer):
            (message,) = answer.json()["messages"]
            assert message["content"] == body["content"]
            self.model.post(conversation, named, message)
            self.said.append((conversation, message["id"]))

    def act(self, draw: Draw) -> None:
        conversation = self.some_conversation(draw)
        named = self.some_author(draw, conversation)
        type = draw(st.sampled_from(["conversation:read", "typing:start"])) if named is None else "conversation:read"
        body = {"author": author_of(**(named or {})), "type": type}
        answer = self.ask("POST", f"/conversations/{conversation}/activity", body)
        if self.done(self.model.refusal_of_author(conversation, named), 200, answer):
            self.model.act(conversation, named, type)

    def delete_message(self, draw: Draw) -> None:
        rooms = self.model.rooms.values()
        now = [(room.id, one["id"]) for room in rooms for one in room.messages]
        conversation, message = self.one_of(draw, now, self.said)
        answer = self.ask("DELETE", f"/conversations/{conversation}/messages/{message}")
        self.done(self.model.delete_message(conversation, message), 200, answer)

    def delete_messages(self, draw: Draw) -> None:
        conversation = self.some_conversation(draw)
        answer = self.ask("DELETE", f"/conversations/{conversation}/messages")
        self.done(self.model.delete_messages(conversation), 200, answer)

    def list_messages(self, draw: Draw) -> None:
        conversation = self.some_conversation(draw)
        answer = self.ask("GET", f"/conversations/{conversation}/messages")
        if (room := self.model.rooms.get(conversation)) is None:
            assert error_of(answer) == (404, "not_found", "Resource not found")
            return
        assert answer.json() == {"messages": room.messages, "meta": {"hasMore": False}}
        shown = self.ask("GET", f"/conversations/{conversation}").json()["conversation"]
        assert shown["lastUpdatedAt"] == room.updated

    def delete_user(self, draw: Draw) -> None:
        named = self.some_user(draw)
        person = self.model.find(named)
        answer = self.ask("DELETE", f"/users/{quote(next(iter(named.values())), safe='')}")
        if self.done(None if person else NO_USER, 200, answer) and person:
            self.model.delete_person(person)

    def delete_conversation(self, draw: Draw) -> None:
        conversation = self.some_conversation(draw)
        answer = self.ask("DELETE", f"/conversations/{conversation}")
        if self.done(self.model.refusal_of_delete(conversation), 200, answer):
            self.model.delete_room(conversation)

    def restart(self, draw: Draw) -> None:
        self.inside.restart()

    @invariant()
    def the_rows_agree(self) -> None:
        stored = self.inside.run(self.inside.store.snapshot(stored_membership, self.inside.app_id))
        assert in_order(stored) == in_order(self.model.membership())
        self.assert_controllers_agree()

    @invariant()
    def unread_counts_agree(self) -> None:
        for room in self.model.rooms.values():
            listed = self.ask("GET", f"/conversations/{room.id}/participants").json()["participants"]
            assert listed == self.model.to_api(room)

    @invariant()
    def the_events_agree(self) -> None:
        read = self.inside.store.snapshot(event_rows.after, self.inside.app_id, self.last_event)
        events = self.inside.run(read)
        for event in events:
            assert_documented(event)
        self.last_event = events[-1].id if events else self.last_event
        recorded = [(one.type, one.conversation_id, one.user_id, pairs_of(one)) for one in events]
        assert settled(recorded) == settled(self.model.owed)
        self.model.owed.clear()
        assert in_order(replay(events, self.replayed)) == in_order(self.model.membership())


def test_the_server_agrees_with_the_model_after_every_verb(engine: str) -> None:
    agrees(lambda folder: Inside(new_database(engine, folder), participant_limit=LIMIT), EXAMPLES[engine])


def test_several_workers_of_one_server_agree_with_the_model_too(tmp_path: Path) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    with serving(url, "--workers", "2", "--participant-limit", str(LIMIT)) as server:
        account = Caller(server.url, init(url).account_auth)
        agrees(lambda _: Outside(account, url), EXAMPLES["workers"])
        account.http.close()
        assert_unique(url)


def agrees(open_inside: Callable[[Path], Inside], examples: int) -> None:
    """Run the state machine."""
    run_state_machine_as_test(
        lambda: Verbs(open_inside),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=examples * int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1")),
            stateful_step_count=60,
            deadline=None,
            derandomize=True,
            database=None,
            # Explaining a failure takes longer than shrinking it.
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
