"""Calls with the arguments and options of the official library."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypedDict, TypeVar
from urllib.parse import quote

from heliograph import errors
from heliograph.client.arguments import encode_parts, path_of
from heliograph.client.auth import Auth
from heliograph.client.model import Model as Received
from heliograph.client.requesting import OPERATION, Call
from heliograph.client.sync_client import Client
from heliograph.compat.api_client import ApiClient
from heliograph.compat.api_response import ApiResponse
from heliograph.compat.exceptions import ApiTypeError, ApiValueError
from heliograph.compat.fields import Model, plain
from heliograph.compat.raw import RESTResponse
from heliograph.compat.translation import refused, translated
from heliograph.wire.formats import Multipart, NoBody
from heliograph.wire.operations import AnyOperation

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="Api")
Data = Mapping[str, Any]
Timeout = float | tuple[float, float]


class Options(TypedDict, total=False):
    """The options that every method takes."""

    async_req: bool
    """Make the call in a thread, and return an object whose `get(timeout)` returns the result."""
    _return_http_data_only: bool
    _preload_content: bool
    """Whether to read the response into models; if not, it is returned as it came."""
    _request_timeout: Timeout | None
    """Seconds for the whole call; or a pair, for connecting and for reading."""
    _request_auth: Mapping[str, Any] | None
    _content_type: str | None
    _headers: Mapping[str, str] | None
    _host_index: int
    _for: str | None
    """The parameter `for` of `upload_attachment`, as releases before 17 name it."""


_NEVER_RAISE = "_never_raise"
_KNOWN = {*Options.__annotations__, _NEVER_RAISE} - {"_for"}


class _Answer(Received):
    """An answer as it came."""

    def body(self) -> dict[str, Any]:
        """The JSON object."""
        return self._data


class _RequestAuth:
    """Credentials for a single request, in the form of `auth_settings`."""

    def __init__(self, setting: Mapping[str, Any]) -> None:
        if setting.get("in") != "header" or str(setting.get("key")).lower() != "authorization":
            raise ApiValueError("_request_auth should be for the Authorization header")
        self._value = str(setting.get("value"))

    def header(self, now: float) -> str:
        """The value of the header."""
        return self._value


class Api:
    """A group of operations."""

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = ApiClient.get_default() if api_client is None else api_client

    def _send(
        self, operation: str, kind: type[Model] | None, path: tuple[Any, ...], options: Data, **given: Any
    ) -> Any:
        """Send a call: `given` is what `call_of` takes, `kind` the model of the answer."""
        row = OPERATION[operation]
        if "_for" in options and "for" in row.query:
            given["query"] = {**given["query"], "for": options["_for"]}
            options = {name: value for name, value in options.items() if name != "_for"}
        if unknown := options.keys() - _KNOWN:
            raise ApiTypeError(f"{operation} takes no argument {', '.join(sorted(map(repr, unknown)))}")
        call = functools.partial(self._call, row, kind, path, options, given)
        return self.api_client.pool.apply_async(call) if options.get("async_req") else call()

    def _call(
        self, row: AnyOperation, kind: type[Model] | None, path: tuple[Any, ...], options: Data, given: Data
    ) -> Any:
        try:
            client = _with_options(self.api_client.client, options)
            answer = client.send(call_of(row, path, **given), _Answer)
        except errors.ApiError as error:
            self.api_client.last_response = refused(error)
            if options.get(_NEVER_RAISE):
                return self.api_client.last_response
            raise translated(error) from error
        except errors.HeliographError as error:
            raise translated(error) from error
        assert answer.raw_response is not None
        response = self.api_client.last_response = RESTResponse.of(answer.raw_response)
        if not options.get("_preload_content", True):
            return response
        data = answer.body() if kind is None else kind.from_dict(answer.body())
        if options.get("_return_http_data_only", True):
            return data
        return ApiResponse(data=data, status_code=response.status, headers=response.headers, raw_data=response.data)


def _with_options(client: Client, options: Data) -> Client:
    content_type = options.get("_content_type")
    if content_type is not None and "json" not in content_type:
        raise ApiValueError(f"requests are sent as application/json, not as {content_type}")
    changes: dict[str, Any] = {}
    if (timeout := options.get("_request_timeout")) is not None:
        # The client has one limit for every step of an attempt: of a pair, the time for reading.
        changes |= (
            {"timeout": timeout[1]} if isinstance(timeout, tuple) else {"timeout": timeout, "total_timeout": timeout}
        )
    if (headers := options.get("_headers")) is not None:
        changes["headers"] = headers
    if (setting := options.get("_request_auth")) is not None:
        auth: Auth = _RequestAuth(setting)
        changes["auth"] = auth
    return client.with_options(**changes) if changes else client


def call_of(
    row: AnyOperation,
    path: tuple[Any, ...],
    *,
    body: Any = None,
    source: Any = None,
    page: Any = None,
    filter: Any = None,
    query: Data | None = None,
) -> Call:
    """The call of an operation. Its rules are left to the server, as the official library leaves them.

    Raises:
        ApiValueError: an argument that the call needs is missing, or cannot be sent.
    """
    pairs = [*_inside("page", page), *_inside("filter", filter), *(query or {}).items()]
    target = path_of(row, tuple(str(value) if isinstance(value, int) else value for value in path))
    sent = [f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in pairs if value is not None]
    if sent:
        target += "?" + "&".join(sent)
    if isinstance(row.body, Multipart):
        return Call(row, target, *encode_parts(row.body.kind, {"source": _content_of(source)}, {}))
    if isinstance(row.body, NoBody):
        return Call(row, target, None)
    if body is None:
        raise ApiValueError(f"{row.name} needs a body")
    try:
        return Call(row, target, json.dumps(plain(body), allow_nan=False, separators=(",", ":")).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise ApiValueError(f"the body of {row.name} cannot be JSON: {error}") from None


def _inside(name: str, value: Any) -> list[tuple[str, Any]]:
    data = plain(value) or {}
    if not isinstance(data, dict):
        raise ApiValueError(f"{name} should be a model or a dict, not {type(value).__name__}")
    return [(f"{name}[{key}]", item) for key, item in data.items()]


def _content_of(source: Any) -> Any:
    """The bytes of a file: given as such, by its path, as an open file, or after its name in a pair."""
    content = source[1] if isinstance(source, tuple) else source
    if isinstance(content, str | Path):
        return Path(content).read_bytes()
    return content.read() if hasattr(content, "read") else content


def with_http_info(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], ApiResponse[T]]:
    """A method that returns data, status and headers, for one that returns the data."""

    @functools.wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> ApiResponse[T]:
        kwargs.setdefault("_return_http_data_only", False)
        return method(self, *args, **kwargs)  # type: ignore[return-value]  # so the option says

    return call


def without_preload_content(method: Callable[Concatenate[S, P], Any]) -> Callable[Concatenate[S, P], RESTResponse]:
    """A method that returns the response as it came, whatever its status, for one that returns the data."""

    @functools.wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> RESTResponse:
        kwargs.update({"_preload_content": False, _NEVER_RAISE: True})
        response: RESTResponse = method(self, *args, **kwargs)
        return response

    return call
