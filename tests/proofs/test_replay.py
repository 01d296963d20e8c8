"""The events alone rebuild the membership."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.api.sandbox import login, try_login
from tests.harness import Caller, Server, author_of
from tests.proofs.histories import members_after, moments_of, walk
from tests.proofs.ledger import Ledger
from tests.proofs.replay import PAYLOADS, assert_documented, replay

CALLS = 400
JOINED = ("conversation:create", "conversation:join")


@dataclass
class Verbs:
    """Random verbs on a real server, and the objects that they created."""

    api: Caller
    dice: random.Random
    users: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def create_user(self) -> None:
        """Create a user, with or without an external id."""
        self.users.append(self.api.new_user(self.dice.choice([None, f"{next(self.numbers)}/ä"])))

    def create_conversation(self) -> None:
        """Create a group or a personal conversation, with or without metadata."""
        type, most = self.dice.choice([("sdkGroup", 5), ("personal", 1)])
        users = self.dice.sample(self.users, min(most, len(self.users)))
        members = [{"userId": user, "subscribeSDKClient": self.dice.random() < 0.3} for user in users]
        body = {"type": type, "participants": members, "metadata": self.dice.choice([None, {"lang": "en-ca"}])}
        self.conversations.append(self.api.ok("POST", "/conversations", body)["conversation"]["id"])

    def join(self) -> None:
        """Join a user, which often fails or changes nothing."""
        body = {"userId": self.dice.choice(self.users), "subscribeSDKClient": self.dice.random() < 0.3}
        self._answered("POST", f"/conversations/{self.dice.choice(self.conversations)}/join", body, {201, 400})

    def leave(self) -> None:
        """Remove a user who may be in the conversation."""
        where, body = self.dice.choice(self.conversations), {"userId": self.dice.choice(self.users)}
        self._answered("POST", f"/conversations/{where}/leave", body, {200, 400, 404})

    def leave_as_participant(self) -> None:
        """Remove a participant by participant id."""
        where = self.dice.choice(self.conversations)
        if members := self.api.participants(where):
            body = {"participantId": self.dice.choice(members)["id"]}
            self._answered("POST", f"/conversations/{where}/leave", body, {200, 400})

    def say(self) -> None:
        """Post a message of the business, or of a user who may be in the conversation."""
        author = self.dice.choice([author_of(), *[author_of(userId=user) for user in self.users]])
        body = {"author": author, "content": {"type": "text", "text": "Hello"}}
        self._answered("POST", f"/conversations/{self.dice.choice(self.conversations)}/messages", body, {201, 404})

    def act(self) -> None:
        """Post an activity of the business, or of a user who may be in the conversation."""
        user = self.dice.choice(self.users)
        body = self.dice.choice(
            [
                {"author": author_of(), "type": "typing:start"},
                {"author": author_of(), "type": "conversation:read"},
                {"author": author_of(userId=user), "type": "conversation:read"},
            ]
        )
        self._answered("POST", f"/conversations/{self.dice.choice(self.conversations)}/activity", body, {200, 404})

    def update_user(self) -> None:
        """Change a user."""
        body = {"profile": {"givenName": "Ada"}}
        self._answered("PATCH", f"/users/{self.dice.choice(self.users)}", body, {200})

    def authenticate(self) -> None:
        """Log a user in, with a new or an old address."""
        login(self.api, self.dice.choice(self.users), email=f"{self.dice.randrange(8)}@example.org")

    def merge(self) -> None:
        """Merge a user into another user, which fails if their external ids differ."""
        discarded, surviving = self.dice.sample(self.users, 2)
        zendesk_id = f"Z{next(self.numbers)}"
        if try_login(self.api, surviving, zendeskId=zendesk_id).is_success:
            answer = try_login(self.api, discarded, zendeskId=zendesk_id)
            assert answer.status_code in (200, 409), answer.text
            if answer.is_success:
                self.users.remove(discarded)

    def delete_user(self) -> None:
        """Delete a user."""
        user = self.users.pop(self.dice.randrange(len(self.users)))
        self._answered("DELETE", f"/users/{user}", None, {200})
        self._forget_deleted()

    def delete_conversation(self) -> None:
        """Delete a conversation, unless it is a default conversation."""
        self._answered("DELETE", f"/conversations/{self.dice.choice(self.conversations)}", None, {200, 400})
        self._forget_deleted()

    def _answered(self, method: str, path: str, body: object, statuses: set[int]) -> None:
        answer = self.api(method, path, body)
        assert answer.status_code in statuses, answer.text

    def _forget_deleted(self) -> None:
        self.conversations = [one for one in self.conversations if self.api("GET", f"/conversations/{one}").is_success]


def assert_history_agrees(api: Caller, ledger: Ledger) -> None:
    """Check that the history has the changes of the events, and that replaying it gives the members at any time."""

    def get(path: str) -> Any:
        return api.ok("GET", f"/heliograph/v1/apps/{api.app_id}{path}")

    dice = random.Random(41)
    joined = [(one.conversation_id, *pair) for one in ledger.events for pair in one.members or () if one.type in JOINED]
    listed = []
    for conversation in sorted({where for where, _, _ in joined if where}):
        changes = walk(get, f"/conversations/{conversation}/history", "changes", 20)
        began = [one for one in changes if one["type"] == "joined" and one["reason"] != "merge"]
        listed += [(conversation, one["participantId"], one["userId"]) for one in began]
        moments = moments_of(changes)
        for moment in dice.sample(moments, min(5, len(moments))):
            found = walk(get, f"/conversations/{conversation}/participants?at={moment}", "participants", 2)
            assert {(one["id"], one["userId"]) for one in found} == members_after(changes, moment)
    assert sorted(listed) == sorted(joined)


def test_the_events_rebuild_the_membership(api: Caller, server: Server) -> None:
    verbs = Verbs(api, random.Random(2026))
    for _ in range(12):
        verbs.create_user()
    for _ in range(4):
        verbs.create_conversation()
    often: list[Callable[[], None]] = [verbs.join] * 12 + [verbs.leave] * 4 + [verbs.leave_as_participant] * 3
    often += [verbs.say] * 3 + [verbs.act] * 3 + [verbs.merge] * 2 + [verbs.authenticate]
    seldom = [verbs.create_user, verbs.create_conversation, verbs.update_user, verbs.delete_user]
    for verb in random.Random(17).choices([*often, *seldom, verbs.delete_conversation], k=CALLS):
        if verb not in (verbs.delete_user, verbs.merge) or len(verbs.users) > 6:
            verb()
        else:
            verbs.create_user()
        if not verbs.conversations:
            verbs.create_conversation()
    ledger = Ledger(server.database_url, api.app_id)
    rebuilt = {where: list(members.items()) for where, members in replay(ledger.events).items()}
    shown = {where: [(one["id"], one["userId"]) for one in api.participants(where)] for where in verbs.conversations}
    assert rebuilt == shown
    assert ledger.faults() == []
    assert_history_agrees(api, ledger)
    for event in ledger.events:
        assert_documented(event)
        assert event.caller_key_id is not None
    # The run has caused every event of these verbs; other tests remove clients, and pass control.
    others = {"client:remove", *[type for type in PAYLOADS if type.startswith("switchboard:")]}
    assert {event.type for event in ledger.events} == set(PAYLOADS) - others


def test_payloads_name_the_group_and_the_user(api: Caller, server: Server) -> None:
    ada = api.new_user("ada")
    group = api.new_group(metadata={"lang": "en-ca"})
    api.join(group, ada)
    api.leave(group, userId=ada)
    payloads = [bytes(event.payload).decode() for event in Ledger(server.database_url, api.app_id).events]
    about = f'"conversation":{{"id":"{group}","type":"sdkGroup","metadata":{{"lang":"en-ca"}}}}'
    user = f'"user":{{"id":"{ada}","authenticated":false,"externalId":"ada"}}'
    # The exact text matters, because every attempt sends the same bytes.
    assert payloads == [
        f'{{{about},"creationReason":"none","source":{{"type":"api"}}}}',
        f"{{{about},{user}}}",
        f"{{{about},{user}}}",
    ]
