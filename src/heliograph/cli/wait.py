"""`heliograph wait`: block until a server is ready."""

from __future__ import annotations

import time

import click

from heliograph.cli.connecting import url_option
from heliograph.cli.probing import probe

_PAUSE_SECONDS = 0.02


@click.command()
@click.option("--timeout", type=click.FloatRange(0), default=30.0, show_default=True, help="Seconds to wait.")
@url_option
def wait(timeout: float, url: str) -> int:
    """Wait until a server accepts requests and its database is writable.

    The exit status is 0 if it is ready, and 1 if it is not within the timeout.
    """
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        problem = probe(url, "/health/ready", timeout=max(left, 0.1)).problem
        if problem is None:
            return 0
        if left <= 0:
            click.echo(f"heliograph: {url} is not ready after {timeout:g} s: {problem}", err=True)
            return 1
        time.sleep(min(_PAUSE_SECONDS, left))
