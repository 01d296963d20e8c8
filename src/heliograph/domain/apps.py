"""The verbs of apps."""

from __future__ import annotations

from msgspec.structs import replace

from heliograph import ids
from heliograph.domain import metadata
from heliograph.domain.inactivity import limit_of
from heliograph.domain.loading import load_app
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import apps, inactivity, keys
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.store import Store
from heliograph.wire.apps import App, AppCreateBody, AppSettings, AppSettingsBody, AppUpdateBody
from heliograph.wire.paging import Page, Slice

_OWNER = "App"
# The values of the API document's examples.
DEFAULTS = AppSettings(
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
    return to_api(await store.write(add, body))


async def add(tx: Tx, body: AppCreateBody, id: str | None = None) -> StoredApp:
    """Store a new app, with a new id unless one is given."""
    app = StoredApp(
        id=id or ids.new(),
        display_name=body.display_name,
        settings=_merged_settings(DEFAULTS, body.settings),
        metadata=metadata.without_nulls(body.metadata, _OWNER),
        requests_per_second=None,
        created_at=tx.now,
    )
    await apps.add(tx, app)
    if (limit := limit_of(app.settings)) is not None:
        await inactivity.set_limit(tx, app.id, limit)
    return app


async def get(store: Store, app_id: str) -> App:
    """An app.

    Raises:
        AppNotFound: the app does not exist.
    """
    return to_api(await store.snapshot(load_app, app_id))


async def page(store: Store, page: Page) -> Slice[App]:
    """A page of apps, oldest first."""
    found = await store.snapshot(apps.page, page)
    return found.holding([to_api(one) for one in found.records])


async def update(store: Store, app_id: str, body: AppUpdateBody) -> App:
    """Change the fields that the body has; settings and metadata are merged key by key.

    Raises:
        AppNotFound: the app does not exist.
        BadRequest: the settings contradict each other, or the metadata would be too large.
    """
    return to_api(await store.write(change, app_id, body))


async def change(tx: Tx, app_id: str, body: AppUpdateBody, *, from_defaults: bool = False) -> StoredApp:
    """Store changes of an app, or with `from_defaults` of a new app.

    Raises:
        AppNotFound, BadRequest: as `update`.
    """
    app = await load_app(tx, app_id, lock=Lock.CHANGE)
    if body.display_name is not None:
        app.display_name = body.display_name
    known = limit_of(app.settings)
    app.settings = _merged_settings(DEFAULTS if from_defaults else app.settings, body.settings)
    if (limit := limit_of(app.settings)) != known:
        await inactivity.set_limit(tx, app_id, limit)
    app.metadata = metadata.merged(None if from_defaults else app.metadata, body.metadata, _OWNER)
    await apps.change(tx, app)
    return app


async def set_rate_limit(store: Store, app_id: str, requests_per_second: int | None) -> None:
    """Limit the app to a number of requests per second, beyond which it gets 429; None for no limit.

    Raises:
        AppNotFound: the app does not exist.
    """
    await store.write(_set_rate_limit, app_id, requests_per_second)


async def _set_rate_limit(tx: Tx, app_id: str, requests_per_second: int | None) -> None:
    app = await load_app(tx, app_id, lock=Lock.CHANGE)
    app.requests_per_second = requests_per_second
    await apps.change(tx, app)


async def delete(store: Store, app_id: str) -> None:
    """Delete an app and its keys. Its other rows are purged later, by `maintenance.purge`.

    Raises:
        AppNotFound: the app does not exist.
    """
    await store.write(_delete, app_id)


async def _delete(tx: Tx, app_id: str) -> None:
    await load_app(tx, app_id, lock=Lock.REMOVE)
    await apps.mark_deleted(tx, app_id)
    await keys.remove_of_app(tx, app_id)


def to_api(app: StoredApp) -> App:
    """An app as responses show it."""
    return App(id=app.id, display_name=app.display_name, settings=app.settings, metadata=app.metadata or None)


def _merged_settings(settings: AppSettings, change: AppSettingsBody | None) -> AppSettings:
    if change is None:
        return settings
    if settings.multi_convo_enabled and change.multi_convo_enabled is False:
        raise BadRequest("multiConvoEnabled cannot be disabled once it is enabled")
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not None}
    settings = replace(settings, **given)
    for name, needs in (
        ("endSessionEnabled", settings.end_session_enabled),
        ("disableConversationReopen", settings.disable_conversation_reopen),
    ):
        if needs and not settings.multi_convo_enabled:
            raise BadRequest(f"{name} requires multiConvoEnabled")
    return settings
