"""The link to the console that a sandbox prints when it starts."""

from __future__ import annotations

import contextlib

import click

from heliograph.domain import console
from heliograph.errors import ServiceUnavailable
from heliograph.sandbox import tools
from heliograph.settings import Settings
from heliograph.storage.store import Store
from heliograph.wire.console import TicketCreateBody

_SECONDS = 24 * 3600


async def console_link(store: Store, url: str, settings: Settings, account_key_id: str) -> str | None:
    """A link with which one person can sign in to the console as an operator of all apps, once within a day.

    None if this server is not a sandbox, has no console, or cannot write to its database.
    """
    is_sandbox = tools.offered(settings, embedded=not store.shared)
    if not is_sandbox or not console.offered(settings, sandbox_tools=True):
        return None
    # A server starts even if its database cannot be written now.
    with contextlib.suppress(ServiceUnavailable):
        body = TicketCreateBody(role="operator", expires_in_seconds=_SECONDS)
        made = await console.create_ticket(store, account_key_id, None, body)
        return f"{settings.public_url or url}/console/#ticket={made.ticket}"
    return None


async def print_console_link(store: Store, url: str, settings: Settings, account_key_id: str) -> None:
    """Print the link on standard output, which is not the log."""
    if (link := await console_link(store, url, settings, account_key_id)) is not None:
        click.echo(f'  console    {link}   (valid once; run "heliograph console" for another)')
