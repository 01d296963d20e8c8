"""When and how users joined, and the memberships that have ended."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# A present membership is in its participant only, so that a join writes no further row. `origin` is its cause. `since`
# is set if the participant had another user before: it is then the id of the change that made it one of this user.
#
# A membership that ends becomes two changes, the joining and the leaving. `other_id` is the id of the other one, and
# `node` the place of the time between them in an interval tree (see storage/intervals.py), 0 for no time.
STEP = Step(
    least_version=0,
    changes=(
        "ALTER TABLE participant ADD COLUMN since {text}",
        "ALTER TABLE participant ADD COLUMN origin {text}",
        """CREATE TABLE membership_change (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, conversation_id {text} NOT NULL, id {text} NOT NULL,
        is_joining {integer} NOT NULL, participant_id {text} NOT NULL, user_id {text} NOT NULL, cause {text},
        other_id {text} NOT NULL, node {integer} NOT NULL,
        PRIMARY KEY (bucket, app_id, conversation_id, id)
    ){clustered}""",
        "CREATE INDEX membership_change_node ON membership_change "
        "(bucket, app_id, conversation_id, node, is_joining, id)",
        "CREATE INDEX membership_change_user ON membership_change (app_id, user_id, id)",
    ),
)
