"""`heliograph init`."""

from __future__ import annotations

import click

from heliograph.cli.options import database_option, in_store, json_option, print_json


@click.command()
@database_option
@json_option
def init(url: str, as_json: bool) -> None:
    """Create the sandbox if needed, and print its keys.

    Creates the database if needed. The output is the same every time; a server may be running.
    """
    from heliograph.domain.sandbox import SandboxApp, ensure

    sandbox: SandboxApp = in_store(url, ensure)
    if as_json:
        print_json(
            {
                "accountKey": {"id": sandbox.account_key.id, "secret": sandbox.account_key.secret},
                "app": {"id": sandbox.app.id, "displayName": sandbox.app.display_name},
                "appKey": {"id": sandbox.app_key.id, "secret": sandbox.app_key.secret},
            }
        )
        return
    click.echo(f"app          {sandbox.app.id}  {sandbox.app.display_name}")
    click.echo(f"app key      {sandbox.app_key.id}  {sandbox.app_key.secret}")
    click.echo(f"account key  {sandbox.account_key.id}  {sandbox.account_key.secret}")
