"""`heliograph clock`: the clock of an app of a sandbox."""

from __future__ import annotations

from typing import Any

import click

from heliograph.cli.connecting import connection, connection_options, send
from heliograph.cli.options import json_option, parse_duration, print_json
from heliograph.local_sandboxes import Connection
from heliograph.wire.table.sandbox import GET_CLOCK, SET_CLOCK


@click.group()
def clock() -> None:
    """Move the clock of an app of a sandbox forward, or freeze it."""


@clock.command()
@connection_options
@json_option
def show(url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool) -> None:
    """Print the time of the app."""
    found = send(connection(url, app_id, key_id, key_secret), GET_CLOCK)["clock"]
    print_json(found) if as_json else _print_state(found)


@clock.command()
@click.argument("duration")
@connection_options
@json_option
def advance(
    duration: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool
) -> None:
    """Move forward by a duration such as 15m, run everything that becomes due, and print what happened."""
    _move(connection(url, app_id, key_id, key_secret), {"advance": parse_duration(duration)}, as_json)


@clock.command("set")
@click.argument("time")
@connection_options
@json_option
def set_(time: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool) -> None:
    """Move forward to a time such as 2026-12-01T00:00:00Z, and print what happened."""
    _move(connection(url, app_id, key_id, key_secret), {"to": time}, as_json)


@clock.command()
@connection_options
def freeze(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Freeze the clock: only `heliograph clock advance` moves it."""
    _print_state(send(connection(url, app_id, key_id, key_secret), SET_CLOCK, body={"freeze": True})["clock"])


@clock.command()
@connection_options
def unfreeze(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Let the clock run again, from the time at which it is frozen."""
    _print_state(send(connection(url, app_id, key_id, key_secret), SET_CLOCK, body={"freeze": False})["clock"])


def _move(to: Connection, body: dict[str, Any], as_json: bool) -> None:
    """Move the clock, with as many requests as it takes."""
    done = send(to, SET_CLOCK, body=body)
    while "remainingSeconds" in done:
        more = send(to, SET_CLOCK, body={"advance": done["remainingSeconds"]})
        expired = {name: count + more["expired"][name] for name, count in done["expired"].items()}
        done = {**more, "from": done["from"], "attempts": done["attempts"] + more["attempts"], "expired": expired}
    if as_json:
        print_json(done)
        return
    for one in done["attempts"]:
        status = one.get("status", "no response")
        click.echo(f"{one['at']}  attempt {one['number']} of delivery {one['deliveryId']}: {status}")
    for name, count in done["expired"].items():
        if count:
            click.echo(f"{count} {name} expired")
    _print_state(done["clock"])


def _print_state(found: dict[str, Any]) -> None:
    still = ", stands still" if found["frozen"] else ""
    click.echo(f"{found['now']}  {found['offsetSeconds']:+.3f} s{still}")
