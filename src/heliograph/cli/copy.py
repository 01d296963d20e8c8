"""`heliograph copy`: from one database to another, with a progress bar where somebody watches."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing

import click

from heliograph.errors import UsageError
from heliograph.storage.copying import copy
from heliograph.storage.opening import open_store, open_unfinished


def run(source: str, target: str) -> int:
    """Copy `source` to `target`; returns the number of rows.

    Raises:
        UsageError: one of them cannot be opened or is being served, the target is not empty, or the source changed.
    """
    if source == target:
        raise UsageError("a database cannot be copied to itself")
    return asyncio.run(_run(source, target))


async def _run(source: str, target: str) -> int:
    # Both are opened as a server would: nobody else can serve a SQLite file meanwhile.
    async with (
        aclosing(await open_store(source, serve=True)) as origin,
        aclosing(await open_unfinished(target, serve=True)) as destination,
    ):
        with click.progressbar(length=1, label="copying", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

            def advanced(rows: int, total: int) -> None:
                bar.length = total
                bar.update(rows - bar.pos)

            return await copy(origin, destination, advanced)
