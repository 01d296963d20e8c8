"""The users that a transaction changes or deletes, and their identifiers."""

from __future__ import annotations

from copy import copy

from heliograph.storage.engine import Tx
from heliograph.storage.rows import users
from heliograph.storage.rows.users import StoredUser


class UserEdits:
    """Users to store and to delete. The transaction must have locked them."""

    def __init__(self) -> None:
        self._before: dict[str, StoredUser] = {}
        self._edited: dict[str, StoredUser] = {}
        self._removed: dict[str, StoredUser] = {}

    def edit(self, user: StoredUser) -> None:
        """Store this user when the changes are saved. Call it before changing the user."""
        if user.id not in self._before:
            self._before[user.id] = copy(user)
        self._edited[user.id] = user

    def has_changed(self, user: StoredUser) -> bool:
        """Whether a user differs from before its first edit."""
        return user != self._before[user.id]

    def remove(self, user: StoredUser) -> None:
        """Delete this user."""
        self._before.setdefault(user.id, user)
        self._edited.pop(user.id, None)
        self._removed[user.id] = user

    async def save(self, tx: Tx) -> None:
        """Store the edited users, delete the removed ones, and replace the identifiers of all of them."""
        if not self._before:
            return
        changed = [user for user in self._edited.values() if self.has_changed(user)]
        await users.identify(tx, list(self._before.values()), list(self._edited.values()))
        if changed:
            await users.change(tx, *changed)
        if self._removed:
            await users.remove(tx, *self._removed.values())
