"""The rules of retries: which errors are retried, and after which pause."""

from __future__ import annotations

import pytest

from heliograph import ApiError, ConnectionFailed, RateLimited, ServerError, Timeout, TransportError
from heliograph.client.idempotency import is_honoured, key_for
from heliograph.client.options import Options
from heliograph.client.requesting import OPERATION
from heliograph.client.retrying import decide, parse_retry_after, pause, repeatable

SAFE = {"JoinConversation", "LeaveConversation"}


def status(number: int) -> ServerError:
    """An error with this status."""
    error = ServerError()
    error.status = number
    return error


def test_reads_deletes_joins_and_leaves_are_repeatable() -> None:
    for operation in OPERATION.values():
        assert repeatable(operation) == (operation.method in ("GET", "DELETE") or operation.name in SAFE)


@pytest.mark.parametrize(
    ("error", "safe", "unsafe"),
    [
        (RateLimited(), True, True),
        (status(500), False, False),
        (status(502), True, False),
        (status(503), True, False),
        (status(504), True, False),
        (ConnectionFailed("x", sent=False), True, True),
        (ConnectionFailed("x", sent=True), True, False),
        (Timeout("x", sent=True), True, False),
        (Timeout("x", sent=False), True, True),
    ],
)
def test_which_errors_are_retried(error: ApiError | TransportError, safe: bool, unsafe: bool) -> None:
    for name, expected in (("JoinConversation", safe), ("GetApp", safe), ("CreateUser", unsafe), ("UpdateApp", unsafe)):
        decided = decide(error, OPERATION[name], 1, Options(), 0.5, 60)
        assert (decided is not None) == expected, name
        keyed = decide(error, OPERATION[name], 1, Options(), 0.5, 60, keyed=True)
        assert (keyed is not None) == safe, name


@pytest.mark.parametrize(
    ("url", "honoured"),
    [
        ("https://api.smooch.io", False),
        ("https://API.EU-1.smooch.io.", False),
        ("https://acme.zendesk.com/sc", False),
        ("https://notsmooch.io", True),
        ("https://smooch.io.example.com", True),
        ("http://127.0.0.1:8080", True),
    ],
)
def test_writes_have_keys_unless_the_service_is_hosted(url: str, honoured: bool) -> None:
    assert is_honoured(url) == honoured
    for operation in OPERATION.values():
        wanted = operation.method != "GET" and operation.path.startswith(("/v2/", "/heliograph/"))
        assert (key_for(operation, Options(), url) is not None) == (honoured and wanted)
        assert (key_for(operation, Options(idempotency_keys=True), url) is not None) == wanted
        assert key_for(operation, Options(idempotency_keys=False), url) is None


def test_keys_differ_and_can_be_given() -> None:
    keys = [key_for(OPERATION["CreateUser"], Options(), "http://localhost") for _ in range(1000)]
    assert len(set(keys)) == 1000
    given = Options(headers={"idempotency-key": '"mine"'})
    assert key_for(OPERATION["CreateUser"], given, "http://localhost") == '"mine"'


def test_pauses_double_up_to_eight_seconds_with_full_jitter() -> None:
    assert [pause(number, 0.5, 1.0, None) for number in range(1, 8)] == [0.5, 1, 2, 4, 8, 8, 8]
    assert pause(3, 0.5, 0.25, None) == 0.5
    assert pause(3, 0.5, 0.0, None) == 0
    assert pause(1, 0.5, 1.0, 3.0) == 3.5
    assert pause(9, 0.5, 0.0, 3.0) == 3.0


def test_attempts_and_time_are_limited() -> None:
    operation = OPERATION["GetApp"]
    assert decide(RateLimited(), operation, 2, Options(max_retries=2), 1.0, 60) == 1.0
    assert decide(RateLimited(), operation, 3, Options(max_retries=2), 1.0, 60) is None
    assert decide(RateLimited(), operation, 2, Options(), 1.0, 1.0) is None
    assert decide(RateLimited(), operation, 1, Options(max_retries=0), 1.0, 60) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:01:40 -0000", 40.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("9" * 400, None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, now=60.0) == seconds
