"""Partitions of events and attempts on PostgreSQL."""

from __future__ import annotations

from heliograph.storage.migrations.step import Partitioning, Step

# Described in storage/partitions.py.
STEP = Step(
    least_version=0,
    changes=(Partitioning((("event", "id"), ("attempt", "delivery_id"))),),
)
