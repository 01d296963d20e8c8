"""Options and functions that several commands share."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
import msgspec

from heliograph.errors import UsageError
from heliograph.settings import DEFAULT_DATABASE, Settings, environment_variable
from heliograph.storage.store import Store

DEFAULT_URL = "http://127.0.0.1:8080"
"""The server that commands call by default."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)\Z")

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def in_store(url: str, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the database, whether a server is running or not, and run `work` on it."""

    async def run() -> T:
        from heliograph.storage.opening import open_store

        store = await open_store(url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def parse_duration(text: str) -> float:
    """The seconds of a duration such as 15m.

    Raises:
        UsageError: it is not a duration.
    """
    found = _DURATION.match(text)
    if found is None:
        raise UsageError(f"the duration should be like 90s, 15m, 2h or 1d: {text!r}")
    return float(found[1]) * _UNITS[found[2] or "s"]


def print_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    click.echo(msgspec.json.encode(value).decode())


def printable(text: str) -> str:
    """Text of others, without control sequences that would change the terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def settings_options(*names: str, **defaults: str) -> Callable[[F], F]:
    """Add an option for each of these settings, or for all of them. `defaults` replaces defaults of settings."""

    def decorate(command: F) -> F:
        for field in reversed(dataclasses.fields(Settings)):
            if not names or field.name in names:
                command = _option(field, defaults.get(field.name, field.default))(command)
        return command

    return decorate


def _option(field: dataclasses.Field[Any], default: Any) -> Callable[[F], F]:
    name = field.name.replace("_", "-")
    flags = f"--{name}/--no-{name}" if field.type == "bool" else f"--{name}"
    return click.option(
        flags,
        field.name,
        type=_kind(field),
        default=default,
        help=field.metadata["about"],
        envvar=environment_variable(field.name),
        show_default=True,
        show_envvar=True,
    )


def _kind(field: dataclasses.Field[Any]) -> click.ParamType[Any] | None:
    if field.metadata["choices"]:
        return click.Choice(field.metadata["choices"])
    if field.type == "int":
        return click.IntRange(field.metadata["least"], field.metadata["most"])
    return None


database_option = click.option(
    "--database",
    "url",
    default=DEFAULT_DATABASE,
    envvar=environment_variable("database"),
    help="Database URL.",
    show_default=True,
    show_envvar=True,
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
