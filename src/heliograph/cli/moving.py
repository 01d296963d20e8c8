"""`heliograph import` and `heliograph export`: moving an app in from another server, and out into a directory."""

from __future__ import annotations

import asyncio
import csv
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from heliograph.cli.connecting import connection, connection_options
from heliograph.cli.options import printable
from heliograph.errors import UsageError
from heliograph.local_sandboxes import Connection
from heliograph.wire import times

if TYPE_CHECKING:
    from heliograph.moving.directory import Manifest
    from heliograph.moving.report import Report
    from heliograph.moving.state import State

_HEADERS = frozenset(("id", "userid", "externalid", "user", "users", "idorexternalid"))
_INTERRUPTED = 130
_SHOWN_EVERY = 0.1
"""Seconds between updates of the number of records, which may grow by thousands while `done` stays the same."""


class SourceServer(msgspec.Struct, frozen=True):
    """The server to import from, with the limits of reading."""

    url: str
    app_id: str
    key_id: str
    key_secret: str
    rate: float
    at_once: int
    with_devices: bool


def _source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--devices/--no-devices", default=True, help="Also read devices: one request more for each user."),
        click.option("--at-once", type=click.IntRange(1, 32), default=4, show_default=True,
                     help="Number of requests to the source at the same time."),
        click.option("--rate", type=click.FloatRange(0), default=10.0, show_default=True,
                     help="Requests to the source per second; 0 for no limit."),
        click.option("--from-key-secret", envvar="HELIOGRAPH_FROM_KEY_SECRET", show_envvar=True,
                     help="Secret of the API key of the source; prefer the environment variable."),
        click.option("--from-key-id", envvar="HELIOGRAPH_FROM_KEY_ID", show_envvar=True,
                     help="Id of an API key of the app at the source."),
        click.option("--from-app", envvar="HELIOGRAPH_FROM_APP_ID", show_envvar=True,
                     help="Id of the app at the source."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command("import")
@click.option(
    "--from",
    "source",
    required=True,
    metavar="URL|DIRECTORY",
    help="URL of the server to import from, such as https://api.smooch.io, or an exported directory.",
)
@click.option(
    "--users",
    "list_",
    type=click.File(encoding="utf-8-sig"),
    help="File with the users: ids or external ids, one on a line. Without it, the source must be a Heliograph server.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the progress of the import.  [default: heliograph-import-APP.state]",
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="File for the report, as JSON.")
@_source_options
@connection_options
def import_(source: str, list_: TextIO | None, state: Path | None, report: Path | None, **given: Any) -> int:
    """Import users with their conversations, or an exported directory. Ids and times are kept.

    Run the same command again to resume an interrupted import, or to import the changes since. `--app` and `--url` are
    those of this server, and `--from-app` is the app at the source.
    """
    to = connection(given["url"], given["app_id"], given["key_id"], given["key_secret"])
    if not source.startswith(("http://", "https://")):
        return _restore(Path(source), to, report)
    server = _source_server(source, given)
    return _move(server, to, _names(list_) if list_ else None, state or _default_state(server), report)


def _source_server(url: str, given: dict[str, Any]) -> SourceServer:
    app_id, key_id, key_secret = (given[f"from_{name}"] for name in ("app", "key_id", "key_secret"))
    if not (app_id and key_id and key_secret):
        raise UsageError("the source needs --from-app, --from-key-id and HELIOGRAPH_FROM_KEY_SECRET")
    return SourceServer(url.rstrip("/"), app_id, key_id, key_secret, given["rate"], given["at_once"], given["devices"])


def _default_state(server: SourceServer) -> Path:
    return Path(f"heliograph-import-{server.app_id}.state")


def _names(file: TextIO) -> list[str]:
    """The first column of a CSV file, without its header and without duplicates."""
    try:
        names = [name for row in csv.reader(file) if row and (name := row[0].strip())]
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name} is not a CSV file in UTF-8: {error}") from None
    if names and names[0].lower().replace("_", "").replace(" ", "") in _HEADERS:
        names = names[1:]
    if not names:
        raise UsageError(f"{file.name} has no users")
    return list(dict.fromkeys(names))


def _move(server: SourceServer, to: Connection, names: list[str] | None, path: Path, report: Path | None) -> int:
    from heliograph.moving.report import Report
    from heliograph.moving.state import State

    state = State(path, Report(f"{server.url} {server.app_id}", f"{to.url} {to.app_id}", times.to_text(times.now())))
    if state.is_resumed:
        click.echo(f"resuming the import that {path} describes", err=True)
    try:
        _write_report(state.report, report)  # fail before the import if the path cannot be written
        asyncio.run(_run(server, to, names, state))
    except (KeyboardInterrupt, UsageError) as error:
        _write_report(state.report, report)
        click.echo(f"\nto resume, run the same command again: {path} has its progress", err=True)
        if isinstance(error, UsageError):
            raise
        return _INTERRUPTED
    finally:
        state.close()
    return _finished(state.report, report)


async def _run(server: SourceServer, to: Connection, names: list[str] | None, state: State) -> None:
    from heliograph.moving.connecting import connected
    from heliograph.moving.mover import Mover
    from heliograph.moving.pace import Pace
    from heliograph.moving.reading import ApiReader
    from heliograph.moving.writing import AppWriter

    pace = Pace(server.rate, at_once=server.at_once, announce=_announce)
    async with (
        connected(server.url, server.key_id, server.key_secret) as reading,
        connected(to.url, to.key_id, to.key_secret) as writing,
    ):
        source = ApiReader(reading, server.app_id, pace)
        target = AppWriter(writing, to.app_id, state.report, at_once=server.at_once)
        mover = Mover(source, target, state, at_once=server.at_once, with_devices=server.with_devices)
        requests, held = state.report.requests, state.report.rate_limited

        def count_requests() -> None:
            state.report.requests, state.report.rate_limited = requests + pace.calls, held + pace.held

        try:
            if names is None:
                names = [user["id"] async for user in source.users()]
            with _progress("importing", len(names)) as shown:

                def advanced(done: int, records: int) -> None:
                    count_requests()
                    shown(done, records)

                await mover.run(names, advanced)
        finally:
            count_requests()
            state.checkpoint()
        state.report.finished_at = times.to_text(times.now())
        state.finish()


def _restore(path: Path, to: Connection, report: Path | None) -> int:
    from heliograph.moving import directory
    from heliograph.moving.connecting import connected
    from heliograph.moving.report import Report
    from heliograph.moving.restoring import restore
    from heliograph.moving.writing import AppWriter

    manifest = directory.verified(path)
    found = Report(str(path), f"{to.url} {to.app_id}", times.to_text(times.now()))
    total = sum(summary.records for name, summary in manifest.files.items() if name[:-8] in directory.IMPORTED)

    async def run() -> None:
        async with connected(to.url, to.key_id, to.key_secret) as writing:
            with _progress("importing", total) as advanced:
                await restore(
                    path, manifest, AppWriter(writing, to.app_id, found), found, lambda done: advanced(done, done)
                )

    _write_report(found, report)
    try:
        asyncio.run(run())
    except (KeyboardInterrupt, UsageError) as error:
        click.echo("\nto resume, run the same command again: existing records are only compared", err=True)
        if isinstance(error, UsageError):
            raise
        return _INTERRUPTED
    found.finished_at = times.to_text(times.now())
    return _finished(found, report)


@click.command()
@click.option("--to", "path", required=True, type=click.Path(path_type=Path), help="Directory to create.")
@connection_options
def export(path: Path, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Write everything in an app into a new directory of JSON lines, with a manifest and checksums.

    It contains the contents of messages, and no secrets. Files stay where they are: messages have their URLs.
    """
    from heliograph.moving.connecting import connected
    from heliograph.moving.exporting import export as run_export
    from heliograph.moving.pace import Pace
    from heliograph.moving.reading import ApiReader

    of = connection(url, app_id, key_id, key_secret)

    async def run() -> Manifest:
        async with connected(of.url, of.key_id, of.key_secret) as client:
            with _progress("exporting") as advanced:
                source = ApiReader(client, of.app_id, Pace(announce=_announce))
                return await run_export(source, of.url, path, lambda records: advanced(0, records))

    manifest = asyncio.run(run())
    counts = ", ".join(f"{one.records:,} {name[:-7]}" for name, one in manifest.files.items() if one.records)
    click.echo(f"exported {counts or 'an empty app'} to {path}")


def _announce(seconds: float) -> None:
    click.echo(f"\nthe source asks to wait {seconds:.0f} seconds (status 429)", err=True)


@contextmanager
def _progress(label: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal; yields the callback that takes the position in `total` and the number of
    records."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=total or 1, label=label, file=sys.stderr, hidden=hidden, show_pos=bool(total)) as bar:
        shown_at = 0.0

        def advanced(done: int, records: int) -> None:
            nonlocal shown_at
            if hidden or (done == bar.pos and time.monotonic() - shown_at < _SHOWN_EVERY):
                return
            shown_at = time.monotonic()
            bar.label = f"{label}, {records:,} records"
            bar.update(done - bar.pos)
            bar.render_progress()

        yield advanced


def _finished(found: Report, path: Path | None) -> int:
    """Print the report; returns the exit status."""
    for line in found.lines():
        click.echo(printable(line))
    _write_report(found, path)
    return 1 if found.refused else 0


def _write_report(found: Report, path: Path | None) -> None:
    if path is None:
        return
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(f"the report cannot be written to {path}: {error}") from None
