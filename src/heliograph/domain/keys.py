"""The verbs of the API keys of apps and of the account."""

from __future__ import annotations

import secrets

from heliograph import ids
from heliograph.domain.loading import load_app, load_app_key
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import keys
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.store import Store
from heliograph.wire.apps import KEYS_PER_APP, AppKey
from heliograph.wire.operations import Scope

_SECRET_BYTES = 64
_PREFIXES = {Scope.INTEGRATION: "int_", Scope.APP: "app_", Scope.ACCOUNT: "act_"}


async def create(store: Store, app_id: str, display_name: str) -> AppKey:
    """Create a key of the app.

    Raises:
        AppNotFound: the app does not exist.
        BadRequest: the app has reached the limit of keys.
    """
    key = new_key(Scope.APP, display_name)
    await store.write(add_to_app, app_id, key, store.sealer.seal(key.id, key.secret))
    return key


async def create_for_account(store: Store, display_name: str) -> AppKey:
    """Create an account key, which may call every operation."""
    key = new_key(Scope.ACCOUNT, display_name)
    await store.write(add_to_account, key, store.sealer.seal(key.id, key.secret))
    return key


def new_key(scope: Scope, display_name: str) -> AppKey:
    """A new key, not stored yet: its id begins with the prefix of the scope, its secret has 64 random bytes."""
    return AppKey(
        id=_PREFIXES[scope] + ids.new(), display_name=display_name, secret=secrets.token_urlsafe(_SECRET_BYTES)
    )


async def add_to_app(tx: Tx, app_id: str, key: AppKey, sealed: bytes) -> None:
    """Store a key of the app.

    Raises:
        AppNotFound: the app does not exist.
        BadRequest: the app has reached the limit of keys.
    """
    # The lock keeps concurrent requests from exceeding the limit.
    await load_app(tx, app_id, lock=Lock.CHANGE)
    if len(await keys.of_app(tx, app_id)) >= KEYS_PER_APP:
        raise BadRequest(f"App has reached the max number of keys ({KEYS_PER_APP})")
    await keys.add(tx, StoredKey(key.id, app_id, Scope.APP.label, key.display_name, sealed, tx.now))


async def add_to_account(tx: Tx, key: AppKey, sealed: bytes) -> None:
    """Store a key of the account."""
    await keys.add(tx, StoredKey(key.id, None, Scope.ACCOUNT.label, key.display_name, sealed, tx.now))


async def of_app(store: Store, app_id: str) -> list[AppKey]:
    """The keys of the app, oldest first, with their secrets.

    Raises:
        AppNotFound: the app does not exist.
    """
    return [to_api(store, key) for key in await store.snapshot(stored_of_app, app_id)]


async def stored_of_app(reader: Reader, app_id: str) -> list[StoredKey]:
    """The keys of the app, oldest first, with sealed secrets.

    Raises:
        AppNotFound: the app does not exist.
    """
    await load_app(reader, app_id)
    return await keys.of_app(reader, app_id)


async def get(store: Store, app_id: str, key_id: str) -> AppKey:
    """A key of the app, with its secret.

    Raises:
        AppNotFound, NotFound: it does not exist.
    """
    return to_api(store, await store.snapshot(load_app_key, app_id, key_id))


async def delete(store: Store, app_id: str, key_id: str) -> None:
    """Revoke a key of the app.

    Raises:
        AppNotFound, NotFound: it does not exist.
    """
    await store.write(_delete, app_id, key_id)


async def _delete(tx: Tx, app_id: str, key_id: str) -> None:
    await keys.remove(tx, (await load_app_key(tx, app_id, key_id)).id)


def to_api(store: Store, key: StoredKey) -> AppKey:
    """A key as responses show it."""
    return AppKey(id=key.id, display_name=key.display_name, secret=store.sealer.open(key.id, key.secret))
