"""The command `heliograph doctor`: which checks run, and how their findings are printed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import click
from click.core import ParameterSource

from heliograph.cli.connecting import connection, key_options
from heliograph.cli.doctor.findings import Finding, Level, failure, ok, warning
from heliograph.cli.options import json_option, print_json, printable, settings_options
from heliograph.errors import UsageError
from heliograph.settings import Settings

_SETTINGS = (
    "host",
    "port",
    "database",
    "workers",
    "public_url",
    "trusted_proxies",
    "webhook_allowed_networks",
    "stand_ins",
    "sandbox_tools",
)
_MARKS = {Level.OK: "✓", Level.WARNING: "!", Level.FAILURE: "✗"}
_PLAIN_MARKS = {Level.OK: "+", Level.WARNING: "!", Level.FAILURE: "x"}
_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILURE: "red"}


@click.command()
@settings_options(*_SETTINGS)
@click.option(
    "--url",
    envvar="HELIOGRAPH_URL",
    show_envvar=True,
    help="Check the server at this URL, from outside. Without --database, check nothing else.",
)
@key_options
@click.option("--call", is_flag=True, help="Call each webhook, with an empty list of events.")
@json_option
@click.pass_context
def doctor(
    context: click.Context,
    /,
    url: str | None,
    app_id: str | None,
    key_id: str | None,
    key_secret: str | None,
    call: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Check the machine, the database, the settings and the webhooks of a server, or a server at a URL.

    Prints a line for each check, with a remedy for each problem. With a key of an app, it joins a temporary user to a
    temporary conversation. The exit status is 1 if something does not work.
    """
    found: list[Finding] = []
    if url is None or context.get_parameter_source("database") is not ParameterSource.DEFAULT:
        found += asyncio.run(_check_here(Settings(**options), call=call))
    if url is not None:
        found += _check_there(url, app_id, key_id, key_secret)
    if as_json:
        print_json({"ok": not _has_failures(found), "checks": found})
    else:
        for line in _lines(found):
            click.echo(line)
    return 1 if _has_failures(found) else 0


def _has_failures(found: list[Finding]) -> bool:
    return any(one.level is Level.FAILURE for one in found)


async def _check_here(settings: Settings, *, call: bool) -> list[Finding]:
    """The findings for this machine and its database."""
    from heliograph.cli.doctor import configuration, machine
    from heliograph.cli.doctor.database import judge_database
    from heliograph.storage.inspecting import inspect

    found = [machine.check_versions(), machine.check_port(settings), machine.check_descriptors()]
    try:
        state = await inspect(settings.database)
    except UsageError as error:
        found.append(failure("database", str(error), "correct --database, or start the database"))
        return [*found, *configuration.check_settings(settings, embedded=True)]
    found += configuration.check_settings(settings, embedded=state is None or state.embedded)
    if state is None:
        return [*found, ok("database", "in memory: nothing is kept")]
    found += judge_database(state)
    if state.holder and (process := machine.check_process(state.holder)):
        found.append(process)
    if state.version is None:
        return found
    if state.is_usable:
        return [*found, *await _check_webhooks(settings, call=call)]
    return [*found, warning("webhooks", "not checked", "remedy the problems of the database first")]


async def _check_webhooks(settings: Settings, *, call: bool) -> list[Finding]:
    from heliograph.cli.doctor.webhooks import check_webhooks
    from heliograph.domain.networks import networks_of
    from heliograph.storage.opening import open_store

    try:
        async with aclosing(await open_store(settings.database)) as store:
            return await check_webhooks(store, networks_of(settings, embedded=not store.shared), call=call)
    except UsageError as error:
        return [failure("webhooks", str(error), "correct the setting, or the database")]


def _check_there(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> Iterator[Finding]:
    """The findings for the server at `url`."""
    from heliograph.cli.doctor.app import check_app
    from heliograph.cli.doctor.server import check_server

    for finding in check_server(url):
        yield finding
        if finding.check == "server" and finding.level is Level.FAILURE:
            return
    try:
        to = connection(url, app_id, key_id, key_secret)
    except UsageError:
        yield warning("key", "none is known: no app was checked", "give --app, --key-id and --key-secret")
        return
    yield from check_app(to)


def _lines(found: list[Finding]) -> Iterator[str]:
    marks = _MARKS if _can_show("✓✗") else _PLAIN_MARKS
    for one in found:
        yield f"{click.style(marks[one.level], fg=_COLOURS[one.level])} {one.check:10}  {printable(one.text)}"
        if one.remedy is not None:
            yield f"  {'':10}  remedy: {printable(one.remedy)}"


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
