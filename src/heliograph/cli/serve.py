"""`heliograph serve`."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from heliograph.cli.options import settings_options
from heliograph.settings import Settings


@click.command()
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
