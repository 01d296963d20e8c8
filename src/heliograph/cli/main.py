"""The command line: the group of commands, and how it reports errors."""

from __future__ import annotations

import click

from heliograph._version import __version__
from heliograph.cli.apps import apps
from heliograph.cli.chaos import chaos
from heliograph.cli.clock import clock
from heliograph.cli.conformance import conformance
from heliograph.cli.console import console
from heliograph.cli.database import backup, compact, copy, distribute, migrate, restore
from heliograph.cli.deliver import deliver
from heliograph.cli.deliveries import deliveries
from heliograph.cli.dev import dev
from heliograph.cli.doctor.command import doctor
from heliograph.cli.env import env
from heliograph.cli.inbox import inbox
from heliograph.cli.init import init
from heliograph.cli.keys import keys
from heliograph.cli.listen import listen
from heliograph.cli.members import members
from heliograph.cli.moving import export, import_
from heliograph.cli.oauth_clients import oauth_clients
from heliograph.cli.options import printable
from heliograph.cli.report.command import report
from heliograph.cli.seed import reset, seed
from heliograph.cli.serve import serve
from heliograph.cli.snapshot import snapshot
from heliograph.cli.status import status
from heliograph.cli.trigger import trigger
from heliograph.cli.users import users
from heliograph.cli.wait import wait
from heliograph.errors import ApiError, UsageError

USAGE_STATUS = 2


def main(args: list[str] | None = None) -> int:
    """Run the command; returns the exit status. Usage errors are printed on one line, with status 2."""
    try:
        result = cli.main(args, prog_name="heliograph", standalone_mode=False)
    except (UsageError, ApiError) as error:
        return _fail(str(error))
    except click.ClickException as error:
        return _fail(error.format_message())
    except click.Abort:
        return 130
    return result if isinstance(result, int) else 0


def _fail(message: str) -> int:
    click.secho(f"heliograph: {printable(' '.join(message.split()))}", fg="red", err=True)
    return USAGE_STATUS


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A self-hosted server of the Sunshine Conversations API v2.

    Start with `heliograph dev`: it serves a sandbox from memory, and prints first steps. `heliograph serve` keeps its
    data in a file, or in PostgreSQL.
    """


class _LazyCalls(click.Group):
    """Imports the client only when one of its commands is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._calls().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._calls().get_command(ctx, cmd_name)

    def _calls(self) -> click.Group:
        from heliograph.cli.call import Calls

        return Calls()


@cli.group(cls=_LazyCalls)
def call() -> None:
    """Call an operation of the API, on this server or another.

    Prints the response as JSON. The exit status is 0 for success, 1 for an error response, 2 for a usage error, 3 if no
    response arrived, and 4 for an invalid response.
    """


@cli.command()
def version() -> None:
    """Print the version."""
    click.echo(f"heliograph {__version__}")


COMMANDS = (
    dev,
    env,
    wait,
    status,
    doctor,
    report,
    seed,
    reset,
    snapshot,
    clock,
    inbox,
    trigger,
    users,
    serve,
    init,
    migrate,
    distribute,
    compact,
    copy,
    backup,
    restore,
    import_,
    export,
    keys,
    apps,
    chaos,
    console,
    oauth_clients,
    deliver,
    deliveries,
    listen,
    members,
    conformance,
)
for command in COMMANDS:
    cli.add_command(command)
