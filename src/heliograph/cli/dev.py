"""`heliograph dev`: a sandbox for development and tests."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from heliograph.cli.connecting import connection_of
from heliograph.cli.options import print_json, settings_options
from heliograph.errors import UsageError
from heliograph.local_sandboxes import registered
from heliograph.settings import IN_MEMORY, Settings, is_loopback
from heliograph.storage.store import Store

if TYPE_CHECKING:
    from heliograph.domain.sandbox import SandboxApp
    from heliograph.sandbox.seed_files import SeedFile
    from heliograph.sandbox.tools import Tools

SEED_FILES = ("heliograph.toml", "heliograph.json")
SEED_VARIABLE = "HELIOGRAPH_SEED_TOML"

log = logging.getLogger("heliograph.server")


@click.command()
@settings_options(
    database=IN_MEMORY,
    sandbox_tools="yes",
    stand_ins="yes",
    webhook_allowed_networks="loopback,private",
    record_requests="10000",
)
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Seed file with the contents of the sandbox. By default heliograph.toml or heliograph.json in the current "
    f"folder, if there is one, or the text in {SEED_VARIABLE}.",
)
@click.option("--open", "open_", is_flag=True, help="Open the console in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the variables of `heliograph env` as a line of JSON.")
@click.option("--stop-on-eof", is_flag=True, help="Stop when standard input ends, as it does with the parent process.")
def dev(seed: Path | None, open_: bool, as_json: bool, stop_on_eof: bool, **options: Any) -> None:
    """Serve a sandbox: an app with its keys, in memory by default, and the tools for tests.

    Takes the options of `heliograph serve`, with other defaults: webhooks may call private networks, and stand-ins
    replace third-party channels. `heliograph env` prints how to reach it.
    """
    from heliograph import assembly
    from heliograph.cli.serve import settings_of

    settings, file = settings_of(options), _seed_file(seed)
    if stop_on_eof:
        Thread(target=_stop_on_eof, daemon=True).start()
    with contextlib.ExitStack() as stack:
        prepare = partial(_prepare, settings=settings, file=file, stack=stack)
        ready = partial(_print_json, settings=settings) if as_json else partial(_print, settings=settings, file=file)
        assembly.serve(settings, partial(_ready, ready, settings=settings, open_=open_), prepare)


def _stop_on_eof() -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _seed_file(path: Path | None) -> SeedFile | None:
    from heliograph.sandbox import seed_files

    if path is None and (text := os.environ.get(SEED_VARIABLE)):
        return seed_files.parse(SEED_VARIABLE, text)
    path = path or next((one for one in map(Path, SEED_FILES) if one.exists()), None)
    return None if path is None else seed_files.read(path)


async def _prepare(
    store: Store,
    tools: Tools | None,
    url: str,
    *,
    settings: Settings,
    file: SeedFile | None,
    stack: contextlib.ExitStack,
) -> None:
    """Create the sandbox, and let the commands of this user find it."""
    found = await _sandbox(store, tools, settings, file)
    stack.enter_context(registered(await connection_of(store, found, url)))


async def _sandbox(store: Store, tools: Tools | None, settings: Settings, file: SeedFile | None) -> SandboxApp:
    from heliograph.domain import sandbox
    from heliograph.sandbox import starting

    if file is None:
        return await sandbox.ensure(store)
    if tools is None:
        raise UsageError(f"{file.name} cannot be loaded without sandbox tools")
    if file.has_secrets and not is_loopback(settings.host):
        log.warning("%s has secrets, which others may know, and the server listens beyond this machine", file.name)
    return await starting.start(store, tools, settings, file)


async def _ready(
    ready: Callable[[Store, str], Awaitable[None]], store: Store, url: str, *, settings: Settings, open_: bool
) -> None:
    await ready(store, url)
    if open_:
        click.launch(await _page(store, url, settings))


async def _page(store: Store, url: str, settings: Settings) -> str:
    """The console, with a ticket for it, or the reference on a server without."""
    from heliograph.cli.console_link import console_link
    from heliograph.domain import sandbox

    found = await sandbox.ensure(store)
    return await console_link(store, url, settings, found.account_key.id) or f"{url}/docs"


async def _print_json(store: Store, url: str, *, settings: Settings) -> None:
    from heliograph.cli.console_link import console_link
    from heliograph.domain import sandbox

    found = await sandbox.ensure(store)
    variables = (await connection_of(store, found, url)).variables()
    if (link := await console_link(store, url, settings, found.account_key.id)) is not None:
        variables["HELIOGRAPH_CONSOLE_URL"] = link
    print_json(variables)


async def _print(store: Store, url: str, *, settings: Settings, file: SeedFile | None) -> None:
    from heliograph.cli.console_link import print_console_link
    from heliograph.cli.welcome import announce, introduce
    from heliograph.domain import sandbox

    found = await sandbox.ensure(store)
    announce(store, url, settings)
    if file is not None:
        click.echo(f"  seed       {file.name}")
    await print_console_link(store, url, settings, found.account_key.id)
    click.echo('\nSandbox; eval "$(heliograph env)" sets the variables that commands and tests read:\n')
    introduce(settings.public_url or url, found)
