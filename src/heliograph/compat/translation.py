"""Converts the client's errors to the exceptions of the official library."""

from __future__ import annotations

from typing import Any

import msgspec

from heliograph import errors
from heliograph.compat.exceptions import ApiException, ApiValueError
from heliograph.compat.raw import RESTResponse


def response_of(error: errors.ApiError) -> RESTResponse:
    """The response of an error of the client."""
    return RESTResponse(error.status, error.headers, error.body.encode())


def official_exception(error: errors.HeliographError) -> Exception:
    """The official exception for an error of the client."""
    if isinstance(error, errors.InvalidArgument):
        return error if isinstance(error, ApiValueError) else ApiValueError(str(error))
    if not isinstance(error, errors.ApiError):
        return ApiException(0, str(error), body=getattr(error, "body", None) or None)
    try:
        ApiException.from_response(http_resp=response_of(error), body=error.body, data=_errors_in(error))
    except ApiException as exception:
        return exception


def _errors_in(error: errors.ApiError) -> Any:
    from heliograph.compat.models import ErrorResponse  # slow to import, and only needed for errors

    try:
        found = msgspec.json.decode(error.body)
    except msgspec.DecodeError:
        return None
    return ErrorResponse.from_dict(found) if isinstance(found, dict) else None
