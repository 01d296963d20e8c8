"""Files of members: CSV with a header, or an id in each line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

import click

from heliograph.errors import UsageError

COLUMNS = ("userId", "userExternalId")
Named = Mapping[str, str]
"""`{"userId": …}` or `{"userExternalId": …}`."""


@contextmanager
def opened(path: str, mode: str = "r") -> Iterator[TextIO]:
    """A file, or standard input or output for `-`.

    Raises:
        UsageError: it cannot be opened or is not UTF-8.
    """
    try:
        with click.open_file(path, mode, encoding="utf-8-sig" if mode == "r" else "utf-8") as file:
            yield file  # type: ignore[misc]  # it is a file of text
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--file: {error}") from None


def read_members(file: TextIO, *, external: bool) -> list[Named]:
    """The users that a file names. The lines of a file without a header are ids, or external ids with `external`.

    Raises:
        UsageError: a row names no user.
    """
    lines = csv.reader(file)
    header: Sequence[str] | None = None
    named: list[Named] = []
    try:
        for cells in lines:
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            if header is None and set(COLUMNS) & set(row):
                header = row
                continue
            header = header or (COLUMNS[external],)
            named.append(_named(dict(zip(header, row, strict=False)), header, lines.line_num))
    except csv.Error as error:
        raise UsageError(f"--file: line {lines.line_num}: {error}") from None
    return named


def _named(row: Mapping[str, str], header: Sequence[str], line: int) -> Named:
    for name in COLUMNS:
        if value := row.get(name):
            return {name: value}
    missing = "no id in its first column" if len(header) == 1 else "neither userId nor userExternalId"
    raise UsageError(f"--file: line {line} has {missing}")


def write_members(file: TextIO, members: Iterator[tuple[str, str | None]]) -> None:
    """Write the ids and external ids of users."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((user_id, external_id or "") for user_id, external_id in members)
