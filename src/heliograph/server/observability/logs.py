"""Log lines on standard error: one JSON object each, or one line for people.

No line ever holds a secret, a name, or anything of a body or a path: what may be told of a request is listed in TOLD.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import sys
import traceback
from time import monotonic
from typing import Any, NamedTuple, TextIO

import msgspec

from heliograph.errors import HeliographError
from heliograph.server.auth.refusals import Refusal
from heliograph.wire import times

TOLD = ("request_id", "method", "operation", "status", "ms", "reason", "key", "client")
# The messages of these say what failed; those of others might repeat what a caller sent.
_OUTSPOKEN = (sqlite3.Error, OSError, HeliographError)

_FRAMES = 20
_OCCASION_SECONDS = 10.0
_FLUSH_SECONDS = 0.05

_COLOURS = {logging.ERROR: "\x1b[31m", logging.WARNING: "\x1b[33m"}
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"

log = logging.getLogger("heliograph.request")


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


class Lines:
    """Lines on their way to a stream, written many at once: a write for each request would cost more than its line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []

    def add(self, line: str) -> None:
        """Write the line soon. To be called on an event loop."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)
        self._waiting.append(line)

    def flush(self) -> None:
        """Write what is waiting."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.write("\n".join(waiting))

    def write(self, text: str) -> None:
        """Write at once."""
        with contextlib.suppress(OSError, ValueError):  # whoever read it went away
            self._stream.write(text + "\n")
            self._stream.flush()


class Handler(logging.Handler):
    """Writes a record at once, after the lines that came before it."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._lines.flush()
        self._lines.write(self.format(record))


class Refused(NamedTuple):
    """A refused credential, and the address that it came from as far as that is known."""

    refusal: Refusal
    client: str | None


class RequestLog:
    """One line for each request, made without a detour over `logging`, which costs several times as much."""

    def __init__(self, lines: Lines, form: str, *, colours: bool) -> None:
        self._lines = lines
        self._json = form == "json"
        self._dim, self._plain = (_DIM, _PLAIN) if colours else ("", "")

    def add(
        self,
        request_id: str,
        method: str,
        operation: str | None,
        status: int,
        seconds: float,
        refused: Refused | None = None,
    ) -> None:
        """Log a request."""
        time = times.to_text(times.now())
        ms = f"{seconds * 1000:.2f}"
        # Nothing in here needs escaping: the ids and the address were checked, and the parser knows all methods.
        if self._json:
            named = f'"operation":"{operation}",' if operation else ""
            self._lines.add(
                f'{{"time":"{time}","level":"info","message":"request","request_id":"{request_id}",'
                f'"method":"{method}",{named}"status":{status},"ms":{ms}{self._why(refused)}}}'
            )
            return
        named = f"operation={operation} " if operation else ""
        self._lines.add(
            f"{self._dim}{time[11:23]}{self._plain} info    request request_id={request_id} method={method} "
            f"{named}status={status} ms={ms}{self._why(refused)}"
        )

    def _why(self, refused: Refused | None) -> str:
        if refused is None:
            return ""
        refusal, client = refused
        told = {"reason": refusal.text, "key": refusal.key_id, "client": client}
        if self._json:
            return "".join(f',"{name}":"{value}"' for name, value in told.items() if value)
        told["reason"] = f'"{refusal.text}"'
        return "".join(f" {name}={value}" for name, value in told.items() if value)

    def flush(self) -> None:
        """Write what is waiting."""
        self._lines.flush()


class Occasional:
    """Warnings of one kind, of which at most one in ten seconds is logged, with the number of those held back."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._next = 0.0
        self._held_back = 0

    def warning(self, text: str) -> None:
        """Log the text, or count it."""
        now = monotonic()
        if now < self._next:
            self._held_back += 1
            return
        again = f" ({self._held_back} more since the last line)" if self._held_back else ""
        self._next, self._held_back = now + _OCCASION_SECONDS, 0
        self._logger.warning("%s%s", text, again)


def configure(form: str, level: str, stream: TextIO = sys.stderr) -> RequestLog | None:
    """Send the log lines of this process to `stream`; returns where requests are told of, unless they need not be."""
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    lines = Lines(stream)
    handler = Handler(lines)
    handler.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter(colours=colours))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("heliograph").setLevel(level.upper())
    return RequestLog(lines, form, colours=colours) if log.isEnabledFor(logging.INFO) else None


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
