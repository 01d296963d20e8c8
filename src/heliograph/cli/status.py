"""`heliograph status`: whether a server is up, and the state of its sandbox."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from heliograph.cli.connecting import connection, connection_options, send
from heliograph.cli.options import json_option, print_json
from heliograph.cli.probing import probe
from heliograph.errors import UsageError
from heliograph.wire.table.sandbox import GET_SANDBOX


@click.command()
@connection_options
@json_option
def status(url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool) -> int:
    """Print whether a server is up, and with a key of an app the state of its sandbox.

    The exit status is 0 if it is up and has no problems, otherwise 1.
    """
    found = state_of(url, app_id, key_id, key_secret)
    is_well = found["up"] and not found["problems"]
    if as_json:
        print_json(found)
    else:
        _print(found)
    return 0 if is_well else 1


def state_of(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> dict[str, Any]:
    """The state of a server, and, with a key of an app, the state of its sandbox. Always has `up` and `problems`."""
    found = _status(url)
    if found["up"]:
        try:
            sandbox = send(connection(url, app_id, key_id, key_secret), GET_SANDBOX)["sandbox"]
            found |= {**sandbox, "problems": found["problems"] + sandbox["problems"]}
        except UsageError as error:
            found["sandbox"] = str(error)
    return found


def _status(url: str) -> dict[str, Any]:
    live = probe(url, "/health/live")
    if live.problem is not None:
        return {"url": url, "up": False, "problems": [live.problem]}
    ready = probe(url, "/health/ready")
    problems = [] if ready.problem is None else [f"the database is unavailable: {ready.problem}"]
    return {"url": url, "up": True, "version": _version(url), "problems": problems}


def _version(url: str) -> str | None:
    try:
        version = msgspec.json.decode(probe(url, "/openapi.json").body)["info"]["version"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return None
    return str(version)


def _print(found: dict[str, Any]) -> None:
    click.echo(f"server     {found.pop('url')}  {'up' if found.pop('up') else 'down'}")
    problems, active = found.pop("problems"), found.pop("active", [])
    for name, value in found.items():
        if value is not None:
            click.echo(f"{name:9}  {value}")
    for tool in active:
        click.secho(f"active     {tool}", fg="yellow")
    for problem in problems:
        click.secho(f"problem    {problem}", fg="red")
