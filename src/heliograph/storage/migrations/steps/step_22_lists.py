"""Indexes for the lists of users and conversations of an app, and for conversations by name."""

from __future__ import annotations

from heliograph.storage.migrations.step import Index, Step

# With one bucket the keys have the order of the lists. Joins and messages change no column of these indexes.
STEP = Step(
    least_version=0,
    indexes=(
        Index("app_user_of_app", "app_user (app_id, id)", for_many_buckets=True),
        Index("conversation_of_app", "conversation (app_id, id)", for_many_buckets=True),
        Index("conversation_name", "conversation (app_id, lower(display_name), id) WHERE display_name IS NOT NULL"),
    ),
)
