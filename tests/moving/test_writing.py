"""Records are divided into requests."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from heliograph import AsyncClient
from heliograph.errors import BadRequest, PayloadTooLarge, Unauthorized, UsageError
from heliograph.models import ImportResponse
from heliograph.moving.report import Report
from heliograph.moving.writing import AppWriter
from heliograph.wire.imports import IMPORT_BYTES, RECORDS_AT_ONCE


class Imports:
    """Stands in for the operation: a proxy accepts up to `most` records, and the server refuses the kind `odd`."""

    def __init__(self, most: int = RECORDS_AT_ONCE) -> None:
        self.most = most
        self.sent: list[list[int]] = []

    async def import_records(self, app_id: str, body: Any) -> ImportResponse:
        """The response."""
        numbers = [one["user"]["number"] for one in body["records"]]
        self.sent.append(numbers)
        if len(numbers) > self.most:
            raise PayloadTooLarge
        if any(one["kind"] == "odd" for one in body["records"]):
            raise BadRequest("records[0].kind should be another one")
        refused = [{"index": n, "titles": ["no"]} for n, one in enumerate(numbers) if one % 100 == 99]
        return ImportResponse({"created": len(numbers), "updated": 0, "unchanged": 0, "refused": refused})


def put(imports: Imports, *records: Any) -> tuple[Report, set[int]]:
    """Write records; returns the report, and the indexes of those that were refused."""
    report = Report("a", "b", "now")
    client = cast(AsyncClient, SimpleNamespace(imports=imports))
    return report, asyncio.run(AppWriter(client, "app", report).put(records))


def user(number: int, kind: str = "user", **fields: Any) -> Any:
    """A record."""
    return {"kind": kind, "user": {"id": str(number), "number": number, **fields}}


def test_requests_have_limits() -> None:
    imports = Imports()
    report, refused = put(imports, *map(user, range(1_200)))
    assert [len(one) for one in imports.sent] == [500, 500, 200]
    assert refused == set(range(99, 1_200, 100))
    assert [one.id for one in report.refused] == [str(one) for one in sorted(refused)]
    imports = Imports()
    long = "x" * (IMPORT_BYTES // 3)
    put(imports, *(user(number, text=long) for number in range(5)))
    assert imports.sent == [[0, 1], [2, 3], [4]]


def test_a_record_that_is_too_long_is_refused() -> None:
    imports = Imports()
    report, refused = put(imports, user(0), user(1, text="x" * IMPORT_BYTES), user(2))
    assert (imports.sent, refused) == ([[0], [2]], {1})
    assert report.refused[0].titles[0].startswith("the record has 1,04")


def test_a_proxy_may_have_a_smaller_limit() -> None:
    imports = Imports(most=3)
    report, refused = put(imports, *map(user, range(9)))
    assert (report.created, refused) == (9, set())
    assert [number for one in imports.sent if len(one) <= 3 for number in one] == list(range(9))


def test_an_invalid_record_does_not_stop_the_others() -> None:
    report, refused = put(Imports(), *map(user, range(5)), user(5, kind="odd"), user(6), user(7))
    assert (report.created, refused) == (7, {5})
    assert report.refused[0].titles == ["records[0].kind should be another one"]


def test_a_refused_key_ends_the_import() -> None:
    imports = Imports()
    imports.import_records = lambda *given: _raise(Unauthorized())  # type: ignore[method-assign]
    with pytest.raises(UsageError, match="the target responded with status 401"):
        put(imports, user(0))


async def _raise(error: Exception) -> ImportResponse:
    raise error
