"""Log lines on standard error, as JSON objects or as text for people.

No line contains a secret, a name, or anything from a body or a path. FIELDS lists what lines may contain of a request.
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

FIELDS = ("request_id", "method", "operation", "status", "ms", "reason", "key", "client")
# The messages of these exceptions are logged. Those of others might repeat what a client sent.
_LOGGED_IN_FULL = (sqlite3.Error, OSError, HeliographError)

_FRAMES = 20
_THROTTLE_SECONDS = 10.0
_FLUSH_SECONDS = 0.05

_COLOURS = {logging.ERROR: "\x1b[31m", logging.WARNING: "\x1b[33m"}
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"

log = logging.getLogger("heliograph.request")


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": times.to_text(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1])
        return msgspec.json.encode(line).decode()


class ConsoleFormatter(logging.Formatter):
    """Formats a record as a line for people, optionally in colour."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        time = times.to_text(int(record.created * 1000))[11:23]
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{record.levelname.lower():7} {record.getMessage()} {fields}".rstrip()
        if record.exc_info and record.exc_info[1]:
            line += "\n" + describe(record.exc_info[1])
        if not self._colours:
            return f"{time} {line}"
        colour = _COLOURS.get(record.levelno, "")
        return f"{_DIM}{time}{_PLAIN} {colour}{line}{_PLAIN if colour else ''}"


class LineBuffer:
    """Buffers lines and writes several at once, since a write for each request would cost more than making its line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []

    def add(self, line: str) -> None:
        """Write the line soon. Must be called on an event loop."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)
        self._waiting.append(line)

    def flush(self) -> None:
        """Write the buffered lines now."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.write("\n".join(waiting))

    def write(self, text: str) -> None:
        """Write text without buffering."""
        with contextlib.suppress(OSError, ValueError):  # the reader of the stream may have closed it
            self._stream.write(text + "\n")
            self._stream.flush()


class Handler(logging.Handler):
    """Writes records without buffering, after the lines that were buffered before."""

    def __init__(self, lines: LineBuffer) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._lines.flush()
        self._lines.write(self.format(record))


class RefusedCredential(NamedTuple):
    """The reason why a credential was refused, and the client's address if known."""

    refusal: Refusal
    client: str | None


class RequestLog:
    """Logs one line for each request. It does not use `logging`, which takes several times as long."""

    def __init__(self, lines: LineBuffer, form: str, *, colours: bool) -> None:
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
        refused: RefusedCredential | None = None,
    ) -> None:
        """Log a request."""
        time = times.to_text(times.now())
        ms = f"{seconds * 1000:.2f}"
        # Nothing needs escaping: the id and the address have been validated, and the parser accepts known methods only.
        if self._json:
            named = f'"operation":"{operation}",' if operation else ""
            self._lines.add(
                f'{{"time":"{time}","level":"info","message":"request","request_id":"{request_id}",'
                f'"method":"{method}",{named}"status":{status},"ms":{ms}{self._reason(refused)}}}'
            )
            return
        named = f"operation={operation} " if operation else ""
        self._lines.add(
            f"{self._dim}{time[11:23]}{self._plain} info    request request_id={request_id} method={method} "
            f"{named}status={status} ms={ms}{self._reason(refused)}"
        )

    def _reason(self, refused: RefusedCredential | None) -> str:
        if refused is None:
            return ""
        refusal, client = refused
        fields = {"reason": refusal.text, "key": refusal.key_id, "client": client}
        if self._json:
            return "".join(f',"{name}":"{value}"' for name, value in fields.items() if value)
        fields["reason"] = f'"{refusal.text}"'
        return "".join(f" {name}={value}" for name, value in fields.items() if value)

    def flush(self) -> None:
        """Write the buffered lines."""
        self._lines.flush()


class ThrottledLog:
    """Logs at most one warning every ten seconds, with the number of those suppressed since."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._next = 0.0
        self._suppressed = 0

    def warning(self, text: str) -> None:
        """Log the text, or count it as suppressed."""
        now = monotonic()
        if now < self._next:
            self._suppressed += 1
            return
        more = f" ({self._suppressed} more since the last line)" if self._suppressed else ""
        self._next, self._suppressed = now + _THROTTLE_SECONDS, 0
        self._logger.warning("%s%s", text, more)


def configure(form: str, level: str, stream: TextIO = sys.stderr) -> RequestLog | None:
    """Write the log lines of this process to `stream`; returns the request log, or None if its level is disabled."""
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    lines = LineBuffer(stream)
    handler = Handler(lines)
    handler.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter(colours=colours))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("heliograph").setLevel(level.upper())
    return RequestLog(lines, form, colours=colours) if log.isEnabledFor(logging.INFO) else None


def describe(error: BaseException) -> str:
    """The traceback and type of an exception, without messages that may repeat what a client sent."""
    parts = []
    current: BaseException | None = error
    while current is not None:
        summary = type(current).__name__
        if isinstance(current, _LOGGED_IN_FULL):
            summary += f": {current}"
        parts.append("".join(traceback.format_tb(current.__traceback__, limit=-_FRAMES)) + summary)
        current = current.__cause__
    return "\ncaused by\n".join(parts)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
