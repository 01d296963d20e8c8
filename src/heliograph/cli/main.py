"""The command line."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from heliograph._version import __version__
from heliograph.cli.backup import backup, restore
from heliograph.cli.deliver import deliver, deliveries
from heliograph.cli.listen import listen
from heliograph.cli.options import database_option, in_store, json_option, print_json, settings_options
from heliograph.errors import ApiError, UsageError
from heliograph.settings import Settings
from heliograph.storage.store import Store

USAGE_STATUS = 2
NAME_LENGTH = 100


def main(args: list[str] | None = None) -> int:
    """Run the command; errors of use are one line and status 2."""
    try:
        result = cli.main(args, prog_name="heliograph", standalone_mode=False)
    except (UsageError, ApiError) as error:
        return _complain(str(error))
    except click.ClickException as error:
        return _complain(error.format_message())
    except click.Abort:
        return 130
    return result if isinstance(result, int) else 0


def _complain(message: str) -> int:
    click.secho(f"heliograph: {' '.join(message.split())}", fg="red", err=True)
    return USAGE_STATUS


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A self-hosted server of the Sunshine Conversations API v2.

    Start with `heliograph serve`. It makes a database and a sandbox, and prints what to try first.
    """


@cli.command()
@settings_options()
def serve(**options: Any) -> None:
    """Serve the API.

    On an empty database it makes a sandbox app with keys, and prints them.
    """
    from heliograph.assembly import services
    from heliograph.cli.welcome import welcome
    from heliograph.domain.networks import networks_of
    from heliograph.server.http.hosts import parse_public_url, parse_root_path
    from heliograph.server.http.proxies import Proxies

    options["root_path"] = parse_root_path(options["root_path"])
    options["public_url"] = parse_public_url(options["public_url"])
    settings = Settings(**options)
    # Errors in these settings are reported before anything starts.
    Proxies(settings.trusted_proxies)
    announce = partial(welcome, settings=settings)
    networks_of(settings, embedded=False)
    if settings.workers == 1:
        from heliograph.server.process.running import run

        run(settings, announce, services=partial(services, settings=settings))
    else:
        from heliograph.server.process.workers import supervise

        supervise(settings, announce, partial(services, settings=settings))


@cli.command()
@database_option
@json_option
def init(url: str, as_json: bool) -> None:
    """Make the sandbox if need be, and show its keys.

    The database is made too. It may be run as often as you like, beside a running server too: the answer stays the
    same.
    """
    from heliograph.domain.sandbox import Sandbox, ensure

    sandbox: Sandbox = in_store(url, ensure)
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


@cli.command()
@database_option
def migrate(url: str) -> None:
    """Bring the database to the schema of this version.

    `heliograph serve` does so by itself. A database that is being served by an older version is left alone.
    """
    from heliograph.storage.migrations import LATEST

    async def done(store: Store) -> str:
        return store.name

    click.echo(f"{in_store(url, done)} has schema version {LATEST}")


@cli.command()
@click.option("--from", "source", required=True, help="Database URL to copy from; it must not be served meanwhile.")
@click.option("--to", "target", required=True, help="Database URL to copy to; it must be empty.")
def copy(source: str, target: str) -> None:
    """Copy a whole database, from any engine to any other.

    A copy that was interrupted goes on where it stood when the command is run again. In the end every table of the
    copy is compared with its source.
    """
    from heliograph.cli.copy import run

    rows = run(source, target)
    click.echo(f"copied {rows} rows, and found them equal")


@cli.group()
def keys() -> None:
    """API keys: list, create and revoke them."""


@keys.command("list")
@database_option
@json_option
def list_keys(url: str, as_json: bool) -> None:
    """List the keys, without their secrets."""
    from heliograph.storage.rows import keys as key_rows

    stored = in_store(url, lambda store: store.read(key_rows.every))
    if as_json:
        print_json(
            [{"id": key.id, "scope": key.scope, "appId": key.app_id, "displayName": key.display_name} for key in stored]
        )
        return
    for key in stored:
        click.echo(f"{key.id}  {key.scope:7}  {key.app_id or '-':24}  {key.display_name}")


@keys.command("create")
@click.option("--app", "app_id", help="The app whose key it will be.")
@click.option("--account", is_flag=True, help="Make a key of the account, which may do everything.")
@click.option("--name", default="Key", show_default=True, help="What it is called.")
@database_option
@json_option
def create_key(app_id: str | None, account: bool, name: str, url: str, as_json: bool) -> None:
    """Create a key, and show its secret."""
    from heliograph.domain import keys as verbs

    if account == (app_id is not None):
        raise UsageError("keys create needs either --app APP_ID or --account")
    if not 1 <= len(name) <= NAME_LENGTH:
        raise UsageError(f"--name should have 1 to {NAME_LENGTH} characters")
    key = in_store(
        url, lambda store: verbs.create(store, app_id, name) if app_id else verbs.create_for_account(store, name)
    )
    if as_json:
        print_json(key)
    else:
        click.echo(f"{key.id}  {key.secret}")


@keys.command("revoke")
@click.argument("key_id")
@database_option
def revoke_key(key_id: str, url: str) -> None:
    """Revoke a key. A running server refuses it within a second."""
    from heliograph.storage.rows import keys as key_rows

    if not in_store(url, lambda store: store.write(key_rows.remove, key_id)):
        raise UsageError(f"there is no key {key_id}")
    click.echo(f"revoked {key_id}")


@cli.group()
def apps() -> None:
    """Apps: list them, and limit how many requests each may send."""


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
@click.option("--requests-per-second", type=click.IntRange(1), help="Answer 429 to what comes beyond it.")
@click.option("--off", is_flag=True, help="Take the limit away.")
@database_option
def limit_app(app_id: str, requests_per_second: int | None, off: bool, url: str) -> None:
    """Limit the requests of an app. A running server follows within a second."""
    from heliograph.domain import apps as verbs

    if off == (requests_per_second is not None):
        raise UsageError("apps limit needs either --requests-per-second N or --off")
    in_store(url, lambda store: verbs.set_rate_limit(store, app_id, requests_per_second))
    click.echo(f"{app_id}  {f'{requests_per_second} requests/s' if requests_per_second else 'no limit'}")


class _LazyCalls(click.Group):
    """Imports the client when one of its commands is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._calls().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._calls().get_command(ctx, cmd_name)

    def _calls(self) -> click.Group:
        from heliograph.cli.call import Calls

        return Calls()


@cli.group(cls=_LazyCalls)
def call() -> None:
    """Call an operation of the API, here or on another server.

    Prints the answer as JSON. The exit status is 0 for a success, 1 for a refusal, 2 for an error of use, 3 if no
    answer came, and 4 for one that cannot be read.
    """


@cli.command()
def version() -> None:
    """Print the version."""
    click.echo(f"heliograph {__version__}")


cli.add_command(backup)
cli.add_command(restore)
cli.add_command(deliver)
cli.add_command(deliveries)
cli.add_command(listen)
