"""Checks and encodes the arguments of a call before it is sent: bodies, pages, filters and path parameters.

The rules are those of the wire types, which the server applies as well. A violation is an `InvalidArgument`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args
from urllib.parse import quote

import msgspec
from msgspec import UNSET, inspect

from heliograph.client.files import escaped, read_file
from heliograph.client.values import EXACT, fields_of, key_of, plain, text_of, whole
from heliograph.errors import BadRequest, InvalidArgument
from heliograph.wire.base import Body
from heliograph.wire.operations import AnyOperation, BodyType
from heliograph.wire.paging import Page
from heliograph.wire.validation import decode

CURSOR_LENGTH = 24
Given = Mapping[str, Any]
Pairs = list[tuple[str, str]]


def encode_body(kind: BodyType | None, body: object, fields: Given) -> bytes | None:
    """The JSON of a body given as its type, a mapping or keywords; None for an operation without a body."""
    given = [name for name, value in fields.items() if value is not UNSET and value is not None]
    if body is not None and given:
        raise InvalidArgument(f"give a body or keywords, not both: {', '.join(given)}")
    if kind is None:
        return None if body is None else _encode(body, "the body")
    name = name_of(kind)
    if not isinstance(body, kind | Mapping | None):
        raise InvalidArgument(f"the body should be {name}, a dict or keywords, not {type(body).__name__}")
    try:
        named = _named(fields if body is None else body, _type_of(kind), "")
    except RecursionError:
        raise InvalidArgument(f"{name} cannot be encoded as JSON: it contains itself or is nested too deeply") from None
    content = _encode(named, name)
    try:
        decode(content, kind, require_subscribe=False)
    except BadRequest as error:
        raise InvalidArgument(f"{name}: {'; '.join(error.titles)}") from None
    return content


def encode_rows(kind: type[Body], rows: Iterable[object]) -> bytes:
    """A JSON array of bodies, each given as its type or a mapping."""
    encoded = []
    for index, row in enumerate(rows):
        try:
            encoded.append(encode_body(kind, row, {}) or b"")
        except InvalidArgument as error:
            raise InvalidArgument(f"[{index}]: {error}") from None
    return b"[" + b",".join(encoded) + b"]"


def encode_parts(kind: type[Body], body: object, fields: Given) -> tuple[bytes, str]:
    """A `multipart/form-data` body with a part for each field, all of them files, and its content type."""
    given = msgspec.structs.asdict(body) if isinstance(body, Body) else dict(fields if body is None else body)  # type: ignore[call-overload]
    names = _names(kind)
    boundary = os.urandom(12).hex()
    lines = []
    for name, value in given.items():
        if name not in names:
            raise InvalidArgument(f"{kind.__name__} has no field {name!r}")
        filename, content = read_file(value, name)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{escaped(filename)}"\r\n'
        head += "Content-Type: application/octet-stream\r\n\r\n"
        lines += [head.encode("utf-8", "replace"), content, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def name_of(kind: BodyType) -> str:
    """The name of a body in error messages."""
    return kind.__name__ if isinstance(kind, type) else " or ".join(each.__name__ for each in get_args(kind))


def _encode(value: object, what: str) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise InvalidArgument(f"{what} cannot be encoded as JSON: {error}") from None


@cache
def _type_of(kind: BodyType) -> inspect.Type:
    return inspect.type_info(kind)


def _named(value: Any, kind: inspect.Type, where: str) -> Any:
    """`value` with the field names of the API where `kind` has them, and without unset fields."""
    if type(value) in EXACT:
        return value
    if isinstance(value, Body):
        value = fields_of(value)
    match value:
        case Mapping():
            struct = _struct_of(kind, value)
            if struct:
                return _renamed(value, struct, where)
            keyed = ((key_of(key, where), each) for key, each in value.items())
            return {key: _named(each, inspect.AnyType(), f"{where}.{key}") for key, each in keyed}
        case list() | tuple():
            item = _item_of(kind)
            return [_named(each, item, f"{where}[{index}]") for index, each in enumerate(value)]
        case _:
            return plain(value, where)


def _renamed(value: Given, struct: inspect.StructType, where: str) -> dict[str, Any]:
    names = _names(struct.cls)
    renamed: dict[str, Any] = {}
    for key, item in value.items():
        name = key if type(key) is str else key_of(key, where)
        field = names.get(name)
        if field is None:
            if name != struct.tag_field:
                raise InvalidArgument(_unknown(name, struct, where))
            renamed[name] = plain(item, where)
        elif item is UNSET or (item is None and field.default is None):
            continue
        elif field.encode_name in renamed:
            raise InvalidArgument(f"{where}{field.encode_name} is given twice")
        else:
            path = f"{where}.{field.encode_name}" if where else field.encode_name
            renamed[field.encode_name] = _named(item, field.type, path)
    return renamed


@cache
def _names(struct: type[Any]) -> dict[str, inspect.Field]:
    """The fields by their Python names and by their API names."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {name: field for field in info.fields for name in (field.name, field.encode_name)}


def _unknown(name: object, struct: inspect.StructType, where: str) -> str:
    import difflib  # rare, and slow to import

    near = difflib.get_close_matches(str(name), _names(struct.cls), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{struct.cls.__name__}{f' in {where}' if where else ''} has no field {name!r}{hint}"


def _parts(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    match kind:
        case inspect.Metadata(type=inner):
            return _parts(inner)
        case inspect.UnionType(types=types):
            return tuple(part for each in types for part in _parts(each))
    return (kind,)


def _struct_of(kind: inspect.Type, value: Given) -> inspect.StructType | None:
    """The struct for an object: in a union, the one with its tag."""
    structs = [part for part in _parts(kind) if isinstance(part, inspect.StructType)]
    tagged = [struct for struct in structs if struct.tag_field and value.get(struct.tag_field) == struct.tag]
    if len(structs) == 1 or tagged:
        return (tagged or structs)[0]
    return None


def _item_of(kind: inspect.Type) -> inspect.Type:
    for part in _parts(kind):
        if isinstance(part, inspect.ListType):
            return part.item_type
    return inspect.AnyType()


def path_of(operation: AnyOperation, values: tuple[object, ...]) -> str:
    """The path of the operation with these values, percent-encoded."""
    pieces, names = _template(operation.path)
    if len(values) != len(names):
        raise InvalidArgument(f"{operation.name} takes the path parameters {', '.join(names) or '(none)'}")
    path = [pieces[0]]
    for name, value, piece in zip(names, values, pieces[1:], strict=True):
        text = text_of(value, name)
        # Proxies resolve dot segments: DELETE …/users/.. would delete the app.
        if text in (".", ".."):
            raise InvalidArgument(f"{name} cannot be {text!r} in a path")
        path += (quote(text, safe=""), piece)
    return "".join(path)


@cache
def _template(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    segments = path.split("{")
    pairs = [segment.split("}") for segment in segments[1:]]
    return (segments[0], *(rest for _, rest in pairs)), tuple(name for name, _ in pairs)


def path_names(operation: AnyOperation) -> tuple[str, ...]:
    """The names of the path parameters, in order."""
    return operation.template.names


def page_pairs(operation: AnyOperation, page: Page | Given | None) -> Pairs:
    """The query parameters of a page, without those at their defaults."""
    if page is None:
        return []
    page = as_page(page)
    if page.after is not None and page.before is not None:
        raise InvalidArgument("page.after and page.before cannot be combined")
    cursors: tuple[object, ...] = (page.after, page.before)
    for cursor in cursors:
        if cursor is not None and (not isinstance(cursor, str) or len(cursor) != CURSOR_LENGTH):
            raise InvalidArgument(f"a cursor should be a string of {CURSOR_LENGTH} characters, not {cursor!r}")
    if (size := whole(page.size)) is None or not 1 <= size <= operation.largest_page:
        raise InvalidArgument(f"the size of a page should be 1 to {operation.largest_page}, not {page.size!r}")
    given = {"after": page.after, "before": page.before, "size": None if size == Page().size else str(size)}
    return [(f"page[{name}]", text_of(value, name)) for name, value in given.items() if value is not None]


def as_page(page: Page | Given) -> Page:
    """A page given as a `Page` or as a mapping."""
    if isinstance(page, Page):
        return page
    if not isinstance(page, Mapping):
        raise InvalidArgument(f"page should be Page or a dict, not {type(page).__name__}")
    if unknown := page.keys() - {"after", "before", "size"}:
        raise InvalidArgument(f"page has no field {', '.join(sorted(map(repr, unknown)))}")
    return Page(**page)


def filter_pairs(operation: AnyOperation, filters: Given | None, fields: Given) -> Pairs:
    """The query parameters of filters, given as a mapping or as keywords, by their API names or in snake case."""
    given: dict[str, object] = {**(filters or {}), **{name: one for name, one in fields.items() if one is not None}}
    known = {alias: name for name in operation.filters for alias in (name, snake(name))}
    pairs = []
    for alias, value in given.items():
        if operation.has_filter(alias):
            known[alias] = alias
        if alias not in known:
            raise InvalidArgument(f"{operation.name} has no filter {alias!r}, only {', '.join(operation.filters)}")
        if value is None:
            continue
        pairs.append((f"filter[{known[alias]}]", text_of(value, f"filter {alias!r}")))
    if operation.one_filter and len(pairs) != 1:
        names = ", ".join(operation.filters)
        raise InvalidArgument(f"exactly one of the filters {names} is required, {len(pairs) or 'none'} given")
    return pairs


@cache
def snake(name: str) -> str:
    """A name of the API in snake case, such as `subscribe_sdk_client` for `subscribeSDKClient`."""
    spaced = "".join(
        f"_{letter}" if letter.isupper() and (not name[index - 1].isupper() or name[index + 1 : index + 2].islower())
        else letter
        for index, letter in enumerate(name)
    )  # fmt: skip
    return spaced.replace(".", "_").lstrip("_").lower()
