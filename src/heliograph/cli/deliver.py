"""`heliograph deliver`."""

from __future__ import annotations

from typing import Any

import click

from heliograph.cli.options import settings_options
from heliograph.settings import Settings

_SETTINGS = (
    "database",
    "database_connections",
    "webhook_allowed_networks",
    "attachments",
    "keep_days",
    "history_days",
    "idempotency_hours",
    "log_format",
    "log_level",
    "grace_seconds",
)


@click.command()
@settings_options(*_SETTINGS)
def deliver(**options: Any) -> None:
    """Deliver webhooks without serving the API.

    Requires PostgreSQL. Any number of processes on any number of machines share the work.
    """
    from heliograph import assembly
    from heliograph.domain.networks import described, networks_of

    settings = Settings(**options)
    allowed = described(networks_of(settings, embedded=False))
    assembly.deliver(
        settings, lambda store: click.echo(f"delivering the webhooks of {store.name}; allowed addresses: {allowed}")
    )
