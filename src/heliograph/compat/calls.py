"""Sends calls that take the arguments and options of the official library."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypedDict, TypeVar
from urllib.parse import quote

from heliograph import errors
from heliograph.client.arguments import encode_parts, path_of
from heliograph.client.auth import Auth
from heliograph.client.model import Model as ClientModel
from heliograph.client.requesting import OPERATION, PreparedRequest
from heliograph.client.sync_client import Client
from heliograph.compat.api_client import ApiClient
from heliograph.compat.api_response import ApiResponse
from heliograph.compat.exceptions import ApiTypeError, ApiValueError
from heliograph.compat.fields import Model, plain
from heliograph.compat.raw import RESTResponse
from heliograph.compat.translation import official_exception, response_of
from heliograph.wire.operations import AnyOperation

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="Api")
Data = Mapping[str, Any]
Timeout = float | tuple[float, float]


class Options(TypedDict, total=False):
    """The options of every method."""

    async_req: bool
    """Make the call in a thread, and return an object whose `get(timeout)` returns the result."""
    _return_http_data_only: bool
    _preload_content: bool
    """Whether to decode the response into models; if not, the raw response is returned."""
    _request_timeout: Timeout | None
    """Seconds for the whole call; or a pair, for connecting and for reading."""
    _request_auth: Mapping[str, Any] | None
    _content_type: str | None
    _headers: Mapping[str, str] | None
    _host_index: int
    _for: str | None
    """The parameter `for` of `upload_attachment` in releases before 17."""


_NEVER_RAISE = "_never_raise"
_KNOWN = {*Options.__annotations__, _NEVER_RAISE} - {"_for"}


class _RawObject(ClientModel):
    """A response without conversion."""

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
        """Send a request: `given` are the arguments of `prepare`, `kind` is the model of the response."""
        row = OPERATION[operation]
        if "_for" in options and "for" in row.query:
            given["query"] = {**given["query"], "for": options["_for"]}
            options = {name: value for name, value in options.items() if name != "_for"}
        if unknown := options.keys() - _KNOWN:
            raise ApiTypeError(f"{operation} has no argument {', '.join(sorted(map(repr, unknown)))}")
        call = functools.partial(self._call, row, kind, path, options, given)
        return self.api_client.pool.apply_async(call) if options.get("async_req") else call()

    def _call(
        self, row: AnyOperation, kind: type[Model] | None, path: tuple[Any, ...], options: Data, given: Data
    ) -> Any:
        try:
            client = _with_options(self.api_client.client, options)
            result = client.send(prepare(row, path, **given), _RawObject)
        except errors.ApiError as error:
            self.api_client.last_response = response_of(error)
            if options.get(_NEVER_RAISE):
                return self.api_client.last_response
            raise official_exception(error) from error
        except errors.HeliographError as error:
            raise official_exception(error) from error
        assert result.raw_response is not None
        response = self.api_client.last_response = RESTResponse.of(result.raw_response)
        if not options.get("_preload_content", True):
            return response
        data = result.body() if kind is None else kind.from_dict(result.body())
        if options.get("_return_http_data_only", True):
            return data
        return ApiResponse(data=data, status_code=response.status, headers=response.headers, raw_data=response.data)


def _with_options(client: Client, options: Data) -> Client:
    content_type = options.get("_content_type")
    if content_type is not None and "json" not in content_type:
        raise ApiValueError(f"requests are sent as application/json, not as {content_type}")
    changes: dict[str, Any] = {}
    if (timeout := options.get("_request_timeout")) is not None:
        # The client has a single timeout for connecting and reading: use that for reading.
        changes |= (
            {"timeout": timeout[1]} if isinstance(timeout, tuple) else {"timeout": timeout, "total_timeout": timeout}
        )
    if (headers := options.get("_headers")) is not None:
        changes["headers"] = headers
    if (setting := options.get("_request_auth")) is not None:
        auth: Auth = _RequestAuth(setting)
        changes["auth"] = auth
    return client.with_options(**changes) if changes else client


def prepare(
    row: AnyOperation,
    path: tuple[Any, ...],
    *,
    body: Any = None,
    source: Any = None,
    page: Any = None,
    filter: Any = None,
    query: Data | None = None,
) -> PreparedRequest:
    """Build a request. Like the official library, this leaves the validation of its contents to the server.

    Raises:
        ApiValueError: an argument that the call needs is missing, or cannot be sent.
    """
    pairs = [*_inside("page", page), *_inside("filter", filter), *(query or {}).items()]
    target = path_of(row, tuple(str(value) if isinstance(value, int) else value for value in path))
    sent = [f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in pairs if value is not None]
    if sent:
        target += "?" + "&".join(sent)
    if row.body.has_parts:
        return PreparedRequest(row, target, *encode_parts(row.body.kind, {"source": source}, {}))
    if row.body.kind is None:
        return PreparedRequest(row, target, None)
    if body is None:
        raise ApiValueError(f"{row.name} requires a body")
    try:
        return PreparedRequest(row, target, json.dumps(plain(body), allow_nan=False, separators=(",", ":")).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise ApiValueError(f"the body of {row.name} cannot be encoded as JSON: {error}") from None


def _inside(name: str, value: Any) -> list[tuple[str, Any]]:
    data = plain(value) or {}
    if not isinstance(data, dict):
        raise ApiValueError(f"{name} should be a model or a dict, not {type(value).__name__}")
    return [(f"{name}[{key}]", item) for key, item in data.items()]


def with_http_info(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], ApiResponse[T]]:
    """The variant of a method that returns an `ApiResponse` with data, status and headers."""

    @functools.wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> ApiResponse[T]:
        kwargs.setdefault("_return_http_data_only", False)
        return method(self, *args, **kwargs)  # type: ignore[return-value]  # the option changes the result

    return call


def without_preload_content(method: Callable[Concatenate[S, P], Any]) -> Callable[Concatenate[S, P], RESTResponse]:
    """The variant of a method that returns the raw response, whatever its status."""

    @functools.wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> RESTResponse:
        kwargs.update({"_preload_content": False, _NEVER_RAISE: True})
        response: RESTResponse = method(self, *args, **kwargs)
        return response

    return call
