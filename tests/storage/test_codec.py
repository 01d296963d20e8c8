"""The conversion between the columns of a row and the fields of its struct."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from msgspec import Raw, Struct

from heliograph.storage.codec import RowCodec
from heliograph.wire.clients import ClientAssociation


class Sample(Struct):
    """A row with a field of each kind."""

    id: str
    kind: Literal["web", "sdk"]
    count: int
    secret: bytes
    flag: bool
    maybe: bool | None
    payload: Raw
    associations: list[ClientAssociation]
    pairs: tuple[tuple[str, str], ...] | None
    metadata: dict[str, Any] | None
    names: tuple[str, ...] = ()


CODEC = RowCodec(Sample, names=(lambda text: tuple(text.split(",")), ",".join))
ASSOCIATION = ClientAssociation(type="sdk", client_id="0" * 24)


def test_a_row_becomes_a_struct_and_the_same_row_again() -> None:
    record = Sample(
        "é", "sdk", 3, b"\0", True, False, Raw(b'{"a": 1}'), [ASSOCIATION], (("p", "u"),), {"ä": None}, ("x", "y")
    )
    associations = f'[{{"type":"sdk","clientId":"{ASSOCIATION.client_id}"}}]'
    row = ["é", "sdk", 3, b"\0", 1, 0, '{"a": 1}', associations, '[["p","u"]]', '{"ä":null}', "x,y"]
    dumped = CODEC.dump(record)
    assert dumped == row
    # `True == 1`, so the types are compared too.
    assert [type(value) for value in dumped] == [type(value) for value in row]
    loaded = CODEC.load(tuple(row))
    assert loaded == record
    assert (loaded.flag, loaded.maybe) == (True, False)
    assert CODEC.dump_columns(record, ("metadata", "id", "flag")) == [row[9], row[0], row[4]]


@pytest.mark.parametrize("size", [0, 1, 3, 4, 40])
def test_many_structs_are_converted_like_single_ones(size: int) -> None:
    records = [
        Sample(
            f"{number}", "web", number, b"", number % 2 > 0, (None, True)[number % 2], Raw(b"1"), [], None, None, ("x",)
        )
        for number in range(size)
    ]
    rows = CODEC.dump_all(records, range(size))
    assert rows == [(number, *CODEC.dump(one)) for number, one in enumerate(records)]
    assert CODEC.load_all([row[1:] for row in rows]) == records


def test_null_is_none() -> None:
    row = ["i", "web", 0, b"", 0, None, "1", "[]", None, None, "x"]
    loaded = CODEC.load(row)
    assert (loaded.maybe, loaded.pairs, loaded.metadata) == (None, None, None)
    assert CODEC.dump(loaded) == row
    assert CODEC.dump_columns(loaded, ("pairs", "maybe")) == [None, None]
