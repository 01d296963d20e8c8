"""`heliograph call`: a command for each operation of the API, created from the table on demand."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import inspect

from heliograph.cli.options import DEFAULT_URL
from heliograph.client.arguments import path_names, snake
from heliograph.client.requesting import OPERATION, PreparedRequest, build
from heliograph.errors import ApiError, DecodeError, InvalidArgument, TransportError
from heliograph.wire.operations import AnyOperation

API_ERROR, NO_RESPONSE, INVALID_RESPONSE = 1, 3, 4
"""Exit statuses; `cli.main` sets 2 for usage errors."""

_CONNECTION = {
    "url": ("--url", "HELIOGRAPH_URL", DEFAULT_URL, "URL of the server."),
    "key_id": ("--key-id", "HELIOGRAPH_KEY_ID", None, "Id of an API key."),
    "key_secret": (
        "--key-secret",
        "HELIOGRAPH_KEY_SECRET",
        None,
        "Secret of the API key; prefer the environment variable.",
    ),
}
_CONNECTION_FLAGS = {flag for flag, *_ in _CONNECTION.values()}
_PAGE = {
    "page_size": (int, "Maximum number of records, up to 100."),
    "page_after": (str, "Cursor after which the page starts."),
    "page_before": (str, "Cursor before which the page ends."),
}
_SCALARS: dict[type[inspect.Type], Any] = {inspect.BoolType: bool, inspect.IntType: int, inspect.FloatType: float}
_TEXT = (inspect.StrType, inspect.LiteralType, inspect.DateTimeType)


class Calls(click.Group):
    """The operations as commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the table."""
        return [kebab(operation.name) for operation in OPERATION.values()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of an operation."""
        return next((command(operation) for operation in OPERATION.values() if kebab(operation.name) == cmd_name), None)


def kebab(name: str) -> str:
    """A name of the API in kebab case, such as `join-conversation`."""
    return snake(name).replace("_", "-")


def command(operation: AnyOperation) -> click.Command:
    """The command of an operation."""
    options = [*_path_options(operation), *_query_options(operation)]
    taken = {name for option in options for name in option.opts} | _CONNECTION_FLAGS
    options += [option for option in _body_options(operation) if not taken & set(option.opts)]
    for name, (flag, variable, default, about) in _CONNECTION.items():
        options.append(click.Option([flag, name], envvar=variable, default=default, help=about, show_envvar=True))
    about = operation.about or f"{operation.method} {operation.path}"
    return click.Command(kebab(operation.name), params=[*options], callback=partial(run, operation), help=about)


def _path_options(operation: AnyOperation) -> Iterator[click.Option]:
    for name in path_names(operation):
        flag = kebab(re.sub("(IdOrExternalId|Id)$", "", name))
        yield click.Option([f"--{flag}", f"path_{snake(name)}"], required=True, help=f"Path parameter {name}.")


def _query_options(operation: AnyOperation) -> Iterator[click.Option]:
    if operation.paged:
        for name, (kind, about) in _PAGE.items():
            yield click.Option([f"--{name.replace('_', '-')}", name], type=kind, help=about)
    for name in operation.filters:
        flag = f"--{kebab(name)}"
        if flag in _CONNECTION_FLAGS:
            flag = f"--filter-{kebab(name)}"
        yield click.Option([flag, f"filter_{snake(name)}"], help=f"Query parameter filter[{name}].")
    for name in operation.query:
        yield click.Option(
            [f"--{kebab(name)}", f"query_{snake(name)}"],
            required=name in operation.required,
            help=f"Query parameter {name}.",
        )
    yield click.Option(
        ["--query", "query"], multiple=True, metavar="NAME=VALUE", help="Another query parameter; repeatable."
    )


def _body_options(operation: AnyOperation) -> Iterator[click.Option]:
    if operation.method in ("GET", "DELETE"):
        return
    about = "The whole body: JSON text, @FILE, or - for standard input."
    yield click.Option(["--body", "body"], metavar="JSON", help=about)
    for field in _fields(operation):
        kind = _kind(field.type)
        metavar = "@FILE" if isinstance(field.type, inspect.BytesType) else "JSON" if kind is None else None
        yield click.Option(
            [f"--{kebab(field.name)}", f"field_{field.name}"],
            type=kind or str,
            metavar=metavar,
            help=f"Field {field.encode_name} of the body.",
        )


def _fields(operation: AnyOperation) -> tuple[inspect.Field, ...]:
    """The fields of the body; empty if the operation has no body or its body is a union."""
    info = inspect.type_info(operation.body.kind) if operation.body.kind else None
    return info.fields if isinstance(info, inspect.StructType) else ()


def _kind(kind: inspect.Type) -> Any:
    """The type of an option: str, int, float or bool; None for JSON."""
    if isinstance(kind, inspect.Metadata):
        return _kind(kind.type)
    if isinstance(kind, inspect.UnionType):
        found = {_kind(each) for each in kind.types if not isinstance(each, inspect.NoneType | inspect.CustomType)}
        return found.pop() if len(found) == 1 else None
    return str if isinstance(kind, _TEXT) else _SCALARS.get(type(kind))


def run(operation: AnyOperation, url: str, key_id: str | None, key_secret: str | None, **given: Any) -> int:
    """Call the operation and print the response; returns the exit status."""
    from heliograph import BasicAuth, Client, Model

    try:
        prepared = _prepare(operation, given)
        auth = BasicAuth(key_id, key_secret or "") if key_id else None
        with Client(url, auth=auth) as client:
            response = client.send(prepared, Model)
    except InvalidArgument as error:
        raise click.UsageError(str(error)) from None
    except (ApiError, TransportError, DecodeError) as error:
        return _failed(error)
    click.echo(_json(response.to_dict()))
    return 0


def _failed(error: ApiError | TransportError | DecodeError) -> int:
    if not isinstance(error, ApiError):
        click.echo(_json({"errors": [{"code": "no_answer", "title": str(error)}]}), err=True)
        return NO_RESPONSE if isinstance(error, TransportError) else INVALID_RESPONSE
    items = [item._asdict() for item in error.errors] or [{"code": error.code, "title": error.title}]
    click.echo(_json({"status": error.status, "errors": items, "requestId": error.request_id}), err=True)
    return API_ERROR


def _prepare(operation: AnyOperation, given: Mapping[str, Any]) -> PreparedRequest:
    body = given.get("body")
    fields = (
        {}
        if body is not None
        else {name: _value(operation, name, each) for name, each in _with_prefix("field_", given)}
    )
    page = {name: each for name, each in _with_prefix("page_", given)}
    query = {name: given[f"query_{snake(name)}"] for name in operation.query}
    query |= dict(pair.partition("=")[::2] for pair in given["query"])
    return build(
        operation,
        tuple(given[f"path_{snake(name)}"] for name in path_names(operation)),
        None if body is None else _json_of("--body", _read(body)),
        fields,
        page=page or None,
        filter_fields=dict(_with_prefix("filter_", given)),
        query=query,
    )


def _with_prefix(prefix: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if name.startswith(prefix) and value is not None:
            yield name.removeprefix(prefix), value


def _value(operation: AnyOperation, name: str, text: Any) -> Any:
    """The value of a field of the body, decoded from JSON unless it is a scalar or a file."""
    (field,) = (field for field in _fields(operation) if field.name == name)
    if isinstance(field.type, inspect.BytesType):
        # A path, so that the file keeps its name.
        return Path(text[1:]) if text.startswith("@") else _read(text)
    return text if _kind(field.type) is not None else _json_of(f"--{kebab(name)}", text.encode())


def _read(body: str) -> bytes:
    if body == "-":
        return sys.stdin.buffer.read()
    if not body.startswith("@"):
        return body.encode()
    try:
        return Path(body[1:]).read_bytes()
    except OSError as error:
        raise InvalidArgument(f"--body: {error}") from None


def _json_of(option: str, text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidArgument(f"{option} is not JSON: {error}") from None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
