"""Why memberships begin and end, as it is stored with them."""

from __future__ import annotations

from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.causes import Cause
from heliograph.wire.history import MembershipReason


def cause_of(tenant: Tenant, reason: MembershipReason) -> Cause:
    """The cause of a change that a caller makes."""
    return Cause(reason, tenant.key_id, tenant.request_id)
