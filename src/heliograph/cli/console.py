"""`heliograph console`: a link with which one person can sign in to the console."""

from __future__ import annotations

from typing import get_args

import click

from heliograph.cli.connecting import connection, connection_options, send
from heliograph.cli.options import parse_duration
from heliograph.wire.console import Role
from heliograph.wire.table.console import CREATE_CONSOLE_TICKET


@click.command()
@click.option("--role", type=click.Choice(get_args(Role)), default="operator", show_default=True)
@click.option("--account", is_flag=True, help="A link to all apps, with the key of the account.")
@click.option("--expires", default="8h", show_default=True, help="How long the link is valid, such as 30m or 2d.")
@click.option("--open", "opens", is_flag=True, help="Open the link in a browser.")
@connection_options
def console(
    role: Role,
    account: bool,
    expires: str,
    opens: bool,
    url: str,
    app_id: str | None,
    key_id: str | None,
    key_secret: str | None,
) -> None:
    """Print a link with which one person can sign in to the console of an app, once.

    A program can sign in with the ticket at the end of the link: POST /console/session.
    """
    to = connection(url, app_id, key_id, key_secret, account=account)
    body = {"role": role, "expiresInSeconds": int(parse_duration(expires))}
    ticket = send(to, CREATE_CONSOLE_TICKET, body=body, account=account)["ticket"]
    link = f"{to.url}/console/#ticket={ticket}"
    click.echo(link)
    if opens:
        click.launch(link)
