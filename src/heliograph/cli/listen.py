"""`heliograph listen`: forward the events of an app to a local endpoint, without a public URL."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from heliograph.client.options import Attempt
    from heliograph.client.sync_events import EventStream

_FORWARD_SECONDS = 20.0
"""How long the endpoint may take, as for the call of a webhook."""


@click.command()
@click.option("--app", "app_id", required=True, help="The app whose events are forwarded.")
@click.option("--forward-to", required=True, help="Where each event is posted, such as http://localhost:3000/hook.")
@click.option("--trigger", "triggers", multiple=True, help="Only events of this type; may be given more than once.")
@click.option("--conversation", help="Only events of this conversation.")
@click.option("--include-full-user", is_flag=True, help="Complete the users in the events, as a webhook may ask for.")
@click.option("--secret", help="The X-API-Key of each request; a random one if not given.")
@click.option("--since", help="Resume after this id, which `listen` prints when it ends.")
@click.option("--url", envvar="HELIOGRAPH_URL", default="http://127.0.0.1:8080", show_default=True, help="The server.")
@click.option("--key-id", envvar="HELIOGRAPH_KEY_ID", required=True, help="A key of the app.")
@click.option("--key-secret", envvar="HELIOGRAPH_KEY_SECRET", required=True, help="Its secret.")
def listen(app_id: str, forward_to: str, secret: str | None, since: str | None, url: str, **options: Any) -> None:
    """Forward the events of an app to a local endpoint, each as a webhook would post it.

    Prints a line for each event with the status that the endpoint answered. Press Ctrl-C to stop.
    """
    from heliograph import ApiError, BasicAuth, Client  # other commands do not wait for an HTTP client
    from heliograph.errors import UsageError

    secret = secret or secrets.token_hex(16)
    click.echo(f"X-API-Key: {secret}")
    with Client(url, auth=BasicAuth(options["key_id"], options["key_secret"]), on_attempt=_warn) as client:
        stream = client.events.stream(
            app_id,
            triggers=options["triggers"],
            conversation_id=options["conversation"],
            include_full_user=options["include_full_user"],
            last_event_id=since,
        )
        try:
            _forward(stream, forward_to, secret)
        except ApiError as error:
            raise UsageError(f"the server refused the stream with status {error.status}: {error}") from None
        except KeyboardInterrupt:
            click.echo(f"\nresume with: --since {stream.last_event_id}" if stream.last_event_id else "")


def _warn(attempt: Attempt) -> None:
    if attempt.error is not None and attempt.pause is not None:
        click.echo(f"the server cannot be reached, retrying: {attempt.error}", err=True)


def _forward(stream: EventStream, where: str, secret: str) -> None:
    import httpx
    import msgspec

    from heliograph.wire.envelope import call_headers

    with httpx.Client(timeout=_FORWARD_SECONDS, trust_env=False) as endpoint, stream:
        for delivery in stream:
            (event,) = delivery["events"]
            content = msgspec.json.encode(delivery.to_dict())
            try:
                response = endpoint.post(where, content=content, headers=call_headers(secret, event["id"], 1))
                outcome = str(response.status_code)
            except httpx.HTTPError as error:
                outcome = str(error) or type(error).__name__
            click.echo(f"{event['createdAt']}  {event['type']:24}  {event['id']}  {outcome}")
