"""The index by which the event stream reads the events of an app."""

from __future__ import annotations

from heliograph.storage.migrations.step import Index, Step

# With one bucket the key has this order, and without the index each commit writes one page less.
STEP = Step(least_version=0, indexes=(Index("event_stream", "event (app_id, id)", for_many_buckets=True),))
