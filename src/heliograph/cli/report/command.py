"""The command `heliograph report`."""

from __future__ import annotations

from pathlib import Path

import click

from heliograph.cli.connecting import connection, connection_options
from heliograph.cli.status import state_of
from heliograph.errors import HeliographError, UsageError


@click.command()
@connection_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="File to write.",
)
def report(url: str, app_id: str | None, key_id: str | None, key_secret: str | None, out: Path) -> None:
    """Write what happened in an app to an HTML file: status, problems, requests, events and their deliveries.

    The file needs no server, contains no secrets and runs no scripts, so a CI job can keep it.
    """
    from heliograph.cli.report.collecting import collect
    from heliograph.cli.report.page import ReportPage

    status = state_of(url, app_id, key_id, key_secret)
    problems = status.pop("problems")
    collected = None
    try:
        if status["up"]:
            collected = collect(connection(url, app_id, key_id, key_secret))
    except (HeliographError, UsageError) as error:
        problems.append(f"requests and deliveries are missing: {error}")
    page = ReportPage(collected.secrets if collected else {key_secret or ""}).render(status, problems, collected)
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {out}")
