"""The output of `heliograph serve` at startup."""

from __future__ import annotations

import sys

import click

from heliograph._version import __version__
from heliograph.cli.console_link import print_console_link
from heliograph.domain import sandbox
from heliograph.domain.networks import described, networks_of
from heliograph.domain.sandbox import SandboxApp
from heliograph.settings import DEFAULT_DATABASE, Settings
from heliograph.storage.store import Store


async def welcome(store: Store, url: str, settings: Settings) -> None:
    """Print the URLs of the server. On an empty database, create the sandbox and print first steps.

    A sandbox also prints a link to its console: on an empty database, as it prints the secrets of the keys, and
    otherwise on a terminal only, because the output of a service is stored.
    """
    announce(store, url, settings)
    created = await sandbox.ensure(store) if settings.sandbox and await sandbox.is_empty(store) else None
    if created is not None or sys.stdout.isatty():
        found = await sandbox.existing(store)
        if found is not None:
            await print_console_link(store, url, settings, found.account_key_id)
    if created is None:
        return
    click.echo(f"\nSandbox{_how_to_show(store, settings.database)}:\n")
    introduce(settings.public_url or url, created)


def announce(store: Store, url: str, settings: Settings) -> None:
    """Print the URLs of the server, its database, and the addresses that webhooks may have."""
    click.echo(f"{click.style(f'Heliograph {__version__}', bold=True)} listening at {click.style(url, fg='green')}")
    if settings.public_url:
        url = settings.public_url
        click.echo(f"  public URL {url}")
    click.echo(f"  reference  {url}/docs")
    click.echo(f"  database   {store.name}")
    allowed = described(networks_of(settings, embedded=not store.shared))
    click.echo(f"  webhooks   {allowed}{'' if settings.delivery else '; delivered by `heliograph deliver` only'}")


def introduce(url: str, created: SandboxApp) -> None:
    """Print the keys of the sandbox, and first steps."""
    click.echo(f"  app          {created.app.id}")
    click.echo(f"  app key      {created.app_key.id}  {created.app_key.secret}")
    click.echo(f"  account key  {created.account_key.id}  {created.account_key.secret}")
    click.echo("\nTry it in another terminal: create a user and a group, join, list, leave.\n")
    for line in first_steps(url, created):
        click.echo(f"  {line}")


def _how_to_show(store: Store, database: str) -> str:
    """A hint at the command that prints the sandbox again; empty if the database is not persistent."""
    if not store.persistent:
        return ""
    option = "" if database == DEFAULT_DATABASE else f" --database {database}"
    return f"; `heliograph init{option}` prints it again"


def first_steps(url: str, created: SandboxApp) -> list[str]:
    """Shell commands for the sandbox that create a user and a group, join it, list its participants, and leave it."""
    return [
        f"APP={url}/v2/apps/{created.app.id}",
        f"KEY={created.app_key.id}:{created.app_key.secret}",
        "JSON='Content-Type: application/json'",
        """curl -u $KEY -H "$JSON" $APP/users -d '{"externalId":"ada"}'""",
        """GROUP=$(curl -s -u $KEY -H "$JSON" $APP/conversations -d '{"type":"sdkGroup"}' | cut -d'"' -f6)""",
        """curl -u $KEY -H "$JSON" $APP/conversations/$GROUP/join """
        """-d '{"userExternalId":"ada","subscribeSDKClient":true}'""",
        "curl -u $KEY $APP/conversations/$GROUP/participants",
        """curl -u $KEY -H "$JSON" $APP/conversations/$GROUP/leave -d '{"userExternalId":"ada"}'""",
    ]
