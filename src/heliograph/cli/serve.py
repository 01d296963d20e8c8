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

    On an empty database it creates a sandbox app with keys, and prints them.
    """
    from heliograph import assembly
    from heliograph.cli.welcome import welcome
    from heliograph.server.http.hosts import parse_public_url, parse_root_path

    options["root_path"] = parse_root_path(options["root_path"])
    options["public_url"] = parse_public_url(options["public_url"])
    settings = Settings(**options)
    assembly.serve(settings, partial(welcome, settings=settings))
