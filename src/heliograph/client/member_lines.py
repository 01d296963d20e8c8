"""The request of `members.replace`, and the lines of its response, without a connection."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from heliograph.client.decoding import decode_error
from heliograph.client.model import Model, plain
from heliograph.client.requesting import PreparedRequest, build
from heliograph.client.response import RawResponse
from heliograph.errors import DecodeError
from heliograph.wire.formats import LINES
from heliograph.wire.participants import ParticipantJoinBody
from heliograph.wire.table.extensions.bulk import REPLACE_PARTICIPANTS

Member: TypeAlias = ParticipantJoinBody | Mapping[str, Any]


class MembersProgress(Model):
    """How many users have joined and left so far, of how many `joins` and `leaves`."""

    joined: int = plain("joined")
    left: int = plain("left")
    joins: int = plain("joins")
    leaves: int = plain("leaves")


class MembersSummary(Model):
    """How many users joined, left and stayed, or would do so after a dry run, and the version of the membership."""

    joined: int = plain("joined")
    left: int = plain("left")
    stayed: int = plain("stayed")
    version: str = plain("version")
    dry_run: bool = plain("dryRun")


def prepare(app_id: str, conversation_id: str, members: Iterable[Member], *, dry_run: bool) -> PreparedRequest:
    """The request.

    Raises:
        InvalidArgument: an argument breaks a rule of the API.
    """
    return build(REPLACE_PARTICIPANTS, (app_id, conversation_id), members, query={"dryRun": dry_run or None})


def headers_for(given: Mapping[str, str], version: str | None) -> dict[str, str]:
    """The headers of the request."""
    condition = {} if version is None else {"if-match": f'"{version}"'}
    return {**given, "accept": LINES, **condition}


class MemberLines:
    """Reads the response in chunks."""

    def __init__(self) -> None:
        self._rest = b""
        self._summary: MembersSummary | None = None

    def read(self, chunk: bytes) -> Iterator[MembersProgress]:
        """The progress that the chunk reports.

        Raises:
            ApiError: the response ended with an error.
            DecodeError: the response has a line of another kind.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            match self._decoded(line):
                case {"type": "progress"} as found:
                    yield MembersProgress(found)
                case {"type": "summary"} as found:
                    self._summary = MembersSummary(found)
                case {"type": "error", "status": int(status)}:
                    raise decode_error(REPLACE_PARTICIPANTS, RawResponse(status, {}, line), time.time())
                case _:
                    raise _unreadable("has a line of an unknown kind", line)

    @property
    def summary(self) -> MembersSummary:
        """The summary, after the last chunk.

        Raises:
            DecodeError: the response ended without one.
        """
        if self._summary is None:
            raise _unreadable("ended without a summary", self._rest)
        return self._summary

    def _decoded(self, line: bytes) -> Any:
        try:
            return msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise _unreadable("is not NDJSON", line) from None


def _unreadable(what: str, line: bytes) -> DecodeError:
    body = line[:200].decode(errors="replace")
    return DecodeError(f"the response {what}: {body!r}", REPLACE_PARTICIPANTS.name, status=200, body=body)
