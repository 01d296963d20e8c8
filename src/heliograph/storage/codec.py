"""Converts rows between the values of their columns and typed structs.

The schema has integers and text only, on both engines. A codec turns integers into booleans and JSON text into structs,
lists, tuples and dictionaries when a row is read, and back when it is written, by the types of the struct's fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Raw, Struct

from heliograph.storage.engine import Row

S = TypeVar("S", bound=Struct)
Convert = Callable[[Any], Any]

_AS_STORED = (str, int, bytes)
_ENCODER = msgspec.json.Encoder()
_MANY = 4
"""The number of structs from which converting them column by column is quicker."""


def encode(value: Any) -> str:
    """JSON text for a column."""
    return _ENCODER.encode(value).decode()


class RowCodec(Generic[S]):
    """Converts between the rows of a table and a struct whose fields are the columns, in the same order.

    `computed` maps the last fields to SQL expressions, if they are read with the row and are not columns of the table.
    `converters` overrides the conversion of columns: a function to load the column, and one to dump it. NULL is always
    None.
    """

    def __init__(
        self, type: type[S], *, computed: Mapping[str, str] | None = None, **converters: tuple[Convert, Convert]
    ) -> None:
        fields = type.__struct_fields__
        expressions = computed or {}
        self.columns: tuple[str, ...] = fields[: len(fields) - len(expressions)]
        """The columns of the table, which `dump` writes."""
        self.selected: tuple[str, ...] = tuple([expressions.get(name, name) for name in fields])
        """What to select for `load`."""
        self._type = type
        hints = get_type_hints(type)
        found = {name: converters.get(name) or _converter(hints[name]) for name in fields}
        self._loads = [(fields.index(name), pair[0]) for name, pair in found.items() if pair]
        self._dumps = [(fields.index(name), pair[1]) for name, pair in found.items() if pair and name in self.columns]
        self._dump_of = {name: pair[1] for name, pair in found.items() if pair}

    def load(self, row: Row) -> S:
        """The struct of a row of `selected`."""
        values = list(row)
        for index, load in self._loads:
            if (value := values[index]) is not None:
                values[index] = load(value)
        return self._type(*values)

    def load_all(self, rows: Sequence[Row]) -> list[S]:
        """The structs of rows of `selected`."""
        if len(rows) < _MANY:
            return [self.load(row) for row in rows]
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, load in self._loads:
            columns[index] = [value if value is None else load(value) for value in columns[index]]
        return list(map(self._type, *columns))

    def dump(self, record: S) -> list[Any]:
        """All columns of a struct."""
        values = list(msgspec.structs.astuple(record)[: len(self.columns)])
        for index, dump in self._dumps:
            if (value := values[index]) is not None:
                values[index] = dump(value)
        return values

    def dump_all(self, records: Sequence[S], buckets: Iterable[int]) -> list[Row]:
        """The rows of structs: for each of them its bucket, then all columns."""
        if len(records) < _MANY:
            return [(bucket, *self.dump(one)) for bucket, one in zip(buckets, records, strict=True)]
        columns: list[Iterable[Any]] = list(zip(*map(msgspec.structs.astuple, records), strict=True))
        for index, dump in self._dumps:
            columns[index] = [value if value is None else dump(value) for value in columns[index]]
        return list(zip(buckets, *columns[: len(self.columns)], strict=True))

    def dump_columns(self, record: S, columns: Iterable[str]) -> list[Any]:
        """Some columns of a struct, in the given order."""
        values = []
        for name in columns:
            value = getattr(record, name)
            dump = self._dump_of.get(name)
            values.append(value if value is None or dump is None else dump(value))
        return values


def _converter(hint: Any) -> tuple[Convert, Convert] | None:
    """How to load and dump a column whose field has this type; None if it is stored as it is."""
    kinds = [one for one in get_args(hint) if one is not NoneType] if NoneType in get_args(hint) else [hint]
    (kind,) = kinds
    if kind is bool:
        return bool, int
    if kind is Raw:
        return Raw, _text
    if kind in _AS_STORED or _is_text(kind):
        return None
    return msgspec.json.Decoder(kind).decode, encode


def _is_text(kind: Any) -> bool:
    """Whether this is a Literal of strings, or an alias of one."""
    return get_origin(kind) is not None and all(isinstance(one, str) for one in get_args(kind))


def _text(raw: Raw) -> str:
    return bytes(raw).decode()
