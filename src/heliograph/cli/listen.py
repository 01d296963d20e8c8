"""`heliograph listen`: the events of an app, forwarded to where no server could call."""

from __future__ import annotations

import secrets
from typing import Any

import click


@click.command()
@click.option("--app", "app_id", required=True, help="The app whose events are wanted.")
@click.option("--forward-to", required=True, help="Where each event is posted, such as http://localhost:3000/hook.")
@click.option("--trigger", "triggers", multiple=True, help="Only these events; may be given more than once.")
@click.option("--conversation", help="Only events of this conversation.")
@click.option("--include-full-user", is_flag=True, help="Complete the users in the events, as a webhook may ask for.")
@click.option("--secret", help="What is sent as X-API-Key; one is made up if none is given.")
@click.option("--since", help="Go on after this place, which `listen` prints at its end.")
@click.option("--url", envvar="HELIOGRAPH_URL", default="http://127.0.0.1:8080", show_default=True, help="The server.")
@click.option("--key-id", envvar="HELIOGRAPH_KEY_ID", required=True, help="A key of the app.")
@click.option("--key-secret", envvar="HELIOGRAPH_KEY_SECRET", required=True, help="Its secret.")
def listen(app_id: str, forward_to: str, secret: str | None, since: str | None, **options: Any) -> None:
    """Forward the events of an app to a local endpoint, as a webhook would tell them.

    Prints a line for each event and what the endpoint answered. Ctrl-C ends it.
    """
    secret = secret or secrets.token_hex(16)
    click.echo(f"X-API-Key: {secret}")
    from heliograph.cli.forwarding import Stream, forward  # other commands need not wait for an HTTP client

    stream = Stream(app_id, since, options)
    try:
        forward(stream, forward_to, secret)
    except KeyboardInterrupt:
        click.echo(f"\nto go on from here: --since {stream.place}" if stream.place else "")
