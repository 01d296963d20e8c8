"""The error responses that chaos rules cause."""

from __future__ import annotations

from http import HTTPStatus

from heliograph import errors
from heliograph.errors import ApiError
from heliograph.wire.chaos import RequestEffect
from heliograph.wire.operations import AnyOperation

_GENERIC: tuple[type[ApiError], ...] = (
    errors.BadRequest,
    errors.Unauthorized,
    errors.Forbidden,
    errors.NotFound,
    errors.MethodNotAllowed,
    errors.RequestTimeout,
    errors.Conflict,
    errors.PayloadTooLarge,
    errors.UnsupportedMediaType,
    errors.Locked,
    errors.RateLimited,
    errors.HeadersTooLarge,
    errors.ServerError,
    errors.ServiceUnavailable,
)


def error_for(operation: AnyOperation, status: int, effect: RequestEffect) -> ApiError:
    """The error of a rule: the documented or else the generic error with this status, changed as the effect
    requires."""
    titles = () if effect.title is None else (effect.title,)
    kinds = (kind for kind in (*operation.errors, *_GENERIC) if kind.status == status)
    kind = next(kinds, None)
    error = _unnamed(status, titles) if kind is None else kind(*titles)
    if effect.code is not None:
        error.code = effect.code
    if effect.retry_after is not None:
        error.headers["retry-after"] = str(effect.retry_after)
    return error


def _unnamed(status: int, titles: tuple[str, ...]) -> ApiError:
    """An error with a status that the API does not use."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    error = ApiError(*(titles or (phrase,)))
    error.status = status
    error.code = phrase.lower().replace(" ", "_").replace("-", "_")
    return error
