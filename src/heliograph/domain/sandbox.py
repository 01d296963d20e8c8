"""The sandbox: an app with an account key and an app key, created once, for trying the API."""

from __future__ import annotations

from msgspec import Struct

from heliograph.domain import apps as app_verbs
from heliograph.domain import keys as key_verbs
from heliograph.storage.engine import Tx
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


class Sandbox(Struct):
    """The sandbox, with the secrets of its keys."""

    account_key: AppKey
    app: App
    app_key: AppKey


async def is_empty(store: Store) -> bool:
    """Whether the database has no keys yet."""
    return not await store.snapshot(keys.every)


async def ensure(store: Store) -> Sandbox:
    """The sandbox. Creates the parts that are missing, and keeps the others."""
    account_key = key_verbs.new_key(Scope.ACCOUNT, "Sandbox account key")
    app_key = key_verbs.new_key(Scope.APP, "Sandbox app key")
    sealed = {key.id: store.sealer.seal(key.id, key.secret) for key in (account_key, app_key)}
    ids = await store.write(_ensure, account_key, app_key, sealed)
    account = await store.snapshot(keys.find, ids.account_key_id)
    assert account is not None
    return Sandbox(
        account_key=key_verbs.to_api(store, account),
        app=await app_verbs.get(store, ids.app_id),
        app_key=await key_verbs.get(store, ids.app_id, ids.app_key_id),
    )


async def _ensure(tx: Tx, account_key: AppKey, app_key: AppKey, sealed: dict[str, bytes]) -> SandboxIds:
    await meta.lock(tx)  # the second of two concurrent calls finds what the first created
    ids = await meta.get_struct(tx, _NAME, SandboxIds) or SandboxIds("", "", "")
    if await apps.get(tx, ids.app_id) is None:
        ids.app_id = (await app_verbs.add(tx, AppCreateBody(display_name="Sandbox"))).id
    if await keys.find(tx, ids.account_key_id) is None:
        await key_verbs.add_to_account(tx, account_key, sealed[account_key.id])
        ids.account_key_id = account_key.id
    if await keys.find(tx, ids.app_key_id) is None:
        await key_verbs.add_to_app(tx, ids.app_id, app_key, sealed[app_key.id])
        ids.app_key_id = app_key.id
    await meta.put_struct(tx, _NAME, ids)
    return ids
