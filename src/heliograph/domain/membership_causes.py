"""Why memberships begin and end, as it is stored with them."""

from __future__ import annotations

from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.causes import encode_cause
from heliograph.wire.history import MembershipReason


def cause_of(tenant: Tenant, reason: MembershipReason, change_id: str = "") -> str:
    """The cause of a change that a caller makes. A cause of several changes has no `change_id`."""
    return encode_cause(reason, tenant.key_id, tenant.request_id, change_id)
