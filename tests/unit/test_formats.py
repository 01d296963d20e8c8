"""Formats of bodies and responses: what the server and the client do with one follows from its class."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from msgspec.structs import replace

from heliograph.server.docs.openapi import document
from heliograph.server.http.digests import digesting_reader_of
from heliograph.wire.formats import Format
from heliograph.wire.table.v2.apps import CREATE_APP_KEY


class Csv(Format[str], frozen=True):
    """A table as text."""

    media_type = "text/csv"


class CsvRows(Format[AsyncGenerator[str, None]], frozen=True):
    """A table of any length."""

    media_type = "text/csv"
    is_stream = True


@pytest.mark.parametrize("format", [Csv(str), CsvRows(str)])
def test_a_new_format_is_documented(format: Format[object]) -> None:
    path = document([replace(CREATE_APP_KEY, body=format, response=format)])["paths"][CREATE_APP_KEY.path]["post"]
    content = {"text/csv": {"schema": {"type": "string"}}}
    assert path["requestBody"] == {"required": True, "content": content}
    assert path["responses"]["201"]["content"] == content
    assert {"400", "408", "413", "415"} <= path["responses"].keys()


def test_streams_take_no_idempotency_key() -> None:
    assert CREATE_APP_KEY.takes_key
    for format, taken in ((Csv(str), True), (CsvRows(str), False)):
        assert replace(CREATE_APP_KEY, body=format).takes_key is taken
        assert replace(CREATE_APP_KEY, response=format).takes_key is taken


def test_viewers_of_the_console_do_not_read_new_formats() -> None:
    assert not Csv(str).viewers_may_read


def test_a_body_without_a_digest_cannot_take_keys() -> None:
    with pytest.raises(NotImplementedError, match="CreateAppKey: there is no digest of"):
        digesting_reader_of(replace(CREATE_APP_KEY, body=Csv(str)))
