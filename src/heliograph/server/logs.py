"""Log lines on standard error: one JSON object each, or one line for people.

No line ever holds a secret, a name, or anything of a body or a path: what may be told of a request is listed in TOLD.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import traceback
from typing import Any, TextIO

import msgspec

from heliograph.errors import HeliographError
from heliograph.wire import times

TOLD = ("request_id", "method", "operation", "status", "ms")
# The messages of these say what failed; those of others might repeat what a caller sent.
_OUTSPOKEN = (sqlite3.Error, OSError, HeliographError)

_FRAMES = 20

_COLOURS = {logging.ERROR: "\x1b[31m", logging.WARNING: "\x1b[33m"}
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": times.to_text(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **_told(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1])
        return msgspec.json.encode(line).decode()


class ConsoleFormatter(logging.Formatter):
    """One line for people, in colour where that is wanted."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        time = times.to_text(int(record.created * 1000))[11:23]
        told = " ".join(f"{name}={value}" for name, value in _told(record).items())
        line = f"{record.levelname.lower():7} {record.getMessage()} {told}".rstrip()
        if record.exc_info and record.exc_info[1]:
            line += "\n" + describe(record.exc_info[1])
        if not self._colours:
            return f"{time} {line}"
        colour = _COLOURS.get(record.levelno, "")
        return f"{_DIM}{time}{_PLAIN} {colour}{line}{_PLAIN if colour else ''}"


def configure(form: str, level: str, stream: TextIO = sys.stderr) -> None:
    """Send the log lines of this process to `stream`."""
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter(colours=colours))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("heliograph").setLevel(level.upper())


def describe(error: BaseException) -> str:
    """Where an exception came from and of which kind it is, without what it may repeat of a caller's words."""
    parts = []
    current: BaseException | None = error
    while current is not None:
        what = type(current).__name__
        if isinstance(current, _OUTSPOKEN):
            what += f": {current}"
        parts.append("".join(traceback.format_tb(current.__traceback__, limit=-_FRAMES)) + what)
        current = current.__cause__
    return "\ncaused by\n".join(parts)


def _told(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name in TOLD if (value := getattr(record, name, None)) is not None}
