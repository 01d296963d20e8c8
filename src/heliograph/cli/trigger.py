"""`heliograph trigger`: sends an example of an event to webhooks, inboxes or the event stream of a sandbox."""

from __future__ import annotations

from typing import Any, get_args

import click
import msgspec

from heliograph.cli.connecting import connection, connection_options, send
from heliograph.cli.options import json_option, print_json
from heliograph.errors import UsageError
from heliograph.wire.event_types import EventType
from heliograph.wire.table.sandbox import TRIGGER_EVENT

_TYPES: tuple[EventType, ...] = get_args(EventType)


@click.command()
@click.argument("type", required=False, type=click.Choice(_TYPES), metavar="TYPE")
@click.option("--to", multiple=True, help="A webhook id, inbox:NAME, listeners or all; repeatable.")
@click.option("--set", "texts", multiple=True, metavar="FIELD=TEXT", help="A field, such as user.externalId=ada.")
@click.option("--set-json", "values", multiple=True, metavar="FIELD=JSON", help="A field as JSON; null removes it.")
@click.option("--conversation", "conversation_id", help="Id of a conversation of the app, to show it.")
@click.option("--user", "user_id", help="Id or external id of a user of the app, to show them.")
@click.option("--list", "lists", is_flag=True, help="List the types of events, and send nothing.")
@click.option("--print", "prints", is_flag=True, help="Print an example of the payload, and send nothing.")
@connection_options
@json_option
def trigger(
    type: EventType | None,
    to: tuple[str, ...],
    texts: tuple[str, ...],
    values: tuple[str, ...],
    conversation_id: str | None,
    user_id: str | None,
    lists: bool,
    prints: bool,
    url: str,
    app_id: str | None,
    key_id: str | None,
    key_secret: str | None,
    as_json: bool,
) -> None:
    """Send an example of an event, with fields of your choice.

    For example: heliograph trigger conversation:join --to inbox:default --set user.externalId=ada
    """
    if lists:
        click.echo("\n".join(_TYPES))
        return
    if type is None:
        raise UsageError("trigger needs a type of event; --list lists them")
    payload = _payload(texts, values)
    if prints:
        _print(type, payload, named=conversation_id or user_id)
        return
    if not to:
        raise UsageError("trigger needs --to: a webhook id, inbox:NAME, listeners or all")
    body = {"type": type, "to": to, "payload": payload, "conversationId": conversation_id, "userId": user_id}
    given = {name: value for name, value in body.items() if value is not None}
    sent = send(connection(url, app_id, key_id, key_secret), TRIGGER_EVENT, body=given)
    if as_json:
        print_json(sent)
        return
    click.echo(f"{sent['event']['id']}  {type}")
    for delivery in sent["deliveries"]:
        click.echo(f"delivery {delivery}")


def _print(type: EventType, payload: dict[str, Any], *, named: str | None) -> None:
    from heliograph.sandbox.examples import Subjects
    from heliograph.sandbox.triggers import prepared

    if named is not None:
        raise UsageError("--print cannot show --conversation and --user, which are on the server")
    click.echo(msgspec.json.format(bytes(prepared(type, payload, Subjects())), indent=2).decode())


def _payload(texts: tuple[str, ...], values: tuple[str, ...]) -> dict[str, Any]:
    """The fields that the options set."""
    payload: dict[str, Any] = {}
    for option in texts:
        field, value = _assignment("--set", option)
        _set(payload, field, value)
    for option in values:
        field, value = _assignment("--set-json", option)
        try:
            _set(payload, field, msgspec.json.decode(value))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise UsageError(f"--set-json {field} is not JSON: {error}") from None
    return payload


def _assignment(option: str, text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals or not all(field.split(".")):
        raise UsageError(f"{option} should be FIELD=VALUE, such as user.externalId=ada, not {text}")
    return field, value


def _set(payload: dict[str, Any], field: str, value: Any) -> None:
    *parents, name = field.split(".")
    for parent in parents:
        payload = payload.setdefault(parent, {})
        if not isinstance(payload, dict):
            raise UsageError(f"{field} is set below a field that is not an object")
    payload[name] = value
