"""One hierarchy of errors, which keep all information of the response."""

from __future__ import annotations

import inspect
import pickle

import pytest

from heliograph import (
    ApiError,
    BadRequest,
    ConnectionFailed,
    ConversationNotFound,
    DecodeError,
    ErrorItem,
    Forbidden,
    InvalidPage,
    Locked,
    NotAMember,
    NotFound,
    RateLimited,
    ServerError,
    Timeout,
    TooManyParticipants,
    Unauthorized,
    errors,
)
from heliograph.client.decoding import decode_error
from heliograph.client.requesting import OPERATION
from heliograph.client.response import RawResponse
from tests.client.conftest import Place

JOIN = OPERATION["JoinConversation"]


def received(status: int, body: bytes, **headers: str) -> ApiError:
    """The error for a response."""
    return decode_error(
        JOIN, RawResponse(status, {name.replace("_", "-"): text for name, text in headers.items()}, body), 0
    )


@pytest.mark.parametrize(
    ("status", "code", "title", "kind"),
    [
        (400, "bad_request", "Too many participants", TooManyParticipants),
        (400, "bad_request", "Anything else", BadRequest),
        (400, "bad_request", "Invalid page query parameters", InvalidPage),
        (401, "unauthorized", "Authorization is required", Unauthorized),
        (401, "invalid_auth", "Invalid JWT", Unauthorized),
        (404, "conversation_not_found", "Conversation not found", ConversationNotFound),
        (404, "not_found", "User is not a member of the conversation", NotAMember),
        (404, "widget_not_found", "Widget not found", NotFound),
        (423, "locked", "Message limit of 30000 per conversation reached.", Locked),
        (429, "too_many_requests", "Too many requests", RateLimited),
        (502, "bad_gateway", "?", ServerError),
        (402, "payment_required", "?", ApiError),
    ],
)
def test_the_class_follows_from_the_response(status: int, code: str, title: str, kind: type[ApiError]) -> None:
    error = received(status, b'{"errors":[{"code":"%s","title":"%s"}]}' % (code.encode(), title.encode()))
    assert type(error) is kind
    assert (error.status, error.code, error.title) == (status, code, title)


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b'{"errors":7}', b'{"errors":[7]}', b"[]", b"\xff"])
def test_a_response_without_errors_is_described_by_its_status(body: bytes) -> None:
    error = received(502, body)
    assert type(error) is ServerError
    assert (error.status, error.code, error.errors) == (502, "unknown", ())
    assert str(error).startswith("502 unknown: Bad Gateway")


def test_all_information_of_the_response_survives_pickling() -> None:
    body = b'{"errors":[{"code":"bad_request","title":"one"},{"code":"bad_request","title":"two"}]}'
    error = received(400, body, retry_after="7", x_request_id="r")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is BadRequest
    assert vars(copy) == vars(error)
    assert str(copy) == str(error) == "400 bad_request: one; two (JoinConversation, request r)"
    assert copy.errors == (ErrorItem("bad_request", "one"), ErrorItem("bad_request", "two"))
    assert (copy.retry_after, copy.operation, copy.body) == (7.0, "JoinConversation", body.decode())


def test_every_class_can_be_pickled() -> None:
    made = [kind() for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ApiError)]
    for error in [
        *made,
        Timeout("late", "GetApp", sent=False, attempts=2),
        ConnectionFailed("gone"),
        DecodeError("odd", "GetApp", status=200, body="x", request_id="r"),
    ]:
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error)
        assert (vars(copy), str(copy)) == (vars(error), str(error))


def test_an_error_names_its_request_and_operation(place: Place) -> None:
    with pytest.raises(ConversationNotFound) as caught:
        place.client.participants.list_participants(place.app_id, "0" * 24)
    error = caught.value
    assert error.headers["x-request-id"] == error.request_id
    assert error.operation == "ListParticipants"
    with pytest.raises(Forbidden):
        place.client.apps.list_apps()
    with pytest.raises(Unauthorized):
        place.client.with_options(auth=None).apps.get_app(place.app_id)
