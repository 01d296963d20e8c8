"""The changes of participants in a transaction."""

from __future__ import annotations

from heliograph import ids
from heliograph.domain.facts import MemberKey
from heliograph.storage.engine import Tx
from heliograph.storage.rows import history, participants
from heliograph.storage.rows.history import Ended
from heliograph.storage.rows.participants import StoredParticipant


class ParticipantChanges:
    """Changes of participants. A participant that is added and removed in one transaction is never stored.

    `owned` has participants with a new user, and `moved` has pairs of the previous user and the participant.
    """

    def __init__(self) -> None:
        self._added: dict[MemberKey, StoredParticipant] = {}
        self._removed: dict[MemberKey, StoredParticipant] = {}
        self._associated: dict[MemberKey, StoredParticipant] = {}
        self._seen: dict[MemberKey, StoredParticipant] = {}
        self.owned: dict[tuple[str, str], StoredParticipant] = {}
        self.moved: list[tuple[str, StoredParticipant]] = []
        self._ended: list[Ended] = []

    def add(self, participant: StoredParticipant) -> None:
        """Add a participant."""
        self._added[_key(participant)] = participant

    def remove(self, participant: StoredParticipant) -> None:
        """Remove a participant, and drop its other changes."""
        key = _key(participant)
        if self._added.pop(key, None) is None:
            self._removed[key] = participant
        self._associated.pop(key, None)
        self._seen.pop(key, None)

    def end(self, participant: StoredParticipant, left_id: str, cause: str) -> None:
        """Record that the membership of a participant ends now, with a new id for its leaving."""
        self._ended.append(ended(participant, left_id, cause))

    def set_associations(self, participant: StoredParticipant) -> None:
        """Store the client associations of a participant."""
        if (key := _key(participant)) not in self._added:
            self._associated[key] = participant

    def set_seen(self, participant: StoredParticipant) -> None:
        """Store how far a participant has read."""
        if (key := _key(participant)) not in self._added:
            self._seen[key] = participant

    async def save(self, tx: Tx) -> None:
        """Store all changes."""
        if self._ended:
            await history.add(tx, self._ended)
        if self._removed:
            await participants.remove(tx, list(self._removed.values()))
        if self._added:
            await participants.add(tx, list(self._added.values()))
        if self._associated:
            await participants.set_associations(tx, list(self._associated.values()))
        if self._seen:
            await participants.set_seen(tx, list(self._seen.values()))
        if self.owned:
            await participants.set_owner(tx, list(self.owned.values()))
        if self.moved:
            await participants.move_memberships(tx, self.moved)


async def remove_all(tx: Tx, app_id: str, conversation_id: str, cause: str) -> None:
    """Delete every participant of a conversation, and record that their memberships end."""
    while found := await participants.remove_next(tx, app_id, conversation_id):
        await history.add(tx, [ended(one, ids.new(), cause) for one in found])


def ended(participant: StoredParticipant, left_id: str, cause: str) -> Ended:
    """The membership of a participant, which ends now, with a new id for its leaving."""
    return Ended(
        app_id=participant.app_id,
        conversation_id=participant.conversation_id,
        participant_id=participant.id,
        user_id=participant.user_id,
        joined_id=participant.joined_id,
        left_id=left_id,
        origin=participant.origin,
        cause=cause,
    )


def _key(participant: StoredParticipant) -> MemberKey:
    return participant.app_id, participant.conversation_id, participant.user_id
