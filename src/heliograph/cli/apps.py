"""`heliograph apps`."""

from __future__ import annotations

import click

from heliograph.cli.options import database_option, in_store, json_option, print_json
from heliograph.errors import UsageError


@click.group()
def apps() -> None:
    """List apps and limit their request rates."""


@apps.command("list")
@database_option
@json_option
def list_apps(url: str, as_json: bool) -> None:
    """List the apps."""
    from heliograph.storage.rows import apps as app_rows

    stored = in_store(url, lambda store: store.read(app_rows.every))
    if as_json:
        print_json(
            [
                {"id": app.id, "displayName": app.display_name, "requestsPerSecond": app.requests_per_second}
                for app in stored
            ]
        )
        return
    for app in stored:
        limit = f"{app.requests_per_second} requests/s" if app.requests_per_second else "no limit"
        click.echo(f"{app.id}  {limit:16}  {app.display_name}")


@apps.command("limit")
@click.argument("app_id")
@click.option("--requests-per-second", type=click.IntRange(1), help="Maximum rate; further requests get status 429.")
@click.option("--off", is_flag=True, help="Remove the limit.")
@database_option
def limit_app(app_id: str, requests_per_second: int | None, off: bool, url: str) -> None:
    """Limit the request rate of an app. A running server applies the change within a second."""
    from heliograph.domain import apps as verbs

    if off == (requests_per_second is not None):
        raise UsageError("apps limit requires either --requests-per-second N or --off")
    in_store(url, lambda store: verbs.set_rate_limit(store, app_id, requests_per_second))
    click.echo(f"{app_id}  {f'{requests_per_second} requests/s' if requests_per_second else 'no limit'}")
