"""`heliograph env`: print how to reach a sandbox, as environment variables."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from heliograph.cli.connecting import connection, connection_of, url_option
from heliograph.cli.options import in_store, print_json
from heliograph.errors import UsageError
from heliograph.local_sandboxes import Connection
from heliograph.storage.store import Store

_PREFIX = "HELIOGRAPH_"


@click.command()
@click.option("--database", help="Read the sandbox of this database. Without it, that of a running `heliograph dev`.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["shell", "dotenv", "json", "github"]),
    default="shell",
    show_default=True,
    help="Form of the output; github masks the secrets, and sets variables and outputs of the workflow.",
)
@url_option
def env(database: str | None, form: str, url: str) -> None:
    """Print the URL, the app and the keys of a sandbox as environment variables.

    Other commands read these variables, and so do tests: eval "$(heliograph env)".
    """
    found = _of_database(database, url) if database else connection(url, None, None, None)
    variables = found.variables()
    if form == "json":
        print_json(variables)
    elif form == "github":
        _for_github(variables)
    else:
        for name, value in variables.items():
            # Programs that read .env files know the quotes of a shell. Secrets of seeds may have spaces, or a #.
            click.echo(f"{'export ' if form == 'shell' else ''}{name}={shlex.quote(value)}")


def _of_database(database: str, url: str) -> Connection:
    from heliograph.domain import sandbox

    async def read(store: Store) -> Connection:
        return await connection_of(store, await sandbox.ensure(store), url)

    return in_store(database, read)


def _for_github(variables: dict[str, str]) -> None:
    """Mask the secrets in the log of the job, and set variables for its next steps and outputs of this step."""
    environment, outputs = (os.environ.get(name) for name in ("GITHUB_ENV", "GITHUB_OUTPUT"))
    if not environment or not outputs:
        raise UsageError("--format github needs GITHUB_ENV and GITHUB_OUTPUT, which GitHub sets in the steps of a job")
    for name, value in variables.items():
        if name.endswith("_SECRET"):
            click.echo(f"::add-mask::{value}")
    with Path(environment).open("a") as file:
        file.writelines(f"{name}={value}\n" for name, value in variables.items())
    with Path(outputs).open("a") as file:
        file.writelines(f"{name.removeprefix(_PREFIX).lower()}={value}\n" for name, value in variables.items())
