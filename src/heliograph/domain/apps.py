"""The verbs of apps."""

from __future__ import annotations

import msgspec

from heliograph import ids
from heliograph.domain import metadata
from heliograph.errors import AppNotFound, BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import apps, keys
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.store import Store
from heliograph.wire.apps import App, AppCreateBody, AppSettings, AppSettingsBody, AppUpdateBody
from heliograph.wire.paging import Page, Slice

_OWNER = "App"
# The defaults of the API document's examples.
_DEFAULTS = AppSettings(
    app_localization_enabled=True,
    echo_postback=False,
    mask_credit_card_numbers=True,
    multi_convo_enabled=False,
    use_animal_names=False,
)


async def create(store: Store, body: AppCreateBody) -> App:
    """Create an app.

    Raises:
        BadRequest: the settings contradict each other, or the metadata is too large.
    """
    return shown(await store.write(add, body))


async def add(tx: Tx, body: AppCreateBody) -> StoredApp:
    """Store a new app."""
    app = StoredApp(
        id=ids.new(),
        display_name=body.display_name,
        settings=_merged_settings(msgspec.json.encode(_DEFAULTS).decode(), body.settings),
        metadata=metadata.initial(body.metadata, _OWNER),
        requests_per_second=None,
        created_at=tx.now,
    )
    await apps.add(tx, app)
    return app


async def get(store: Store, app_id: str) -> App:
    """An app.

    Raises:
        AppNotFound: there is no such app.
    """
    return shown(await store.read(require, app_id))


async def require(reader: Reader, app_id: str, *, lock: Lock = Lock.NONE) -> StoredApp:
    """The stored app.

    Raises:
        AppNotFound: there is no such app.
    """
    if (app := await apps.get(reader, app_id, lock=lock)) is None:
        raise AppNotFound
    return app


async def page(store: Store, page: Page) -> Slice[App]:
    """A page of apps, oldest first."""
    found = await store.read(apps.page, page)
    return Slice([shown(one) for one in found.records], found.precedes, found.follows)


async def update(store: Store, app_id: str, body: AppUpdateBody) -> App:
    """Change what the body names; settings and metadata are merged key by key.

    Raises:
        AppNotFound: there is no such app.
        BadRequest: the settings contradict each other, or the metadata would be too large.
    """
    return shown(await store.write(_update, app_id, body))


async def _update(tx: Tx, app_id: str, body: AppUpdateBody) -> StoredApp:
    app = await require(tx, app_id, lock=Lock.CHANGE)
    if body.display_name is not None:
        app.display_name = body.display_name
    app.settings = _merged_settings(app.settings, body.settings)
    app.metadata = metadata.merged(app.metadata, body.metadata, _OWNER)
    await apps.change(tx, app)
    return app


async def set_rate_limit(store: Store, app_id: str, requests_per_second: int | None) -> None:
    """Answer 429 to what the app sends beyond so many requests a second; None for no limit.

    Raises:
        AppNotFound: there is no such app.
    """
    await store.write(_set_rate_limit, app_id, requests_per_second)


async def _set_rate_limit(tx: Tx, app_id: str, requests_per_second: int | None) -> None:
    app = await require(tx, app_id, lock=Lock.CHANGE)
    app.requests_per_second = requests_per_second
    await apps.change(tx, app)


async def delete(store: Store, app_id: str) -> None:
    """Delete an app: from now on neither it nor its keys exist. Its rows are purged afterwards, by `maintenance.purge`.

    Raises:
        AppNotFound: there is no such app.
    """
    await store.write(_delete, app_id)


async def _delete(tx: Tx, app_id: str) -> None:
    await require(tx, app_id, lock=Lock.REMOVE)
    await apps.mark_deleted(tx, app_id)
    await keys.remove_of_app(tx, app_id)


def shown(app: StoredApp) -> App:
    """An app as answers show one."""
    return App(
        id=app.id,
        display_name=app.display_name,
        settings=msgspec.json.decode(app.settings, type=AppSettings),
        metadata=metadata.shown(app.metadata) or None,
    )


def _merged_settings(stored: str, change: AppSettingsBody | None) -> str:
    if change is None:
        return stored
    settings = msgspec.json.decode(stored, type=AppSettings)
    if settings.multi_convo_enabled and change.multi_convo_enabled is False:
        raise BadRequest("multiConvoEnabled cannot be disabled once it is enabled")
    for name in change.__struct_fields__:
        if (value := getattr(change, name)) is not None:
            setattr(settings, name, value)
    for name, needs in (
        ("endSessionEnabled", settings.end_session_enabled),
        ("disableConversationReopen", settings.disable_conversation_reopen),
    ):
        if needs and not settings.multi_convo_enabled:
            raise BadRequest(f"{name} requires multiConvoEnabled")
    return msgspec.json.encode(settings).decode()
