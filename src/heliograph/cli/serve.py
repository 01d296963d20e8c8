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

    settings = settings_of(options)
    assembly.serve(settings, partial(welcome, settings=settings))


def settings_of(options: dict[str, Any]) -> Settings:
    """The settings from the options of the command line.

    Raises:
        UsageError: the path or the URL is invalid.
    """
    from heliograph.server.http.hosts import parse_public_url, parse_root_path

    root_path, public_url = parse_root_path(options["root_path"]), parse_public_url(options["public_url"])
    return Settings(**{**options, "root_path": root_path, "public_url": public_url})
