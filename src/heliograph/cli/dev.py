"""`heliograph dev`: a sandbox for development and tests."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from heliograph.cli.connecting import connection_of, registered
from heliograph.cli.options import settings_options
from heliograph.settings import IN_MEMORY, Settings
from heliograph.storage.store import Store

if TYPE_CHECKING:
    from heliograph.sandbox.tools import Tools


@click.command()
@settings_options(
    database=IN_MEMORY,
    sandbox_tools="yes",
    stand_ins="yes",
    webhook_allowed_networks="loopback,private",
)
@click.option("--open", "open_", is_flag=True, help="Open the reference of the server in a browser.")
def dev(open_: bool, **options: Any) -> None:
    """Serve a sandbox: an app with its keys, in memory by default, and the tools for tests.

    Takes the options of `heliograph serve`, with other defaults: webhooks may call private networks, and stand-ins
    replace third-party channels. `heliograph env` prints how to reach it.
    """
    from heliograph import assembly
    from heliograph.cli.serve import settings_of

    settings = settings_of(options)
    with contextlib.ExitStack() as stack:
        assembly.serve(settings, partial(_ready, settings=settings, open_=open_), partial(_prepare, stack=stack))


async def _prepare(store: Store, tools: Tools | None, url: str, *, stack: contextlib.ExitStack) -> None:
    """Create the sandbox, and let the commands of this user find it."""
    from heliograph.domain import sandbox

    found = await sandbox.ensure(store)
    stack.enter_context(registered(await connection_of(store, found, url)))


async def _ready(store: Store, url: str, *, settings: Settings, open_: bool) -> None:
    from heliograph.cli.welcome import announce, introduce
    from heliograph.domain import sandbox

    found = await sandbox.ensure(store)
    announce(store, url, settings)
    click.echo('\nSandbox; eval "$(heliograph env)" sets the variables that commands and tests read:\n')
    introduce(settings.public_url or url, found)
    if open_:
        click.launch(f"{url}/docs")
