"""Imported users, with their clients and devices."""

from __future__ import annotations

from copy import copy
from typing import Literal

import msgspec
from msgspec import Raw

from heliograph.domain.importing.changes import ImportChanges
from heliograph.domain.importing.records import Entries, Outcome, milliseconds, milliseconds_or_none
from heliograph.domain.seats import Seats
from heliograph.errors import BadRequest
from heliograph.storage.engine import Tx
from heliograph.storage.rows import clients, devices, participants, users
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.rows.users import IdentifierKind, StoredUser
from heliograph.wire.imports import ImportedClient, ImportedDevice, ImportedUser
from heliograph.wire.users import Identity

_ENCODER = msgspec.json.Encoder()
_EMPTY = Raw(b"{}")

Identifier = tuple[IdentifierKind | Literal["externalId"], str, str]
"""An identifier of a user: (kind, value, brand id). The brand id is empty without a brand."""


class ImportedUsers:
    """The users of an app that an import changes, by id. Existing ones are locked.

    `seats` has the users whose external ids change, because their participants have the external id too.
    """

    def __init__(
        self, app_id: str, known: dict[str, StoredUser], seats: dict[str, Seats], owners: dict[Identifier, str | None]
    ) -> None:
        self.app_id = app_id
        self.known = known
        self._seats = seats
        self._owners = owners
        self._created: dict[str, StoredUser] = {}

    @classmethod
    async def load(
        cls, tx: Tx, app_id: str, entries: Entries, known: dict[str, StoredUser], seats: dict[str, Seats]
    ) -> ImportedUsers:
        """The existing users of these records, with the users who have their external ids."""
        given = [one.value for one in entries.users]
        keys = {(app_id, one.external_id, one.brand_id or "") for one in given if one.external_id is not None}
        found = await users.ids_of(tx, keys) if keys else {}
        owners: dict[Identifier, str | None] = {
            ("externalId", external_id, brand): found.get((app_id, external_id, brand))
            for _, external_id, brand in keys
        }
        return cls(app_id, known, seats, owners)

    def require(self, user_id: str) -> StoredUser:
        """The user with this id.

        Raises:
            BadRequest: it does not exist in the app.
        """
        if (user := self.known.get(user_id)) is None:
            raise BadRequest(f"the app has no user {user_id}")
        return user

    async def put(self, tx: Tx, changes: ImportChanges, given: ImportedUser) -> Outcome:
        """Store a user.

        Raises:
            BadRequest: another user has one of the identifiers, or the user has another brand.
        """
        before = self.known.get(given.id)
        user = _new_user(self.app_id, given.id, tx.now) if before is None else copy(before)
        if before is not None and before.brand_id != given.brand_id:
            raise BadRequest(f"user: brandId of an existing user cannot change: {before.brand_id}")
        _fill(user, given)
        if user == before:
            return "unchanged"
        await self._require_free(tx, user)
        self.known[user.id] = user
        if before is None or user.id in self._created:
            self._created[user.id] = user
            return "created" if before is None else "updated"
        await users.identify(tx, [before], [user])
        await users.change(tx, user)
        await self._rename(tx, changes, user)
        return "updated"

    async def _rename(self, tx: Tx, changes: ImportChanges, user: StoredUser) -> None:
        """Give the participants of a user the external id of the user."""
        if (seats := self._seats.get(user.id)) is None:
            return
        renamed = [one for one in seats.participants if one.user_external_id != user.external_id]
        for participant in renamed:
            participant.user_external_id = user.external_id
            changes.touch(seats.conversations[participant.conversation_id])
        await participants.set_owner(tx, renamed)

    async def _require_free(self, tx: Tx, user: StoredUser) -> None:
        """Check that no other user of the app and brand has an identifier of this one."""
        own = sorted(_identifiers(user))
        for key in own:
            owner = await self._owner(tx, key)
            if owner not in (None, user.id):
                raise BadRequest(f"user: {key[0]} {key[1]} belongs to the user {owner}")
        self._owners.update(dict.fromkeys(own, user.id))

    async def _owner(self, tx: Tx, key: Identifier) -> str | None:
        if key not in self._owners:
            kind, value, brand = key
            assert kind != "externalId"
            found = await users.identified(tx, self.app_id, kind, value, brand)
            self._owners[key] = found.user_id if found else None
        return self._owners[key]

    async def save(self, tx: Tx) -> None:
        """Store the new users."""
        if self._created:
            await users.add(tx, list(self._created.values()))

    async def make_default(self, tx: Tx, user: StoredUser, conversation_id: str) -> bool:
        """Make a conversation the default one of a user who has none; returns whether it is the default one now."""
        if user.default_conversation_id is None:
            user.default_conversation_id = conversation_id
            await users.change(tx, user)
        return user.default_conversation_id == conversation_id

    async def forget_default(self, tx: Tx, user_id: str, conversation_id: str) -> None:
        """Clear the default conversation of a user, if it is this one."""
        user = self.known[user_id]
        if user.default_conversation_id == conversation_id:
            user.default_conversation_id = None
            await users.change(tx, user)


def _identifiers(user: StoredUser) -> set[Identifier]:
    brand = user.brand_id or ""
    found: set[Identifier] = {("email", one.value.lower(), brand) for one in user.identities}
    if user.external_id is not None:
        found.add(("externalId", user.external_id, brand))
    if user.zendesk_id is not None:
        found.add(("zendesk", user.zendesk_id, brand))
    return found


def _new_user(app_id: str, id: str, now: int) -> StoredUser:
    return StoredUser(
        app_id=app_id,
        id=id,
        external_id=None,
        brand_id=None,
        authenticated=False,
        signed_up_at=now,
        to_be_retained=None,
        profile=_EMPTY,
        metadata=_EMPTY,
        default_conversation_id=None,
        created_at=now,
    )


def _fill(user: StoredUser, given: ImportedUser) -> None:
    signed_up_at = milliseconds_or_none("user.signedUpAt", given.signed_up_at)
    user.signed_up_at = user.signed_up_at if signed_up_at is None else signed_up_at
    user.external_id, user.brand_id, user.zendesk_id = given.external_id, given.brand_id, given.zendesk_id
    user.authenticated = bool(given.authenticated)
    user.to_be_retained = given.to_be_retained
    user.profile = Raw(_ENCODER.encode(given.profile or {}))
    user.metadata = Raw(_ENCODER.encode(given.metadata or {}))
    user.identities = [
        Identity(type=one.type, value=one.value, verification=one.verification) for one in given.identities or []
    ]


class ImportedClients:
    """The clients and devices of users that an import changes."""

    def __init__(self, app_id: str, found: list[StoredClient], devices: list[StoredDevice]) -> None:
        self._app_id = app_id
        self._clients = {(one.user_id, one.id): one for one in found}
        self._sdk = {one.user_id: one.id for one in found if one.type == "sdk"}
        self._devices = {(one.user_id, one.id): one for one in devices}
        self._guids = {(one.user_id, one.guid): one.id for one in devices}
        self._created: dict[tuple[str, str], StoredClient] = {}
        self._changed: dict[tuple[str, str], StoredClient] = {}

    @classmethod
    async def load(cls, tx: Tx, app_id: str, entries: Entries) -> ImportedClients:
        """The existing clients and devices of the users of these records."""
        of_clients = {one.user_id for one in entries.clients}
        of_devices = {one.user_id for one in entries.devices}
        return cls(
            app_id,
            await clients.of_users(tx, sorted((app_id, id) for id in of_clients)) if of_clients else [],
            await devices.of_users(tx, sorted((app_id, id) for id in of_devices)) if of_devices else [],
        )

    def put(self, user: StoredUser, given: ImportedClient) -> Outcome:
        """Store a client.

        Raises:
            BadRequest: the user has another SDK client.
        """
        last_seen = milliseconds_or_none("client.lastSeen", given.last_seen)
        linked_at = milliseconds_or_none("client.linkedAt", given.linked_at)
        key = user.id, given.id
        before = self._clients.get(key)
        if given.type == "sdk" and self._sdk.setdefault(user.id, given.id) != given.id:
            raise BadRequest(f"client: the user has the SDK client {self._sdk[user.id]} already")
        client = copy(before) if before else StoredClient(given.id, self._app_id, user.id, given.type, given.status)
        for name in ("type", "status", "integration_id", "external_id", "display_name", "avatar_url", "info", "raw"):
            setattr(client, name, getattr(given, name))
        client.last_seen, client.linked_at = last_seen, linked_at
        if client == before:
            return "unchanged"
        self._clients[key] = client
        target = self._created if before is None or key in self._created else self._changed
        target[key] = client
        return "created" if before is None else "updated"

    async def put_device(self, tx: Tx, user: StoredUser, given: ImportedDevice) -> Outcome:
        """Store a device.

        Raises:
            BadRequest: the user has another device with this guid.
        """
        last_seen = milliseconds("device.lastSeen", given.last_seen)
        if self._guids.setdefault((user.id, given.guid), given.id) != given.id:
            raise BadRequest(f"device: the user has another device with the guid {given.guid}")
        device = StoredDevice(
            id=given.id,
            app_id=self._app_id,
            user_id=user.id,
            guid=given.guid,
            type=given.type,
            client_id=given.client_id,
            integration_id=given.integration_id,
            status=given.status,
            last_seen=last_seen,
            push_notification_token=given.push_notification_token,
            info=given.info,
            app_version=given.app_version,
        )
        before = self._devices.get((user.id, given.id))
        if before is not None and before.guid != given.guid:
            raise BadRequest(f"device: guid of an existing device cannot change: {before.guid}")
        self._devices[user.id, given.id] = device
        if before is None:
            await devices.add(tx, self._app_id, device)
            return "created"
        if device != before:
            await devices.change(tx, self._app_id, device)
        return "unchanged" if device == before else "updated"

    async def save(self, tx: Tx) -> None:
        """Store the clients."""
        if self._created:
            await clients.add(tx, list(self._created.values()))
        if self._changed:
            await clients.set_shown(tx, list(self._changed.values()))
