"""`heliograph listen`: forward the events of an app to a local endpoint, without a public URL."""

from __future__ import annotations

import contextlib
import getpass
import secrets
import socket
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from heliograph.cli.options import DEFAULT_URL

if TYPE_CHECKING:
    from heliograph.client.options import Attempt
    from heliograph.client.sync_events import EventStream

_FORWARD_SECONDS = 20.0
"""Timeout of the endpoint, the same as for webhooks."""


@click.command()
@click.option("--app", "app_id", required=True, help="Forward the events of this app.")
@click.option("--forward-to", required=True, help="URL of the endpoint, such as http://localhost:3000/hook.")
@click.option("--trigger", "triggers", multiple=True, help="Only events of this type; repeatable.")
@click.option("--conversation", help="Only events of this conversation.")
@click.option("--include-full-user", is_flag=True, help="Include the complete users in the events.")
@click.option("--secret", help="Value of the X-API-Key header; random by default.")
@click.option("--name", help="Name in the list of listeners; by default that of the user and the machine.")
@click.option("--since", help="Resume after this id, which `heliograph listen` prints when it exits.")
@click.option("--url", envvar="HELIOGRAPH_URL", default=DEFAULT_URL, show_default=True, help="URL of the server.")
@click.option("--key-id", envvar="HELIOGRAPH_KEY_ID", required=True, help="Id of an API key of the app.")
@click.option("--key-secret", envvar="HELIOGRAPH_KEY_SECRET", required=True, help="Secret of the API key.")
def listen(app_id: str, forward_to: str, secret: str | None, since: str | None, url: str, **options: Any) -> None:
    """Forward the events of an app to a local endpoint, in the format of webhooks.

    Prints a line for each event with the status of the endpoint's response. Events of deliveries that are sent again
    are forwarded again. Press Ctrl-C to stop.
    """
    from heliograph import ApiError, BasicAuth, Client  # not at the top: other commands do not need an HTTP client
    from heliograph.errors import UsageError

    shown = _shown(forward_to)
    secret = secret or secrets.token_hex(16)
    click.echo(f"X-API-Key: {secret}")
    with Client(url, auth=BasicAuth(options["key_id"], options["key_secret"]), on_attempt=_warn) as client:
        stream = client.events.stream(
            app_id,
            triggers=options["triggers"],
            conversation_id=options["conversation"],
            include_full_user=options["include_full_user"],
            last_event_id=since,
            repeated=True,
            listener=options["name"] or _default_name(),
            forward_to=shown,
        )
        try:
            for line in _in_thread(_lines(stream, forward_to, secret)):
                click.echo(line)
        except ApiError as error:
            raise UsageError(f"the server rejected the stream with status {error.status}: {error}") from None
        except KeyboardInterrupt:
            click.echo(f"\nresume with: --since {stream.last_event_id}" if stream.last_event_id else "")


def _shown(url: str) -> str:
    """The URL of the endpoint as the list of listeners shows it.

    Raises:
        UsageError: it is not a URL of http or https.
    """
    from heliograph.errors import UsageError
    from heliograph.wire.listeners import without_secrets

    with contextlib.suppress(ValueError):
        if shown := without_secrets(url):
            return shown
    raise UsageError(f"--forward-to should be a URL of http or https, such as http://localhost:3000/hook, not {url}")


def _default_name() -> str:
    host = socket.gethostname()
    try:
        return f"{getpass.getuser()}@{host}"
    except (KeyError, OSError):  # a container may have no name for its user
        return host


def _warn(attempt: Attempt) -> None:
    if attempt.error is not None and attempt.pause is not None:
        click.echo(f"cannot reach the server, retrying: {attempt.error}", err=True)


def _lines(stream: EventStream, url: str, secret: str) -> Iterator[str]:
    """Forward the events of the stream; yields a line for each."""
    import httpx
    import msgspec

    from heliograph.wire.envelope import REPEATED_HEADER, call_headers

    with httpx.Client(timeout=_FORWARD_SECONDS, trust_env=False) as endpoint, stream:
        for delivery in stream:
            (event,) = delivery["events"]
            body = delivery.to_dict()
            # The endpoint gets the same body again, as it would from a webhook.
            again = bool(body.pop("repeated", False))
            headers = call_headers(secret, event["id"], 1) | ({REPEATED_HEADER: "true"} if again else {})
            try:
                response = endpoint.post(url, content=msgspec.json.encode(body), headers=headers)
                outcome = str(response.status_code)
            except httpx.HTTPError as error:
                outcome = str(error) or type(error).__name__
            yield f"{event['createdAt']}  {event['type']:24}  {event['id']}  {outcome}{'  repeated' * again}"


def _in_thread(lines: Iterator[str]) -> Iterator[str]:
    """Iterate over `lines` in another thread, so that Ctrl-C interrupts nothing but the wait for the next line.

    Anywhere else it could leave a lock of httpx held, and closing the connection would wait for that lock forever.
    """
    arrived: SimpleQueue[str | Exception] = SimpleQueue()

    def run() -> None:
        try:
            for line in lines:
                arrived.put(line)
        except Exception as error:
            arrived.put(error)

    Thread(target=run, daemon=True).start()
    while isinstance(line := arrived.get(), str):
        yield line
    raise line
