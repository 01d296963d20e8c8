"""The stored form of causes of memberships."""

from __future__ import annotations

from typing import get_args

import pytest

from heliograph.storage.codec import encode
from heliograph.storage.rows.causes import Cause, decode_cause, encode_cause
from heliograph.wire.history import MembershipReason

KEY = "app_5f0123456789abcdef012345"
OTHER = "app 1"
EARLIER, CHANGE = "6a0f00c1000a1b0123456789", "6a0f00c1fffa1b0123456789"


@pytest.mark.parametrize("reason", get_args(MembershipReason))
@pytest.mark.parametrize("key_id", [KEY, OTHER])
@pytest.mark.parametrize(
    "request_id",
    [
        None,
        "6a0f00c1ffffff9876543210",
        "a",
        "my-request:1/2+3=",
        EARLIER,
        CHANGE,
        CHANGE[:8] + "my-req" + CHANGE[14:],
        "6a0f00c0fffa1b0123456789",
        "6a0f00c1fffa1b0123456788",
        EARLIER + "0",
        "x" * 128,
    ],
)
def test_a_cause_is_read_as_it_was_written(reason: MembershipReason, key_id: str, request_id: str | None) -> None:
    """history.1"""
    expected = Cause(reason, key_id, request_id)
    assert decode_cause(encode_cause(reason, key_id, request_id, CHANGE), CHANGE) == expected
    assert decode_cause(encode_cause(reason, key_id, request_id), CHANGE) == expected


def test_a_request_of_this_process_is_short() -> None:
    """history.1"""
    assert encode_cause("join", KEY, EARLIER, CHANGE) == f"j{KEY} ~000a1b"


@pytest.mark.parametrize("request_id", [None, "r1"])
def test_causes_in_json_are_read(request_id: str | None) -> None:
    """history.1"""
    expected = Cause("userRemove", KEY, request_id)
    assert decode_cause(encode(expected), CHANGE) == expected
