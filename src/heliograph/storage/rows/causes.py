"""Why memberships begin and end."""

from __future__ import annotations

from msgspec import Struct

from heliograph.wire.history import MembershipReason


class Cause(Struct, frozen=True, array_like=True, gc=False):
    """A reason, and the key and the request that led to it. What this program does by itself has no request."""

    reason: MembershipReason
    key_id: str
    request_id: str | None
