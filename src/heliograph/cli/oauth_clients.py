"""`heliograph oauth-clients`."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from heliograph.cli.options import database_option, in_store, json_option, print_json


@click.group("oauth-clients")
def oauth_clients() -> None:
    """List, add and remove OAuth clients: partners whose integrations can be let into apps."""


@oauth_clients.command("list")
@database_option
@json_option
def list_clients(url: str, as_json: bool) -> None:
    """List the OAuth clients, without their secrets."""
    from heliograph.domain import oauth_clients as verbs

    found = in_store(url, verbs.every)
    if as_json:
        print_json(found)
        return
    for client in found:
        click.echo(f"{client.client_id}  {client.redirect_uris[0]}  {client.display_name}")


@oauth_clients.command("add")
@click.option("--name", required=True, help="Display name of the partner, which the consent page shows.")
@click.option(
    "--redirect-uri", "redirect_uris", multiple=True, required=True, help="URL to redirect to; can be repeated."
)
@click.option("--remove-url", help="URL to call after the integration was removed from an app.")
@click.option("--client-id", help="Id of the client; generated if absent.")
@database_option
@json_option
def add_client(
    name: str, redirect_uris: tuple[str, ...], remove_url: str | None, client_id: str | None, url: str, as_json: bool
) -> None:
    """Add an OAuth client, and print its id and its secret, which is not shown again."""
    from heliograph.domain import oauth_clients as verbs
    from heliograph.wire.oauth import OAuthClientCreateBody
    from heliograph.wire.validation import decode

    given: dict[str, Any] = {
        "displayName": name,
        "redirectUris": redirect_uris,
        "removeUrl": remove_url,
        "clientId": client_id,
    }
    body = decode(msgspec.json.encode(given), OAuthClientCreateBody, require_subscribe=False)
    client = in_store(url, lambda store: verbs.create(store, body))
    if as_json:
        print_json(client)
    else:
        click.echo(f"{client.client_id}  {client.client_secret}")


@oauth_clients.command("remove")
@click.argument("client_id")
@database_option
def remove_client(client_id: str, url: str) -> None:
    """Remove an OAuth client with its integrations. A running server rejects its tokens within a second."""
    from heliograph.domain import oauth_clients as verbs

    in_store(url, lambda store: verbs.delete(store, client_id))
    click.echo(f"removed {client_id}")
