"""Creates the apps of a seed file when a sandbox starts."""

from __future__ import annotations

from heliograph.domain import sandbox
from heliograph.domain.sandbox import SandboxApp, WantedApp
from heliograph.domain.tenants import Tenant
from heliograph.errors import ApiError
from heliograph.sandbox import seeding
from heliograph.sandbox.planting import ground_of
from heliograph.sandbox.seed_files import AppSeed, SeedFile
from heliograph.sandbox.tools import Tools
from heliograph.settings import Settings
from heliograph.storage.store import Store
from heliograph.wire.apps import AppKey


async def start(store: Store, tools: Tools, settings: Settings, file: SeedFile) -> SandboxApp:
    """Create the missing apps and objects of a seed file; returns the first app, which is the sandbox.

    Raises:
        UsageError: an object is invalid. The message names the file and the line.
    """
    ground, made = ground_of(store, settings), []
    for number, app in enumerate(file.apps):
        try:
            created = await sandbox.ensure(store, _wanted(app, number))
            tenant = Tenant(created.app.id, created.app_key.id)
            await seeding.seed(store, tools, tenant, app.body, ground)
        except ApiError as error:
            raise file.located(error, number) from None
        made.append(created)
    return made[0]


def _wanted(app: AppSeed, number: int) -> WantedApp:
    key = AppKey(id=app.key.id, display_name="Sandbox app key", secret=app.key.secret) if app.key else None
    default = WantedApp()
    slot = f"{default.slot}/{number}" if number else default.slot
    return WantedApp(app.body.name or default.display_name, app.id, key, slot)
