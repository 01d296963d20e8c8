"""`heliograph inbox`: the calls that a sandbox received at its inboxes, and the scripts by which it responds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import msgspec

from heliograph.cli.connecting import connection, connection_options, send
from heliograph.cli.options import json_option, print_json, printable
from heliograph.errors import UsageError
from heliograph.local_sandboxes import Connection
from heliograph.wire.table.sandbox import CLEAR_INBOX_CALLS, GET_INBOX, LIST_INBOX_CALLS, LIST_INBOXES, SET_INBOX_SCRIPT

_PAGE = 100
_WAIT_SECONDS = 20


@click.group()
def inbox() -> None:
    """Show the inboxes of a sandbox: the calls that they received, and how they respond."""


@inbox.command("list")
@connection_options
@json_option
def list_inboxes(url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool) -> None:
    """List the inboxes that were called or have a script."""
    found = send(connection(url, app_id, key_id, key_secret), LIST_INBOXES)["inboxes"]
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one['name']:20}  {one['callCount']:4} calls  {one['url']}")


@inbox.command("show")
@click.argument("name")
@connection_options
@json_option
def show_inbox(
    name: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool
) -> None:
    """Show the URL of an inbox and its script. The step for the next call is marked."""
    found = send(connection(url, app_id, key_id, key_secret), GET_INBOX, name)["inbox"]
    if as_json:
        print_json(found)
        return
    click.echo(f"{found['url']}  {found['callCount']} calls")
    for number, step in enumerate(found["steps"]):
        text = step if isinstance(step, str) else msgspec.json.encode(step).decode()
        click.echo(f"{'>' if number == found['position'] else ' '} {printable(text)}")


@inbox.command("calls")
@click.argument("name")
@click.option("--follow", is_flag=True, help="Wait for further calls, until Ctrl-C.")
@click.option("--path", help="Only calls of this path below the URL.")
@click.option("--type", "event_type", help="Only calls with an event of this type.")
@click.option("--status", help="Only calls with this status of the response, or `none`.")
@connection_options
@json_option
def list_calls(
    name: str,
    follow: bool,
    path: str | None,
    event_type: str | None,
    status: str | None,
    url: str,
    app_id: str | None,
    key_id: str | None,
    key_secret: str | None,
    as_json: bool,
) -> None:
    """Print the calls that an inbox received, oldest first: a line each, or a JSON object each."""
    filters = {"path": path, "event_type": event_type, "status": status}
    given = {filter: value for filter, value in filters.items() if value is not None}
    for call in _calls(connection(url, app_id, key_id, key_secret), name, given, follow=follow):
        if as_json:
            print_json(call)
        else:
            click.echo(_line(call))


def _calls(to: Connection, name: str, filters: dict[str, str], *, follow: bool) -> Iterator[dict[str, Any]]:
    page: dict[str, Any] = {"size": _PAGE}
    query = {"wait": str(_WAIT_SECONDS)} if follow else None
    while True:
        found = send(to, LIST_INBOX_CALLS, name, page=page, filters=filters or None, query=query)
        yield from found["calls"]
        if found["calls"]:
            page["after"] = found["calls"][-1]["id"]
        if not follow and not found["meta"]["hasMore"]:
            return


def _line(call: dict[str, Any]) -> str:
    body = call.get("json")
    events = body.get("events") if isinstance(body, dict) else None
    types = [str(one.get("type")) for one in events if isinstance(one, dict)] if isinstance(events, list) else []
    outcome = call.get("responseStatus", "closed")
    fields = (call["receivedAt"], outcome, call["method"], call["path"], ",".join(types), *_problems(call["checks"]))
    return printable("  ".join(str(field) for field in fields if field != ""))


def _problems(checks: dict[str, Any]) -> Iterator[str]:
    """The problems of a call that a receiver should detect."""
    if checks["secret"] in ("wrong", "missing"):
        yield f"secret {checks['secret']}"
    if checks["payload"] == "invalid":
        yield f"invalid: {checks['violations'][0]}"
    if checks.get("order") == "wrong":
        yield f"after {checks['afterEventId']}"
    if checks.get("duplicates"):
        yield f"again ({checks['duplicates']})"


@inbox.command("script")
@click.argument("name")
@click.argument("steps", nargs=-1, required=True)
@connection_options
def set_script(
    name: str, steps: tuple[str, ...], url: str, app_id: str | None, key_id: str | None, key_secret: str | None
) -> None:
    """Set the script of an inbox, such as `heliograph inbox script default "503 x3" 200`.

    A step that begins with { is a response as JSON.
    """
    body = {"steps": [_response(step) if step.startswith("{") else step for step in steps]}
    send(connection(url, app_id, key_id, key_secret), SET_INBOX_SCRIPT, name, body=body)


def _response(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UsageError(f"a step is not JSON: {error}") from None


@inbox.command("clear")
@click.argument("name")
@connection_options
def clear_calls(name: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Delete the calls of an inbox. Its script continues."""
    send(connection(url, app_id, key_id, key_secret), CLEAR_INBOX_CALLS, name)
