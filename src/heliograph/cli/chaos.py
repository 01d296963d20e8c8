"""`heliograph chaos`: the rules by which a sandbox disturbs requests, webhook calls and event streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec

from heliograph.cli.chaos_presets import PRESETS
from heliograph.cli.connecting import connection, connection_options, send
from heliograph.cli.options import json_option, print_json
from heliograph.errors import UsageError
from heliograph.local_sandboxes import Connection
from heliograph.wire.table.sandbox import DELETE_CHAOS, GET_CHAOS, PUT_CHAOS

F = TypeVar("F", bound=Callable[..., Any])
JSON = dict[str, Any]

_COUNTS = ("matches", "hits")
_MATCH = (
    ("operation", str, "Requests of this operation, such as PostMessage."),
    ("method", str, "Requests with this method."),
    ("caller", str, "Requests with the key of this id."),
    ("conversation", str, "Requests about this conversation, or webhook calls about it."),
    ("webhook", str, "Calls of this webhook."),
    ("trigger", str, "Webhook calls or events of streams of this type."),
    ("attempt", int, "Webhook calls that are this attempt of a delivery; the first is 1."),
)
_EFFECT = (
    ("status", int, "Respond with this status; for webhook calls, use it in place of the status of the endpoint."),
    ("code", str, "The code of the error."),
    ("title", str, "The title of the error."),
    ("retry-after", int, "The seconds of the header Retry-After."),
    ("delay-ms", str, "Milliseconds, or two numbers: 100 or 100..500."),
    ("drop", str, "before or after: close the connection. For streams, the number of events before that."),
    ("truncate", int, "Close the connection after this number of bytes of the body."),
    ("bytes-per-second", int, "Send the body at this rate."),
    ("duplicate", int, "Repeat the call this number of times."),
)
_FLAGS = (
    ("wrong-secret", "Call the webhook with a wrong secret."),
    ("reset", "Reset the connection of the stream."),
)
_FIELDS = {"caller": "keyId", "conversation": "conversationId", "webhook": "webhookId"}


@click.group()
def chaos() -> None:
    """Disturb requests, webhook calls and event streams of a sandbox."""


def _rule_options(command: F) -> F:
    for flag, about in reversed(_FLAGS):
        command = click.option(f"--{flag}", is_flag=True, default=None, help=about)(command)
    for flag, kind, about in reversed((*_MATCH, *_EFFECT)):
        command = click.option(f"--{flag}", type=kind, help=about)(command)
    return command


@chaos.command("set")
@click.argument("file", type=click.File("rb"))
@connection_options
def put(file: Any, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Replace the rules of an app with the rules in a JSON file, `-` for standard input."""
    try:
        body = msgspec.json.decode(file.read())
    except msgspec.DecodeError as error:
        raise UsageError(f"{file.name} is not JSON: {error}") from None
    _put(connection(url, app_id, key_id, key_secret), body)


@chaos.command()
@click.argument("name")
@click.option("--on", type=click.Choice(["request", "delivery", "stream"]), default="request", show_default=True)
@click.option("--probability", type=float, show_default="1", help="Probability of a hit, from 0 to 1.")
@click.option("--times", type=int, help="Number of hits after which the rule does nothing.")
@click.option("--seed", type=int, help="Seed of all rules of the app; by default, the present seed.")
@_rule_options
@connection_options
def add(
    name: str, seed: int | None, url: str, app_id: str | None, key_id: str | None, key_secret: str | None, **given: Any
) -> None:
    """Add a rule to an app, or replace its rule of the same name. All counts begin again."""
    to = connection(url, app_id, key_id, key_secret)
    body = _current(to)
    if seed is not None:
        body["seed"] = seed
    _put(to, {**body, "rules": [*(one for one in body["rules"] if one["name"] != name), _rule(name, given)]})


@chaos.command()
@click.argument("name", type=click.Choice(sorted(PRESETS)))
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the rules.")
@connection_options
def preset(name: str, seed: int, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Replace the rules of an app by a preset."""
    _put(connection(url, app_id, key_id, key_secret), {"seed": seed, "rules": PRESETS[name]})


@chaos.command("list")
@connection_options
@json_option
def show(url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool) -> None:
    """List the rules of an app with their matches and hits."""
    found = send(connection(url, app_id, key_id, key_secret), GET_CHAOS)["chaos"]
    if as_json:
        print_json(found)
    else:
        _print(found)


@chaos.command()
@connection_options
def clear(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Remove the rules of an app."""
    send(connection(url, app_id, key_id, key_secret), DELETE_CHAOS)


def _current(to: Connection) -> JSON:
    found = send(to, GET_CHAOS)["chaos"]
    rules = [{name: value for name, value in one.items() if name not in _COUNTS} for one in found["rules"]]
    return {"seed": found["seed"], "rules": rules}


def _put(to: Connection, body: Any) -> None:
    _print(send(to, PUT_CHAOS, body=body)["chaos"])


def _rule(name: str, given: JSON) -> JSON:
    """The rule that the options describe. The server checks which of them fit together."""
    match = {_field(flag): given[_option(flag)] for flag, _, _ in _MATCH if given[_option(flag)] is not None}
    flags = (*(flag for flag, _, _ in _EFFECT), *(flag for flag, _ in _FLAGS))
    effect = {_field(flag): given[_option(flag)] for flag in flags if given[_option(flag)] is not None}
    if "delayMs" in effect:
        effect["delayMs"] = _delay(effect["delayMs"])
    if given["on"] == "stream" and effect.get("drop", "").isdecimal():
        effect["drop"] = int(effect["drop"])
    rule = {"name": name, "on": given["on"], "effect": effect, "match": match or None}
    rule |= {"probability": given["probability"], "times": given["times"]}
    return {key: value for key, value in rule.items() if value is not None}


def _option(flag: str) -> str:
    return flag.replace("-", "_")


def _field(flag: str) -> str:
    first, *rest = flag.split("-")
    return _FIELDS.get(flag) or first + "".join(word.title() for word in rest)


def _delay(text: str) -> int | list[int]:
    numbers = text.split("..")
    if len(numbers) > 2 or not all(one.isdecimal() for one in numbers):
        raise UsageError("--delay-ms should be a number of milliseconds or two, such as 100 or 100..500")
    return int(text) if len(numbers) == 1 else [int(one) for one in numbers]


def _print(found: JSON) -> None:
    if not found["rules"]:
        click.echo("no rules")
        return
    click.echo(f"seed {found['seed']}")
    for one in found["rules"]:
        effect, match = (msgspec.json.encode(one.get(name, {})).decode() for name in ("effect", "match"))
        limit = f", {one['times']} times" if "times" in one else ""
        counts = f"{one['matches']} matches, {one['hits']} hits"
        click.echo(f"{one['name']}  {one['on']} {match}  {effect}  probability {one['probability']:g}{limit}  {counts}")
