"""Why memberships begin and end.

A cause is kept as its column has it, a JSON array, and decoded where it is shown: each join and each leave makes one.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Struct

from heliograph.storage.codec import encode
from heliograph.wire.history import MembershipReason


class Cause(Struct, frozen=True, array_like=True):
    """A reason, and the key and the request that led to it. What this program does by itself has no request."""

    reason: MembershipReason
    key_id: str
    request_id: str | None


decode_cause = msgspec.json.Decoder(Cause).decode


def encode_cause(reason: MembershipReason, key_id: str, request_id: str | None) -> str:
    """The JSON of a cause. `request_id` has no characters that JSON escapes."""
    beginning = _beginning(reason, key_id)
    return f"{beginning},null]" if request_id is None else f'{beginning},"{request_id}"]'


@lru_cache(maxsize=1024)
def _beginning(reason: MembershipReason, key_id: str) -> str:
    return encode([reason, key_id])[:-1]
