"""Bodies of many objects, which arrive in chunks of any size."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from heliograph.errors import BadRequest
from heliograph.server.http.rows import EMPTY, read_rows
from heliograph.wire.bulk import MOST_MEMBERS
from heliograph.wire.formats import Rows
from heliograph.wire.participants import ParticipantJoinBody

ADA = b'{"userId":"ada","subscribeSDKClient":false}'


def read(content: bytes, size: int, *, as_lines: bool) -> list[ParticipantJoinBody]:
    """The rows of a body that arrives in chunks of this size."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    async def collect() -> list[ParticipantJoinBody]:
        body = Rows(ParticipantJoinBody, MOST_MEMBERS)
        rows = read_rows(chunks(), body, as_lines=as_lines, require_subscribe=True)
        return [row async for some in rows for row in some]

    return asyncio.run(collect())


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1000])
def test_a_byte_order_mark_in_any_chunks(size: int) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        for content, as_lines in ((b"[" + ADA + b"]", False), (ADA + b"\n" + ADA, True)):
            assert {row.user_id for row in read(mark + content, size, as_lines=as_lines)} == {"ada"}
        for content in (b"", b" \n"):
            with pytest.raises(BadRequest) as refused:
                read(mark + content, size, as_lines=True)
            assert refused.value.titles == (EMPTY,)
        assert read(mark + b"[]", size, as_lines=False) == []
    for content in (b"\xef\xbb", b"[]\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf[]"):
        with pytest.raises(BadRequest):
            read(content, size, as_lines=False)
