"""`heliograph members`: the members of a group from a file, and to a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from heliograph.cli.connecting import client_of, connection, connection_options
from heliograph.cli.member_files import Named, opened, read_members, write_members
from heliograph.errors import ApiError, DecodeError, InvalidArgument, PreconditionFailed, TransportError, UsageError
from heliograph.wire.members import LARGEST_PAGE

if TYPE_CHECKING:
    from heliograph import Client

F = TypeVar("F", bound=Callable[..., Any])
Advance = Callable[[int], object]
"""Called with the amount of work that is done so far."""

API_ERROR, NO_RESPONSE, INVALID_RESPONSE = 1, 3, 4
"""Exit statuses, the same as those of `heliograph call`."""
_AT_ONCE = 1_000


class _Group:
    """A group, and the client that changes it."""

    def __init__(self, client: Client, app_id: str, conversation_id: str) -> None:
        self.client, self.app_id, self.conversation_id = client, app_id, conversation_id

    def members(self) -> Iterator[tuple[str, str | None]]:
        """The ids and external ids of the members."""
        for one in self.client.memberships.iter_members(self.app_id, self.conversation_id, page={"size": LARGEST_PAGE}):
            yield one.user_id, one.user_external_id


@click.group()
def members() -> None:
    """Set, add, remove and export the members of a group.

    A file is CSV with the columns userId and userExternalId, of which a row needs one, or has an id in each line. `-`
    is standard input or output. The exit status is 0 for success, 1 for an error response or refused members, 2 for a
    usage error, 3 if no response arrived, and 4 for an invalid response.
    """


def _command(command: Callable[..., int]) -> click.Command:
    """Make a command from a function that takes a `_Group` and the options of the command."""

    @wraps(command)
    def run(
        conversation: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None, **own: Any
    ) -> int:
        to = connection(url, app_id, key_id, key_secret)
        try:
            with client_of(to) as client:
                return command(_Group(client, to.app_id, conversation), **own)
        except InvalidArgument as error:
            raise UsageError(str(error)) from None
        except (ApiError, TransportError, DecodeError) as error:
            click.secho(f"heliograph: {error}", fg="red", err=True)
            if isinstance(error, ApiError):
                return API_ERROR
            return NO_RESPONSE if isinstance(error, TransportError) else INVALID_RESPONSE

    named = members.command(command.__name__.rstrip("_"))
    return named(click.argument("conversation")(connection_options(run)))


def _input_options(command: F) -> F:
    for option in (
        click.option("--dry-run", is_flag=True, help="Change nothing, and print what would change."),
        click.option("--external", is_flag=True, help="The lines of a file without a header are external ids."),
        click.option("--file", "path", default="-", show_default=True, help="CSV, or an id in each line."),
    ):
        command = option(command)
    return command


_subscribe_option = click.option(
    "--subscribe", is_flag=True, help="Associate the SDK clients of the users with the conversation."
)


@_command
@_input_options
@_subscribe_option
@click.option("--empty", is_flag=True, help="Accept a file that names no user: everybody leaves.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def set_(group: _Group, path: str, external: bool, dry_run: bool, subscribe: bool, empty: bool, yes: bool) -> int:
    """Make the users of a file the members of a group: the others leave.

    Prints first how many would join and leave, and asks. If another request changes the members in the meantime,
    nothing is overwritten.
    """
    rows = [{**one, "subscribeSDKClient": subscribe} for one in _read(path, external=external)]
    if not rows and not empty:
        raise UsageError("--file names no user: give --empty to remove everybody")
    replace, where = group.client.members.replace, (group.app_id, group.conversation_id)
    planned = replace(*where, rows, dry_run=True)
    click.echo(f"{planned.joined} join, {planned.left} leave, {planned.stayed} stay", err=True)
    if dry_run:
        return 0
    if not yes:
        _confirm(path)
    try:
        with _progress(planned.joined + planned.left) as advance:
            replace(*where, rows, version=planned.version, on_progress=lambda one: advance(one.joined + one.left))
    except PreconditionFailed as error:
        raise UsageError(f"the members have changed meanwhile; run the command again: {error}") from None
    return 0


@_command
@_input_options
@_subscribe_option
def add(group: _Group, path: str, external: bool, dry_run: bool, subscribe: bool) -> int:
    """Add the users of a file to a group."""
    named = _read(path, external=external)
    if dry_run:
        click.echo(f"{len({_key(one) for one in named} - _present(group))} join", err=True)
        return 0
    return _bulk(group, named, {"type": "join", "subscribeSDKClient": subscribe})


@_command
@_input_options
def remove(group: _Group, path: str, external: bool, dry_run: bool) -> int:
    """Remove the users of a file from a group."""
    named = _read(path, external=external)
    if dry_run:
        click.echo(f"{len({_key(one) for one in named} & _present(group))} leave", err=True)
        return 0
    return _bulk(group, named, {"type": "leave"})


@_command
@click.option("--file", "path", default="-", show_default=True, help="Where to write CSV.")
def export(group: _Group, path: str) -> int:
    """Write the members of a group to a file, in the order of joining."""
    # Request the first page before the file is opened, so that an error leaves the file unchanged.
    found = group.members()
    first = next(found, None)
    with opened(path, "w") as file:
        write_members(file, _all(first, found))
    return 0


def _all(first: tuple[str, str | None] | None, rest: Iterator[tuple[str, str | None]]) -> Iterator[Any]:
    if first is not None:
        yield first
        yield from rest


def _read(path: str, *, external: bool) -> list[Named]:
    with opened(path) as file:
        return read_members(file, external=external)


def _confirm(path: str) -> None:
    if path == "-" or not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask: give --yes")
    click.confirm("Continue?", abort=True, err=True)


def _key(named: Named) -> tuple[str, str | None]:
    ((name, value),) = named.items()
    return name, value


def _present(group: _Group) -> frozenset[tuple[str, str | None]]:
    """The ids and external ids of all members, in the form of `_key`."""
    found = list(group.members())
    return frozenset([("userId", one) for one, _ in found] + [("userExternalId", one) for _, one in found])


def _bulk(group: _Group, named: Sequence[Named], item: dict[str, Any]) -> int:
    """Make a change for each of the users; returns the exit status."""
    counts = dict.fromkeys(("joined", "left", "unchanged", "refused"), 0)
    refusals: list[str] = []
    with _progress(len(named)) as advance:
        for start in range(0, len(named), _AT_ONCE):
            part = named[start : start + _AT_ONCE]
            items = [{**item, **one} for one in part]
            done = group.client.memberships.bulk_participants(group.app_id, group.conversation_id, items=items)
            for name in counts:
                counts[name] += done["counts"][name]
            for result in done["results"]:
                if "errors" in result:
                    titles = "; ".join(one["title"] for one in result["errors"])
                    refusals.append(f"{_key(part[result['index']])[1]}: {titles}")
            advance(start + len(part))
    for line in refusals:
        click.echo(line, err=True)
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to do", err=True)
    return API_ERROR if refusals else 0


@contextmanager
def _progress(total: int) -> Iterator[Advance]:
    """A progress bar on standard error, if that is a terminal."""
    if not total or not sys.stderr.isatty():
        yield lambda done: None
        return
    with click.progressbar(length=total, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)
