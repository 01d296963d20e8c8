"""The stored data of an app, read directly from the database of running servers, and its consistency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heliograph.storage.rows.log_rows import EVENT_ROWS, StoredEvent
from tests.databases import beside, is_sqlite
from tests.proofs.replay import Membership, replay

_EVENTS = (
    "SELECT id, app_id, type, conversation_id, user_id, members, key_id, created_at, payload, full_payload FROM event "
    "WHERE app_id = $1 ORDER BY id"
)
_PARTICIPANTS = "SELECT conversation_id, id, user_id FROM participant WHERE app_id = $1 ORDER BY conversation_id, id"
_MEMBERSHIPS = "SELECT conversation_id, participant_id, user_id FROM membership WHERE app_id = $1 ORDER BY 1, 2"
_COUNTS = "SELECT id, participant_count FROM conversation WHERE app_id = $1"
_PERSONAL = "SELECT id FROM conversation WHERE app_id = $1 AND type = 'personal'"
_USERS = "SELECT id, external_id, default_conversation_id FROM app_user WHERE app_id = $1"
_EXTERNAL_IDS = "SELECT user_id, external_id FROM external_id WHERE app_id = $1"
_CLIENTS = "SELECT user_id, id FROM client WHERE app_id = $1"


class Ledger:
    """A snapshot of the stored data of one app."""

    def __init__(self, database_url: str, app_id: str) -> None:
        self.database_url = database_url
        with beside(database_url) as query:

            def rows(sql: str) -> list[Any]:
                return query(sql, app_id)

            self.events = [EVENT_ROWS.load(row) for row in rows(_EVENTS)]
            self.participants = rows(_PARTICIPANTS)
            self.memberships = rows(_MEMBERSHIPS)
            self.counts: dict[str, int] = dict(rows(_COUNTS))
            self.personal = {one for (one,) in rows(_PERSONAL)}
            self.users = rows(_USERS)
            self.external_ids = rows(_EXTERNAL_IDS)
            self.clients = rows(_CLIENTS)

    @property
    def membership(self) -> Membership:
        """The membership according to the rows of participants."""
        state: Membership = {conversation: {} for conversation in self.counts}
        for conversation, participant, user in self.participants:
            state.setdefault(conversation, {})[participant] = user
        return state

    def events_of(self, type: str) -> list[StoredEvent]:
        """The events of a type."""
        return [event for event in self.events if event.type == type]

    def faults(self) -> list[str]:
        """The inconsistencies; empty for a consistent database."""
        return [*self._faults_of_membership(), *self._faults_of_users()]

    def _faults_of_membership(self) -> Iterator[str]:
        if self.participants != self.memberships:
            yield f"participants and memberships: {set(self.participants) ^ set(self.memberships)}"
        membership = self.membership
        for conversation, members in membership.items():
            if conversation not in self.counts:
                yield f"participants of {conversation}, which is gone"
            elif self.counts[conversation] != len(members):
                yield f"{conversation} counts {self.counts[conversation]} and has {len(members)} participants"
            if len(set(members.values())) < len(members):
                yield f"{conversation} has a user twice"
            if conversation in self.personal and len(members) != 1:
                yield f"{conversation} is personal, of {len(members)} users"
        if replay(self.events) != membership:
            yield "the events tell of another membership"

    def _faults_of_users(self) -> Iterator[str]:
        alive = {id for id, _, _ in self.users}
        for table, rows in (("membership", [(row[2],) for row in self.memberships]), ("client", self.clients)):
            if strangers := {row[0] for row in rows} - alive:
                yield f"rows of {table} for users who are gone: {strangers}"
        if {(id, external) for id, external, _ in self.users if external is not None} != set(self.external_ids):
            yield "users and external ids differ"
        if strays := {default for _, _, default in self.users if default} - self.personal:
            yield f"default conversations that are gone: {strays}"


def integrity(database_url: str) -> str:
    """The result of SQLite's integrity check, `ok` for a sound file. PostgreSQL would not start with a damaged one."""
    if not is_sqlite(database_url):
        return "ok"
    with beside(database_url) as query:
        ((verdict,),) = query("PRAGMA integrity_check")
    return str(verdict)
