"""The stored data of an app, read directly from the database of running servers, and its consistency."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from heliograph.storage.rows.log_rows import EVENT_ROWS, StoredEvent
from tests.databases import is_sqlite, transaction
from tests.proofs.replay import Membership, replay

_EVENTS = f"SELECT {', '.join(EVENT_ROWS.columns)} FROM event WHERE app_id = $1 ORDER BY id"
_PARTICIPANTS = "SELECT conversation_id, id, user_id FROM participant WHERE app_id = $1 ORDER BY conversation_id, id"
_MEMBERSHIPS = "SELECT conversation_id, participant_id, user_id FROM membership WHERE app_id = $1 ORDER BY 1, 2"
_COUNTS = "SELECT id, participant_count FROM conversation WHERE app_id = $1"
_PERSONAL = "SELECT id FROM conversation WHERE app_id = $1 AND type = 'personal'"
_DEFAULTS = (
    "SELECT c.id, p.user_id FROM conversation AS c JOIN participant AS p ON p.app_id = c.app_id "
    "AND p.conversation_id = c.id WHERE c.app_id = $1 AND c.is_default = 1"
)
_USERS = "SELECT id, external_id, default_conversation_id FROM app_user WHERE app_id = $1"
_SHOWN_EXTERNAL_IDS = "SELECT user_id, user_external_id FROM participant WHERE app_id = $1"
_ASSOCIATIONS = "SELECT user_id, client_associations FROM participant WHERE app_id = $1"
_OWN_IDENTIFIERS = "SELECT id, zendesk_id, identities FROM app_user WHERE app_id = $1"
_IDENTIFIERS = "SELECT user_id, kind, value FROM identifier WHERE app_id = $1"
_EXTERNAL_IDS = "SELECT user_id, external_id FROM external_id WHERE app_id = $1"
_CLIENTS = "SELECT user_id, id FROM client WHERE app_id = $1"


class Ledger:
    """A snapshot of the stored data of one app."""

    def __init__(self, database_url: str, app_id: str) -> None:
        self.database_url = database_url
        with transaction(database_url) as query:

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
            self.defaults = rows(_DEFAULTS)
            self.shown_external_ids = rows(_SHOWN_EXTERNAL_IDS)
            self.associations = rows(_ASSOCIATIONS)
            self.own_identifiers = rows(_OWN_IDENTIFIERS)
            self.identifiers = rows(_IDENTIFIERS)

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
            yield "the events result in another membership"

    def _faults_of_users(self) -> Iterator[str]:
        alive = {id for id, _, _ in self.users}
        for table, rows in (("membership", [(row[2],) for row in self.memberships]), ("client", self.clients)):
            if strangers := {row[0] for row in rows} - alive:
                yield f"rows of {table} for users who are gone: {strangers}"
        if {(id, external) for id, external, _ in self.users if external is not None} != set(self.external_ids):
            yield "users and external ids differ"
        if strays := {default for _, _, default in self.users if default} - self.personal:
            yield f"default conversations that are gone: {strays}"
        if {(default, id) for id, _, default in self.users if default} != {tuple(one) for one in self.defaults}:
            yield "users and default conversations differ"
        yield from self._faults_of_identifiers()

    def _faults_of_identifiers(self) -> Iterator[str]:
        external = {id: external_id for id, external_id, _ in self.users}
        if strangers := [one for one in self.shown_external_ids if external.get(one[0]) != one[1]]:
            yield f"participants with the external id of another user: {strangers}"
        clients = {tuple(one) for one in self.clients}
        own = {(user, one["clientId"]) for user, text in self.associations for one in json.loads(text)}
        if own - clients:
            yield f"associations with clients of others: {own - clients}"
        if len({user for user, _ in clients}) < len(clients):
            yield "a user with several SDK clients"
        expected = {(id, "zendesk", zendesk_id) for id, zendesk_id, _ in self.own_identifiers if zendesk_id}
        for id, _, identities in self.own_identifiers:
            expected |= {(id, "email", one["value"].lower()) for one in json.loads(identities)}
        if expected != {tuple(one) for one in self.identifiers}:
            yield "users and identifiers differ"


def integrity(database_url: str) -> str:
    """The result of SQLite's integrity check: `ok` for a sound file.

    Always `ok` for PostgreSQL, which does not start with damaged files.
    """
    if not is_sqlite(database_url):
        return "ok"
    with transaction(database_url) as query:
        ((verdict,),) = query("PRAGMA integrity_check")
    return str(verdict)
