"""Why memberships begin and end, as it is stored with them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from heliograph.domain.tenants import Tenant
from heliograph.wire.history import MembershipReason


class Cause(Struct, frozen=True, array_like=True):
    """A reason, and the key and the request that led to it. Requests of this program itself have no id."""

    reason: MembershipReason
    key_id: str
    request_id: str | None


_ENCODER = msgspec.json.Encoder()
_decode = msgspec.json.Decoder(Cause).decode


def cause_of(tenant: Tenant, reason: MembershipReason) -> str:
    """The cause of a change that a caller makes, as JSON."""
    return _ENCODER.encode((reason, tenant.key_id, tenant.request_id)).decode()


def decode_cause(stored: str) -> Cause:
    """A stored cause."""
    return _decode(stored)
