"""The sandbox: an app with an account key and an app key, created once, for trying the API."""

from __future__ import annotations

from msgspec import Struct
from msgspec.json import Decoder

from heliograph.domain import apps as app_verbs
from heliograph.domain import keys as key_verbs
from heliograph.errors import BadRequest
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import apps, keys, meta
from heliograph.storage.store import Store
from heliograph.wire.apps import App, AppCreateBody, AppKey
from heliograph.wire.operations import Scope

_NAME = "sandbox"


class SandboxIds(Struct):
    """The ids of the sandbox's app and keys."""

    app_id: str
    account_key_id: str
    app_key_id: str


_DECODER = Decoder(SandboxIds)


class SandboxApp(Struct):
    """The sandbox, with the secrets of its keys."""

    account_key: AppKey
    app: App
    app_key: AppKey


class WantedApp(Struct, frozen=True):
    """The app to create unless its slot has one, and the key that it should have; None for a random one."""

    display_name: str = "Sandbox"
    id: str | None = None
    key: AppKey | None = None
    slot: str = _NAME


_DEFAULT = WantedApp()


async def is_empty(store: Store) -> bool:
    """Whether the database has no keys yet."""
    return not await store.snapshot(keys.every)


async def existing(store: Store) -> SandboxIds | None:
    """The ids of the sandbox, if it was created, and its app and its account key still exist."""
    return await store.snapshot(_existing)


async def _existing(reader: Reader) -> SandboxIds | None:
    found = await meta.get_struct(reader, _NAME, _DECODER)
    if found is None or await apps.get(reader, found.app_id) is None:
        return None
    return found if await keys.find(reader, found.account_key_id) is not None else None


async def ensure(store: Store, wanted: WantedApp = _DEFAULT) -> SandboxApp:
    """The sandbox. Creates the parts that are missing, and keeps the others.

    Raises:
        BadRequest: a wanted id is taken.
    """
    account_key = key_verbs.new_key(Scope.ACCOUNT, "Sandbox account key")
    app_key = wanted.key or key_verbs.new_key(Scope.APP, "Sandbox app key")
    sealed = {key.id: store.sealer.seal(key.id, key.secret) for key in (account_key, app_key)}
    ids = await store.write(_ensure, wanted, account_key, app_key, sealed)
    account = await store.snapshot(keys.find, ids.account_key_id)
    assert account is not None
    return SandboxApp(
        account_key=key_verbs.to_api(store, account),
        app=await app_verbs.get(store, ids.app_id),
        app_key=await key_verbs.get(store, ids.app_id, ids.app_key_id),
    )


async def _ensure(
    tx: Tx, wanted: WantedApp, account_key: AppKey, app_key: AppKey, sealed: dict[str, bytes]
) -> SandboxIds:
    await meta.lock(tx)  # the second of two concurrent calls finds what the first created
    main = await meta.get_struct(tx, _NAME, _DECODER) or SandboxIds("", "", "")
    ids = await meta.get_struct(tx, wanted.slot, _DECODER) or SandboxIds("", main.account_key_id, "")
    if await apps.get(tx, ids.app_id) is None:
        if wanted.id is not None and await apps.is_taken(tx, wanted.id):
            raise BadRequest(f"app.id {wanted.id} belongs to another app, or to one that was deleted")
        ids.app_id = (await app_verbs.add(tx, AppCreateBody(display_name=wanted.display_name), wanted.id)).id
    if await keys.find(tx, ids.account_key_id) is None:
        await key_verbs.add_to_account(tx, account_key, sealed[account_key.id])
        ids.account_key_id = account_key.id
    key_id = wanted.key.id if wanted.key else ids.app_key_id
    found = await keys.find(tx, key_id)
    if found is not None and found.app_id != ids.app_id:
        raise BadRequest(f"app.key.id {key_id} belongs to another app")
    if found is None:
        await key_verbs.add_to_app(tx, ids.app_id, app_key, sealed[app_key.id])
        key_id = app_key.id
    ids.app_key_id = key_id
    await meta.put_struct(tx, wanted.slot, ids)
    return ids
